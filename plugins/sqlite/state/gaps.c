#include "gaps.h"

static const char put_gap[] =
    "INSERT INTO main._weir_gap"
    "(generation, chain, number, series, alone, label, code, reason, left_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, " QUERY_NOW ")"
    " ON CONFLICT DO UPDATE SET alone = excluded.alone, label = excluded.label,"
    " code = excluded.code, reason = excluded.reason, left_at = excluded.left_at";
static const char renew_gap[] =
    "UPDATE main._weir_gap SET label = coalesce(?4, label), code = ?5, reason = ?6,"
    " left_at = " QUERY_NOW " WHERE generation = ?1 AND chain = ?2 AND number = ?3";
static const char remove_gap[] =
    "DELETE FROM main._weir_gap WHERE generation = ?1 AND chain = ?2 AND number = ?3";
static const char pass_gaps[] = "DELETE FROM main._weir_gap WHERE generation = ?1 AND chain = ?2"
                                " AND number < ?3 AND alone = 0";

static const char *code_of(const struct weir_unit *unit)
{
    return unit->error ? unit->error->code : "";
}

static const char *reason_of(const struct weir_unit *unit)
{
    return unit->error ? unit->error->text : "";
}

int gaps_put(struct state *state, int64_t generation, const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;

    return query_run(&state->queries, put_gap, bind_integer(generation), bind_id(&position->chain),
        bind_integer((int64_t)position->number), bind_id(&position->series),
        bind_integer(position->follow != WEIR_FOLLOW_WAIT), bind_text(position->label),
        bind_text(code_of(unit)), bind_text(reason_of(unit)));
}

int gaps_remove(
    struct state *state, int64_t generation, const struct weir_position *position, bool *ret_there)
{
    int rc = query_run(&state->queries, remove_gap, bind_integer(generation),
        bind_id(&position->chain), bind_integer((int64_t)position->number));

    *ret_there = rc == SQLITE_OK && sqlite3_changes(state->db->connection) > 0;
    return rc;
}

int gaps_renew(
    struct state *state, int64_t generation, const struct weir_unit *unit, bool *ret_there)
{
    const struct weir_position *position = unit->position;
    int rc = query_run(&state->queries, renew_gap, bind_integer(generation),
        bind_id(&position->chain), bind_integer((int64_t)position->number),
        bind_text(position->label), bind_text(code_of(unit)), bind_text(reason_of(unit)));

    *ret_there = rc == SQLITE_OK && sqlite3_changes(state->db->connection) > 0;
    return rc;
}

int gaps_pass(struct state *state, int64_t generation, const struct weir_id *chain, uint64_t number)
{
    return query_run(&state->queries, pass_gaps, bind_integer(generation), bind_id(chain),
        bind_integer((int64_t)number));
}

/* --- all of a generation -------------------------------------------------------------------- */

static const char read_gaps[] =
    "SELECT chain, number, alone, label, code, reason, left_at FROM main._weir_gap"
    " WHERE generation = ?1";
static const char find_gap[] = "SELECT 1 FROM main._weir_gap WHERE generation = ?1 LIMIT 1";
static const char find_waiting[] =
    "SELECT 1 FROM main._weir_gap WHERE alone = 0 AND generation IN"
    " (SELECT id FROM main._weir_generation WHERE pass = ?1) LIMIT 1";
static const char forget_gaps[] = "DELETE FROM main._weir_gap WHERE generation = ?1";
static const char forget_pass[] = "DELETE FROM main._weir_gap WHERE generation IN"
                                  " (SELECT id FROM main._weir_generation WHERE pass = ?1)";

enum weir_status gaps_read(
    struct state *state, int64_t generation, size_t index, const struct weir_reading *reading)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_gaps, bind_integer(generation));
    bool sound = true;
    int rc;

    while (sound && query_step(query)) {
        struct weir_gap gap = {
            .generation = index,
            .number = (uint64_t)sqlite3_column_int64(query, 1),
            .alone = sqlite3_column_int(query, 2) != 0,
            .label = query_text(query, 3),
            .code = query_text(query, 4),
            .reason = query_text(query, 5),
            .at = query_text(query, 6),
        };

        sound = query_id(query, 0, &gap.chain);
        if (sound && reading->gap)
            reading->gap(reading->arg, &gap);
    }
    rc = query_end(query);
    if (!sound)
        return state_damaged(state, "a chain in _weir_gap has a name of the wrong length");
    return state_judge(state, rc, "cannot read its gaps");
}

static enum weir_status ask(struct state *state, const char *sql, int64_t id, bool *ret_found)
{
    sqlite3_stmt *query = query_begin(&state->queries, sql, bind_integer(id));

    *ret_found = query_step(query);
    return state_judge(state, query_end(query), "cannot read its gaps");
}

enum weir_status gaps_exist(struct state *state, int64_t generation, bool *ret_exist)
{
    return ask(state, find_gap, generation, ret_exist);
}

enum weir_status gaps_find_waiting(struct state *state, int64_t pass, bool *ret_waiting)
{
    return ask(state, find_waiting, pass, ret_waiting);
}

enum weir_status gaps_forget(struct state *state, int64_t generation)
{
    int rc = query_run(&state->queries, forget_gaps, bind_integer(generation));

    return state_judge(state, rc, "cannot forget its gaps");
}

enum weir_status gaps_forget_pass(struct state *state, int64_t pass)
{
    int rc = query_run(&state->queries, forget_pass, bind_integer(pass));

    return state_judge(state, rc, "cannot forget its gaps");
}
