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
    const struct weir_ending *ending;
    bool *has_gaps; /* in the order of stage->resources */
    bool has_notes;
    bool published; /* tables whose old rows the pass was to replace */
    bool refused;   /* new rows may not take the place of the old ones */
    bool was_tried; /* the outcome of an earlier try may not be known */
};

static enum weir_status find_gaps(struct connection *control, struct closing *closing)
{
    const struct state *state = &closing->load->state;
    size_t n = state->stage->n_resources;
    enum weir_status status = WEIR_OK;

    closing->has_gaps = weir_new_array(state->stage->arena, n, bool);
    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        int64_t id = state->generations[i].id;

        /* The source was read to its end, so a gap that is left is of a chain that it has no more:
         * a line that was taken out of a list. */
        status = closing->ending->done ? gaps_forget(control, id)
                                       : gaps_exist(control, id, &closing->has_gaps[i]);
    }
    return status;
}

static bool replaces(const struct closing *closing, size_t resource)
{
    const struct state *state = &closing->load->state;

    return state->generations[resource].is_open &&
           state->stage->resources[resource]->disposition == WEIR_REPLACE;
}

/* Something of it is missing, or of what would have opened more of it. */
static bool lacks_some(const struct closing *closing, size_t resource)
{
    const struct weir_stage *stage = closing->load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (closing->has_gaps[i] &&
            (i == resource ||
                weir_resource_descends(stage->resources[resource], stage->resources[i])))
            return true;
    return false;
}

/* A table of which a part is missing keeps its old rows, and so do all others then. */
static bool lacks_a_part(const struct closing *closing)
{
    for (size_t i = 0; i < closing->load->state.stage->n_resources; i++)
        if (replaces(closing, i) && lacks_some(closing, i))
            return true;
    return false;
}

static enum weir_status publish(struct connection *control, struct closing *closing)
{
    struct weir_stage *stage = closing->load->state.stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(closing->load, tables);
    enum weir_status status;

    if (n == 0 || lacks_a_part(closing))
        return WEIR_OK;
    WEIR_FAILPOINT("before_publish");
    status = publish_all(control, tables, n);
    WEIR_FAILPOINT("after_publish");
    closing->published = status == WEIR_OK;
    closing->refused = status == WEIR_REJECT;
    return closing->refused ? WEIR_OK : status;
}

/* What is missing below it comes again only if its rows do: its marks stay where they are. */
static bool lacks_below(const struct closing *closing, size_t resource)
{
    const struct weir_stage *stage = closing->load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (closing->has_gaps[i] &&
            weir_resource_descends(stage->resources[i], stage->resources[resource]))
            return true;
    return false;
}

/* Of a table that keeps its old rows the old notes hold. */
static enum weir_status take_notes(
    struct connection *control, struct closing *closing, size_t resource)
{
    const struct state *state = &closing->load->state;
    int64_t id = state->generations[resource].id;

    if (!closing->has_notes)
        return WEIR_OK;
    if (replaces(closing, resource) && !closing->published)
        return notes_forget_generation(control, state, id);
    return notes_take(control, state, id, state->stage->resources[resource]->name,
        !lacks_some(closing, resource));
}

/* One that was read whole; its rows are where they belong. */
static enum weir_status close_generation(
    struct connection *control, struct closing *closing, size_t resource)
{
    const struct state *state = &closing->load->state;
    int64_t id = state->generations[resource].id;
    enum weir_status status = WEIR_OK;

    if (closing->refused && replaces(closing, resource))
        return WEIR_OK;
    if (!lacks_below(closing, resource))
        status =
            marks_move(control, state->run.pipeline, state->stage->resources[resource]->name, id);
    if (status == WEIR_OK)
        status = mark_tables_note(control, closing->load, resource);
    if (status == WEIR_OK)
        status = marks_forget_seen(control, id);
    if (status == WEIR_OK)
        status = take_notes(control, closing, resource);
    if (status == WEIR_OK && !lacks_some(closing, resource))
        status = pass_end_generation(control, id);
    return status;
}

static enum weir_status close_generations(struct connection *control, struct closing *closing)
{
    const struct state *state = &closing->load->state;
    size_t n = state->stage->n_resources;
    int64_t *ids = weir_new_array(state->stage->arena, n, int64_t);
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        ids[i] = state->generations[i].id;
        if (state->generations[i].is_open)
            status = close_generation(control, closing, i);
    }
    return status == WEIR_OK ? places_forget(control, ids, n) : status;
}

static enum weir_status close_pass(struct connection *control, struct closing *closing)
{
    const struct state *state = &closing->load->state;
    enum weir_status status = find_gaps(control, closing);

    if (status == WEIR_OK)
        status = notes_exist(control, state, &closing->has_notes);
    if (status == WEIR_OK)
        status = publish(control, closing);
    if (status == WEIR_OK)
        status = close_generations(control, closing);
    if (status != WEIR_OK)
        return status;
    if (closing->ending->abandon || closing->refused)
        return pass_abandon(control, state, state->pass);
    return pass_end(control, state->pass);
}

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

    closing->refused = closing->published = false;
    if (closes(closing))
        status = check_lanes(control, closing->load);
    if (status == WEIR_OK && closes(closing))
        status = close_pass(control, closing);
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
