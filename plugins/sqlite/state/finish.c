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

#include <weir/failpoint.h>

/* What is judged of the run's generations before anything is closed. */
struct closing {
    struct sqlite_load *load;
    const struct weir_ending *ending;
    bool *has_gaps; /* in the order of stage->resources */
    bool published; /* tables whose old rows the pass was to replace */
    bool refused;   /* new rows may not take the place of the old ones */
};

static enum weir_status find_gaps(struct closing *closing)
{
    struct state *state = &closing->load->state;
    size_t n = state->stage->n_resources;
    enum weir_status status = WEIR_OK;

    closing->has_gaps = weir_new_array(state->stage->arena, n, bool);
    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        int64_t id = state->generations[i].id;

        /* The source was read to its end, so a gap that is left is of a chain that it has no more:
         * a line that was taken out of a list. */
        status = closing->ending->done ? gaps_forget(state, id)
                                       : gaps_exist(state, id, &closing->has_gaps[i]);
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

static enum weir_status publish(struct closing *closing)
{
    struct weir_stage *stage = closing->load->state.stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(closing->load, tables);
    enum weir_status status;

    if (n == 0 || lacks_a_part(closing))
        return WEIR_OK;
    WEIR_FAILPOINT("before_publish");
    status = publish_all(stage, tables, n);
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
static enum weir_status take_notes(struct closing *closing, size_t resource)
{
    struct state *state = &closing->load->state;
    int64_t id = state->generations[resource].id;

    if (replaces(closing, resource) && !closing->published)
        return notes_forget_generation(state, id);
    return notes_take(
        state, id, state->stage->resources[resource]->name, !lacks_some(closing, resource));
}

/* One that was read whole; its rows are where they belong. */
static enum weir_status close_generation(struct closing *closing, size_t resource)
{
    struct state *state = &closing->load->state;
    int64_t id = state->generations[resource].id;
    enum weir_status status = WEIR_OK;

    if (closing->refused && replaces(closing, resource))
        return WEIR_OK;
    if (!lacks_below(closing, resource))
        status = marks_move(state, id, state->stage->resources[resource]->name);
    if (status == WEIR_OK)
        status = mark_tables_note(closing->load, resource);
    if (status == WEIR_OK)
        status = marks_forget_seen(state, id);
    if (status == WEIR_OK)
        status = take_notes(closing, resource);
    if (status == WEIR_OK && !lacks_some(closing, resource))
        status = pass_end_generation(state, id);
    return status;
}

static enum weir_status close_generations(struct closing *closing)
{
    struct state *state = &closing->load->state;
    size_t n = state->stage->n_resources;
    int64_t *ids = weir_new_array(state->stage->arena, n, int64_t);
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        ids[i] = state->generations[i].id;
        if (state->generations[i].is_open)
            status = close_generation(closing, i);
    }
    return status == WEIR_OK ? places_forget(state, ids, n) : status;
}

static enum weir_status close_pass(struct closing *closing)
{
    struct state *state = &closing->load->state;
    enum weir_status status = find_gaps(closing);

    if (status == WEIR_OK)
        status = load_create_waiting(closing->load);
    if (status == WEIR_OK)
        status = publish(closing);
    if (status == WEIR_OK)
        status = close_generations(closing);
    if (status != WEIR_OK)
        return status;
    if (closing->ending->abandon || closing->refused)
        return pass_abandon(state, state->pass);
    return pass_end(state);
}

static enum weir_status write_end(struct closing *closing)
{
    struct weir_ending ending = *closing->ending;

    if (closing->refused)
        ending.exit_code = WEIR_FAULT_DATA;
    return runs_end(&closing->load->state, &ending);
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
    struct closing closing = {.load = load, .ending = ending};
    struct database *db = &load->db;
    enum weir_status status;

    WEIR_FAILPOINT("before_finish");
    /* What was lost has been told; only the run's end is written now. */
    if (!ending->done && !ending->abandon)
        db->was_lost = false;
    status = enter(load);
    if (status == WEIR_OK && (ending->done || ending->abandon))
        status = close_pass(&closing);
    if (status == WEIR_OK)
        status = write_end(&closing);
    if (status == WEIR_OK && closing.refused) {
        status = state_flush(&load->state);
        if (status == WEIR_OK)
            status = database_commit(db);
        return status == WEIR_OK ? WEIR_REJECT : status;
    }
    if (status != WEIR_OK)
        database_lose(db);
    return status;
}
