#include "reset.h"

#include "rows/publish.h"
#include "session/session.h"
#include "state/fence.h"
#include "state/gaps_read.h"
#include "state/lock.h"
#include "state/mark_tables.h"
#include "state/marks_read.h"
#include "state/notes_read.h"
#include "state/pass.h"
#include "state/places.h"
#include "state/tables.h"

#include <weir/arena.h>

struct resetting {
    struct state *state;
    const char *pipeline;
    const char *resource;
};

static const char remove_generation[] = "DELETE FROM weir.generation WHERE id = $1::bigint";

static enum weir_status forget_generation(struct connection *control, const struct state *state,
    const struct weir_pass *pass, const struct weir_generation *generation)
{
    enum weir_status status = places_forget(control, &generation->id, 1);

    if (status == WEIR_OK)
        status = gaps_forget(control, generation->id);
    if (status == WEIR_OK)
        status = marks_forget_seen(control, generation->id);
    if (status == WEIR_OK)
        status = notes_forget_generation(control, state, generation->id);
    if (status == WEIR_OK)
        status = publish_drop(control, pass->id, generation->table);
    if (status != WEIR_OK)
        return status;
    return tables_judge(control,
        query_run(control, NULL, remove_generation, bind_integer(generation->id)),
        "cannot forget a resource");
}

/* A pass without parts would be open for ever. */
static enum weir_status forget_in_pass(struct connection *control, const struct state *state,
    const struct weir_pass *pass, const char *resource)
{
    const struct weir_generation *part = resource ? pass_part(pass, resource) : NULL;

    if (!resource || (part && pass->n_generations == 1))
        return pass_abandon(control, state, pass->id);
    return part ? forget_generation(control, state, pass, part) : WEIR_OK;
}

static enum weir_status forget(struct connection *control, const struct resetting *resetting)
{
    const char *pipeline = resetting->pipeline;
    struct state *state = resetting->state;
    struct weir_arena *arena = weir_arena_new();
    struct weir_pass *open = NULL;
    int64_t epoch = 0;
    enum weir_status status = fence_raise(control, pipeline, &epoch);

    if (status == WEIR_OK)
        status = tables_keep_notes(control, &state->keeps_notes);
    if (status == WEIR_OK)
        status = pass_find_open(control, pipeline, arena, &open);
    if (status == WEIR_OK && open)
        status = forget_in_pass(control, state, open, resetting->resource);
    if (status == WEIR_OK)
        status = mark_tables_forget(control, pipeline, resetting->resource);
    if (status == WEIR_OK)
        status = marks_forget(control, pipeline, resetting->resource);
    if (status == WEIR_OK)
        status = notes_forget(control, state, pipeline, resetting->resource);
    weir_arena_free(arena);
    return status;
}

/* To forget twice is to forget once, so an outcome that is not known is no trouble. */
static enum weir_status try_once(struct connection *control, void *arg)
{
    const struct resetting *resetting = arg;
    bool there = false;
    enum weir_status status = lock_hold(control, resetting->state, resetting->pipeline, false);

    if (status == WEIR_OK)
        status = state_enter(control, resetting->state);
    if (status == WEIR_OK)
        status = tables_are_there(control, &there);
    if (status == WEIR_OK && there)
        status = forget(control, resetting);
    if (status == WEIR_OK && !query_script(control, "COMMIT"))
        status = connection_fail(control, "cannot forget the state");
    return status;
}

enum weir_status reset_run(struct postgres_load *load, const char *pipeline, const char *resource)
{
    struct resetting resetting = {&load->state, pipeline, resource};
    enum weir_status status =
        connection_retry(&load->control, try_once, &resetting, "cannot forget the state");

    lock_release(&load->control, &load->state, pipeline);
    return status;
}
