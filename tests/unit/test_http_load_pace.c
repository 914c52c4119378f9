/* How often the loader may send: what is taken, and what is waited for. */
#include "http_checks.h"

#include "../../plugins/http/load/pace.h"

#include <string.h>

static void begin(struct http_pace *pace, struct http_limit *limit)
{
    const struct weir_groups limits = {limit, limit ? 1 : 0};

    memset(pace, 0, sizeof(*pace));
    http_pace_start(pace, &limits, "https://h/rows");
}

static struct http_limit hourly(int64_t n, uint64_t max_wait)
{
    return (struct http_limit){
        .name = "api", .limit = n, .interval = 3600000, .weight = 1, .max_wait = max_wait};
}

static void test_tokens_are_taken_and_waited_for(void **state)
{
    struct http_limit limit = hourly(2, 7200000);
    struct http_paced paced[2] = {{.is_taken = false}};
    struct weir_error error = {0};
    struct http_pace pace;
    uint64_t ms;

    (void)state;
    begin(&pace, &limit);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
        assert_int_equal(ms, 0);
        http_pace_take(&pace, &paced[i]);
    }
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
    assert_true(ms > 3000000);
    for (size_t i = 0; i < 2; i++)
        http_pace_answered(&pace, &paced[i], NULL);
    assert_false(paced[0].is_taken);
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
    assert_true(ms > 3000000);
    http_pace_stop(&pace);
}

static void test_no_longer_than_max_wait(void **state)
{
    struct http_limit limit = hourly(1, 1000);
    struct http_paced paced = {.is_taken = false};
    struct weir_error error = {0};
    struct http_pace pace;
    uint64_t ms;

    (void)state;
    begin(&pace, &limit);
    http_pace_take(&pace, &paced);
    /* Its answer is waited for first. */
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
    http_pace_answered(&pace, &paced, NULL);
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-RATE-LIMIT");
    assert_int_equal(error.fault, WEIR_FAULT_DESTINATION);
    http_pace_stop(&pace);
}

static void test_limits_of_other_paths(void **state)
{
    struct http_limit limit = hourly(1, 1000);
    struct http_paced paced = {.is_taken = false};
    struct weir_error error = {0};
    struct http_pace pace;
    uint64_t ms;

    (void)state;
    limit.match = "^/other";
    begin(&pace, &limit);
    assert_int_equal(pace.n, 0);
    http_pace_take(&pace, &paced);
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
    assert_int_equal(ms, 0);
    http_pace_answered(&pace, &paced, NULL);
    http_pace_stop(&pace);
    begin(&pace, NULL);
    assert_int_equal(http_pace_wait(&pace, &ms, &error), WEIR_OK);
    assert_int_equal(ms, 0);
    http_pace_stop(&pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_are_taken_and_waited_for),
        cmocka_unit_test(test_no_longer_than_max_wait),
        cmocka_unit_test(test_limits_of_other_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
