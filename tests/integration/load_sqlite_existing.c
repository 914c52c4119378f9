/* Tables that were there before: their types, defaults and kinds are respected. */
#include "sqlite_checks.h"

static void a_column_that_rows_lack_gets_its_default(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT,"
                   " b TEXT NOT NULL DEFAULT 'none', c AS (a || '!'))");
    start(f);
    load(f, t, "[{\"a\":\"x\"}]");
    load(f, t, "[{\"a\":\"y\",\"b\":\"some\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, b, c FROM t", "1|x|none|x!\n2|y|some|y!");
}

static void so_does_each_row_that_lacks_it(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f,
        "CREATE TABLE t (a INTEGER, b TEXT NOT NULL DEFAULT 'none', c TEXT DEFAULT (1 + 1),"
        " d TEXT)");
    start(f);
    load(f, t,
        "[{\"a\":1,\"b\":\"x\",\"c\":\"y\",\"d\":\"z\"},{\"a\":2},{\"a\":3,\"c\":null},"
        "{\"a\":4,\"b\":\"x\"},{\"a\":5,\"b\":\"x\",\"d\":\"z\"},{\"a\":6,\"d\":\"w\"},{\"a\":7}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b, c, d FROM t ORDER BY a",
        "1|x|y|z\n2|none|2|NULL\n3|none|NULL|NULL\n4|x|2|NULL\n5|x|2|z\n6|none|2|w\n7|none|2|NULL");
}

static void a_null_gets_no_default(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (a INTEGER, b TEXT NOT NULL DEFAULT 'none')");
    start(f);
    refuse(f, t, "[{\"a\":1},{\"a\":2,\"b\":null}]", "E-ROW-CONSTRAINT");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM t", "0");
}

/* More forms of rows than statements are kept. */
static void rows_may_lack_what_they_like(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_buf rows;

    database_do(f, "CREATE TABLE t (n INTEGER, a INTEGER DEFAULT 0, b INTEGER DEFAULT 0,"
                   " c INTEGER DEFAULT 0, d INTEGER DEFAULT 0, e INTEGER DEFAULT 0)");
    start(f);
    weir_buf_init(&rows, 1 << 20, 1);
    for (unsigned i = 0; i < 3000; i++) {
        assert_true(weir_buf_printf(&rows, "%s{\"n\":%u", i ? "," : "[", i));
        for (unsigned bit = 0; bit < 5; bit++)
            if (i * 7 >> bit & 1)
                assert_true(weir_buf_printf(&rows, ",\"%c\":%u", 'a' + bit, 1u << bit));
        assert_true(weir_buf_printf(&rows, "}"));
    }
    assert_true(weir_buf_printf(&rows, "]"));
    load(f, t, rows.ptr);
    weir_buf_done(&rows);
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*), sum(a + b + c + d + e = n * 7 % 32) FROM t", "3000|3000");
}

static void a_null_gets_no_number_in_any_table(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    start(f);
    refuse(f, t, "[{\"id\":1,\"a\":1},{\"id\":null,\"a\":2}]", "E-ROW-CONSTRAINT");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM t", "0");
}

static void a_computed_column_takes_no_values(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (a, b AS (a * 2) STORED)");
    start(f);
    refuse(f, t, "[{\"a\":1,\"b\":2}]", "E-DB-SCHEMA");
    assert_error_says(f, "'b' is computed");
    stage_stop(&f->s);
}

static void a_view_is_refused_at_the_start(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (a); CREATE VIEW v AS SELECT * FROM t");
    (void)stage_resource(&f->s, "v", NULL);
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    assert_error_says(f, "'v' is a view");
}

static void a_virtual_table_is_refused_at_the_start(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE VIRTUAL TABLE v USING fts5 (a)");
    (void)stage_resource(&f->s, "v", NULL);
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    assert_error_says(f, "virtual table");
}

