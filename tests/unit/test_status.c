#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <weir/status.h>

static void the_first_error_wins(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_false(weir_error_is_set(&error));
    assert_int_equal(weir_error_set(&error, WEIR_FAULT_SOURCE, "E-ONE", "number %d", 1), WEIR_FAIL);
    assert_int_equal(weir_error_set(&error, WEIR_FAULT_DATA, "E-TWO", "number %d", 2), WEIR_FAIL);
    assert_true(weir_error_is_set(&error));
    assert_int_equal(error.fault, WEIR_FAULT_SOURCE);
    assert_string_equal(error.code, "E-ONE");
    assert_string_equal(error.text, "number 1");
}

static void no_error_is_needed(void **state)
{
    (void)state;
    assert_int_equal(weir_error_set(NULL, WEIR_FAULT_DATA, "E-ONE", "x"), WEIR_FAIL);
    assert_false(weir_error_is_set(NULL));
}

static void texts_are_made_printable_and_cut(void **state)
{
    struct weir_error error = {0};
    char huge[5000];

    (void)state;
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-ONE", "got '%s'", "\x1b[2J\n");
    assert_string_equal(error.text, "got '\\x1B[2J\\x0A'");

    memset(huge, 'x', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    error.code[0] = '\0';
    (void)weir_error_set(&error, WEIR_FAULT_DATA, huge, "%s", huge);
    assert_int_equal(strlen(error.text), WEIR_ERROR_TEXT_SIZE - 1);
    assert_string_equal(error.text + WEIR_ERROR_TEXT_SIZE - 4, "...");
    assert_int_equal(strlen(error.code), WEIR_ERROR_CODE_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(no_error_is_needed),
        cmocka_unit_test(texts_are_made_printable_and_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
