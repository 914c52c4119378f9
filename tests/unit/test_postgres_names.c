/* Names that PostgreSQL takes as they are, and those that it would change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "table/names.h"

static void length_counts_in_bytes(void **state)
{
    char name[66];

    (void)state;
    memset(name, 'a', sizeof(name));
    assert_null(column_name_fault((struct weir_str){name, 63}));
    assert_non_null(strstr(column_name_fault((struct weir_str){name, 64}), "longer than 63 bytes"));
    /* 62 letters and one of two bytes: cut at 63 it would be no text any more. */
    memcpy(name + 62, "\xc3\xa9", 2);
    assert_non_null(strstr(column_name_fault((struct weir_str){name, 64}), "longer than 63 bytes"));
    assert_non_null(strstr(column_name_fault((struct weir_str){name, 63}), "not valid UTF-8"));
    assert_null(column_name_fault((struct weir_str){name + 1, 63}));
}

static void what_is_no_name_is_refused(void **state)
{
    (void)state;
    assert_string_equal(column_name_fault(weir_str("")), "is empty");
    assert_string_equal(table_name_fault(weir_str("")), "is empty");
    assert_string_equal(column_name_fault((struct weir_str){"a\0b", 3}), "holds a NUL");
    assert_string_equal(column_name_fault(weir_str("a\xff")), "is not valid UTF-8");
}

static void what_weir_keeps_beside_the_rows_is_no_target(void **state)
{
    (void)state;
    assert_string_equal(table_name_fault(weir_str("_weir_dead_letter")),
        "begins with _weir_, which weir keeps for itself");
    assert_null(table_name_fault(weir_str("_weird")));
}

static void system_columns_are_refused(void **state)
{
    static const char *const names[] = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(column_name_fault(weir_str(names[i])), "keeps for itself"));
    /* In quotes these are others; and a table may be called so. */
    assert_null(column_name_fault(weir_str("Ctid")));
    assert_null(column_name_fault(weir_str("oid")));
    assert_null(table_name_fault(weir_str("ctid")));
}

static void all_else_is_made_literally(void **state)
{
    static const char *const names[] = {
        "a\"b", "x; DROP TABLE t", "select", "a.b", " ", "%s%n", "a\nb", "\xe2\x80\xae"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_null(column_name_fault(weir_str(names[i])));
        assert_null(table_name_fault(weir_str(names[i])));
    }
    assert_string_equal(name_show(weir_str("a\nb")).text, "a\\x0Ab");
}

static void some_schemas_are_not_for_rows(void **state)
{
    (void)state;
    assert_null(schema_name_fault(weir_str("public")));
    assert_null(schema_name_fault(weir_str("pg")));
    assert_non_null(schema_name_fault(weir_str("pg_catalog")));
    assert_non_null(schema_name_fault(weir_str("pg_")));
    assert_non_null(schema_name_fault(weir_str("information_schema")));
    assert_non_null(schema_name_fault(weir_str("weir")));
    assert_non_null(schema_name_fault(weir_str("")));
}

static void names_have_an_order(void **state)
{
    (void)state;
    assert_int_equal(name_compare(weir_str("a"), weir_str("a")), 0);
    assert_true(name_compare(weir_str("a"), weir_str("ab")) < 0);
    assert_true(name_compare(weir_str("b"), weir_str("ab")) > 0);
    assert_true(name_compare(weir_str("A"), weir_str("a")) < 0);
    assert_true(name_compare(weir_str(""), weir_str("a")) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length_counts_in_bytes),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(what_weir_keeps_beside_the_rows_is_no_target),
        cmocka_unit_test(system_columns_are_refused),
        cmocka_unit_test(all_else_is_made_literally),
        cmocka_unit_test(some_schemas_are_not_for_rows),
        cmocka_unit_test(names_have_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
