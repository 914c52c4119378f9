#include "gaps.h"

#include "tables.h"

static const char put_gap[] =
    "INSERT INTO weir.gap"
    "(generation, chain, number, series, alone, label, code, reason, left_at)"
    " VALUES ($1::bigint, $2::bytea, $3::bigint, $4::bytea, $5::boolean, $6::text, $7::text,"
    " $8::text, clock_timestamp())"
    " ON CONFLICT (generation, chain, number) DO UPDATE SET alone = excluded.alone,"
    " label = excluded.label, code = excluded.code, reason = excluded.reason,"
    " left_at = excluded.left_at";
static const char renew_gap[] =
    "UPDATE weir.gap SET label = coalesce($4::text, label), code = $5::text, reason = $6::text,"
    " left_at = clock_timestamp()"
    " WHERE generation = $1::bigint AND chain = $2::bytea AND number = $3::bigint";
static const char remove_gap[] =
    "DELETE FROM weir.gap"
    " WHERE generation = $1::bigint AND chain = $2::bytea AND number = $3::bigint";

static const char *code_of(const struct weir_unit *unit)
{
    return unit->error ? unit->error->code : "";
}

static const char *reason_of(const struct weir_unit *unit)
{
    return unit->error ? unit->error->text : "";
}

enum weir_status gaps_put(
    struct connection *connection, int64_t generation, const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;
    bool put = query_run(connection, NULL, put_gap, bind_integer(generation),
        bind_id(&position->chain), bind_integer((int64_t)position->number),
        bind_id(&position->series), bind_bool(position->follow != WEIR_FOLLOW_WAIT),
        bind_text(position->label), bind_text(code_of(unit)), bind_text(reason_of(unit)));

    return tables_judge(connection, put, "cannot write a gap");
}

enum weir_status gaps_fill(struct connection *connection, int64_t generation,
    const struct weir_unit *unit, bool *ret_there)
{
    const struct weir_position *position = unit->position;
    uint64_t n = 0;
    bool run;

    if (position->left_out)
        run = query_run(connection, &n, renew_gap, bind_integer(generation),
            bind_id(&position->chain), bind_integer((int64_t)position->number),
            bind_text(position->label), bind_text(code_of(unit)), bind_text(reason_of(unit)));
    else
        run = query_run(connection, &n, remove_gap, bind_integer(generation),
            bind_id(&position->chain), bind_integer((int64_t)position->number));
    *ret_there = n > 0;
    return tables_judge(connection, run, "cannot fill a gap");
}

/* --- chains that waited --------------------------------------------------------------------- */

static const char find_waiting[] =
    "SELECT EXISTS (SELECT FROM weir.gap WHERE NOT alone AND generation IN"
    " (SELECT id FROM weir.generation WHERE pass = $1::bigint))";
static const char pass_gaps[] =
    "DELETE FROM weir.gap g"
    " USING unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS x(generation, chain, number)"
    " WHERE g.generation = x.generation AND g.chain = x.chain AND g.number < x.number"
    " AND NOT g.alone";

/* Most passes have none, and then nothing is ever asked again. */
static enum weir_status find_any(struct connection *connection, struct state *state)
{
    PGresult *result;

    if (state->knows_waiting)
        return WEIR_OK;
    result = query_get(connection, find_waiting, bind_integer(state->pass));
    if (!result)
        return tables_fail(connection, "cannot read its gaps");
    state->has_waiting = state->has_waiting || query_bool(result, 0, 0);
    state->knows_waiting = true;
    PQclear(result);
    return WEIR_OK;
}

enum weir_status gaps_pass(struct connection *connection, struct state *state,
    const struct chains *chains, struct weir_arena *arena)
{
    enum weir_status status = find_any(connection, state);
    int64_t *generations;
    struct weir_str *ids;
    int64_t *numbers;
    size_t n = 0;
    bool passed;

    if (status != WEIR_OK || !state->has_waiting)
        return status;
    generations = weir_new_array(arena, chains->n, int64_t);
    ids = weir_new_array(arena, chains->n, struct weir_str);
    numbers = weir_new_array(arena, chains->n, int64_t);
    for (size_t i = 0; i < chains->n; i++) {
        const struct chain *chain = &chains->items[i];

        if (!chain->moves)
            continue;
        generations[n] = chain->generation;
        ids[n] = (struct weir_str){(const char *)chain->id.bytes, WEIR_ID_SIZE};
        numbers[n++] = (int64_t)chain->behind.number;
    }
    passed = query_run(connection, NULL, pass_gaps, bind_integers(generations, n),
        bind_bytes_array(ids, n), bind_integers(numbers, n));
    return tables_judge(connection, passed, "cannot forget a gap");
}
