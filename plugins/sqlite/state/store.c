/* The callbacks of the store, each of them put together from the parts of the state. */
#include "store.h"

#include "../errors.h"
#include "../load.h"
#include "../publish.h"
#include "../transaction.h"
#include "dead_letters.h"
#include "fence.h"
#include "finish.h"
#include "gaps.h"
#include "made.h"
#include "mark_tables.h"
#include "marks.h"
#include "notes.h"
#include "pass.h"
#include "places.h"
#include "reset.h"
#include "runs.h"
#include "show.h"
#include "tables.h"

#include <string.h>

#include <weir/failpoint.h>

static struct state *state_of(struct weir_stage *stage)
{
    return &((struct sqlite_load *)stage->state)->state;
}

/* --- open ----------------------------------------------------------------------------------- */

static bool sets_aside(const struct weir_stage *stage)
{
    for (size_t i = 0; i < stage->n_resources; i++)
        if (stage->resources[i]->sets_aside)
            return true;
    return false;
}

static enum weir_status open_tables(struct state *state)
{
    enum weir_status status = tables_make(state);

    if (status == WEIR_OK && sets_aside(state->stage))
        status = dead_letters_make(state);
    return status;
}

static enum weir_status find_passes(
    struct state *state, struct weir_arena *arena, struct weir_found *ret_found)
{
    enum weir_status status = pass_find_open(state, state->run.pipeline, arena, &ret_found->open);

    if (status == WEIR_OK && state->run.key)
        status =
            pass_find_key(state, state->run.pipeline, state->run.key, arena, &ret_found->keyed);
    return status;
}

static enum weir_status sqlite_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    struct state *state = state_of(stage);
    enum weir_status status = fence_lock(state, run->pipeline, run->takeover);

    *ret_found = (struct weir_found){0};
    state->run = *run;
    if (status == WEIR_OK)
        status = database_begin(state->db);
    if (status == WEIR_OK)
        status = open_tables(state);
    if (status == WEIR_OK)
        status = fence_raise(state, run->pipeline, &state->epoch);
    if (status == WEIR_OK)
        status = runs_begin(state);
    if (status == WEIR_OK)
        status = find_passes(state, arena, ret_found);
    if (status == WEIR_OK && ret_found->open)
        status = dead_letters_of_pass(state, ret_found->open->id, &ret_found->open->n_dead_letters);
    return status;
}

/* --- begin ---------------------------------------------------------------------------------- */

static enum weir_status take_generations(struct state *state, const struct weir_pass *pass)
{
    struct weir_stage *stage = state->stage;

    state->generations = weir_new_array(stage->arena, stage->n_resources, struct generation);
    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_generation *generation = pass_part(pass, stage->resources[i]->name);

        if (!generation)
            return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG",
                "resource '%s' is no part of the pass; please report this",
                stage->resources[i]->name);
        state->generations[i] =
            (struct generation){.id = generation->id, .is_open = !generation->done};
    }
    return WEIR_OK;
}

static enum weir_status begin_replacing(struct sqlite_load *load)
{
    struct weir_stage *stage = load->state.stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(load, tables);

    return publish_begin(stage, tables, n, load->state.pass);
}

/* Those that this run adds to the pass; a generation has no id before it is begun. */
static bool *mark_new(const struct sqlite_load *load, const struct weir_pass *pass)
{
    struct weir_stage *stage = load->state.stage;
    bool *is_new = weir_new_array(stage->arena, stage->n_resources, bool);

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_generation *generation = pass_part(pass, stage->resources[i]->name);

        is_new[i] = generation && !generation->id;
    }
    return is_new;
}

static enum weir_status begin_pass(
    struct sqlite_load *load, struct weir_pass *pass, const struct weir_pass *old)
{
    struct state *state = &load->state;
    bool *is_new = mark_new(load, pass);
    enum weir_status status = WEIR_OK;

