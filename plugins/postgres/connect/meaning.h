/* What a SQLSTATE means to whoever runs weir. */
#ifndef CONNECT_MEANING_H
#define CONNECT_MEANING_H

#include <stdbool.h>
#include <weir/status.h>

struct meaning {
    const char *sqlstate;  /* a class or a whole one */
    enum weir_fault fault; /* WEIR_FAULT_DATA, or NONE: whose the database is */
    const char *code;
    const char *remedy; /* or NULL */
};

/* The nearest there is; never NULL. */
const struct meaning *meaning_find(const char *sqlstate);
/* What helps where the statement is the user's own, or made of what the file says; or NULL. */
const char *meaning_source_remedy(const char *sqlstate);
/*
 * weir's own words in place of a message that may quote a row's value; NULL: the server's may be
 * shown. `is_raised`: it is not the server's own, but a trigger's.
 */
const char *meaning_text(const char *sqlstate, bool is_raised);
/* Does the server's own text say what something is called? */
bool meaning_names_objects(const char *sqlstate);

#endif
