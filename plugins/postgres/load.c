/*
 * postgres - load rows into tables of a PostgreSQL database. See README.md.
 *
 * All of it is on the engine's loop. A batch is checked against its table, given to
 * a lane and kept until the server has said that its transaction is committed; with
 * it goes where its source stands: see lane/ and state/.
 */
#include "load.h"

#include <weir/loop.h>
#include <weir/plugin.h>
#include <weir/version.h>

#include "check.h"
#include "preflight.h"
#include "session/session.h"
#include "store/store.h"

static const struct weir_option options[] = {
    SETTINGS_OPTIONS(struct postgres_load),
    WEIR_TEXT(struct postgres_load, schema, .initial = "public", .min = 1,
        .help = "The schema that tables are in. It is made if it is missing."),
    WEIR_INT(struct postgres_load, lanes, .initial = "2", .min = 1, .max = 16, .tuning = true,
        .help = "How many connections write at the same time, besides the one that keeps the "
                "pipeline's lock."),
    {0},
};

static void postgres_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct postgres_load *load = stage->state;

    settings_check(stage, &load->settings, mistakes);
    check_names(stage, load->schema, mistakes);
}

/* --- start ---------------------------------------------------------------------------------- */

/* Resources that name one table share it. */
static struct table *table_for(struct postgres_load *load, const struct weir_resource *resource)
{
    struct table *table;

    for (size_t i = 0; i < load->n_tables; i++)
        if (weir_str_is(load->tables[i].name, resource->table))
            return &load->tables[i];
    table = &load->tables[load->n_tables++];
    table_init(table, load->state.stage, weir_str(load->schema), resource);
    return table;
}

static void make_tables(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    load->tables = weir_new_array(stage->arena, stage->n_resources, struct table);
    load->of_resource = weir_new_array(stage->arena, stage->n_resources, struct table *);
    for (size_t i = 0; i < stage->n_resources; i++)
        load->of_resource[i] = table_for(load, stage->resources[i]);
}

static void make_lanes(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    load->lane = weir_new_array(stage->arena, (size_t)load->lanes, struct lane);
    for (int64_t i = 0; i < load->lanes; i++)
        lane_init(&load->lane[i], load, (size_t)i, weir_loop(stage));
}

static void make_parts(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    state_init(&load->state, stage, load->schema, (size_t)load->lanes);
    connection_init(&load->control, stage, weir_loop(stage), &load->settings, "control");
    load->ticker = weir_new(stage->arena, uv_timer_t);
    (void)uv_timer_init(weir_loop(stage), load->ticker);
    load->ticker->data = load;
    if (weir_is_offline(stage))
        return;
    make_tables(stage);
    make_lanes(stage);
}

static enum weir_status read_tables(struct connection *control, void *arg)
{
    struct postgres_load *load = arg;
    enum weir_status status = query_begin(control, "BEGIN");

    for (size_t i = 0; i < load->n_tables && status == WEIR_OK; i++)
        status = table_read(&load->tables[i], control);
    return status;
}

static enum weir_status start(struct weir_stage *stage, const void *args)
{
    struct postgres_load *load = stage->state;
    enum weir_status status;

    (void)args;
    if (weir_is_offline(stage))
        return preflight_look(load);
    status = preflight_run(load);
    if (status == WEIR_OK)
        status = connection_retry(&load->control, read_tables, load, "cannot read the tables");
    for (int64_t i = 0; i < load->lanes && status == WEIR_OK; i++)
        lane_begin(&load->lane[i]);
    return status;
}

static enum weir_status postgres_start(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    if (!load->ticker)
        make_parts(stage);
    return call_run(&load->call, stage, start, NULL, 0);
}

/* --- load ----------------------------------------------------------------------------------- */

struct adapting {
    struct postgres_load *load;
    struct table *table;
    struct weir_batch *batch;
    bool is_again;
};

/* A change whose commit got no answer may have been made. */
static enum weir_status change(struct connection *control, const struct adapting *adapting)
{
    struct table *table = adapting->table;
    enum weir_status status = WEIR_OK;

    if (adapting->is_again)
        status = table_read(table->staged ? table->staged : table, control);
    if (status == WEIR_OK && !table_is_ready(table, adapting->batch))
        status = table_adapt(table, control, adapting->batch);
    if (status == WEIR_OK && !query_script(control, "COMMIT"))
        status = connection_fail(control, "cannot commit a change of a table");
    return status;
}

