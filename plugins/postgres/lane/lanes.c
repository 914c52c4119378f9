/* What the lanes and the control connection have in common: the loader as a whole. */
#include "lane.h"

#include "load.h"

enum { HASTY_MS = 2000 };

/* --- waiting for the lanes ------------------------------------------------------------------ */

static bool are_drained(const struct postgres_load *load)
{
    for (int64_t i = 0; load->lane && i < load->lanes; i++)
        if (!lane_is_drained(&load->lane[i]))
            return false;
    return true;
}

static void on_tick(uv_timer_t *timer)
{
    struct postgres_load *load = timer->data;

    if (load->drainer && are_drained(load))
        fiber_resume(load->drainer);
}

void load_notice(struct postgres_load *load)
{
    /* Not from here: this is a fiber of another connection. */
    if (load->drainer && are_drained(load))
        (void)uv_timer_start(load->ticker, on_tick, 0, 0);
    if (load->is_full) {
        load->is_full = false;
        weir_wake(load->state.stage);
    }
}

enum weir_status load_drain(struct postgres_load *load)
{
    for (int64_t i = 0; load->lane && i < load->lanes; i++)
        lane_flush(&load->lane[i]);
    while (!are_drained(load) && !load->is_ending) {
        load->drainer = fiber_current();
        fiber_pause();
        load->drainer = NULL;
    }
    return load->has_failed || load->is_ending ? WEIR_FAIL : WEIR_OK;
}

/* --- failures ------------------------------------------------------------------------------- */

static void hurry(struct connection *connection, const struct settings *settings)
{
    connection->settings = settings;
}

void load_hurry(struct postgres_load *load)
{
    load->hasty = load->settings;
    if (load->hasty.retry > HASTY_MS)
        load->hasty.retry = HASTY_MS;
    if (load->hasty.lock_wait > HASTY_MS)
        load->hasty.lock_wait = HASTY_MS;
    if (load->hasty.connect_timeout > HASTY_MS)
        load->hasty.connect_timeout = HASTY_MS;
    hurry(&load->control, &load->hasty);
    for (int64_t i = 0; load->lane && i < load->lanes; i++)
        hurry(&load->lane[i].connection, &load->hasty);
}

void load_fail(struct postgres_load *load)
{
    if (load->has_failed)
        return;
    load->has_failed = true;
    load_hurry(load);
    for (int64_t i = 0; i < load->lanes; i++)
        lane_flush(&load->lane[i]);
    weir_wake(load->state.stage);
}

/* --- batches into lanes --------------------------------------------------------------------- */

/* Where the last row wins, rows must come in the order of the source. */
static bool is_in_order(const struct weir_resource *resource)
{
    return resource->disposition == WEIR_MERGE && !resource->order_by;
}

static size_t burden(const struct lane *lane)
{
    return lane->gathering.n_bytes + (lane->is_sending ? lane->sending.n_bytes : 0);
}

static struct lane *emptiest(const struct postgres_load *load)
{
    struct lane *best = &load->lane[0];

    for (int64_t i = 1; i < load->lanes; i++)
        if (burden(&load->lane[i]) < burden(best))
            best = &load->lane[i];
    return best;
}

struct lane *load_choose(struct postgres_load *load, const struct held *held)
{
    bool several;
    struct lane *lane = pins_look(&load->pins, held, lane_flush, &several);

    if (!lane && is_in_order(held->batch->resource))
        lane = &load->lane[0];
    else if (!lane)
        lane = emptiest(load);
    if (!several && transaction_has_room(&lane->gathering, held))
        return lane;
    lane_flush(lane);
    load->is_full = true;
    return NULL;
}

/* --- tables that are replaced --------------------------------------------------------------- */

static bool is_replaced(const struct postgres_load *load, const struct table *table)
{
    const struct weir_stage *stage = load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (load->of_resource[i] == table && load->state.generations[i].is_open &&
            stage->resources[i]->disposition == WEIR_REPLACE)
            return true;
    return false;
}

size_t load_list_replaced(const struct postgres_load *load, struct table **tables)
{
    size_t n = 0;

    for (size_t i = 0; i < load->n_tables; i++)
        if (is_replaced(load, &load->tables[i]))
            tables[n++] = &load->tables[i];
    return n;
}
