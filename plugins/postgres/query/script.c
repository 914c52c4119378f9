#include "script.h"

#include "connect/error_take.h"
#include "copy_in.h"
#include "literals.h"
#include "wire.h"

#include <stdio.h>
#include <string.h>
#include <weir/failpoint.h>

void script_init(
    struct script *script, struct connection *connection, struct script_statements *statements)
{
    *script = (struct script){.fits = true, .connection = connection, .statements = statements};
    weir_buf_init(&script->sql, SCRIPT_BYTES_MAX, 1);
    if (statements->n_opened != connection->n_opened)
        *statements = (struct script_statements){.n_opened = connection->n_opened};
    script->n_known = statements->n;
}

void script_done(struct script *script)
{
    script->statements->n = script->n_known;
    weir_buf_done(&script->sql);
}

/* --- statements that are prepared ----------------------------------------------------------- */

/* Its index, or that of the next one. */
static size_t find_statement(const struct script_statements *statements, const char *sql)
{
    size_t i = 0;

    while (i < statements->n && statements->sql[i] != sql)
        i++;
    return i;
}

/* Which of a script that has failed are prepared, nobody knows: all are made anew, by other names. */
static void forget_statements(struct script *script)
{
    script->statements->first += (unsigned)script->statements->n;
    script->n_known = 0;
}

static bool prepare(
    struct script *script, size_t i, const char *sql, const char *before, const char *behind)
{
    struct script_statements *statements = script->statements;

    if (i < statements->n)
        return true;
    if (i == SCRIPT_STATEMENTS_MAX)
        return false;
    statements->sql[statements->n++] = sql;
    return weir_buf_printf(
               &script->sql, "PREPARE weir_%u AS %s", statements->first + (unsigned)i, before) &&
           weir_buf_add_text(&script->sql, sql) && weir_buf_printf(&script->sql, "%s;\n", behind);
}

static bool execute(struct script *script, size_t i, const struct bound *values, size_t n_values)
{
    return weir_buf_printf(
               &script->sql, "EXECUTE weir_%u(", script->statements->first + (unsigned)i) &&
           literals_append(&script->sql, values, n_values);
}

void script_add_with(
    struct script *script, const char *sql, const struct bound *values, size_t n_values)
{
    size_t i = find_statement(script->statements, sql);

    script->fits = script->fits && prepare(script, i, sql, "", "") &&
                   execute(script, i, values, n_values) && weir_buf_add_text(&script->sql, ");\n");
}

/* Where the number is another one, a word that is none is read as one: an error that says why. */
void script_must_with(struct script *script, size_t n, const char *where, const char *why,
    const char *sql, const struct bound *values, size_t n_values)
{
    size_t i = find_statement(script->statements, sql);
    char behind[192];

    (void)snprintf(behind, sizeof(behind),
        ") SELECT (CASE count(*) WHEN $%zu::bigint THEN '0' ELSE 'weir: %s' END)::integer"
        " FROM found WHERE %s",
        n_values + 1, why, where);
    script->fits = script->fits && prepare(script, i, sql, "WITH found AS (", behind) &&
                   execute(script, i, values, n_values) &&
                   weir_buf_printf(&script->sql, ", %zu);\n", n);
}

/* --- the rest of what is sent --------------------------------------------------------------- */

void script_add_text(struct script *script, const char *sql)
{
    script->fits = script->fits && weir_buf_add_text(&script->sql, sql) &&
                   weir_buf_add_text(&script->sql, ";\n");
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
    size_t n_copied; /* COPYs that have begun */
    size_t n_done;   /* of them the server has said that they are done */
    bool has_ended;  /* the last one was told its end: what is behind it may be done */
    bool has_failed; /* the server has refused something, and does nothing behind it */
    bool has_committed;
    enum weir_status status; /* of the last `send` */
};

static bool is_in_last(const struct running *running)
{
    return running->n_copied == running->script->n_copies;
}

/* What a server has refused before the last COPY was done, it has not committed. */
static enum script_end lost(const struct running *running)
{
    bool is_void = running->has_failed && running->n_done < running->script->n_copies;

    return running->has_ended && !is_void ? SCRIPT_UNCERTAIN : SCRIPT_LOST;
}

static enum script_end end_copy(struct running *running)
{
    struct connection *connection = running->script->connection;
    bool is_last = is_in_last(running);

    if (is_last) {
        WEIR_FAILPOINT("after_rows");
        WEIR_FAILPOINT("before_commit");
        if (!wire_is_there(connection))
            return SCRIPT_LOST;
        running->has_ended = true;
    }
    if (!wire_flush(connection, PQputCopyEnd(connection->libpq, NULL)))
        return lost(running);
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

    if (status == PGRES_COMMAND_OK && strncmp(PQcmdStatus((PGresult *)result), "COPY ", 5) == 0)
        running->n_done++;
    /* The server answers a COMMIT that it cannot do with a ROLLBACK, and calls that a success. */
    running->has_committed =
        status == PGRES_COMMAND_OK && strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0;
    if ((status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) && !running->has_failed) {
        error_take_result(running->script->connection, result);
        running->has_failed = true;
    }
}

/* A server that goes away says so in a last result. */
static enum script_end end_of(const struct running *running)
{
    if (PQstatus(running->script->connection->libpq) == CONNECTION_BAD) {
        error_take_lost(running->script->connection);
        return lost(running);
    }
    return running->has_committed ? SCRIPT_DONE : SCRIPT_FAILED;
}

static enum script_end take_results(struct running *running)
{
    struct connection *connection = running->script->connection;
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

enum script_end script_run(struct script *script, enum weir_status *ret_status)
{
    struct connection *connection = script->connection;
    struct running running = {.script = script};
    enum script_end end = SCRIPT_LOST;

    if (wire_ready(connection) &&
        wire_flush(connection, PQsendQuery(connection->libpq, script->sql.ptr)))
        end = take_results(&running);
    if (end == SCRIPT_DONE)
        script->n_known = script->statements->n;
    else
        forget_statements(script);
    *ret_status = running.status;
    return end;
}
