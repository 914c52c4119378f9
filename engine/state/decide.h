/* What a run has to do, judged by what the runs before it left. */
#ifndef STATE_DECIDE_H
#define STATE_DECIDE_H

#include <weir/status.h>
#include <weir/store.h>

/* What is asked of the run, and what it can do. */
struct wish {
    bool restart;
    bool keep_partial;
    bool every_resource;     /* the run is of all that the file has */
    bool has_positions;      /* the source can go on from a position */
    const bool *has_parents; /* which of the wanted generations are opened by others; NULL: none */
};

enum decision {
    DECIDE_NEW,     /* a new pass; one that is open is abandoned */
    DECIDE_RESUME,  /* go on with the open pass */
    DECIDE_NOTHING, /* the pass of that key is done */
    DECIDE_REFUSE,
};

/* `wanted` is the pass as the file has it: names, modes and configs of its generations. */
enum decision decide(const struct weir_found *found, const struct weir_pass *wanted,
    const struct wish *wish, struct weir_error *ret_error);
/* The generation of that name; NULL: there is none. */
struct weir_generation *pass_find(const struct weir_pass *pass, const char *name);

#endif
