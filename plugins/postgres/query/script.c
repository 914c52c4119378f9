#include "script.h"

#include "connect/error_take.h"
#include "copy_in.h"
#include "literals.h"
#include "wire.h"

#include <string.h>
#include <weir/failpoint.h>

void script_init(struct script *script)
{
    *script = (struct script){.fits = true};
    weir_buf_init(&script->sql, SCRIPT_BYTES_MAX, 1);
}

void script_done(struct script *script)
{
    weir_buf_done(&script->sql);
}

/* --- what is sent ----------------------------------------------------------------------------- */

void script_add_with(
    struct script *script, const char *sql, const struct bound *values, size_t n_values)
{
    script->fits = script->fits && literals_append(&script->sql, sql, values, n_values) &&
                   weir_buf_add_text(&script->sql, ";\n");
}

void script_add_text(struct script *script, const char *sql)
{
    script->fits = script->fits && weir_buf_add_text(&script->sql, sql) &&
                   weir_buf_add_text(&script->sql, ";\n");
}

/* Where the number is another one, a word that is none is read as one: an error that says why. */
void script_must_with(struct script *script, size_t n, const char *why, const char *sql,
    const struct bound *values, size_t n_values)
{
    script->fits = script->fits && weir_buf_add_text(&script->sql, "WITH found AS (") &&
                   literals_append(&script->sql, sql, values, n_values) &&
                   weir_buf_printf(&script->sql,
                       ") SELECT (CASE count(*) WHEN %zu THEN '0' ELSE 'weir: %s' END)::integer"
                       " FROM found;\n",
                       n, why);
}

void script_add_copy(struct script *script, const char *sql, struct script_copy copy)
{
    script_add_text(script, sql);
    script->fits = script->fits && script->n_copies < SCRIPT_COPIES_MAX;
    if (script->fits)
        script->copies[script->n_copies++] = copy;
}

/* --- sending it ------------------------------------------------------------------------------- */

struct running {
    struct script *script;
    struct connection *connection;
    size_t n_copied; /* COPYs that have begun */
    bool has_failed;
    bool has_committed;
    enum weir_status status; /* of the last `send` */
};

static bool is_in_last(const struct running *running)
{
    return running->n_copied == running->script->n_copies;
}

static enum script_end end_copy(struct running *running)
{
    bool is_last = is_in_last(running);

    if (is_last) {
        WEIR_FAILPOINT("after_rows");
        WEIR_FAILPOINT("before_commit");
    }
    if (!wire_flush(running->connection, PQputCopyEnd(running->connection->libpq, NULL)))
        return is_last ? SCRIPT_UNCERTAIN : SCRIPT_LOST;
    if (is_last)
        WEIR_FAILPOINT("after_commit_sent");
    return SCRIPT_DONE;
}

static enum script_end run_copy(struct running *running)
{
    const struct script_copy *copy = &running->script->copies[running->n_copied++];

    if (running->n_copied == 1)
        WEIR_FAILPOINT("after_guard");
    running->status = copy->send(copy->arg);
    if (running->status == WEIR_OK)
        return end_copy(running);
    return running->status == WEIR_REJECT ? SCRIPT_FAILED : SCRIPT_GIVEN_UP;
}

static void take_result(struct running *running, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    /* The server answers a COMMIT that it cannot do with a ROLLBACK, and calls that a success. */
    running->has_committed =
        status == PGRES_COMMAND_OK && strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0;
    if ((status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) && !running->has_failed) {
        error_take_result(running->connection, result);
        running->has_failed = true;
    }
}

static enum script_end lost(const struct running *running)
{
    return is_in_last(running) ? SCRIPT_UNCERTAIN : SCRIPT_LOST;
}

/* A server that goes away says so in a last result. */
static enum script_end end_of(const struct running *running)
{
    if (PQstatus(running->connection->libpq) == CONNECTION_BAD) {
        error_take_lost(running->connection);
        return lost(running);
    }
    return running->has_committed ? SCRIPT_DONE : SCRIPT_FAILED;
}

static enum script_end take_results(struct running *running)
{
    struct connection *connection = running->connection;
    enum script_end end = SCRIPT_DONE;
    PGresult *result;

    while (end == SCRIPT_DONE) {
        if (!wire_next(connection, &result))
            return lost(running);
        if (!result)
            return end_of(running);
        if (PQresultStatus(result) == PGRES_COPY_IN)
            end = run_copy(running);
        else
            take_result(running, result);
        PQclear(result);
    }
    return end;
}

enum script_end script_run(
    struct script *script, struct connection *connection, enum weir_status *ret_status)
{
    struct running running = {.script = script, .connection = connection};
    enum script_end end = SCRIPT_LOST;

    if (wire_ready(connection) &&
        wire_flush(connection, PQsendQuery(connection->libpq, script->sql.ptr)))
        end = take_results(&running);
    *ret_status = running.status;
    return end;
}
