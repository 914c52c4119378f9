/* Counters count exactly between threads; what was given up is kept in order, and not without end. */
#include "flow/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 20000, N_THREADS = 4 };

static const struct weir_resource resource = {.name = "first"};

static struct weir_error gone(void)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-GONE", "not there");
    return error;
}

static void count_up(void *arg)
{
    struct stats *stats = arg;

    for (int i = 0; i < ROUNDS; i++) {
        count(&stats->resources[1].rows_read, 2);
        count(&stats->commits, 1);
    }
}

static void counts_exactly_between_threads(void **state)
{
    struct stats stats;
    uv_thread_t threads[N_THREADS];

    (void)state;
    stats_init(&stats, 2);
    assert_true(stats.started_ns > 0);
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(uv_thread_create(&threads[i], count_up, &stats), 0);
    for (int i = 0; i < N_THREADS; i++)
        uv_thread_join(&threads[i]);
    assert_int_equal(counted(&stats.resources[1].rows_read), 2 * ROUNDS * N_THREADS);
    assert_int_equal(counted(&stats.resources[0].rows_read), 0);
    assert_int_equal(counted(&stats.commits), ROUNDS * N_THREADS);
    stats_done(&stats);
}

static void failures_are_copied_and_kept_in_order(void **state)
{
    struct stats stats;
    struct weir_error error = gone();
    char what[] = "GET /a";

    (void)state;
    stats_init(&stats, 1);
    stats_add_failure(&stats, &resource, what, 5, &error);
    what[5] = 'b';
    error.code[2] = 'X';
    stats_add_failure(&stats, NULL, what, 1, &error);
    assert_int_equal(stats.n_failures, 2);
    assert_string_equal(stats.failures->resource, "first");
    assert_string_equal(stats.failures->what, "GET /a");
    assert_int_equal(stats.failures->attempts, 5);
    assert_string_equal(stats.failures->error.code, "E-GONE");
    assert_string_equal(stats.failures->next->resource, "");
    assert_string_equal(stats.failures->next->what, "GET /b");
    assert_null(stats.failures->next->next);
    stats_done(&stats);
}

static void only_the_first_failures_are_kept_and_all_are_counted(void **state)
{
    struct stats stats;
    struct weir_error error = gone();
    size_t kept = 0;
    const char *last = "";

    (void)state;
    stats_init(&stats, 1);
    for (int i = 1; i <= STATS_MAX_FAILURES + 500; i++) {
        char what[32];

        snprintf(what, sizeof(what), "GET /%d", i);
        stats_add_failure(&stats, &resource, what, 1, &error);
    }
    for (const struct failure *f = stats.failures; f; f = f->next, kept++)
        last = f->what;
    assert_int_equal(kept, STATS_MAX_FAILURES);
    assert_string_equal(last, "GET /1000");
    assert_int_equal(stats.n_failures, STATS_MAX_FAILURES + 500);
    stats_done(&stats);
}

static void add_failures(void *arg)
{
    struct weir_error error = gone();

    for (int i = 0; i < 100; i++)
        stats_add_failure(arg, &resource, "GET /", 1, &error);
}

static void any_thread_may_add_failures(void **state)
{
    struct stats stats;
    uv_thread_t threads[N_THREADS];
    size_t kept = 0;

    (void)state;
    stats_init(&stats, 1);
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(uv_thread_create(&threads[i], add_failures, &stats), 0);
    for (int i = 0; i < N_THREADS; i++)
        uv_thread_join(&threads[i]);
    for (const struct failure *f = stats.failures; f; f = f->next)
        kept++;
    assert_int_equal(kept, 100 * N_THREADS);
    assert_int_equal(stats.n_failures, 100 * N_THREADS);
    stats_done(&stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_exactly_between_threads),
        cmocka_unit_test(failures_are_copied_and_kept_in_order),
        cmocka_unit_test(only_the_first_failures_are_kept_and_all_are_counted),
        cmocka_unit_test(any_thread_may_add_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
