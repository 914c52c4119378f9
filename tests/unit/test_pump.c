/* How batches move: in order, no more than there is room for, and whenever somebody wakes. */
#include "flow_checks.h"

#include <weir/loop.h>

static struct kept kept;

static int setup(void **state)
{
    memset(&kept, 0, sizeof(kept));
    return flow_setup(state);
}

/* --- order -------------------------------------------------------------------------------- */

static enum weir_status tarry(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    if (first_id(batch) % 3 == 1)
        sleep_ms(2);
    return WEIR_OK;
}

static const struct weir_plugin tarry_plugin = {
    .header = WEIR_HEADER,
    .name = "tarry",
    .threading = WEIR_IN_PARALLEL,
    .transform = tarry,
};

static void batches_arrive_in_order_though_workers_overtake(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin on_loop = with_threading(&numbers_plugin, WEIR_ON_LOOP);
    struct numbers numbers = {.rows = 300, .unit = 1};

    add_transform(f, "transform 1 (tarry)", &tarry_plugin, NULL);
    run_stages(f, &on_loop, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 300);
    assert_int_equal(kept.loads, 300);
    flow_done_with(f);
}

/* --- room --------------------------------------------------------------------------------- */

/* An extractor of large batches, which counts those that live. */
struct large {
    size_t bytes; /* of a batch */
    int64_t rows;
    bool reserves;
    /* what happened */
    int64_t given;
    int refusals;
    atomic_int living, most_living;
};

static void batch_died(void *arg)
{
    struct large *large = arg;

    atomic_fetch_sub(&large->living, 1);
}

static void fill(struct large *large, struct weir_batch *batch)
{
    int living = atomic_fetch_add(&large->living, 1) + 1;

    if (living > atomic_load(&large->most_living))
        atomic_store(&large->most_living, living);
    weir_defer(batch->arena, batch_died, large);
    (void)weir_alloc(batch->arena, large->bytes);
    add_numbers(batch, &large->given, 1);
}

static enum weir_status large_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct large *large = stage->state;

    if (large->given == large->rows)
        return WEIR_END;
    if (large->reserves && !weir_reserve(stage, large->bytes)) {
        large->refusals++;
        return WEIR_AGAIN;
    }
    fill(large, batch);
    if (large->reserves)
        weir_release(stage, large->bytes);
    return WEIR_OK;
}

static const struct weir_plugin large_plugin = {
    .header = WEIR_HEADER,
    .name = "large",
    .extract = large_extract,
};

/* Beyond what the queue holds there are the jobs, one more than there are workers, and the batch
 * that filled the queue. */
static void a_slow_loader_holds_the_extractor_back(void **state)
{
    struct flow_fixture *f = *state;
    struct large large = {.bytes = 64 << 10, .rows = 200};
    struct weir_plugin on_loop = with_threading(&large_plugin, WEIR_ON_LOOP);
    int room;

    f->plan.memory = 8 << 20;
    room = (8 << 20) / 16 / (64 << 10) + 1 + 17;
    kept.wait_ms = 1;
    run_stages(f, &on_loop, &large, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 200);
    assert_true(atomic_load(&large.most_living) <= room);
    assert_true(atomic_load(&large.most_living) > 1);
    assert_int_equal(atomic_load(&large.living), 0);
    flow_done_with(f);
}

static void no_more_than_the_budget_is_in_flight(void **state)
{
    struct flow_fixture *f = *state;
    struct large large = {.bytes = 400 << 10, .rows = 100, .reserves = true};
    struct weir_plugin on_loop = with_threading(&large_plugin, WEIR_ON_LOOP);

    f->plan.memory = 8 << 20;
    kept.wait_ms = 1;
    run_stages(f, &on_loop, &large, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 100);
    assert_true(large.refusals > 0);
    assert_true((size_t)atomic_load(&large.most_living) * large.bytes <= (8 << 20) / 4);
    flow_done_with(f);
}

