/* A run begins only where the files it needs can be open. */
#include "flow/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static void enough_is_enough_and_all_is_closed(void **state)
{
    struct weir_error error = {0};
    int before = dup(0), after;

    (void)state;
    close(before);
    assert_true(files_suffice(&error));
    assert_false(weir_error_is_set(&error));
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static void too_few_are_told_and_all_is_closed(void **state)
{
    struct weir_error error = {0};
    int before = dup(0), after;
    struct rlimit old, low;

    (void)state;
    close(before);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = (rlim_t)before + 15;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    assert_false(files_suffice(&error));
    low.rlim_cur = (rlim_t)before + 17;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
    assert_string_equal(error.code, "E-LIMIT-FILES");
    assert_non_null(strstr(error.text, "ulimit -n"));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enough_is_enough_and_all_is_closed),
        cmocka_unit_test(too_few_are_told_and_all_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
