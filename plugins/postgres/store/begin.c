#include "begin.h"

#include "open.h"
#include "rows/publish.h"
#include "session/session.h"
#include "state/fence.h"
#include "state/letters.h"
#include "state/lock.h"
#include "state/mark_tables.h"
#include "state/pass.h"
#include "state/runs.h"
#include "state/tables.h"

#include <weir/arena.h>
#include <weir/failpoint.h>

/*
 * SQLite begins its transaction in `open` and commits it here. A connection may be lost in between,
 * and the engine's decision cannot be asked for again; so `open` writes nothing, and all of it is
 * written here, as often as it takes, if what `open` told is true still.
 */
struct beginning {
    struct postgres_load *load;
    struct weir_pass *pass; /* NULL: none */
    const struct weir_pass *old;
    int64_t pass_id;   /* as the engine gave it: 0 for what is new */
    int64_t *part_ids; /* the same of pass->generations */
    bool was_tried;    /* the outcome of an earlier try may not be known */
};

/* --- what it is judged by -------------------------------------------------------------------- */

static enum weir_status refuse_changed(struct connection *control, const struct state *state)
{
    char shown[128];

    (void)weir_str_printable(weir_str(state->run.pipeline), shown, sizeof(shown));
    return connection_refuse(control, WEIR_FAULT_LOCKED, "E-FENCED",
        "another run of pipeline '%s' has committed something while this one began; run again",
        shown);
}

/* Rows may have come meanwhile, from a run that has been taken over: they are counted. */
static void count_again(struct weir_pass *pass, const struct weir_pass *open)
{
    for (size_t i = 0; pass && open && i < open->n_generations; i++) {
        struct weir_generation *part = pass_part(pass, open->generations[i].name);

        if (part && part->id == open->generations[i].id)
            part->rows = open->generations[i].rows;
    }
}

static enum weir_status check_found(struct connection *control, struct beginning *beginning)
{
    const struct state *state = &beginning->load->state;
    struct weir_arena *arena = weir_arena_new();
    struct weir_found found = {0};
    enum weir_status status = open_find(control, state, arena, &found);

    if (status == WEIR_OK && !open_is_same(&found, &state->found))
        status = refuse_changed(control, state);
    if (status == WEIR_OK)
        count_again(beginning->pass, found.open);
    weir_arena_free(arena);
    return status;
}

static enum weir_status refuse_gone(
    struct connection *control, const struct table *table, uint64_t n_rows)
{
    char shown[256];

    (void)weir_str_printable(table->name, shown, sizeof(shown));
    return connection_refuse(control, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "table '%s' is gone, and an interrupted run had put %llu row%s there, which would be "
        "missing; put it back, or begin anew with --restart --keep-partial",
        shown, (unsigned long long)n_rows, n_rows == 1 ? "" : "s");
}

/* Refuses to go on where a table is gone that the pass has put rows into: it would end without them,
 * and say that it is done. */
static enum weir_status check_rows(
    struct connection *control, const struct postgres_load *load, const struct weir_pass *pass)
{
    const struct weir_stage *stage = load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_generation *part = pass_part(pass, stage->resources[i]->name);
        const struct table *table = load->of_resource[i];

        if (stage->resources[i]->disposition == WEIR_REPLACE)
            table = table->staged;
        if (part && part->rows && table && !table->exists)
            return refuse_gone(control, load->of_resource[i], part->rows);
    }
    return WEIR_OK;
}

/* --- what it writes -------------------------------------------------------------------------- */

/* The lanes count their transactions from 1. Of a run with more lanes than this one some stay. */
static const char clear_lanes[] = "UPDATE weir.lane SET token = 0 WHERE pipeline = $1::text";
static const char add_lanes[] =
    "INSERT INTO weir.lane(pipeline, lane, token)"
    " SELECT $1::text, n, 0 FROM generate_series(0, $2::bigint - 1) n ON CONFLICT DO NOTHING";

static enum weir_status make_lanes(struct connection *control, const struct state *state)
{
    bool done = query_run(control, NULL, clear_lanes, bind_text(state->run.pipeline)) &&
                query_run(control, NULL, add_lanes, bind_text(state->run.pipeline),
                    bind_integer((int64_t)state->n_lanes));

    return tables_judge(control, done, "cannot begin a run");
}

static bool sets_aside(const struct weir_stage *stage)
{
    for (size_t i = 0; i < stage->n_resources; i++)
        if (stage->resources[i]->sets_aside)
            return true;
    return false;
}

static enum weir_status make_tables(struct connection *control, struct state *state)
{
    enum weir_status status = tables_make(control);

    if (status == WEIR_OK)
        status = tables_keep_notes(control, &state->keeps_notes);
    if (status == WEIR_OK && sets_aside(state->stage))
        status = letters_make(control, state);
    return status;
}

