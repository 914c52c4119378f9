#include "finish.h"

#include "rows/publish.h"
#include "session/session.h"
#include "state/gaps_read.h"
#include "state/guard.h"
#include "state/lock.h"
#include "state/mark_tables.h"
#include "state/marks_read.h"
#include "state/notes_read.h"
#include "state/pass.h"
#include "state/places.h"
#include "state/runs.h"

#include <weir/arena.h>
#include <weir/closing.h>
#include <weir/failpoint.h>

/*
 * SQLite does this in the transaction of the last rows, which `commit` ends. Here the last rows are
 * in the transactions of the lanes, each with the places behind them: all of those are waited for, and
 * then one transaction of the control connection, which is committed here, does what is to be
 * done once everything is loaded. A crash in between leaves a pass in which all is read and nothing
 * closed, which the next run closes without asking for anything.
 */
struct closing {
    struct postgres_load *load;
    struct connection *control;
    const struct weir_ending *ending;
    bool has_notes;
    bool refused;   /* new rows may not take the place of the old ones */
    bool was_tried; /* the outcome of an earlier try may not be known */
};

/* --- the steps of weir_close ----------------------------------------------------------------- */

static const struct state *state_of(const struct closing *closing)
{
    return &closing->load->state;
}

static int64_t generation_of(const struct closing *closing, size_t resource)
{
    return state_of(closing)->generations[resource].id;
}

static const char *name_of(const struct closing *closing, size_t resource)
{
    return state_of(closing)->stage->resources[resource]->name;
}

static enum weir_status forget_gaps(void *arg, size_t resource)
{
    const struct closing *closing = arg;

    return gaps_forget(closing->control, generation_of(closing, resource));
}

static enum weir_status find_gaps(void *arg, size_t resource, bool *ret_exist)
{
    const struct closing *closing = arg;

    return gaps_exist(closing->control, generation_of(closing, resource), ret_exist);
}

static enum weir_status publish(void *arg)
{
    const struct closing *closing = arg;
    struct weir_stage *stage = state_of(closing)->stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(closing->load, tables);
    enum weir_status status;

    WEIR_FAILPOINT("before_publish");
    status = publish_all(closing->control, tables, n);
    WEIR_FAILPOINT("after_publish");
    return status;
}

static enum weir_status move_marks(void *arg, size_t resource)
{
    const struct closing *closing = arg;

    return marks_move(closing->control, state_of(closing)->run.pipeline, name_of(closing, resource),
        generation_of(closing, resource));
}

static enum weir_status settle_notes(
    const struct closing *closing, size_t resource, enum weir_notes_fate fate)
{
    int64_t id = generation_of(closing, resource);

    if (!closing->has_notes)
        return WEIR_OK;
    if (fate == WEIR_NOTES_DROPPED)
        return notes_forget_generation(closing->control, state_of(closing), id);
    return notes_take(closing->control, state_of(closing), id, name_of(closing, resource),
        fate == WEIR_NOTES_WHOLE);
}

static enum weir_status settle(void *arg, size_t resource, enum weir_notes_fate notes)
{
    const struct closing *closing = arg;
    enum weir_status status = mark_tables_note(closing->control, closing->load, resource);

    if (status == WEIR_OK)
        status = marks_forget_seen(closing->control, generation_of(closing, resource));
    return status == WEIR_OK ? settle_notes(closing, resource, notes) : status;
}

static enum weir_status end_generation(void *arg, size_t resource)
{
    const struct closing *closing = arg;

    return pass_end_generation(closing->control, generation_of(closing, resource));
}

static enum weir_status forget_places(void *arg)
{
    const struct closing *closing = arg;
    const struct state *state = state_of(closing);
    size_t n = state->stage->n_resources;
    int64_t *ids = weir_new_array(state->stage->arena, n, int64_t);

    for (size_t i = 0; i < n; i++)
        ids[i] = state->generations[i].id;
    return places_forget(closing->control, ids, n);
}

static enum weir_status abandon(void *arg)
{
    const struct closing *closing = arg;

    return pass_abandon(closing->control, state_of(closing), state_of(closing)->pass);
}

static enum weir_status end(void *arg)
{
    const struct closing *closing = arg;

    return pass_end(closing->control, state_of(closing)->pass);
}

static const bool *list_open(const struct state *state)
{
    bool *is_open = weir_new_array(state->stage->arena, state->stage->n_resources, bool);

    for (size_t i = 0; i < state->stage->n_resources; i++)
        is_open[i] = state->generations[i].is_open;
    return is_open;
}

static enum weir_status close_pass(struct closing *closing)
{
    const struct state *state = state_of(closing);
    const struct weir_closing steps = {
        .size = sizeof(steps),
        .stage = state->stage,
        .ending = closing->ending,
        .is_open = list_open(state),
        .arg = closing,
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
    enum weir_status status = notes_exist(closing->control, state, &closing->has_notes);

    return status == WEIR_OK ? weir_close(&steps, &closing->refused) : status;
}

/* --- the run --------------------------------------------------------------------------------- */

/* What a server had acknowledged it may have lost in a crash since, and no lane comes by any more. */
static enum weir_status check_lanes(struct connection *control, const struct postgres_load *load)
{
    enum weir_status status = WEIR_OK;

    for (int64_t i = 0; load->lane && i < load->lanes && status == WEIR_OK; i++)
        status = guard_confirm(control, &load->state, (size_t)i, load->lane[i].token);
    return status;
}

static bool closes(const struct closing *closing)
{
    return closing->ending->done || closing->ending->abandon;
}

static enum weir_status write_all(struct connection *control, struct closing *closing)
{
    struct weir_ending ending = *closing->ending;
    enum weir_status status = WEIR_OK;

    closing->control = control;
    closing->refused = false;
    if (closes(closing))
        status = check_lanes(control, closing->load);
    if (status == WEIR_OK && closes(closing))
        status = close_pass(closing);
    if (closing->refused)
        ending.exit_code = WEIR_FAULT_DATA;
    return status == WEIR_OK ? runs_end(control, &closing->load->state, &ending) : status;
}

static enum weir_status try_once(struct connection *control, void *arg)
{
    struct closing *closing = arg;
    struct state *state = &closing->load->state;
    bool ended = false;
    enum weir_status status = lock_hold(control, state, state->run.pipeline, state->run.takeover);

    /* An earlier try may have been committed though nobody has said so. */
    if (status == WEIR_OK && closing->was_tried)
        status = runs_has_ended(control, state, &ended);
    if (status != WEIR_OK || ended)
        return status;
    closing->was_tried = true;
    status = state_enter(control, state);
    if (status == WEIR_OK)
        status = write_all(control, closing);
    if (status == WEIR_OK && !query_script(control, "COMMIT"))
        status = connection_fail(control, "cannot finish the run");
    return status;
}

enum weir_status finish_run(struct postgres_load *load, const struct weir_ending *ending)
{
    struct closing closing = {.load = load, .ending = ending};
    enum weir_status status = load_drain(load);

    WEIR_FAILPOINT("before_finish");
    /* What was lost has been told; only the run's end is written, and nothing waited for again. */
    if (!closes(&closing) && load->has_failed)
        return connection_try(&load->control, try_once, &closing, "cannot write the run's end");
    if (status == WEIR_OK)
        status = connection_retry(&load->control, try_once, &closing, "cannot finish the run");
    return status == WEIR_OK && closing.refused ? WEIR_REJECT : status;
}