static void a_name_may_be_spelled_otherwise(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "T", "ID");

    database_do(f, "CREATE TABLE t (Id INTEGER PRIMARY KEY, Name TEXT)");
    start(f);
    load(f, t, "[{\"ID\":1,\"name\":\"x\"}]");
    load(f, t, "[{\"name\":\"y\",\"ID\":2}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT Id, Name FROM t", "1|x\n2|y");
    assert_answer(f, "SELECT count(*) FROM pragma_table_info('t')", "2");
}

static void columns_are_added_to_it(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (a INT); INSERT INTO t VALUES (0)");
    start(f);
    load(f, t, "[{\"a\":1,\"mixed\":\"007\",\"real\":0.5},{\"mixed\":7}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')", "a|INT\nmixed|\nreal|REAL");
    assert_answer(f, "SELECT a, mixed, typeof(mixed), real FROM t",
        "0|NULL|null|NULL\n1|007|text|0.5\nNULL|7|integer|NULL");
}

/* --- types outside of STRICT tables ---------------------------------------------------- */

static void dates_and_money_are_taken_where_nothing_changes(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE TABLE t (at DATETIME, price DECIMAL(10,2), ok BOOLEAN, name VARCHAR(9),"
                   " plain, u UUID)");
    start(f);
    load(f, t,
        "[{\"at\":\"2024-01-01T00:00:00Z\",\"price\":\"12.5\",\"ok\":true,\"name\":\"007\","
        "\"plain\":\"007\",\"u\":\"12e4567-e89b\"},"
        "{\"at\":\"2024\",\"price\":3.25,\"ok\":0,\"name\":\"\",\"plain\":7,\"u\":\"-5\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT at, price, ok, name, plain, typeof(plain), u FROM t",
        "2024-01-01T00:00:00Z|12.5|1|007|007|text|12e4567-e89b\n2024|3.25|0||7|integer|-5");
}

static void assert_refused(struct fixture *f, const char *type, const char *value, const char *said)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    char sql[128];
    char json[128];

    (void)snprintf(sql, sizeof(sql), "DROP TABLE IF EXISTS t; CREATE TABLE t (c %s)", type);
    (void)snprintf(json, sizeof(json), "[{\"c\":null},{\"c\":%s}]", value);
    database_do(f, sql);
    start(f);
    refuse(f, t, json, "E-TYPE");
    assert_error_says(f, said);
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM t", "0");
    f->s.error = (struct weir_error){0};
    f->s.stage.n_resources = 0;
}

static void texts_that_would_become_other_texts_are_refused(void **state)
{
    static const char *const texts[] = {"\"007\"", "\"1.50\"", "\" 12\"", "\"12 \"", "\"+5\"",
        "\"-0\"", "\"1e5\"", "\".5\"", "\"5.\"", "\"00.5\"", "\"1234567890123456789\"",
        "\"0.1234567890123456\"", "123456789012345678901234567890"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_refused(*state, "DECIMAL", texts[i], "DECIMAL");
}

static void kinds_that_a_type_does_not_mean_are_refused(void **state)
{
    assert_refused(*state, "INTEGER", "\"12\"", "INTEGER");
    assert_refused(*state, "BIGINT", "\"abc\"", "BIGINT");
    assert_refused(*state, "INT", "0.5", "float");
    assert_refused(*state, "DOUBLE PRECISION", "\"0.5\"", "DOUBLE PRECISION");
    assert_refused(*state, "VARCHAR(20)", "5", "VARCHAR(20)");
    assert_refused(*state, "BLOB", "\"text\"", "BLOB");
}

/* What SQLite itself makes of a text is the judge of what is taken. */
static void what_is_taken_comes_back_as_it_was(void **state)
{
    static const char *const texts[] = {"0", "-1", "999999999999999999", "0.5", "-0.5", "1.25",
        "123456789.123456", "", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", "12a", "1 2",
        "2024-05-06", "12:30", "1.2.3", "Infinity", "nan", "\302\2405", "--5"};
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_batch *batch = weir_batch_new(t);

    database_do(f, "CREATE TABLE t (c NUMERIC, same TEXT)");
    (void)weir_batch_add_unit(batch, NULL);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_value value = weir_text(WEIR_TEXT, weir_str(texts[i]));

        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("c")), value);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("same")), value);
    }
    start(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_OK);
    commit_and_stop(f);
    assert_answer(f, "SELECT group_concat(same) FROM t WHERE CAST(c AS TEXT) <> same", "NULL");
    assert_answer(f, "SELECT count(*) FROM t WHERE typeof(c) <> 'text'", "7");
}

