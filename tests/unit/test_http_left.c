/* What headers say of a server's limit, in all their forms. */
#include "politeness/left.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t NOW_MS = 1700000000500;

static struct http_left read_left(const char *remaining, const char *reset)
{
    struct http_left told;

    http_left_read(&told, remaining, reset, NOW_MS);
    return told;
}

static void what_is_left(void **state)
{
    (void)state;
    assert_int_equal(read_left("42", NULL).left, 42);
    assert_int_equal(read_left("  7 ", NULL).left, 7);
    assert_int_equal(read_left("4999, 4999;w=3600", NULL).left, 4999);
    assert_false(read_left(NULL, NULL).has_left);
    for (size_t i = 0; i < 5; i++) {
        static const char *const none[] = {"", "-1", "many", "1e9x", "9999999999999999999"};

        assert_false(read_left(none[i], none[i]).has_left);
        assert_false(read_left(none[i], none[i]).has_reset);
    }
}

static void resets_are_told_apart_by_size(void **state)
{
    (void)state;
    assert_int_equal(read_left(NULL, "30").reset_ms, 30000);
    assert_int_equal(read_left(NULL, "1.5").reset_ms, 1500);
    assert_int_equal(read_left(NULL, "1700000010").reset_ms, 9500);
    assert_int_equal(read_left(NULL, "1700000010.25").reset_ms, 9750);
    assert_int_equal(read_left(NULL, "1700000010000").reset_ms, 9500);
    assert_int_equal(read_left(NULL, "1600000000").reset_ms, 0);
    assert_true(read_left(NULL, "1600000000").has_reset);
    assert_true(read_left(NULL, "99999999999999999").reset_ms <= 31 * UINT64_C(86400000));
    assert_false(read_left("3", NULL).has_reset);
}

static void the_draft_has_both_in_one(void **state)
{
    struct http_left told = read_left("limit=100, remaining=50, reset=30", NULL);

    (void)state;
    assert_int_equal(told.left, 50);
    assert_int_equal(told.reset_ms, 30000);
    told = read_left("\"default\";r=12;t=5", NULL);
    assert_int_equal(told.left, 12);
    assert_int_equal(told.reset_ms, 5000);
    assert_false(read_left("\"r=12\"", NULL).has_left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left),
        cmocka_unit_test(resets_are_told_apart_by_size),
        cmocka_unit_test(the_draft_has_both_in_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