static void what_exceeds_the_budget_comes_through_alone(void **state)
{
    struct flow_fixture *f = *state;
    struct large large = {.bytes = 3 << 20, .rows = 20, .reserves = true};
    struct weir_plugin on_loop = with_threading(&large_plugin, WEIR_ON_LOOP);

    f->plan.memory = 8 << 20;
    run_stages(f, &on_loop, &large, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, 20);
    assert_int_equal(atomic_load(&large.most_living), 1);
    flow_done_with(f);
}

/* --- waking ------------------------------------------------------------------------------- */

/* It wakes itself from inside extract, then says AGAIN. Nothing else happens that could wake. */
struct restless {
    int left;
    int64_t given;
    bool silent; /* does not wake */
};

static enum weir_status restless_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct restless *restless = stage->state;

    if (restless->given)
        return WEIR_END;
    if (restless->left-- > 0) {
        if (!restless->silent)
            weir_wake(stage);
        return WEIR_AGAIN;
    }
    add_numbers(batch, &restless->given, 1);
    return WEIR_OK;
}

static const struct weir_plugin restless_plugin = {
    .header = WEIR_HEADER,
    .name = "restless",
    .extract = restless_extract,
};

static void waking_from_inside_extract_is_not_lost(void **state)
{
    struct flow_fixture *f = *state;
    const uint32_t threadings[] = {WEIR_ON_WORKER, WEIR_ON_LOOP};

    for (int i = 0; i < 2; i++) {
        struct weir_plugin extract = with_threading(&restless_plugin, threadings[i]);
        struct restless restless = {.left = 200};

        setup(state);
        f->plan.run_time = 5000;
        run_stages(f, &extract, &restless, &kept_plugin, &kept);
        check_went_well(f);
        check_ids(&kept, 1);
        flow_done_with(f);
    }
}

/*
 * A chain: the next page is known when the last one was decoded, and asked for a
 * moment later. It wakes itself from inside extract, too, just before the loop
 * sleeps; that must not hide what the worker tells later.
 */
struct chain {
    int64_t given;
    bool known; /* whether there is a next page */
    uv_timer_t *pause;
};

enum { PAGES = 20 };

static void on_pause_over(uv_timer_t *pause)
{
    struct weir_stage *stage = pause->data;
    struct chain *chain = stage->state;

    chain->known = true;
    weir_wake(stage);
}

static enum weir_status chain_start(struct weir_stage *stage)
{
    struct chain *chain = stage->state;

    chain->pause = weir_new(stage->arena, uv_timer_t);
    chain->pause->data = stage;
    return uv_timer_init(weir_loop(stage), chain->pause) == 0 ? WEIR_OK : WEIR_FAIL;
}

static void chain_stop(struct weir_stage *stage)
{
    const struct chain *chain = stage->state;

    uv_close((uv_handle_t *)chain->pause, NULL);
}

static enum weir_status chain_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct chain *chain = stage->state;

    if (chain->given == PAGES)
        return WEIR_END;
    if (chain->given && !chain->known)
        return WEIR_AGAIN;
    chain->known = false;
    add_numbers(batch, &chain->given, 1);
    weir_wake(stage);
    return WEIR_OK;
}

static enum weir_status chain_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    sleep_ms(2);
    return WEIR_OK;
}

static enum weir_status chain_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct chain *chain = stage->state;

    (void)batch;
    return uv_timer_start(chain->pause, on_pause_over, 1, 0) == 0 ? WEIR_OK : WEIR_FAIL;
}

static const struct weir_plugin chain_plugin = {
    .header = WEIR_HEADER,
    .name = "chain",
    .threading = WEIR_ON_LOOP,
    .start = chain_start,
    .stop = chain_stop,
    .extract = chain_extract,
    .decode = chain_decode,
    .decoded = chain_decoded,
};

static void waking_from_inside_extract_hides_no_worker(void **state)
{
    struct flow_fixture *f = *state;
    struct chain chain = {0};

    f->plan.run_time = 5000;
    run_stages(f, &chain_plugin, &chain, &kept_plugin, &kept);
    check_went_well(f);
    check_ids(&kept, PAGES);
    flow_done_with(f);
}

