#include "open.h"

#include "session/session.h"
#include "state/letters.h"
#include "state/lock.h"
#include "state/pass.h"
#include "state/tables.h"

enum weir_status open_find(struct connection *control, const struct state *state,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    const struct weir_run *run = &state->run;
    enum weir_status status = pass_find_open(control, run->pipeline, arena, &ret_found->open);

    ret_found->keyed = NULL;
    if (status == WEIR_OK && run->key)
        status = pass_find_key(control, run->pipeline, run->key, arena, &ret_found->keyed);
    if (status == WEIR_OK && ret_found->open)
        status =
            letters_of_pass(control, state, ret_found->open->id, &ret_found->open->n_dead_letters);
    return status;
}

static bool is_same_pass(const struct weir_pass *a, const struct weir_pass *b)
{
    if (!a || !b)
        return a == b;
    if (a->id != b->id || a->status != b->status || a->n_gaps != b->n_gaps ||
        a->n_generations != b->n_generations)
        return false;
    for (size_t i = 0; i < a->n_generations; i++)
        if (a->generations[i].id != b->generations[i].id ||
            a->generations[i].done != b->generations[i].done)
            return false;
    return true;
}

bool open_is_same(const struct weir_found *a, const struct weir_found *b)
{
    return is_same_pass(a->open, b->open) && is_same_pass(a->keyed, b->keyed);
}

struct opening {
    struct state *state;
    struct weir_arena *arena;
};

static enum weir_status look(struct connection *control, void *arg)
{
    const struct opening *opening = arg;
    struct state *state = opening->state;
    enum weir_status status = lock_hold(control, state, state->run.pipeline, state->run.takeover);
    bool there = false;

    state->found = (struct weir_found){0};
    if (status != WEIR_OK)
        return status;
    /* All of it as it is at one moment: a run that is being taken over may be at work. */
    status = query_begin(control, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (status == WEIR_OK)
        status = tables_are_there(control, &there);
    if (status == WEIR_OK && there)
        status = open_find(control, state, opening->arena, &state->found);
    if (status == WEIR_OK && !query_script(control, "COMMIT"))
        status = connection_fail(control, "cannot read the state");
    return status;
}

enum weir_status open_run(struct postgres_load *load, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    struct opening opening = {&load->state, arena};
    enum weir_status status;

    load->state.run = *run;
    status = connection_retry(&load->control, look, &opening, "cannot begin a run");
    *ret_found = load->state.found;
    return status;
}
