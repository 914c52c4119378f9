/* Jobs in front of the loader: in order, their bytes counted until they are done with, and nobody
 * sleeps through what comes. */
#include "flow_checks.h"

#include "flow/loader.h"

static struct flow flow;
static struct loader_queue queue;
static struct plan plan;

static int setup(void **state)
{
    (void)state;
    memset(&flow, 0, sizeof(flow));
    memset(&queue, 0, sizeof(queue));
    flow.plan = &plan;
    flow.queue_limit = 1;
    flow.loop_thread = uv_thread_self();
    /* job_free gives back in its name. */
    flow.extract.flow = &flow;
    flow.extract.planned = &plan.extract;
    plan.extract.stage.engine = &flow.extract;
    flow.loader = NULL;
    budget_init(&flow.budget, 1 << 20);
    queue_init(&queue);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    queue_done(&queue);
    return 0;
}

static struct job *new_job(void)
{
    return job_new(&flow, weir_batch_new(NULL), false);
}

static void jobs_come_out_in_order(void **state)
{
    struct job *jobs[3];

    (void)state;
    assert_null(queue_take(&queue));
    for (int i = 0; i < 3; i++) {
        jobs[i] = new_job();
        assert_int_equal(queue_push(&queue, jobs[i]), (size_t)(i + 1) * jobs[0]->charged);
    }
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(queue_take(&queue), jobs[i]);
    assert_null(queue_take(&queue));
    /* And again, from empty. */
    (void)queue_push(&queue, jobs[1]);
    assert_ptr_equal(queue_take(&queue), jobs[1]);
    queue.held -= jobs[1]->charged;
    for (int i = 0; i < 3; i++)
        queue_release(&queue, jobs[i]);
    assert_int_equal(queue_held(&queue), 0);
}

static void what_was_taken_is_held_until_it_is_released(void **state)
{
    struct job *job = new_job();
    size_t charged = job->charged;

    (void)state;
    assert_true(charged > 0);
    assert_int_equal(atomic_load(&flow.budget.held), charged);
    (void)queue_push(&queue, job);
    assert_ptr_equal(queue_take(&queue), job);
    assert_int_equal(queue_held(&queue), charged);
    assert_false(atomic_load(&flow.wanted));
    queue_release(&queue, job);
    assert_int_equal(queue_held(&queue), 0);
    assert_int_equal(atomic_load(&flow.budget.held), 0);
    /* It was full, and is not any more: the pump has something to look at. */
    assert_true(atomic_load(&flow.wanted));
}

static void it_is_over_when_it_is_closed_and_empty(void **state)
{
    struct job *job = new_job();

    (void)state;
    (void)queue_push(&queue, job);
    assert_false(queue_is_over(&queue));
    queue_close(&queue);
    assert_false(queue_is_over(&queue));
    assert_ptr_equal(queue_take(&queue), job);
    assert_true(queue_is_over(&queue));
    queue_release(&queue, job);
    assert_false(queue_has_ended(&queue));
    queue_end(&queue, &flow);
    assert_true(queue_has_ended(&queue));
}

static void push_later(void *arg)
{
    sleep_ms(10);
    (void)queue_push(&queue, arg);
}

static void close_later(void *arg)
{
    (void)arg;
    sleep_ms(10);
    queue_close(&queue);
}

/* A test that sleeps too long does so for ever. */
static void waiting_ends_when_something_comes(void **state)
{
    struct job *job = new_job();
    uv_thread_t thread;

    (void)state;
    queue_wait(&queue, 1);
    assert_int_equal(uv_thread_create(&thread, push_later, job), 0);
    queue_wait(&queue, UINT64_MAX);
    assert_ptr_equal(queue_take(&queue), job);
    uv_thread_join(&thread);
    queue_release(&queue, job);
    assert_int_equal(uv_thread_create(&thread, close_later, NULL), 0);
    queue_wait(&queue, UINT64_MAX);
    assert_true(queue_is_over(&queue));
    uv_thread_join(&thread);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(jobs_come_out_in_order),
        CASE(what_was_taken_is_held_until_it_is_released),
        CASE(it_is_over_when_it_is_closed_and_empty),
        CASE(waiting_ends_when_something_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
