#include "show.h"

#include "session/session.h"
#include "state/gaps_read.h"
#include "state/letters.h"
#include "state/marks_read.h"
#include "state/notes_read.h"
#include "state/pass.h"
#include "state/places.h"
#include "state/runs.h"
#include "state/tables.h"

#include <weir/arena.h>

struct show {
    struct state *state;
    const char *pipeline;
    const struct weir_showing *showing;
    const char *resource; /* whose gaps are being told */
};

static void tell_gap(void *arg, const struct weir_gap *gap)
{
    const struct show *show = arg;

    show->showing->gap(show->showing->arg, show->resource, gap);
}

static enum weir_status show_generation(struct connection *control, struct show *show,
    const struct weir_generation *generation, size_t index)
{
    struct gaps_at at = {0};
    enum weir_status status = WEIR_OK;

    show->resource = generation->name;
    if (show->showing->progress && !generation->done)
        status = places_show(control, generation, show->showing);
    if (status == WEIR_OK && show->showing->gap)
        status = gaps_read(control, generation->id, index, &at, tell_gap, show);
    return status;
}

static enum weir_status show_open(struct connection *control, struct show *show)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_pass *pass;
    enum weir_status status = pass_find_open(control, show->pipeline, arena, &pass);

    for (size_t i = 0; status == WEIR_OK && pass && i < pass->n_generations; i++)
        status = show_generation(control, show, &pass->generations[i], i);
    weir_arena_free(arena);
    return status;
}

static enum weir_status show_notes(struct connection *control, const struct show *show)
{
    bool keeps = false;
    enum weir_status status = tables_keep_notes(control, &keeps);

    return status == WEIR_OK && keeps ? notes_count(control, show->pipeline, show->showing)
                                      : status;
}

static enum weir_status show_all(struct connection *control, struct show *show)
{
    const struct weir_showing *showing = show->showing;
    struct marks_at at = {0};
    enum weir_status status = WEIR_OK;

    if (showing->pass)
        status = pass_show(control, show->pipeline, showing->pass, showing->arg);
    if (status == WEIR_OK && (showing->progress || showing->gap))
        status = show_open(control, show);
    if (status == WEIR_OK && showing->mark)
        status = marks_read(control, show->pipeline, &at, showing->mark, showing->arg);
    if (status == WEIR_OK && showing->notes)
        status = show_notes(control, show);
    if (status == WEIR_OK && showing->dead_letters)
        status = letters_count(
            control, show->state, show->pipeline, showing->dead_letters, showing->arg);
    if (status == WEIR_OK && showing->run)
        status = runs_show(control, show->pipeline, showing);
    return status;
}

/* What has been told cannot be taken back, so only the beginning is tried again. */
static enum weir_status try_once(struct connection *control, void *arg)
{
    struct show *show = arg;
    enum weir_status status;
    bool there = false;

    /* All of it as it is at one moment, while a run may be at work. */
    status = query_begin(control, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (status == WEIR_OK)
        status = tables_are_there(control, &there);
    if (status != WEIR_OK || !there)
        return status;
    status = show_all(control, show);
    return status == WEIR_AGAIN ? connection_give_up(control, "cannot read the state") : status;
}

enum weir_status show_run(
    struct postgres_load *load, const char *pipeline, const struct weir_showing *showing)
{
    struct show show = {.state = &load->state, .pipeline = pipeline, .showing = showing};

    return connection_retry(&load->control, try_once, &show, "cannot read the state");
}
