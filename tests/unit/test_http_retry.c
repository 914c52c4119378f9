/* When to try again: which statuses, after how long, and for how long at all. */
#include "client/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const usual_codes[] = {"408", "429", "5xx"};

static struct http_retry_options usual(void)
{
    return (struct http_retry_options){
        .max_attempts = 5,
        .initial_interval = 1000,
        .max_interval = 60000,
        .jitter = HTTP_JITTER_FULL,
        .status_codes = {usual_codes, 3},
        .respect_retry_after = true,
    };
}

static uint64_t wait_of(const struct http_retry_options *options, unsigned attempt,
    const char *retry_after, uint64_t random)
{
    uint64_t ms = UINT64_MAX;

    assert_true(http_retry_wait(options, attempt, 0, retry_after, 1700000000, random, &ms));
    return ms;
}

static void knows_the_statuses(void **state)
{
    struct http_retry_options options = usual();

    (void)state;
    assert_true(http_retry_status(&options, 408));
    assert_true(http_retry_status(&options, 429));
    assert_true(http_retry_status(&options, 500));
    assert_true(http_retry_status(&options, 599));
    assert_false(http_retry_status(&options, 200));
    assert_false(http_retry_status(&options, 404));
    assert_false(http_retry_status(&options, 409));
    assert_false(http_retry_status(&options, 600));
    options.status_codes.n = 0;
    assert_false(http_retry_status(&options, 500));
}

static void doubles_up_to_the_longest(void **state)
{
    struct http_retry_options options = usual();

    (void)state;
    options.jitter = HTTP_JITTER_NONE;
    options.max_attempts = 1000;
    assert_int_equal(wait_of(&options, 1, NULL, 7), 1000);
    assert_int_equal(wait_of(&options, 2, NULL, 7), 2000);
    assert_int_equal(wait_of(&options, 6, NULL, 7), 32000);
    assert_int_equal(wait_of(&options, 7, NULL, 7), 60000);
    assert_int_equal(wait_of(&options, 999, NULL, 7), 60000);
    options.max_interval = 500;
    assert_int_equal(wait_of(&options, 1, NULL, 7), 500);
}

