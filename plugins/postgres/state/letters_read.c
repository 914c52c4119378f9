/* Dead letters as they are told. They are written by the lanes: letters.c. */
#include "letters.h"

#include "query/sql.h"

#include <weir/arena.h>

const char *letters_name(const struct weir_stage *stage)
{
    for (size_t i = 0; i < stage->n_resources; i++)
        if (stage->resources[i]->dead_letter_table)
            return stage->resources[i]->dead_letter_table;
    return LETTERS_TABLE;
}

static enum weir_status fail_reading(struct connection *connection, const struct state *state)
{
    char shown[128];

    (void)weir_str_printable(weir_str(letters_name(state->stage)), shown, sizeof(shown));
    return connection_fail(connection, "cannot read the dead letters in table '%s'", shown);
}

static const char find_table[] =
    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'p')";

static enum weir_status are_there(
    struct connection *connection, const struct state *state, bool *ret_there)
{
    PGresult *result = query_get(
        connection, find_table, bind_text(state->schema), bind_text(letters_name(state->stage)));

    *ret_there = result && PQntuples(result) > 0;
    if (!result)
        return fail_reading(connection, state);
    PQclear(result);
    return WEIR_OK;
}

/* The statement with the table's name between its two parts. */
static void put_together(
    struct weir_buf *sql, const struct state *state, const char *head, const char *tail)
{
    sql_init(sql);
    sql_add(sql, head);
    sql_table(sql, weir_str(state->schema), weir_str(letters_name(state->stage)));
    sql_add(sql, tail);
}

static const char may_read[] =
    "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'p')";

/* The table may be another pipeline's, of which this role is to see nothing: then *ret_may is false. */
static enum weir_status may_be_read(
    struct connection *connection, const struct state *state, bool *ret_there, bool *ret_may)
{
    PGresult *result = query_get(
        connection, may_read, bind_text(state->schema), bind_text(letters_name(state->stage)));

    *ret_there = result && PQntuples(result) > 0;
    *ret_may = *ret_there && query_bool(result, 0, 0);
    if (!result)
        return fail_reading(connection, state);
    PQclear(result);
    return WEIR_OK;
}

static void warn_unread(const struct state *state)
{
    char shown[128];

    (void)weir_str_printable(weir_str(letters_name(state->stage)), shown, sizeof(shown));
    weir_log(state->stage, WEIR_LOG_WARNING,
        "dead letters are not counted: this role may not read table '%s'; GRANT SELECT on it "
        "to have them shown",
        shown);
}

struct teller {
    void (*letter)(void *arg, const struct weir_dead_letter *letter);
    void (*count)(void *arg, const char *resource, const char *code, uint64_t n);
    void *arg;
};

static bool tell_each(struct connection *connection, const struct state *state, const char *head,
    const char *tail, const struct bound *values, size_t n_values,
    void (*row)(void *arg, const PGresult *result), struct teller *teller)
{
    struct weir_buf sql;
    bool done;

    put_together(&sql, state, head, tail);
    done = query_each(connection, sql.ptr, values, n_values, row, teller);
    weir_buf_done(&sql);
    return done;
}

static void tell_letter(void *arg, const PGresult *row)
{
    const struct teller *teller = arg;
    const struct weir_dead_letter letter = {
        .id = query_integer(row, 0, 0),
        .resource = query_text(row, 0, 1),
        .row = {PQgetvalue(row, 0, 2), (size_t)PQgetlength(row, 0, 2)},
        .stage = (uint32_t)query_integer(row, 0, 3),
        .column = query_text(row, 0, 4),
        .code = query_text(row, 0, 5),
        .reason = query_text(row, 0, 6),
        .at = query_text(row, 0, 7),
    };

    teller->letter(teller->arg, &letter);
}

enum weir_status letters_read(struct connection *connection, const struct state *state,
    const char *pipeline, int64_t after, size_t limit,
    void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg)
{
    const struct bound values[] = {
        bind_text(pipeline), bind_integer(after), bind_integer((int64_t)limit)};
    struct teller teller = {.letter = tell, .arg = arg};
    bool there;
    enum weir_status status = are_there(connection, state, &there);

    if (status != WEIR_OK || !there)
        return status;
    if (tell_each(connection, state,
            "SELECT id, resource, raw, stage, column_name, code, reason, " STATE_TIME(
                "set_aside_at") " FROM ",
            " WHERE pipeline = $1::text AND id > $2::bigint ORDER BY id LIMIT $3::bigint", values,
            3, tell_letter, &teller))
        return WEIR_OK;
    return fail_reading(connection, state);
}

static void tell_count(void *arg, const PGresult *row)
{
    const struct teller *teller = arg;

    teller->count(teller->arg, query_text(row, 0, 0), query_text(row, 0, 1),
        (uint64_t)query_integer(row, 0, 2));
}

enum weir_status letters_count(struct connection *connection, const struct state *state,
    const char *pipeline,
    void (*tell)(void *arg, const char *resource, const char *code, uint64_t n), void *arg)
{
    const struct bound values[] = {bind_text(pipeline)};
    struct teller teller = {.count = tell, .arg = arg};
    bool there;
    bool may;
    enum weir_status status = may_be_read(connection, state, &there, &may);

    if (status == WEIR_OK && there && !may)
        warn_unread(state);
    if (status != WEIR_OK || !may)
        return status;
    if (tell_each(connection, state, "SELECT resource, code, count(*) FROM ",
            " WHERE pipeline = $1::text GROUP BY resource, code ORDER BY resource, code", values, 1,
            tell_count, &teller))
        return WEIR_OK;
    return fail_reading(connection, state);
}

enum weir_status letters_of_pass(
    struct connection *connection, const struct state *state, int64_t pass, uint64_t *ret_n)
{
    const struct bound values[] = {bind_integer(pass)};
    struct weir_buf sql;
    PGresult *result;
    bool there;
    bool may;
    enum weir_status status = may_be_read(connection, state, &there, &may);

    /* A pipeline that sets rows aside is asked for its rights elsewhere. */
    *ret_n = 0;
    if (status != WEIR_OK || !may)
        return status;
    put_together(&sql, state, "SELECT count(*) FROM ",
        " WHERE generation IN (SELECT id FROM weir.generation WHERE pass = $1::bigint)");
    result = query_get_with(connection, sql.ptr, values, 1);
    weir_buf_done(&sql);
    if (!result)
        return fail_reading(connection, state);
    *ret_n = (uint64_t)query_integer(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}
