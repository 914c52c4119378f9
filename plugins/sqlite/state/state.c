#include "state.h"

#include "../errors.h"
#include "../transaction.h"
#include "dead_letters.h"
#include "fence.h"

#include <weir/failpoint.h>

void state_init(struct state *state, struct weir_stage *stage, struct database *db)
{
    *state = (struct state){.stage = stage, .db = db};
    lock_init(&state->lock);
    queries_init(&state->queries, db->connection);
    dead_letters_init(state);
}

void state_done(struct state *state)
{
    queries_done(&state->queries);
}

struct generation *state_generation(struct state *state, const struct weir_resource *resource)
{
    for (size_t i = 0; state->is_open && i < state->stage->n_resources; i++)
        if (state->stage->resources[i] == resource)
            return &state->generations[i];
    return NULL;
}

static void forget_counts(struct state *state)
{
    for (size_t i = 0; state->generations && i < state->stage->n_resources; i++)
        state->generations[i].rows = 0;
}

enum weir_status state_enter(struct state *state)
{
    enum weir_status status;

    if (!database_in_transaction(state->db)) {
        state->is_fenced = false;
        forget_counts(state);
    }
    status = database_begin(state->db);
    if (status != WEIR_OK || !state->is_open || state->is_fenced)
        return status;
    status = fence_check(state);
    state->is_fenced = status == WEIR_OK;
    WEIR_FAILPOINT("after_fence");
    return status;
}

static const char add_rows[] = "UPDATE main._weir_generation SET rows = rows + ?2 WHERE id = ?1";

enum weir_status state_flush(struct state *state)
{
    int rc = SQLITE_OK;

    if (!state->is_open || !database_in_transaction(state->db))
        return WEIR_OK;
    for (size_t i = 0; i < state->stage->n_resources && rc == SQLITE_OK; i++) {
        struct generation *generation = &state->generations[i];

        if (generation->rows)
            rc = query_run(&state->queries, add_rows, bind_integer(generation->id),
                bind_integer((int64_t)generation->rows));
        generation->rows = 0;
    }
    return state_judge(state, rc, "cannot count rows");
}

enum weir_status state_damaged(struct state *state, const char *what)
{
    return database_refuse(state->db, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
        "what earlier runs have left is not as weir makes it: %s; restore the database from a "
        "copy, or drop its tables _weir_* and begin anew",
        what);
}

enum weir_status state_fail(struct state *state, const char *doing)
{
    sqlite3 *connection = state->db->connection;

    switch (sqlite3_errcode(connection) & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return state_damaged(
            state, weir_printf(state->stage->arena, "%s: %s", doing, sqlite3_errmsg(connection)));
    default:
        return database_fail(state->db, "%s", doing);
    }
}
