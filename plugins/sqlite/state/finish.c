#include "finish.h"

#include "../errors.h"
#include "../publish.h"
#include "../transaction.h"
#include "gaps.h"
#include "mark_tables.h"
#include "marks.h"
#include "notes.h"
#include "pass.h"
#include "places.h"
#include "runs.h"

#include <weir/closing.h>
#include <weir/failpoint.h>

/* --- the steps of weir_close ---------------------------------------------------------------- */

static struct state *state_of(void *load)
{
    return &((struct sqlite_load *)load)->state;
}

static int64_t generation_of(void *load, size_t resource)
{
    return state_of(load)->generations[resource].id;
}

static enum weir_status forget_gaps(void *load, size_t resource)
{
    return gaps_forget(state_of(load), generation_of(load, resource));
}

static enum weir_status find_gaps(void *load, size_t resource, bool *ret_exist)
{
    return gaps_exist(state_of(load), generation_of(load, resource), ret_exist);
}

static enum weir_status publish(void *arg)
{
    struct sqlite_load *load = arg;
    struct weir_stage *stage = load->state.stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(load, tables);
    enum weir_status status;

    WEIR_FAILPOINT("before_publish");
    status = publish_all(stage, tables, n);
    WEIR_FAILPOINT("after_publish");
    return status;
}

static enum weir_status move_marks(void *load, size_t resource)
{
    struct state *state = state_of(load);

    return marks_move(
        state, generation_of(load, resource), state->stage->resources[resource]->name);
}

static enum weir_status settle_notes(void *load, size_t resource, enum weir_notes_fate fate)
{
    struct state *state = state_of(load);
    int64_t id = generation_of(load, resource);

    if (fate == WEIR_NOTES_DROPPED)
        return notes_forget_generation(state, id);
    return notes_take(state, id, state->stage->resources[resource]->name, fate == WEIR_NOTES_WHOLE);
}

static enum weir_status settle(void *load, size_t resource, enum weir_notes_fate notes)
{
    enum weir_status status = mark_tables_note(load, resource);

    if (status == WEIR_OK)
        status = marks_forget_seen(state_of(load), generation_of(load, resource));
    return status == WEIR_OK ? settle_notes(load, resource, notes) : status;
}

static enum weir_status end_generation(void *load, size_t resource)
{
    return pass_end_generation(state_of(load), generation_of(load, resource));
}

static enum weir_status forget_places(void *load)
{
    struct state *state = state_of(load);
    size_t n = state->stage->n_resources;
    int64_t *ids = weir_new_array(state->stage->arena, n, int64_t);

    for (size_t i = 0; i < n; i++)
        ids[i] = state->generations[i].id;
    return places_forget(state, ids, n);
}

static enum weir_status abandon(void *load)
{
    return pass_abandon(state_of(load), state_of(load)->pass);
}

static enum weir_status end(void *load)
{
    return pass_end(state_of(load));
}

static const bool *list_open(const struct state *state)
{
    bool *is_open = weir_new_array(state->stage->arena, state->stage->n_resources, bool);

    for (size_t i = 0; i < state->stage->n_resources; i++)
        is_open[i] = state->generations[i].is_open;
    return is_open;
}

static enum weir_status close_pass(
    struct sqlite_load *load, const struct weir_ending *ending, bool *ret_refused)
{
    const struct weir_closing closing = {
        .size = sizeof(closing),
        .stage = load->state.stage,
        .ending = ending,
        .is_open = list_open(&load->state),
        .arg = load,
        .forget_gaps = forget_gaps,
        .gaps_exist = find_gaps,
        .publish = publish,
        .move_marks = move_marks,
        .settle = settle,
        .end_generation = end_generation,
        .forget_places = forget_places,
        .abandon_pass = abandon,
        .end_pass = end,
    };
    enum weir_status status = load_create_waiting(load);

    return status == WEIR_OK ? weir_close(&closing, ret_refused) : status;
}

/* --- the run -------------------------------------------------------------------------------- */

static enum weir_status write_end(
    struct sqlite_load *load, const struct weir_ending *told, bool refused)
{
    struct weir_ending ending = *told;

    if (refused)
        ending.exit_code = WEIR_FAULT_DATA;
    return runs_end(&load->state, &ending);
}

/* Whoever has failed at a lock before shall not wait for it once more. */
static enum weir_status enter(struct sqlite_load *load)
{
    uint64_t lock_wait = load->db.lock_wait;
    enum weir_status status;

    if (load->db.failed)
        load->db.lock_wait = 0;
    status = state_enter(&load->state);
    load->db.lock_wait = lock_wait;
    return status;
}

enum weir_status finish_run(struct sqlite_load *load, const struct weir_ending *ending)
{
    struct database *db = &load->db;
    bool refused = false;
    enum weir_status status;

    WEIR_FAILPOINT("before_finish");
    /* What was lost has been told; only the run's end is written now. */
    if (!ending->done && !ending->abandon)
        db->was_lost = false;
    status = enter(load);
    if (status == WEIR_OK && (ending->done || ending->abandon))
        status = close_pass(load, ending, &refused);
    if (status == WEIR_OK)
        status = write_end(load, ending, refused);
    if (status == WEIR_OK && refused) {
        status = state_flush(&load->state);
        if (status == WEIR_OK)
            status = database_commit(db);
        return status == WEIR_OK ? WEIR_REJECT : status;
    }
    if (status != WEIR_OK)
        database_lose(db);
    return status;
}
