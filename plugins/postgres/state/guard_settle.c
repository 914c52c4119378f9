/* What a transaction writes of its units behind their rows. */
#include "guard.h"
#include "letters_settle.h"
#include "marks.h"
#include "tables.h"

static size_t count_rows(const struct weir_batch *batch)
{
    size_t n = batch->n_rows;

    for (size_t i = 0; batch->rejected && i < batch->n_rows; i++)
        n -= batch->rejected[i];
    return n;
}

/* Behind all else and in one order, so that lanes wait for each other as briefly as can be. */
static const char add_rows[] =
    "WITH x AS MATERIALIZED (SELECT g.id, x.n FROM weir.generation g"
    " JOIN unnest($1::bigint[], $2::bigint[]) AS x(id, n) ON g.id = x.id"
    " ORDER BY g.id FOR NO KEY UPDATE OF g)"
    " UPDATE weir.generation g SET rows = g.rows + x.n FROM x WHERE g.id = x.id";

static enum weir_status count_all(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    size_t n_resources = state->stage->n_resources;
    int64_t *rows = weir_new_array(arena, n_resources, int64_t);
    int64_t *ids = weir_new_array(arena, n_resources, int64_t);
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next)
        rows[held->resource] += (int64_t)count_rows(held->batch);
    for (size_t i = 0; i < n_resources; i++) {
        if (!rows[i] || !state->generations[i].id)
            continue;
        ids[n] = state->generations[i].id;
        rows[n++] = rows[i];
    }
    if (!n)
        return WEIR_OK;
    return tables_judge(connection,
        query_run(connection, NULL, add_rows, bind_integers(ids, n), bind_integers(rows, n)),
        "cannot count rows");
}

enum weir_status guard_settle(
    struct connection *connection, struct state *state, struct transaction *transaction)
{
    struct weir_arena *arena;
    enum weir_status status;

    if (!state->is_open)
        return WEIR_OK;
    arena = weir_arena_new();
    status = letters_settle(connection, state, transaction, arena);
    if (status == WEIR_OK)
        status = marks_raise(connection, state, transaction, arena);
    if (status == WEIR_OK)
        status = count_all(connection, state, transaction, arena);
    weir_arena_free(arena);
    return status;
}
