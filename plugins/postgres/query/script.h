/*
 * A script: statements, and COPYs with what goes into them, sent in one message, so that all of
 * it costs two round trips, however much it is. The server does one behind the other and leaves
 * out the rest at the first that fails; so what has to be true is asked in the script itself.
 */
#ifndef QUERY_SCRIPT_H
#define QUERY_SCRIPT_H

#include "query.h"

#include <weir/arena.h>
#include <weir/buf.h>

enum {
    SCRIPT_BYTES_MAX = 256 << 10, /* what a server may have to write into its log */
    SCRIPT_COPIES_MAX = 64,
    SCRIPT_STATEMENTS_MAX = 16,
};

/*
 * Sends the rows of a COPY that has begun. WEIR_AGAIN and WEIR_FAIL as connection_fail has them;
 * WEIR_REJECT: it cannot be done this way, and the COPY is cancelled already.
 */
struct script_copy {
    enum weir_status (*send)(void *arg);
    void *arg;
};

/*
 * Statements with values are prepared by the first script that has them, since to plan one takes the
 * server longer than to run it. Of one connection, all zero at first. A text tells which it is by
 * where it stands, so it lives for ever.
 */
struct script_statements {
    const char *sql[SCRIPT_STATEMENTS_MAX];
    size_t n;
    unsigned first;    /* the number in the name of the first of them */
    uint64_t n_opened; /* of the connection that knows them */
};

struct script {
    struct weir_buf sql;
    bool fits; /* everything that was added so far */
    struct script_copy copies[SCRIPT_COPIES_MAX];
    size_t n_copies;
    struct connection *connection;
    struct script_statements *statements;
    size_t
        n_known; /* of the statements, before this script; what it adds is known once it has run */
};

void script_init(
    struct script *script, struct connection *connection, struct script_statements *statements);
void script_done(struct script *script);

/* One statement, which is prepared. */
#define script_add(script, sql, ...) script_add_with((script), (sql), BOUND_LIST(__VA_ARGS__))
void script_add_with(
    struct script *script, const char *sql, const struct bound *values, size_t n_values);
/* As it is: one statement, or several with semicolons. */
void script_add_text(struct script *script, const char *sql);
/* The rows that the statement gives or RETURNS must be so many, or the script fails for `why`, a
 * few words that the server's log gets to see; of each statement the same. */
#define script_must(script, n, why, sql, ...)                                                      \
    script_must_with((script), (n), "true", (why), (sql), BOUND_LIST(__VA_ARGS__))
/* The same of those for which `where` is true, a condition on their columns. */
#define script_must_where(script, n, where, why, sql, ...)                                         \
    script_must_with((script), (n), (where), (why), (sql), BOUND_LIST(__VA_ARGS__))
void script_must_with(struct script *script, size_t n, const char *where, const char *why,
    const char *sql, const struct bound *values, size_t n_values);
void script_add_copy(struct script *script, const char *sql, struct script_copy copy);

enum script_end {
    SCRIPT_DONE,   /* all of it */
    SCRIPT_FAILED, /* the server has refused something, or a COPY was cancelled: connection->error */
    SCRIPT_GIVEN_UP,  /* a COPY's `send` has failed: *ret_status */
    SCRIPT_LOST,      /* the connection, before the last COPY had ended */
    SCRIPT_UNCERTAIN, /* the connection, behind that: the rest may have been done */
};

/* Waits. The script ends in COMMIT. Behind a failure a transaction may still be open. */
enum script_end script_run(struct script *script, enum weir_status *ret_status) WEIR_MUST_CHECK;

#endif