/* Else the run would spin while it waits. */
static void who_does_not_wake_is_not_called(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = with_threading(&restless_plugin, WEIR_ON_LOOP);
    struct restless restless = {.left = 1000, .silent = true};

    f->plan.run_time = 50;
    run_stages(f, &extract, &restless, &kept_plugin, &kept);
    check_failed(f, NULL, "E-RUN-TIME");
    assert_int_equal(restless.left, 999);
    flow_done_with(f);
}

/* --- decoded ------------------------------------------------------------------------------ */

/* Hears of its batches; may refuse one. */
struct listening {
    struct numbers numbers; /* first: numbers_extract reads it */
    int64_t refuse;         /* the batch that begins with this id; 0: none */
    bool slow;              /* only the first batch is decoded at once */
    int64_t heard;
    bool out_of_order;
    int heard_after_stop;
};

static enum weir_status listening_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct listening *listening = stage->state;

    if (listening->slow ? first_id(batch) > 1 : first_id(batch) % 3 == 1)
        sleep_ms(5);
    return WEIR_OK;
}

static enum weir_status listening_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    struct listening *listening = stage->state;

    if (listening->numbers.stops)
        listening->heard_after_stop++;
    if (first_id(batch) != listening->heard + 1)
        listening->out_of_order = true;
    listening->heard = first_id(batch);
    if (listening->refuse && listening->heard == listening->refuse)
        return weir_fail(stage, WEIR_FAULT_DATA, "E-LISTENING", "told to refuse");
    return WEIR_OK;
}

static const struct weir_plugin listening_plugin = {
    .header = WEIR_HEADER,
    .name = "listening",
    .start = numbers_start,
    .stop = numbers_stop,
    .extract = numbers_extract,
    .decode = listening_decode,
    .decoded = listening_decoded,
};

static void the_extractor_hears_of_its_batches_in_order(void **state)
{
    struct flow_fixture *f = *state;
    struct listening listening = {.numbers = {.rows = 100, .unit = 1}};

    run_stages(f, &listening_plugin, &listening, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(listening.heard, 100);
    assert_false(listening.out_of_order);
    flow_done_with(f);
}

/* All that it gave, though it refused the first; then it is stopped. */
static void the_extractor_hears_of_everything_before_its_stop(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin on_loop = with_threading(&listening_plugin, WEIR_ON_LOOP);
    struct listening listening = {.numbers = {.rows = 100, .unit = 1}, .refuse = 1, .slow = true};

    run_stages(f, &on_loop, &listening, &kept_plugin, &kept);
    check_failed(f, "extract", "E-LISTENING");
    assert_int_equal(listening.numbers.stops, 1);
    assert_int_equal(listening.heard_after_stop, 0);
    assert_true(listening.heard > 1);
    assert_int_equal(listening.heard, listening.numbers.given);
    flow_done_with(f);
}

static void a_batch_that_decoded_refuses_ends_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct listening listening = {.numbers = {.rows = 100, .unit = 1}, .refuse = 50};

    run_stages(f, &listening_plugin, &listening, &kept_plugin, &kept);
    check_failed(f, "extract", "E-LISTENING");
    assert_true(listening.numbers.given < 100);
    assert_int_equal(kept.committed, kept.n);
    assert_true(kept.n >= 49);
    flow_done_with(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(batches_arrive_in_order_though_workers_overtake, setup),
        cmocka_unit_test_setup(a_slow_loader_holds_the_extractor_back, setup),
        cmocka_unit_test_setup(no_more_than_the_budget_is_in_flight, setup),
        cmocka_unit_test_setup(what_exceeds_the_budget_comes_through_alone, setup),
        cmocka_unit_test_setup(waking_from_inside_extract_is_not_lost, setup),
        cmocka_unit_test_setup(waking_from_inside_extract_hides_no_worker, setup),
        cmocka_unit_test_setup(who_does_not_wake_is_not_called, setup),
        cmocka_unit_test_setup(the_extractor_hears_of_its_batches_in_order, setup),
        cmocka_unit_test_setup(the_extractor_hears_of_everything_before_its_stop, setup),
        cmocka_unit_test_setup(a_batch_that_decoded_refuses_ends_the_run, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
