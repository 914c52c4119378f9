/* Requests at once fit into the limit on open files, and there is always one. */
#include "source/descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

static void gives_what_is_wanted_where_there_is_room(void **state)
{
    (void)state;
    assert_int_equal(http_requests_for(1024, 12, 16), 16);
    assert_int_equal(http_requests_for(1024, 12, 334), 334);
    assert_int_equal(http_requests_for(SIZE_MAX, 12, 1024), 1024);
}

static void gives_a_third_of_the_room(void **state)
{
    (void)state;
    assert_int_equal(http_requests_for(1024, 12, 335), 334);
    assert_int_equal(http_requests_for(32, 12, 64), 4);
}

static void gives_one_at_the_least(void **state)
{
    (void)state;
    assert_int_equal(http_requests_for(20, 12, 64), 1);
    assert_int_equal(http_requests_for(12, 12, 64), 1);
    assert_int_equal(http_requests_for(4, 12, 64), 1);
}

static void counts_what_this_process_has_open(void **state)
{
    struct rlimit old, low;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = 40;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    assert_in_range(http_requests_allowed(1024), 1, (40 - 3 - 8) / 3);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_is_wanted_where_there_is_room),
        cmocka_unit_test(gives_a_third_of_the_room),
        cmocka_unit_test(gives_one_at_the_least),
        cmocka_unit_test(counts_what_this_process_has_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