static enum weir_status take_generations(struct state *state, const struct weir_pass *pass)
{
    struct weir_stage *stage = state->stage;

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_generation *part = pass_part(pass, stage->resources[i]->name);

        if (!part)
            return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG",
                "resource '%s' is no part of the pass; please report this",
                stage->resources[i]->name);
        state->generations[i] = (struct generation){.id = part->id, .is_open = !part->done};
    }
    state->pass = pass->id;
    return WEIR_OK;
}

static enum weir_status begin_replacing(struct connection *control, struct postgres_load *load)
{
    struct weir_stage *stage = load->state.stage;
    struct table **tables = weir_new_array(stage->arena, stage->n_resources, struct table *);
    size_t n = load_list_replaced(load, tables);

    return publish_begin(control, tables, n, load->state.pass);
}

/* Whoever was ahead of this run may have made or changed tables since they were read; behind the
 * fence it can no more. */
static enum weir_status read_tables_again(struct connection *control, struct postgres_load *load)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < load->n_tables && status == WEIR_OK; i++)
        status = table_read(&load->tables[i], control);
    return status;
}

static enum weir_status begin_pass(struct connection *control, struct beginning *beginning)
{
    struct postgres_load *load = beginning->load;
    struct state *state = &load->state;
    struct weir_pass *pass = beginning->pass;
    enum weir_status status = WEIR_OK;

    if (beginning->old)
        status = pass_abandon(control, state, beginning->old->id);
    if (status == WEIR_OK)
        status = pass_begin(control, state->run.pipeline, pass);
    if (status == WEIR_OK)
        status = take_generations(state, pass);
    if (status == WEIR_OK)
        status = runs_join(control, state, pass->id);
    if (status == WEIR_OK)
        status = read_tables_again(control, load);
    if (status == WEIR_OK)
        status = begin_replacing(control, load);
    if (status == WEIR_OK)
        status = check_rows(control, load, pass);
    return status == WEIR_OK ? mark_tables_check(control, load, pass) : status;
}

static enum weir_status write_all(struct connection *control, struct beginning *beginning)
{
    struct state *state = &beginning->load->state;
    enum weir_status status = make_tables(control, state);

    if (status == WEIR_OK)
        status = fence_raise(control, state->run.pipeline, &state->epoch);
    if (status == WEIR_OK)
        status = check_found(control, beginning);
    if (status == WEIR_OK)
        status = make_lanes(control, state);
    if (status == WEIR_OK)
        status = runs_begin(control, state);
    /* Rows that are put back are added: what they shall replace is not read anew. */
    if (status == WEIR_OK && beginning->pass)
        status = begin_pass(control, beginning);
    return status;
}

/* --- as often as it takes -------------------------------------------------------------------- */

static void keep_ids(struct beginning *beginning)
{
    struct weir_pass *pass = beginning->pass;

    beginning->pass_id = pass->id;
    beginning->part_ids =
        weir_new_array(beginning->load->state.stage->arena, pass->n_generations, int64_t);
    for (size_t i = 0; i < pass->n_generations; i++)
        beginning->part_ids[i] = pass->generations[i].id;
}

/* What an earlier try has been given is not there. */
static void restore_ids(struct beginning *beginning)
{
    struct weir_pass *pass = beginning->pass;

    if (!pass)
        return;
    pass->id = beginning->pass_id;
    for (size_t i = 0; i < pass->n_generations; i++)
        pass->generations[i].id = beginning->part_ids[i];
}

static enum weir_status try_once(struct connection *control, void *arg)
{
    struct beginning *beginning = arg;
    struct state *state = &beginning->load->state;
    bool begun = false;
    enum weir_status status = lock_hold(control, state, state->run.pipeline, state->run.takeover);

    /* An earlier try may have been committed though nobody has said so. */
    if (status == WEIR_OK && beginning->was_tried)
        status = runs_has_begun(control, state, &begun);
    if (status != WEIR_OK || begun)
        return status;
    restore_ids(beginning);
    beginning->was_tried = true;
    status = state_enter(control, state);
    WEIR_FAILPOINT("before_begin");
    if (status == WEIR_OK)
        status = write_all(control, beginning);
    if (status == WEIR_OK && !query_script(control, "COMMIT"))
        status = connection_fail(control, "cannot begin a run");
    return status;
}

enum weir_status begin_run(
    struct postgres_load *load, struct weir_pass *pass, const struct weir_pass *old)
{
    struct beginning beginning = {.load = load, .pass = pass, .old = old};
    struct state *state = &load->state;
    enum weir_status status;

    state->generations =
        weir_new_array(state->stage->arena, state->stage->n_resources, struct generation);
    if (pass)
        keep_ids(&beginning);
    status = connection_retry(&load->control, try_once, &beginning, "cannot begin a run");
    WEIR_FAILPOINT("after_begin");
    state->is_open = status == WEIR_OK;
    return status;
}
