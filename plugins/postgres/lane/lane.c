#include "lane.h"

#include "load.h"

#include <assert.h>
#include <stdio.h>

/* --- waiting for work ----------------------------------------------------------------------- */

static bool is_ready(const struct lane *lane)
{
    return lane->gathering.first &&
           (lane->is_wanted || transaction_is_worth(&lane->gathering, lane->worth));
}

/* False when there will be none. */
static bool wait_for_work(struct lane *lane)
{
    while (!lane->load->is_ending && !lane->has_failed && !is_ready(lane)) {
        lane->is_idle = true;
        load_notice(lane->load);
        fiber_pause();
        lane->is_idle = false;
    }
    return !lane->load->is_ending && !lane->has_failed;
}

static void on_timer(uv_timer_t *timer)
{
    struct lane *lane = timer->data;

    lane->is_wanted = lane->gathering.first != NULL;
    if (lane->is_idle && is_ready(lane))
        fiber_resume(lane->fiber);
}

/* The fiber is never resumed by whoever brings work, but by the loop. */
static void wake_in(struct lane *lane, uint64_t ms)
{
    (void)uv_timer_start(&lane->timer, on_timer, ms, 0);
}

void lane_take(struct lane *lane, struct held *held)
{
    bool was_empty = !lane->gathering.first;

    transaction_add(&lane->gathering, held);
    if (is_ready(lane))
        wake_in(lane, 0);
    else if (was_empty)
        wake_in(lane, LANE_GATHER_MS);
}

void lane_flush(struct lane *lane)
{
    if (!lane->gathering.first || lane->is_wanted)
        return;
    lane->is_wanted = true;
    wake_in(lane, 0);
}

bool lane_is_drained(const struct lane *lane)
{
    return lane->has_failed || (!lane->gathering.first && !lane->is_sending);
}

/* --- sending -------------------------------------------------------------------------------- */

/* The engine frees the batch, and what is held of it, in these. */
static void give_back(struct lane *lane, struct held *first,
    void (*give)(struct weir_stage *stage, struct weir_batch *batch))
{
    struct held *next;

    for (struct held *held = first; held; held = next) {
        next = held->next;
        pins_remove(&lane->load->pins, held);
        give(lane->connection.stage, held->batch);
    }
}

static void cut(struct lane *lane)
{
    struct held *dropped = transaction_cut(&lane->sending, lane->fault, lane->fault_unit);

    lane->fault = NULL;
    give_back(lane, dropped, weir_dropped);
}

/* Batches of a transaction whose outcome is not known are neither loaded nor dropped: they stay. */
static void fail(struct lane *lane)
{
    lane->has_failed = true;
    if (lane->is_unknown)
        weir_log(lane->connection.stage, WEIR_LOG_WARNING,
            "the outcome of the last commit is not known; the next run finds out by itself");
    /* What is still held when the run ends, the engine frees. */
    if (lane->load->is_ending)
        return;
    if (!lane->is_unknown) {
        give_back(lane, lane->sending.first, weir_dropped);
        transaction_init(&lane->sending);
    }
    give_back(lane, lane->gathering.first, weir_dropped);
    transaction_init(&lane->gathering);
}

static void acknowledge(struct lane *lane)
{
    lane->token = lane->sending.token;
    /* What is counted as loaded is what is left. */
    for (struct held *held = lane->sending.first; held; held = held->next)
        weir_batch_drop_rejected(held->batch);
    give_back(lane, lane->sending.first, weir_loaded);
    transaction_init(&lane->sending);
}

/* A bad row ends the run, but not before the units in front of it are loaded. */
static enum weir_status send_before_fault(struct lane *lane)
{
    enum weir_status status = WEIR_FAIL;

    while (lane->fault && status == WEIR_FAIL) {
        cut(lane);
        status = lane->sending.first ? lane_send(lane) : WEIR_OK;
    }
    return status;
}

static void send_gathered(struct lane *lane)
{
    enum weir_status status;
    bool was_fault = false;

    transaction_move(&lane->sending, &lane->gathering);
    lane->sending.token = lane->token + 1;
    lane->is_wanted = false;
    lane->is_sending = true;
    load_notice(lane->load);
    status = lane_send(lane);
    if (status != WEIR_OK)
        load_fail(lane->load);
    if (status != WEIR_OK && lane->fault) {
        was_fault = true;
        status = send_before_fault(lane);
    }
    if (status == WEIR_OK)
        acknowledge(lane);
    if (status != WEIR_OK || was_fault)
        fail(lane);
    lane->is_sending = false;
    load_notice(lane->load);
}

static void run(void *arg)
{
    struct lane *lane = arg;

    while (wait_for_work(lane))
        send_gathered(lane);
}

/* --- its life ------------------------------------------------------------------------------- */

/* What may be kept is enough for each lane to send one transaction while it gathers another, which is
 * ready before nothing more comes. */
static size_t worth_of(const struct postgres_load *load)
{
    size_t share = weir_keep_max(load->state.stage) / (3 * (size_t)load->lanes);

    return share < TRANSACTION_BYTES_MAX ? share : TRANSACTION_BYTES_MAX;
}

void lane_init(struct lane *lane, struct postgres_load *load, size_t index, uv_loop_t *loop)
{
    *lane = (struct lane){.load = load, .index = index, .worth = worth_of(load)};
    (void)snprintf(lane->role, sizeof(lane->role), "lane %zu", index + 1);
    connection_init(&lane->connection, load->state.stage, loop, &load->settings, lane->role);
    connection_join(&lane->connection, &load->control);
    rows_init(&lane->rows);
    transaction_init(&lane->gathering);
    transaction_init(&lane->sending);
    (void)uv_timer_init(loop, &lane->timer);
    lane->timer.data = lane;
}

void lane_begin(struct lane *lane)
{
    lane->fiber = fiber_new(run, lane);
    fiber_resume(lane->fiber);
}

void lane_stop(struct lane *lane)
{
    connection_cancel(&lane->connection);
    if (lane->is_idle)
        fiber_resume(lane->fiber);
    assert(!lane->fiber || fiber_is_done(lane->fiber));
}

void lane_done(struct lane *lane)
{
    fiber_free(lane->fiber);
    connection_done(&lane->connection);
    rows_done(&lane->rows);
    uv_close((uv_handle_t *)&lane->timer, NULL);
}
