#include "reset.h"

#include "../publish.h"
#include "../transaction.h"
#include "fence.h"
#include "gaps.h"
#include "mark_tables.h"
#include "marks.h"
#include "notes.h"
#include "pass.h"
#include "places.h"
#include "tables.h"

static const char remove_generation[] = "DELETE FROM main._weir_generation WHERE id = ?1";

static enum weir_status forget_generation(
    struct state *state, const struct weir_pass *pass, const struct weir_generation *generation)
{
    enum weir_status status = places_forget(state, &generation->id, 1);
    int rc;

    if (status == WEIR_OK)
        status = gaps_forget(state, generation->id);
    if (status == WEIR_OK)
        status = marks_forget_seen(state, generation->id);
    if (status == WEIR_OK)
        status = notes_forget_generation(state, generation->id);
    if (status == WEIR_OK)
        status = publish_drop(state->db, pass->id, weir_str(generation->table));
    if (status != WEIR_OK)
        return status;
    rc = query_run(&state->queries, remove_generation, bind_integer(generation->id));
    return state_judge(state, rc, "cannot forget a resource");
}

/* A pass without parts would be open for ever. */
static enum weir_status forget_in_pass(
    struct state *state, const struct weir_pass *pass, const char *resource)
{
    const struct weir_generation *part = resource ? pass_part(pass, resource) : NULL;

    if (!resource || (part && pass->n_generations == 1))
        return pass_abandon(state, pass->id);
    return part ? forget_generation(state, pass, part) : WEIR_OK;
}

static enum weir_status forget(struct state *state, const char *pipeline, const char *resource)
{
    struct weir_pass *open;
    int64_t epoch = 0;
    enum weir_status status = fence_raise(state, pipeline, &epoch);

    if (status == WEIR_OK)
        status = pass_find_open(state, pipeline, state->stage->arena, &open);
    if (status == WEIR_OK && open)
        status = forget_in_pass(state, open, resource);
    if (status == WEIR_OK)
        status = mark_tables_forget(state, pipeline, resource);
    if (status == WEIR_OK)
        status = marks_forget(state, pipeline, resource);
    if (status == WEIR_OK)
        status = notes_forget(state, pipeline, resource);
    return status == WEIR_OK ? database_commit(state->db) : status;
}

enum weir_status reset_state(struct state *state, const char *pipeline, const char *resource)
{
    bool there = false;
    enum weir_status status = fence_lock(state, pipeline, false);

    if (status == WEIR_OK)
        status = database_begin(state->db);
    if (status == WEIR_OK)
        status = tables_are_there(state, &there);
    /* An earlier version of weir may have made them, and not all that there are today. */
    if (status == WEIR_OK && there)
        status = tables_make(state);
    if (status == WEIR_OK && there)
        status = forget(state, pipeline, resource);
    if (database_in_transaction(state->db))
        (void)database_run(state->db, "ROLLBACK");
    lock_release(&state->lock);
    return status;
}