/* Never shorter than half of the interval, so that each wait is longer than the last. */
static void spreads_within_the_upper_half(void **state)
{
    struct http_retry_options options = usual();

    (void)state;
    for (unsigned attempt = 1; attempt < 5; attempt++) {
        uint64_t interval = (uint64_t)1000 << (attempt - 1);
        uint64_t least = UINT64_MAX, most = 0;

        for (uint64_t random = 0; random < 10000; random++) {
            uint64_t ms = wait_of(&options, attempt, NULL, random * 0x9e3779b97f4a7c15u);

            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_in_range(least, interval / 2, interval / 2 + interval / 50);
        assert_in_range(most, interval - interval / 50, interval);
    }
}

static void gives_up(void **state)
{
    struct http_retry_options options = usual();
    uint64_t ms;

    (void)state;
    assert_true(http_retry_wait(&options, 4, 0, NULL, 0, 1, &ms));
    assert_false(http_retry_wait(&options, 5, 0, NULL, 0, 1, &ms));
    options.max_attempts = 1;
    assert_false(http_retry_wait(&options, 1, 0, NULL, 0, 1, &ms));
}

static void gives_up_when_it_takes_too_long(void **state)
{
    struct http_retry_options options = usual();
    uint64_t ms;

    (void)state;
    options.jitter = HTTP_JITTER_NONE;
    options.max_elapsed_time = 10000;
    assert_true(http_retry_wait(&options, 1, 9000, NULL, 0, 1, &ms));
    assert_false(http_retry_wait(&options, 1, 9001, NULL, 0, 1, &ms));
    assert_false(http_retry_wait(&options, 1, UINT64_MAX, NULL, 0, 1, &ms));
    assert_false(http_retry_wait(&options, 1, 0, "30", 0, 1, &ms));
}

static void waits_at_least_as_long_as_asked(void **state)
{
    struct http_retry_options options = usual();

    (void)state;
    for (uint64_t random = 0; random < 5000; random++) {
        assert_in_range(wait_of(&options, 1, "3", random), 3000, 3500);
        /* What we would have waited anyhow is longer. */
        assert_in_range(wait_of(&options, 4, "3", random), 4000, 8000);
        assert_in_range(wait_of(&options, 1, "0", random), 500, 1000);
        assert_in_range(wait_of(&options, 1, "86400", random), 60000, 60500);
        assert_in_range(wait_of(&options, 1, "nonsense", random), 500, 1000);
    }
    options.respect_retry_after = false;
    assert_in_range(wait_of(&options, 1, "3", 1), 500, 1000);
}

static void reads(const char *header, int64_t now_s, uint64_t expected)
{
    uint64_t ms = UINT64_MAX;

    assert_true(http_retry_after_ms(header, now_s, &ms));
    assert_int_equal(ms, expected);
}

static void reads_both_forms(void **state)
{
    /* 1994-11-06 08:49:37 */
    const int64_t date = 784111777;

    (void)state;
    reads("120", date, 120000);
    reads(" 120 ", date, 120000);
    reads("0", date, 0);
    reads("00007", date, 7000);
    reads("Sun, 06 Nov 1994 08:49:37 GMT", date - 5, 5000);
    reads("Sunday, 06-Nov-94 08:49:37 GMT", date - 5, 5000);
    reads("Sun Nov  6 08:49:37 1994", date - 5, 5000);
    reads("Sun, 06 Nov 1994 08:49:37 GMT", date, 0);
    reads("Sun, 06 Nov 1994 08:49:37 GMT", date + 100000, 0);
}

static void survives_large_numbers(void **state)
{
    struct http_retry_options options = usual();
    uint64_t ms;

    (void)state;
    assert_true(http_retry_after_ms("18446744073709551616", 0, &ms));
    assert_true(ms > UINT64_MAX / 2);
    assert_true(http_retry_after_ms("99999999999999999999999999999999999999", 0, &ms));
    assert_true(ms > UINT64_MAX / 2);
    assert_in_range(wait_of(&options, 1, "99999999999999999999", 0), 60000, 60500);
}

static void refuses_other_texts(void **state)
{
    static const char *const bad[] = {
        "", " ", "-5", "+5", "1.5", "5s", "soon", "5, 6", "2024-01-01", "Sun, 99 Foo 1994"};
    uint64_t ms;

    (void)state;
    assert_false(http_retry_after_ms(NULL, 0, &ms));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(http_retry_after_ms(bad[i], 0, &ms));
}

static void tells_of_codes_that_are_none(void **state)
{
    static const char *const codes[] = {"429", "5xx", "5x", "42", "999", "teapot", "1xx"};
    struct http_retry_options options = usual();
    struct weir_arena *arena = weir_arena_new();
    struct weir_mistakes mistakes;
    struct weir_node *map = weir_node_map(arena), *list = weir_node_list(arena);

    (void)state;
    for (size_t i = 0; i < 7; i++)
        weir_node_add(arena, list, NULL, weir_node_scalar(arena, codes[i]));
    weir_node_add(arena, map, weir_node_scalar(arena, "status_codes"), list);
    weir_mistakes_init(&mistakes, arena);
    options.status_codes = (struct weir_strs){codes, 7};
    http_retry_check(&options, map, &mistakes);
    assert_int_equal(mistakes.n_errors, 5);
    assert_string_equal(mistakes.items[0].code, "E-VALUE");
    assert_non_null(strstr(mistakes.items[0].text, "'5x'"));
    weir_arena_free(arena);
}

/* The table's defaults are what the documentation and the tests above speak of. */
static void has_the_usual_defaults(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct http_retry_options options = {0};
    struct weir_mistakes mistakes;
    const struct weir_option_context context = {.arena = arena, .mistakes = &mistakes};
    const struct weir_option_target target = {
        http_retry_option_table, sizeof(struct weir_option), &options};

    (void)state;
    weir_mistakes_init(&mistakes, arena);
    assert_true(weir_options_parse(&context, NULL, NULL, &target, 1));
    assert_int_equal(options.max_attempts, 5);
    assert_int_equal(options.initial_interval, 1000);
    assert_int_equal(options.max_interval, 60000);
    assert_int_equal(options.max_elapsed_time, 0);
    assert_int_equal(options.jitter, HTTP_JITTER_FULL);
    assert_int_equal(options.status_codes.n, 3);
    assert_true(http_retry_status(&options, 503));
    assert_true(options.respect_retry_after);
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_statuses),
        cmocka_unit_test(doubles_up_to_the_longest),
        cmocka_unit_test(spreads_within_the_upper_half),
        cmocka_unit_test(gives_up),
        cmocka_unit_test(gives_up_when_it_takes_too_long),
        cmocka_unit_test(waits_at_least_as_long_as_asked),
        cmocka_unit_test(reads_both_forms),
        cmocka_unit_test(survives_large_numbers),
        cmocka_unit_test(refuses_other_texts),
        cmocka_unit_test(tells_of_codes_that_are_none),
        cmocka_unit_test(has_the_usual_defaults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
