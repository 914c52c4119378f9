/* Keys of SQLite as texts: every value comes back with every bit, and no text harms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/source.h"

static sqlite3 *connection;

static int open_connection(void **state)
{
    (void)state;
    return sqlite3_open(":memory:", &connection);
}

static int close_connection(void **state)
{
    (void)state;
    return sqlite3_close(connection);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

/* Does the key of this row have that text, and is it the same when it is bound again? */
static void check(const char *values, size_t n, const char *expected)
{
    struct weir_arena *arena = weir_arena_new();
    sqlite3_stmt *row = prepare(weir_printf(arena, "SELECT %s", values));
    struct weir_buf key, again;
    sqlite3_stmt *bound = prepare(n == 1   ? "SELECT ?1"
                                  : n == 2 ? "SELECT ?1, ?2"
                                           : "SELECT ?1, ?2, ?3");

    source_key_init(&key);
    source_key_init(&again);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_true(source_key_text(&key, row, 0, n));
    if (expected)
        assert_string_equal(key.ptr, expected);
    assert_true(source_bind_key(bound, 1, n, key.ptr));
    assert_int_equal(sqlite3_step(bound), SQLITE_ROW);
    assert_true(source_key_text(&again, bound, 0, n));
    assert_string_equal(again.ptr, key.ptr);
    weir_buf_done(&key);
    weir_buf_done(&again);
    (void)sqlite3_finalize(row);
    (void)sqlite3_finalize(bound);
    weir_arena_free(arena);
}

static void every_kind_comes_back(void **state)
{
    (void)state;
    check("12", 1, "i12,");
    check("-9223372036854775807 - 1", 1, "i-9223372036854775808,");
    check("'3:abc,'", 1, "t6:3:abc,,");
    check("''", 1, "t0:,");
    check("x''", 1, "b0:,");
    check("x'00ff'", 1, "b2:00ff,");
    check("0.1", 1, NULL);
    check("1e308 * 10", 1, NULL);
    check("-1e308 * 10", 1, NULL);
    check("5e-324", 1, NULL);
    check("'ä😀', x'2c', -0.0", 3, NULL);
}

static void what_cannot_be_kept(void **state)
{
    static const char *const rows[] = {
        "SELECT NULL", "SELECT 'a' || char(0) || 'b'", "SELECT printf('%.*c', 70000, 'x')"};
    struct weir_buf key;

    (void)state;
    source_key_init(&key);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sqlite3_stmt *row = prepare(rows[i]);

        assert_int_equal(sqlite3_step(row), SQLITE_ROW);
        assert_false(source_key_text(&key, row, 0, 1));
        (void)sqlite3_finalize(row);
    }
    weir_buf_done(&key);
}

static void hostile_texts_are_refused(void **state)
{
    static const char *const texts[] = {"", "i", "i12", "i,", "ix,", "r,", "t", "t3", "t3:ab,",
        "t3:abc", "t3:abcd", "t-1:a,", "t99999999999999999999:a,", "b1:0,", "b1:00", "x1,",
        "i1,i2,", "t18446744073709551615:,", "b9223372036854775808:,"};
    sqlite3_stmt *statement = prepare("SELECT ?1");

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (source_bind_key(statement, 1, 1, texts[i]))
            fail_msg("'%s' was taken", texts[i]);
    (void)sqlite3_finalize(statement);
}

static void what_sorts_as_one_has_one_text(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    assert_string_equal(source_key_sorted("t3:AbC,", arena), source_key_sorted("t4:abc ,", arena));
    assert_string_equal(source_key_sorted("i1,", arena), source_key_sorted("r0x1p+0,", arena));
    assert_string_not_equal(source_key_sorted("i1,", arena), source_key_sorted("i2,", arena));
    assert_string_not_equal(source_key_sorted("b1:00,", arena), source_key_sorted("t2:00,", arena));
    assert_string_equal(
        source_key_sorted("t1:A,i1,b0:,", arena), source_key_sorted("t1:a,i1,b0:,", arena));
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(what_cannot_be_kept),
        cmocka_unit_test(hostile_texts_are_refused),
        cmocka_unit_test(what_sorts_as_one_has_one_text),
    };

    return cmocka_run_group_tests(tests, open_connection, close_connection);
}
