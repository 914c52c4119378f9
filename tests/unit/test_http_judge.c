/* Answers that only decoding shows to be none: the page is asked for again, in its place. */
#include "http_checks.h"

#include "../../plugins/http/source/chain.h"
#include "../../plugins/http/source/hand_over.h"
#include "../../plugins/http/source/judge.h"
#include "../../plugins/http/source/source.h"

#include <uv.h>
#include <weir/loop.h>

enum { AHEAD = 4, MOST_OUT = 16 };

struct rig {
    struct http_fixture *f;
    uv_loop_t loop;
    struct weir_stage stage;
    struct http_source source;
    struct http_resource resource;
    struct weir_batch *out[MOST_OUT]; /* handed over, not judged */
    size_t n_out;
};

static struct rig rig;

static void *fake_loop(struct weir_stage *stage)
{
    (void)stage;
    return &rig.loop;
}

static bool fake_reserve(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    (void)bytes;
    return true;
}

static void fake_release(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    (void)bytes;
}

static void fake_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)stage;
    (void)level;
    (void)text;
}

static bool fake_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    (void)stage;
    (void)resource;
    (void)chain;
    (void)ret_resume;
    return false;
}

static const struct weir_host host = {.size = sizeof(host),
    .reserve = fake_reserve,
    .release = fake_release,
    .log = fake_log,
    .loop = fake_loop,
    .resume = fake_resume};

static int setup(void **state)
{
    memset(&rig, 0, sizeof(rig));
    (void)http_setup((void **)&rig.f);
    assert_int_equal(uv_loop_init(&rig.loop), 0);
    http_parse(rig.f,
        "{'url': 'http://h/', 'retry': {'max_attempts': 3, 'initial_interval': '1ms'},"
        " 'paginator': {'type': 'page_number', 'prefetch': 4}}");
    check_none(&rig.f->mistakes);
    rig.stage = (struct weir_stage){.host = &host};
    /* Without a slot nothing is sent; answers come from the tests. */
    rig.source = (struct http_source){.stage = &rig.stage,
        .resources = &rig.resource,
        .n_resources = 1,
        .max_per_host = AHEAD,
        .skips_left = 100,
        .random = 1};
    uv_timer_init(&rig.loop, &rig.source.retry_timer);
    rig.source.retry_timer.data = &rig.source;
    rig.resource = (struct http_resource){
        .source = &rig.source, .weir = &rig.f->resource, .options = &rig.f->options};
    http_paginator_init(&rig.resource.paginator, &rig.f->options.paginator);
    rig.resource.credential = http_credential_use(
        &rig.source.credentials, &rig.f->options.auth, &rig.f->options.retry, rig.f->arena);
    assert_int_equal(
        http_plan_init(&rig.resource.plan, &rig.f->options, NULL, rig.f->arena, &rig.f->error),
        WEIR_OK);
    assert_int_equal(http_walk_init(&rig.resource, NULL, &rig.f->error), WEIR_OK);
    assert_int_equal(http_chain_open(&rig.resource, &rig.f->error), WEIR_OK);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    while (rig.resource.chains)
        http_chain_close(rig.resource.chains);
    while (rig.n_out)
        weir_arena_free(rig.out[--rig.n_out]->arena);
    http_walk_done(&rig.resource.walk);
    http_waiting_done(&rig.source.waiting);
    uv_close((uv_handle_t *)&rig.source.retry_timer, NULL);
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig.loop), 0);
    return http_teardown((void **)&rig.f);
}

static struct http_chain *the_chain(void)
{
    return rig.resource.chains;
}

static struct http_page *page_of(uint64_t number)
{
    struct http_page *page = the_chain()->first;

    while (page && page->number != number)
        page = page->next;
    assert_non_null(page);
    return page;
}

/* Its answer is here. */
static void answer(uint64_t number)
{
    struct http_page *page = page_of(number);

    assert_int_equal(page->state, HTTP_PAGE_READY);
    http_page_list_remove(page);
    page->attempts++;
    page->state = HTTP_PAGE_DONE;
    http_chain_settle(the_chain());
}

/* What is finished goes into a batch; the number of its units. */
static size_t hand_over(void)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_batch *batch = weir_new(arena, struct weir_batch);
    const struct http_delivery *delivery;

    batch->arena = arena;
    if (!http_hand_batch(&rig.source, batch)) {
        weir_arena_free(arena);
        return 0;
    }
    rig.out[rig.n_out++] = batch;
    delivery = batch->payload;
    return delivery->n;
}

/* The unit of the oldest batch comes back, decoded. */
static struct http_judgement judge(size_t i, enum http_verdict verdict)
{
    static const struct weir_error none_at_all = {.fault = WEIR_FAULT_SOURCE, .code = "E-TEST"};
    struct http_delivery *delivery = rig.out[0]->payload;
    struct http_unit *decoded = &delivery->units[i];
    struct weir_unit unit = {.error = verdict == HTTP_GOOD ? NULL : &none_at_all};