    WEIR_FAILPOINT("before_begin");
    if (old)
        status = pass_abandon(state, old->id);
    if (status == WEIR_OK)
        status = pass_begin(state, pass);
    if (status == WEIR_OK)
        status = take_generations(state, pass);
    if (status == WEIR_OK)
        status = made_note(load, is_new);
    if (status == WEIR_OK)
        status = made_adopt(load);
    if (status == WEIR_OK)
        status = runs_join(state, pass->id);
    if (status == WEIR_OK)
        status = gaps_find_waiting(state, pass->id, &state->has_waiting);
    state->pass = pass->id;
    if (status == WEIR_OK)
        status = begin_replacing(load);
    if (status == WEIR_OK)
        status = made_check_rows(load, pass);
    return status == WEIR_OK ? mark_tables_check(load, pass) : status;
}

/* Rows that are put back are added: what they shall replace is not read anew. */
static void begin_without_pass(struct sqlite_load *load)
{
    struct weir_stage *stage = load->state.stage;

    load->state.generations = weir_new_array(stage->arena, stage->n_resources, struct generation);
    for (size_t i = 0; i < load->n_tables; i++)
        if (load->tables[i].disposition == WEIR_REPLACE)
            load->tables[i].disposition = WEIR_APPEND;
}

static enum weir_status sqlite_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    struct sqlite_load *load = stage->state;
    struct state *state = &load->state;
    enum weir_status status = WEIR_OK;

    if (pass)
        status = begin_pass(load, pass, old);
    else
        begin_without_pass(load);
    if (status == WEIR_OK)
        status = database_commit(state->db);
    WEIR_FAILPOINT("after_begin");
    state->is_open = status == WEIR_OK;
    state->db->keeps_state = state->is_open;
    return status;
}

/* --- the others ----------------------------------------------------------------------------- */

/* A table that is gone has none of the rows that are not to come again. */
static enum weir_status read_notes(struct sqlite_load *load, const struct weir_reading *reading)
{
    struct state *state = &load->state;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < state->stage->n_resources && status == WEIR_OK; i++)
        if (load->of_resource[i]->exists)
            status =
                notes_read(state, state->run.pipeline, state->stage->resources[i]->name, reading);
    return status;
}

/* Other processes may commit meanwhile: while one does, a query waits as a transaction would. */
static enum weir_status read_all(
    struct sqlite_load *load, const struct weir_pass *pass, const struct weir_reading *reading)
{
    struct state *state = &load->state;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < pass->n_generations && status == WEIR_OK; i++) {
        if (pass->generations[i].done)
            continue;
        status = places_read(state, pass->generations[i].id, i, reading);
        if (status == WEIR_OK)
            status = gaps_read(state, pass->generations[i].id, i, reading);
    }
    if (status == WEIR_OK)
        status = marks_read(state, state->run.pipeline, reading->mark, reading->arg);
    return status == WEIR_OK && reading->note ? read_notes(load, reading) : status;
}

static enum weir_status sqlite_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    struct sqlite_load *load = stage->state;
    enum weir_status status;

    database_may_wait(&load->db, true);
    status = read_all(load, pass, reading);
    database_may_wait(&load->db, false);
    return status;
}

static enum weir_status sqlite_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    return finish_run(stage->state, ending);
}

static enum weir_status sqlite_show(
    struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing)
{
    struct state *state = state_of(stage);
    enum weir_status status;

    /* All of it as it is at one moment, while a run may be at work. */
    database_may_wait(state->db, true);
    if (database_run(state->db, "BEGIN") != SQLITE_OK)
        return database_fail(state->db, "cannot read the database");
    status = show_state(state, pipeline, showing);
    database_may_wait(state->db, false);
    (void)database_run(state->db, "ROLLBACK");
    return status;
}

static enum weir_status sqlite_reset(
    struct weir_stage *stage, const char *pipeline, const char *resource)
{
    return reset_state(state_of(stage), pipeline, resource);
}

static enum weir_status sqlite_dead_letters(struct weir_stage *stage, const char *pipeline,
    int64_t after, size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg)
{
    struct state *state = state_of(stage);
    enum weir_status status;

    database_may_wait(state->db, true);
    status = dead_letters_read(state, pipeline, after, limit, tell, arg);
    database_may_wait(state->db, false);
    return status;
}

const struct weir_store store = {
    .size = sizeof(struct weir_store),
    .open = sqlite_open,
    .begin = sqlite_begin,
    .read = sqlite_read,
    .finish = sqlite_finish,
    .show = sqlite_show,
    .reset = sqlite_reset,
    .dead_letters = sqlite_dead_letters,
};
