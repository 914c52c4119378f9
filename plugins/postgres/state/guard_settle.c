/* What a transaction writes of its units behind their rows. */
#include "guard_script.h"
#include "letters_settle.h"
#include "marks.h"
#include "notes.h"
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

/* What add_rows takes. */
struct counts {
    int64_t *ids;
    int64_t *rows;
    size_t n;
};

static struct counts count_all(
    const struct state *state, const struct transaction *transaction, struct weir_arena *arena)
{
    size_t n_resources = state->stage->n_resources;
    struct counts counts = {
        .ids = weir_new_array(arena, n_resources, int64_t),
        .rows = weir_new_array(arena, n_resources, int64_t),
    };

    for (const struct held *held = transaction->first; held; held = held->next)
        counts.rows[held->resource] += (int64_t)count_rows(held->batch);
    for (size_t i = 0; i < n_resources; i++) {
        if (!counts.rows[i] || !state->generations[i].id)
            continue;
        counts.ids[counts.n] = state->generations[i].id;
        counts.rows[counts.n++] = counts.rows[i];
    }
    return counts;
}

static enum weir_status add_counts(struct connection *connection, const struct counts *counts)
{
    if (!counts->n)
        return WEIR_OK;
    return tables_judge(connection,
        query_run(connection, NULL, add_rows, bind_integers(counts->ids, counts->n),
            bind_integers(counts->rows, counts->n)),
        "cannot count rows");
}

void guard_script_count(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct counts counts = count_all(state, transaction, arena);

    if (counts.n)
        script_add(script, add_rows, bind_integers(counts.ids, counts.n),
            bind_integers(counts.rows, counts.n));
}

enum weir_status guard_settle(
    struct connection *connection, struct state *state, struct transaction *transaction)
{
    struct weir_arena *arena;
    struct counts counts;
    enum weir_status status;

    if (!state->is_open)
        return WEIR_OK;
    arena = weir_arena_new();
    status = letters_settle(connection, state, transaction, arena);
    if (status == WEIR_OK)
        status = marks_raise(connection, state, transaction, arena);
    if (status == WEIR_OK)
        status = notes_write(connection, state, transaction, arena);
    counts = count_all(state, transaction, arena);
    if (status == WEIR_OK)
        status = add_counts(connection, &counts);
    weir_arena_free(arena);
    return status;
}