    decoded->facts = (struct http_facts){.n_rows = 1, .total = -1};
    decoded->verdict = verdict;
    rig.source.n_out--;
    return http_chain_judge(decoded->page->chain, decoded, &unit, rig.f->arena);
}

static void forget_batch(void)
{
    weir_arena_free(rig.out[0]->arena);
    rig.n_out--;
    memmove(rig.out, rig.out + 1, rig.n_out * sizeof(*rig.out));
}

static void wait_is_over(void)
{
    while (rig.source.waiting.n)
        uv_run(&rig.loop, UV_RUN_ONCE);
}

static void check_position(struct http_judgement judgement, uint64_t number)
{
    assert_null(judgement.error);
    assert_non_null(judgement.position);
    assert_int_equal(judgement.position->number, number);
}

static void a_page_is_asked_again_in_its_place(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        answer(i);
    assert_int_equal(hand_over(), 3);
    check_position(judge(0, HTTP_GOOD), 0);
    assert_null(judge(1, HTTP_RETRY).position);
    assert_int_equal(page_of(1)->state, HTTP_PAGE_WAITING);
    /* What lay behind it never happened, and is asked for again. */
    assert_null(judge(2, HTTP_GOOD).position);
    assert_int_equal(page_of(2)->state, HTTP_PAGE_READY);
    forget_batch();
    wait_is_over();
    answer(2);
    assert_int_equal(hand_over(), 0);
    answer(1);
    assert_int_equal(hand_over(), 2);
    check_position(judge(0, HTTP_GOOD), 1);
    check_position(judge(1, HTTP_GOOD), 2);
    forget_batch();
    assert_int_equal(rig.f->progress.retries, 1);
}

static void an_early_answer_waits_for_the_one_asked_again(void **state)
{
    (void)state;
    answer(0);
    answer(1);
    assert_int_equal(hand_over(), 2);
    /* Finished, but in no batch yet: it keeps its answer. */
    answer(2);
    assert_null(judge(0, HTTP_RETRY).position);
    assert_int_equal(hand_over(), 0);
    wait_is_over();
    answer(0);
    assert_null(judge(1, HTTP_GOOD).position);
    forget_batch();
    answer(1);
    assert_int_equal(hand_over(), 3);
    for (uint64_t i = 0; i < 3; i++)
        check_position(judge(i, HTTP_GOOD), i);
    forget_batch();
}

static void tries_come_to_an_end(void **state)
{
    struct http_judgement judgement;

    (void)state;
    for (int i = 0; i < 2; i++) {
        answer(0);
        assert_int_equal(hand_over(), 1);
        judgement = judge(0, HTTP_RETRY);
        assert_null(judgement.position);
        assert_false(rig.source.failed);
        forget_batch();
        wait_is_over();
    }
    answer(0);
    assert_int_equal(hand_over(), 1);
    judgement = judge(0, HTTP_RETRY);
    assert_null(judgement.position);
    assert_true(rig.source.failed);
    assert_string_equal(rig.source.error.code, "E-TEST");
    assert_non_null(strstr(rig.source.error.text, "3 attempts"));
    forget_batch();
}

static void a_run_that_ends_asks_for_nothing_again(void **state)
{
    const struct weir_error other = {.fault = WEIR_FAULT_SOURCE, .code = "E-OTHER"};

    (void)state;
    answer(0);
    answer(1);
    assert_int_equal(hand_over(), 2);
    http_source_fail(&rig.source, &other);
    http_chain_cut(the_chain());
    assert_null(judge(0, HTTP_RETRY).position);
    assert_null(judge(1, HTTP_GOOD).position);
    forget_batch();
    assert_null(the_chain());
    assert_int_equal(rig.f->progress.failures, 0);
}

static void pages_that_are_stale_outlive_a_cut(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        answer(i);
    assert_int_equal(hand_over(), 3);
    assert_null(judge(0, HTTP_RETRY).position);
    http_chain_cut(the_chain());
    assert_null(judge(1, HTTP_GOOD).position);
    assert_null(judge(2, HTTP_GOOD).position);
    forget_batch();
    assert_null(the_chain());
}

static void a_verdict_may_end_the_chain(void **state)
{
    struct http_judgement judgement;

    (void)state;
    page_of(0)->is_last = true;
    answer(0);
    assert_int_equal(hand_over(), 1);
    judgement = judge(0, HTTP_GOOD);
    check_position(judgement, 0);
    assert_int_equal(judgement.position->follow, WEIR_FOLLOW_END);
    forget_batch();
    assert_null(the_chain());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_is_asked_again_in_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(
            an_early_answer_waits_for_the_one_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(tries_come_to_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_that_ends_asks_for_nothing_again, setup, teardown),
        cmocka_unit_test_setup_teardown(pages_that_are_stale_outlive_a_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(a_verdict_may_end_the_chain, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
