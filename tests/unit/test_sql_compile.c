/* What is no SQL, or reaches for what it may not have, is refused at its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <weir/sql.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct refused {
    const char *text;
    size_t offset;
    const char *part;
};

static void refuse_condition(const struct refused *refused)
{
    struct weir_error error = {0};
    size_t offset = 99;

    if (weir_sql_condition(refused->text, &offset, &error))
        fail_msg("taken: %s", refused->text);
    assert_string_equal(error.code, "E-SQL");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    if (!strstr(error.text, refused->part))
        fail_msg("%s: '%s' lacks '%s'", refused->text, error.text, refused->part);
    if (offset != refused->offset)
        fail_msg("%s: at %zu, not %zu", refused->text, offset, refused->offset);
}

static void what_is_no_expression_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"", 0, "no SQL"},
        {"  \n", 0, "no SQL"},
        {"a >", 3, "too early"},
        {"a > (1", 6, "too early"},
        {"a > 'x", 4, "unrecognized"},
        {"a = 1 -- x\n AND", 15, "too early"},
        {"a > > 1", 4, "near \">\""},
        {"1) OR (1", 1, "near \")\""},
        {"1)) OR ((1", 1, "near \")\""},
        {"a; DROP TABLE x", 1, "near \";\""},
        {"a;", 1, "near \";\""},
        {"a /* x", 6, "too early"},
        {"1 THEN 2 WHEN 3", 2, "near \"THEN\""},
        {"SELECT 1", 0, "near \"SELECT\""},
        {"a, b", 1, "near \",\""},
        {"(a, b)", 0, "row value misused"},
        {"a ORDER BY a", 2, "near \"ORDER\""},
        {"a AS b", 2, "near \"AS\""},
        {"*", 0, "near \"*\""},
        {"unknown(a)", 0, "no such function: unknown"},
        {"a = 1 AND uper(b) = 'X'", 10, "no such function: uper"},
        {"upper(a, b)", 0, "wrong number of arguments"},
        {"count(*) > 1", 0, "misuse of aggregate"},
        {"b AND row_number() OVER () = 1", 6, "misuse of window function"},
        {"a = ?", 4, "parameter"},
        {"a = :name", 4, "parameter"},
        {"a = ?7", 4, "parameter"},
        {"a IN (SELECT a FROM batch)", 0, "sees one row and no table 'batch'"},
        {"a IN (SELECT name FROM sqlite_master)", 0, "reads nothing but"},
        {"a IN other", 0, "no table 'other'"},
        {"load_extension('x')", 0, "function"},
        {"fts3_tokenizer('x') = 1", 0, "function"},
        {"a LIKE", 6, "too early"},
        {"grün = 'x' AND straße = uper(1)", 26, "no such function"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_condition(&cases[i]);
}

static void refuse_query(const struct refused *refused)
{
    struct weir_error error = {0};
    size_t offset = 99;

    if (weir_sql_select(refused->text, &offset, &error))
        fail_msg("taken: %s", refused->text);
    assert_string_equal(error.code, "E-SQL");
    if (!strstr(error.text, refused->part))
        fail_msg("%s: '%s' lacks '%s'", refused->text, error.text, refused->part);
    if (*refused->part && offset != refused->offset)
        fail_msg("%s: at %zu, not %zu", refused->text, offset, refused->offset);
}

static void what_is_no_query_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"", 0, "no SQL"},
        {"-- only a comment", 0, "a query (SELECT"},
        {"SELECT", 6, "too early"},
        {"SELEC a FROM batch", 0, "near \"SELEC\""},
        {"SELECT a FROM batch; SELECT 1", 21, "one statement"},
        {"SELECT a FROM batch; DROP TABLE batch", 21, "one statement"},
        {"SELECT a FROM other", 0, "no table 'other'"},
        {"SELECT * FROM sqlite_master", 0, "reads nothing but"},
        {"SELECT count(rowid) FROM sqlite_schema", 0, "reads nothing but"},
        {"SELECT * FROM pragma_database_list", 0, "reads nothing but"},
        {"SELECT * FROM dbstat", 0, "reads nothing but"},
        {"PRAGMA database_list", 0, "a query (SELECT"},
        {"ATTACH '/tmp/x' AS x", 0, "a query (SELECT"},
        {"CREATE TABLE t(a)", 0, "a query (SELECT"},
        {"CREATE TEMP TABLE t AS SELECT * FROM batch", 0, "a query (SELECT"},
        {"INSERT INTO batch VALUES (1)", 0, ""},
        {"DELETE FROM batch RETURNING a", 0, ""},
        {"UPDATE batch SET a = 1", 0, ""},
        {"VACUUM INTO '/tmp/weir-was-here'", 0, "a query (SELECT"},
        {"BEGIN", 0, "a query (SELECT"},
        {"EXPLAIN SELECT a FROM batch", 0, "a query (SELECT"},
        {"EXPLAIN QUERY PLAN SELECT a FROM batch", 0, "a query (SELECT"},
        {"SELECT load_extension('x')", 7, "function"},
        {"SELECT a, a FROM batch", 0, "two columns 'a'"},
        {"SELECT x.a FROM batch", 7, "no such column: x.a"},
        {"SELECT e.valu FROM batch, json_each(items) e", 7, "no such column: e.valu"},
        {"WITH t AS (SELECT a FROM batch) SELECT t.b FROM t", 39, "no such column: t.b"},
        {"SELECT ?1", 7, "parameter"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_query(&cases[i]);
}

static void a_wrong_column_is_named_by_its_index(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const texts[] = {"x + 1", "upper(x", "unknown(x)"};
    struct weir_error error = {0};
    size_t offset = 99;
    size_t index = 99;

    (void)state;
    assert_null(weir_sql_columns(names, texts, 3, &index, &offset, &error));
    assert_int_equal(index, 1);
    assert_int_equal(offset, 7);
}

static void the_names_of_a_text_are_told(void **state)
{
    struct weir_error error = {0};
    size_t offset, n = 99;
    struct weir_sql *sql =
        weir_sql_condition("a > 1 AND \"b c\" = A OR rowid IS NULL", &offset, &error);
    const char *const *names;

    (void)state;
    assert_non_null(sql);
    names = weir_sql_names(sql, &n);
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b c");
    weir_sql_free(sql);
    sql = weir_sql_condition("1", &offset, &error);
    (void)weir_sql_names(sql, &n);
    assert_int_equal(n, 0);
    weir_sql_free(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_of_a_text_are_told),
        cmocka_unit_test(what_is_no_expression_is_refused),
        cmocka_unit_test(what_is_no_query_is_refused),
        cmocka_unit_test(a_wrong_column_is_named_by_its_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