/* --- journals, and what others do meanwhile ---------------------------------------------- */

static void a_file_in_wal_mode_stays_in_it(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    start(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    /* Others read while the next rows are on their way. */
    load(f, t, "[{\"a\":2}]");
    assert_answer(f, "SELECT count(*) FROM t", "1");
    commit_and_stop(f);
    assert_answer(f, "PRAGMA journal_mode", "wal");
    assert_answer(f, "SELECT count(*) FROM t", "2");
}

static void an_existing_file_keeps_its_page_size_and_journal(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "PRAGMA page_size = 1024; CREATE TABLE old (a)");
    start(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_answer(f, "SELECT count(*) FROM t", "1");
    commit_and_stop(f);
    assert_answer(f, "PRAGMA page_size", "1024");
    assert_answer(f, "PRAGMA journal_mode", "delete");
}

static void others_may_add_an_index_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    database_do(f, "CREATE UNIQUE INDEX i ON t (a); CREATE TABLE log (a);"
                   "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END");
    refuse(f, t, "[{\"a\":2},{\"a\":1}]", "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_answer(f, "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM log)", "1|0");
}

static void assert_schema_error_after(struct fixture *f, const char *sql, const char *said)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":2}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    database_do(f, sql);
    refuse(f, t, "[{\"a\":1,\"b\":2}]", "E-DB-SCHEMA");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DESTINATION);
    assert_error_says(f, said);
    stage_stop(&f->s);
}

static void a_table_dropped_meanwhile_is_not_made_anew(void **state)
{
    struct fixture *f = *state;

    assert_schema_error_after(f, "DROP TABLE t", "table 't' was dropped");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void a_column_dropped_meanwhile_is_not_made_anew(void **state)
{
    assert_schema_error_after(*state, "ALTER TABLE t DROP COLUMN b", "column 'b'");
}

static void a_table_made_meanwhile_is_respected(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    database_do(f, "CREATE TABLE t (a TEXT)");
    refuse(f, t, "[{\"a\":1},{\"a\":2}]", "E-TYPE");
    stage_stop(&f->s);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_column_that_rows_lack_gets_its_default),
        CASE(so_does_each_row_that_lacks_it),
        CASE(a_null_gets_no_default),
        CASE(rows_may_lack_what_they_like),
        CASE(a_null_gets_no_number_in_any_table),
        CASE(a_computed_column_takes_no_values),
        CASE(a_view_is_refused_at_the_start),
        CASE(a_virtual_table_is_refused_at_the_start),
        CASE(a_name_may_be_spelled_otherwise),
        CASE(columns_are_added_to_it),
        CASE(dates_and_money_are_taken_where_nothing_changes),
        CASE(texts_that_would_become_other_texts_are_refused),
        CASE(kinds_that_a_type_does_not_mean_are_refused),
        CASE(what_is_taken_comes_back_as_it_was),
        CASE(a_file_in_wal_mode_stays_in_it),
        CASE(an_existing_file_keeps_its_page_size_and_journal),
        CASE(others_may_add_an_index_meanwhile),
        CASE(a_table_dropped_meanwhile_is_not_made_anew),
        CASE(a_column_dropped_meanwhile_is_not_made_anew),
        CASE(a_table_made_meanwhile_is_respected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
