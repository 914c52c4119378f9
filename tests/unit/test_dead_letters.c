/* How many rows may be set aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/dead_letters.h"

static void check_allowed(const struct dead_letters *letters, bool at_end)
{
    struct weir_error error = {0};

    assert_int_equal(dead_letters_judge(letters, at_end, &error), WEIR_OK);
    assert_false(weir_error_is_set(&error));
}

static void check_too_many(const struct dead_letters *letters, bool at_end, const char *text)
{
    struct weir_error error = {0};

    assert_int_equal(dead_letters_judge(letters, at_end, &error), WEIR_FAIL);
    assert_int_equal(error.fault, WEIR_FAULT_DATA);
    assert_string_equal(error.code, "E-DEAD-LETTERS");
    assert_string_equal(error.text, text);
}

static void without_limits_all_may_go(void **state)
{
    struct dead_letters letters = {.max_ratio = -1, .seen = 5000, .set_aside = 5000};

    (void)state;
    check_allowed(&letters, false);
    check_allowed(&letters, true);
    letters.max_rows = UINT64_MAX;
    check_allowed(&letters, true);
}

static void rows_are_counted_at_once(void **state)
{
    struct weir_error last = {.code = "E-SQL", .text = "malformed JSON"};
    struct dead_letters letters = {
        .max_rows = 10, .max_ratio = -1, .seen = 12, .set_aside = 10, .last = &last};

    (void)state;
    check_allowed(&letters, false);
    letters.set_aside = 11;
    check_too_many(&letters, false,
        "11 of 12 rows were set aside, more than dead_letter.max_rows (10) allows; mend the source "
        "or the transforms, or raise the limit; the last one: [E-SQL] malformed JSON");
}

static void a_share_says_something_from_a_thousand_rows_on(void **state)
{
    struct dead_letters letters = {.max_ratio = 0.01, .seen = 999, .set_aside = 999};

    (void)state;
    check_allowed(&letters, false);
    letters.seen = 1000;
    letters.set_aside = 10;
    check_allowed(&letters, false);
    check_allowed(&letters, true);
    letters.set_aside = 11;
    check_too_many(&letters, false,
        "11 of 1000 rows were set aside, more than dead_letter.max_ratio (1%) allows; mend the "
        "source or the transforms, or raise the limit");
}

static void at_the_end_the_share_counts_in_any_case(void **state)
{
    struct dead_letters letters = {.max_ratio = 0.5, .seen = 3, .set_aside = 2};

    (void)state;
    check_allowed(&letters, false);
    check_too_many(&letters, true,
        "2 of 3 rows were set aside, more than dead_letter.max_ratio (50%) allows; mend the source "
        "or the transforms, or raise the limit");
    letters.max_ratio = 0;
    letters.set_aside = 0;
    check_allowed(&letters, true);
    letters.set_aside = 1;
    assert_int_equal(dead_letters_judge(&letters, true, NULL), WEIR_FAIL);
    letters.max_ratio = 1;
    letters.set_aside = 3;
    check_allowed(&letters, true);
    letters.seen = letters.set_aside = 0;
    letters.max_ratio = 0;
    check_allowed(&letters, true);
}

/* The remedy is there however long the reason is. */
static void a_long_reason_hides_nothing(void **state)
{
    struct weir_error last = {.code = "E-SQL"};
    struct dead_letters letters = {.max_rows = 1, .seen = 2, .set_aside = 2, .last = &last};
    struct weir_error error = {0};

    (void)state;
    memset(last.text, 'x', sizeof(last.text) - 1);
    assert_int_equal(dead_letters_judge(&letters, false, &error), WEIR_FAIL);
    assert_non_null(strstr(error.text, "or raise the limit; the last one: [E-SQL] xxx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_all_may_go),
        cmocka_unit_test(rows_are_counted_at_once),
        cmocka_unit_test(a_share_says_something_from_a_thousand_rows_on),
        cmocka_unit_test(at_the_end_the_share_counts_in_any_case),
        cmocka_unit_test(a_long_reason_hides_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
