/* Rows and keys of PostgreSQL as texts, and the SELECT for what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/sql.h"
#include "source/source.h"

static void check_line(const char *text, size_t n, const struct weir_str *expected)
{
    struct weir_arena *arena = weir_arena_new();
    char *line = weir_copy_text(arena, text), *at = line;

    for (size_t i = 0; i < n; i++) {
        struct weir_str field = source_line_next(&at);

        assert_int_equal(field.ptr == NULL, expected[i].ptr == NULL);
        assert_int_equal(field.len, expected[i].len);
        if (field.ptr)
            assert_string_equal(field.ptr, expected[i].ptr);
    }
    assert_int_equal(at - line, strlen(text));
    weir_arena_free(arena);
}

#define STR(text)                                                                                  \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static void fields_of_a_line(void **state)
{
    (void)state;
    check_line("a\tb\n", 2, (const struct weir_str[]){STR("a"), STR("b")});
    check_line("\t\n", 2, (const struct weir_str[]){STR(""), STR("")});
    check_line("\\N\tx\t\\N\n", 3, (const struct weir_str[]){{NULL, 0}, STR("x"), {NULL, 0}});
    check_line("\\\\N\ta\\tb\\nc\\\\\\b\\f\\r\\v\n", 2,
        (const struct weir_str[]){STR("\\N"), STR("a\tb\nc\\\b\f\r\v")});
    check_line("Ä😀\n", 1, (const struct weir_str[]){STR("Ä😀")});
}

static void the_tail_of_a_line(void **state)
{
    char line[] = "a\tb\tc\\td\n";

    (void)state;
    assert_string_equal(source_line_tail(line, strlen(line), 1), "c\\td\n");
    assert_string_equal(source_line_tail(line, strlen(line), 2), "b\tc\\td\n");
    assert_true(source_line_has_null("\\N\n"));
    assert_true(source_line_has_null("a\t\\N\tt\n"));
    assert_false(source_line_has_null("\\\\N\ta\\\\N\n"));
}

static void keys_come_back(void **state)
{
    const struct weir_str items[] = {STR("3:abc,"), STR(""), STR("Ä'\"\\"), STR("12")};
    struct weir_arena *arena = weir_arena_new();
    char *text = source_key_text(items, 4);
    struct weir_str again[4];

    (void)state;
    assert_string_equal(text, "6:3:abc,,0:,5:Ä'\"\\,2:12,");
    assert_true(source_key_read(text, again, 4, arena));
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(again[i].ptr, items[i].ptr);
    free(text);
    weir_arena_free(arena);
}

static void hostile_keys_are_refused(void **state)
{
    static const char *const texts[] = {"", "1", "1:", "1:a", "1:ab", "2:a,", ":,", "-1:,", " 1:a,",
        "99999999999999999999999:a,", "18446744073709551615:,", "1:a,1:b,", "1:a,x"};
    const struct weir_str null = {NULL, 0};
    struct weir_arena *arena = weir_arena_new();
    struct weir_str item;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (source_key_read(texts[i], &item, 1, arena))
            fail_msg("'%s' was taken", texts[i]);
    item = (struct weir_str){weir_alloc_zero(arena, 70000, 1), 70000};
    assert_null(source_key_text(&null, 1));
    assert_null(source_key_text(&item, 1));
    weir_arena_free(arena);
}

/* --- the SELECT --------------------------------------------------------------------------- */

static struct source_column columns[] = {
    {.name = "id", .type = "integer", .schema = "pg_catalog", .oid = 23},
    {.name = "na\"me", .type = "text", .schema = "pg_catalog", .oid = 25},
    {.name = "tags", .type = "text[]", .schema = "pg_catalog", .oid = 1009, .as_json = true},
};

static struct source_table table_of(bool is_key_declared)
{
    return (struct source_table){
        .origin = "\"public\".\"t\"",
        .columns = columns,
        .n_columns = 3,
        .keys = {&columns[0], &columns[1]},
        .n_keys = 2,
        .is_key_declared = is_key_declared,
    };
}

static void check_select(bool is_key_declared, const char *after, const char *expected)
{
    const struct source_table table = table_of(is_key_declared);
    const struct weir_chunk_part part = {.after = after};
    struct weir_buf sql;

    sql_init(&sql);
    assert_true(source_select(&sql, &table, &part));
    assert_string_equal(sql.ptr, expected);
    weir_buf_done(&sql);
}

#define COLUMNS "SELECT \"id\", \"na\"\"me\", pg_catalog.to_json(\"tags\"), \"id\", \"na\"\"me\""
#define ORDER " ORDER BY \"id\", \"na\"\"me\""

static void the_select_of_a_part(void **state)
{
    (void)state;
    check_select(false, NULL, COLUMNS " FROM \"public\".\"t\" AS weir_source" ORDER);
    check_select(false, "2:12,4:a'\\b,",
        COLUMNS " FROM \"public\".\"t\" AS weir_source WHERE ((\"id\", \"na\"\"me\") > "
                "('12'::integer, 'a''\\b'::text))" ORDER);
    check_select(true, "1:1,1:b,",
        COLUMNS ", (\"id\" = pg_catalog.lag(\"id\") OVER weir_order AND \"na\"\"me\" = "
                "pg_catalog.lag(\"na\"\"me\") OVER weir_order) IS TRUE FROM \"public\".\"t\" AS "
                "weir_source "
                "WHERE ((\"id\", \"na\"\"me\") > ('1'::integer, 'b'::text) OR \"id\" IS NULL OR "
                "\"na\"\"me\" IS NULL) WINDOW weir_order AS (ORDER BY \"id\", \"na\"\"me\")" ORDER);
}

static void a_place_that_is_no_key(void **state)
{
    const struct source_table table = table_of(false);
    const struct weir_chunk_part part = {.after = "1:1,"};
    struct weir_buf sql;

    (void)state;
    sql_init(&sql);
    assert_false(source_select(&sql, &table, &part));
    weir_buf_done(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_a_line),
        cmocka_unit_test(the_tail_of_a_line),
        cmocka_unit_test(keys_come_back),
        cmocka_unit_test(hostile_keys_are_refused),
        cmocka_unit_test(the_select_of_a_part),
        cmocka_unit_test(a_place_that_is_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