static enum weir_status adapt_once(struct connection *control, void *arg)
{
    struct adapting *adapting = arg;
    enum weir_status status = state_enter(control, &adapting->load->state);

    if (status == WEIR_OK)
        status = change(control, adapting);
    table_adapted(adapting->table, status == WEIR_OK);
    adapting->is_again = true;
    return status;
}

/* Tables change only while nobody writes to them. */
static enum weir_status adapt(struct weir_stage *stage, const void *args)
{
    struct postgres_load *load = stage->state;
    struct adapting adapting = *(const struct adapting *)args;
    enum weir_status status = load_drain(load);

    if (status == WEIR_OK)
        status = connection_retry(&load->control, adapt_once, &adapting, "cannot change a table");
    if (status == WEIR_FAIL)
        load_hurry(load);
    return status;
}

static size_t index_of(const struct weir_stage *stage, const struct weir_resource *resource)
{
    size_t i = 0;

    while (i < stage->n_resources && stage->resources[i] != resource)
        i++;
    return i;
}

static enum weir_status give_to_lane(
    struct weir_stage *stage, struct weir_batch *batch, size_t resource)
{
    struct postgres_load *load = stage->state;
    struct held *held = held_new(batch, load->of_resource[resource], resource);
    struct lane *lane = load_choose(load, held);
    enum weir_status status;

    if (!lane)
        return WEIR_AGAIN;
    status = table_check_rows(held->table, batch);
    if (status != WEIR_OK)
        return status;
    pins_add(&load->pins, held, lane);
    weir_keep(stage, batch);
    lane_take(lane, held);
    return WEIR_OK;
}

static enum weir_status postgres_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct postgres_load *load = stage->state;
    size_t resource = index_of(stage, batch->resource);
    enum weir_status status = WEIR_OK;

    if (resource == stage->n_resources)
        return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG", "a batch of an unknown resource came");
    if (!load->state.is_open && batch->n_rows == 0)
        return WEIR_OK;
    if (load->call.fiber || !table_is_ready(load->of_resource[resource], batch)) {
        const struct adapting adapting = {load, load->of_resource[resource], batch, false};

        status = call_run(&load->call, stage, adapt, &adapting, sizeof(adapting));
    }
    if (status == WEIR_OK && load->has_failed)
        status = WEIR_FAIL;
    return status == WEIR_OK ? give_to_lane(stage, batch, resource) : status;
}

/* --- the end -------------------------------------------------------------------------------- */

static enum weir_status commit(struct weir_stage *stage, const void *args)
{
    (void)args;
    return load_drain(stage->state);
}

static enum weir_status postgres_commit(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    return call_run(&load->call, stage, commit, NULL, 0);
}

/* Whatever waits is told that its connection is lost, so that it comes to its end. */
static void stop_fibers(struct postgres_load *load)
{
    load->is_ending = true;
    connection_cancel(&load->control);
    for (int64_t i = 0; load->lane && i < load->lanes; i++)
        lane_stop(&load->lane[i]);
    if (load->drainer)
        fiber_resume(load->drainer);
    fiber_free(load->call.fiber);
    load->call.fiber = NULL;
}

static void postgres_stop(struct weir_stage *stage)
{
    struct postgres_load *load = stage->state;

    if (!load->ticker)
        return;
    stop_fibers(load);
    for (int64_t i = 0; load->lane && i < load->lanes; i++)
        lane_done(&load->lane[i]);
    for (size_t i = 0; i < load->n_tables; i++) {
        table_tell(&load->tables[i]);
        table_done(&load->tables[i]);
    }
    pins_done(&load->pins);
    connection_done(&load->control);
    uv_close((uv_handle_t *)load->ticker, NULL);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "postgres",
    .summary = "Load rows into tables of a PostgreSQL database.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE | WEIR_TAKES_SCHEMA | WEIR_KEEPS_OPENINGS |
             WEIR_KEEPS_NOTES,
    .state_size = sizeof(struct postgres_load),
    .options = options,
    .check = postgres_check,
    .start = postgres_start,
    .stop = postgres_stop,
    .load = postgres_load,
    .commit = postgres_commit,
    .store = &store,
};
