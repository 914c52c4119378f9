/*
 * What the server said when it refused, as weir's errors: the code, who has to act,
 * and what helps. Values of rows never get into a text: a server quotes them in
 * DETAIL and CONTEXT, which are not shown.
 */
#ifndef CONNECT_ERROR_H
#define CONNECT_ERROR_H

#include <libpq-fe.h>
#include <weir/stage.h>

struct connection;

enum { PG_NAME_SIZE = 256, PG_TEXT_SIZE = 512 };

/* Printable, with nothing secret in it. */
struct pg_error {
    char sqlstate[6]; /* "" when the server did not say */
    char text[PG_TEXT_SIZE];
    char table[PG_NAME_SIZE];
    char column[PG_NAME_SIZE];
    char constraint[PG_NAME_SIZE];
    bool is_lost;     /* the connection is gone: what was under way may have happened or not */
    bool is_raised;   /* by code of the database's owner: a trigger, a function */
    const char *code; /* of weir's own, where no server can mend it by being tried again, or NULL */
    enum weir_fault fault; /* with a code */
};

/* Does SQLSTATE begin with this class, or is it this code? */
bool pg_error_is(const struct pg_error *error, const char *sqlstate);
/* May the same transaction go well if it is run again: deadlock, lock, restart, lost connection? */
bool pg_error_is_transient(const struct pg_error *error);
/* Is it the fault of a row: its value, or a constraint, trigger or check that it breaks? */
bool pg_error_is_of_row(const struct pg_error *error);

/*
 * What a function inside a transaction returns after a failure: WEIR_AGAIN for one that may go well
 * if the whole transaction is run again (nothing is told); else the stage fails with what the
 * server said, and the format before it says what could not be done: WEIR_FAIL.
 */
enum weir_status connection_fail(struct connection *connection, const char *format, ...)
    WEIR_PRINTF(2, 3) WEIR_MUST_CHECK;
/* Fails the stage for good, even where to try again might help: that has been done long enough. */
enum weir_status connection_give_up(struct connection *connection, const char *format, ...)
    WEIR_PRINTF(2, 3) WEIR_MUST_CHECK;
/* Fails the stage for a reason of weir's own, with the database's name before the text. */
enum weir_status connection_refuse(struct connection *connection, enum weir_fault fault,
    const char *code, const char *format, ...) WEIR_PRINTF(4, 5) WEIR_MUST_CHECK;
/* The server's last error as that of one row, which does not fail the stage. */
void connection_describe_row(struct connection *connection, struct weir_error *ret_error);

#endif
