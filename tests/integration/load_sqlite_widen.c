/* Types that become wider when later rows need it, in tables that the same run has made. */
#include "sqlite_checks.h"

enum { LOG_SIZE = 1000 };

static void assert_types(const struct fixture *f, const char *expected)
{
    assert_answer(
        f, "SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info('t')", expected);
    assert_answer(f, "SELECT strict FROM pragma_table_list('t')", "1");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%weir%'", "0");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

/* --- which type ------------------------------------------------------------------------- */

static void ints_and_then_floats_are_reals(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":5,\"b\":\"x\"},{\"a\":-9007199254740992}]");
    load(f, t, "[{\"a\":5.5,\"b\":\"y\"}]");
    load(f, t, "[{\"a\":7}]");
    commit_and_stop(f);
    assert_types(f, "a REAL, b TEXT");
    assert_answer(f, "SELECT _rowid_, CAST(a AS INTEGER), typeof(a), b FROM t",
        "1|5|real|x\n2|-9007199254740992|real|NULL\n3|5|real|y\n4|7|real|NULL");
}

/* As they would be if all had come in one batch. */
static void a_float_without_a_fraction_makes_a_real_too(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":5}]");
    load(f, t, "[{\"a\":6.0}]");
    commit_and_stop(f);
    assert_types(f, "a REAL");
    assert_answer(f, "SELECT a FROM t", "5.0\n6.0");
}

static void an_int_that_no_double_holds_keeps_its_digits(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"before\":9007199254740993,\"after\":1,\"with\":1}]");
    load(f, t, "[{\"before\":0.5,\"after\":0.5,\"with\":0.5},{\"with\":-9007199254740993}]");
    load(f, t, "[{\"after\":9007199254740993}]");
    commit_and_stop(f);
    assert_types(f, "before ANY, after ANY, with ANY");
    assert_answer(f, "SELECT * FROM t",
        "9007199254740993|1|1\n0.5|0.5|0.5\nNULL|NULL|-9007199254740993\n"
        "NULL|9007199254740993|NULL");
}

static void other_mixtures_keep_each_value(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t,
        "[{\"it\":7,\"ti\":\"007\",\"bt\":true,\"bf\":true,\"fb\":0.5,\"di\":18446744073709551616,"
        "\"tj\":\"x\"}]");
    load(f, t,
        "[{\"it\":\"007\",\"ti\":7,\"bt\":\"yes\",\"bf\":0.5,\"fb\":true,\"di\":1,"
        "\"tj\":[1]}]");
    commit_and_stop(f);
    assert_types(f, "it ANY, ti ANY, bt ANY, bf ANY, fb ANY, di ANY, tj TEXT");
    assert_answer(f, "SELECT *, typeof(it), typeof(ti), typeof(di) FROM t",
        "7|007|1|1|0.5|18446744073709551616|x|integer|text|text\n"
        "007|7|yes|0.5|1|1|[1]|text|integer|integer");
}

/* Ints that were in a REAL column are ints again, and floats among them without a fraction, too. */
static void ints_survive_two_widenings(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":5},{\"a\":9007199254740992}]");
    load(f, t, "[{\"a\":5.5},{\"a\":6.0},{\"a\":1e300}]");
    load(f, t, "[{\"a\":\"x\"},{\"a\":7.0},{\"a\":8}]");
    commit_and_stop(f);
    assert_types(f, "a ANY");
    assert_answer(f, "SELECT a FROM t", "5\n9007199254740992\n5.5\n6\n1.0e+300\nx\n7\n8");
}

static void floats_without_ints_stay_floats(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":5.0,\"b\":5.0}]");
    load(f, t, "[{\"a\":\"x\",\"b\":\"x\"}]");
    load(f, t, "[{\"a\":6.0,\"b\":6}]");
    commit_and_stop(f);
    assert_types(f, "a ANY, b ANY");
    assert_answer(f, "SELECT a, b FROM t", "5.0|5\nx|x\n6.0|6");
}

/* A table needs columns even if its first rows have no values. */
static void columns_of_nulls_get_their_type_from_the_first_value(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":null,\"b\":null,\"c\":null}]");
    load(f, t, "[{\"a\":5}]");
    load(f, t, "[{\"b\":\"x\"}]");
    commit_and_stop(f);
    assert_types(f, "a INTEGER, b TEXT, c ANY");
    assert_answer(f, "SELECT * FROM t", "NULL|NULL|NULL\n5|NULL|NULL\nNULL|x|NULL");
}

/* --- keys and places -------------------------------------------------------------------- */

static void a_key_that_is_the_row_number_becomes_another_key(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, "[{\"id\":30,\"a\":1},{\"id\":10,\"a\":2}]");
    load(f, t, "[{\"id\":2.5,\"a\":3}]");
    load(f, t, "[{\"id\":\"10\",\"a\":4},{\"id\":20,\"a\":5}]");
    refuse(f, t, "[{\"id\":11,\"a\":6},{\"id\":10,\"a\":7}]", "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_types(f, "id ANY, a INTEGER");
    assert_answer(f, "SELECT id, typeof(id), a FROM t ORDER BY a",
        "30|integer|1\n10|integer|2\n2.5|real|3\n10|text|4\n20|integer|5");
    assert_answer(f, "SELECT name, \"notnull\", pk FROM pragma_table_info('t')", "id|1|1\na|0|0");
    assert_answer(f, "SELECT name FROM pragma_index_list('t')", "sqlite_autoindex_t_1");
}

static void a_null_key_is_refused_while_the_key_widens(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, "[{\"id\":1}]");
    refuse(f, t, "[{\"id\":2.5},{\"id\":null}]", "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_answer(f, "SELECT id FROM t", "1");
}

static void keys_and_row_numbers_stay(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");
    struct weir_resource *u = stage_resource(&f->s, "u", "b,a");

    start(f);
    load(f, t, "[{\"id\":30,\"a\":1},{\"id\":-10,\"a\":2}]");
    load(f, t, "[{\"id\":20,\"a\":0.5}]");
    load(f, u, "[{\"a\":1,\"b\":\"z\"},{\"a\":1,\"b\":\"y\"}]");
    load(f, u, "[{\"a\":\"1\",\"b\":\"y\"}]");
    commit_and_stop(f);
    assert_types(f, "id INTEGER, a REAL");
    assert_answer(f, "SELECT _rowid_, id, a FROM t", "-10|-10|2.0\n20|20|0.5\n30|30|1.0");
    assert_answer(f, "SELECT _rowid_, a, b FROM u ORDER BY _rowid_", "1|1|z\n2|1|y\n3|1|y");
    assert_answer(f, "SELECT name, type, pk FROM pragma_table_info('u')", "a|ANY|2\nb|TEXT|1");
    /* The row's number is the key itself, as before. */
    assert_answer(f, "SELECT count(*) FROM pragma_index_list('t')", "0");
}

static void columns_keep_their_places_and_names(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "a \"t\"; --", "k\"(");

    start(f);
    load(f, t, "[{\"k\\\"(\":1,\"late\":null,\"x y\":1,\"select\":2}]");
    load(f, t, "[{\"k\\\"(\":2,\"new\":1}]");
    load(f, t, "[{\"k\\\"(\":3,\"late\":1}]");
    load(f, t, "[{\"k\\\"(\":4.5,\"late\":\"l\",\"select\":0.5,\"last\":4,\"x y\":\"z\"}]");
    commit_and_stop(f);
    assert_answer(f,
        "SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info('a \"t\"; --')",
        "k\"( REAL, x y ANY, select REAL, new INTEGER, late ANY, last INTEGER");
    assert_answer(f, "SELECT * FROM \"a \"\"t\"\"; --\"",
        "1.0|1|2.0|NULL|NULL|NULL\n2.0|NULL|NULL|1|NULL|NULL\n3.0|NULL|NULL|NULL|1|NULL\n"
        "4.5|z|0.5|NULL|l|4");
}

static void the_widest_table_can_be_widened(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    char *json = weir_malloc(2000 * 16);

    for (int round = 0; round < 2; round++) {
        size_t at = (size_t)sprintf(json, "[{");

        for (int i = 0; i < 2000; i++)
            at += (size_t)sprintf(
                json + at, "%s\"c%d\":%d%s", i ? "," : "", i, i, round && i % 2 ? ".5" : "");
        (void)sprintf(json + at, "}]");
        if (round == 0)
            start(f);
        load(f, t, json);
        load(f, t, json);
    }
    commit_and_stop(f);
    assert_answer(f, "SELECT _rowid_, c1, c2, c1999 FROM t",
        "1|1.0|2|1999.0\n2|1.0|2|1999.0\n3|1.5|2|1999.5\n4|1.5|2|1999.5");
    assert_answer(f, "SELECT type, count(*) FROM pragma_table_info('t') GROUP BY 1",
        "INTEGER|1000\nREAL|1000");
    free(json);
}

/* --- what is told ----------------------------------------------------------------------- */

static char logged[LOG_SIZE];

static void keep_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    size_t at = strlen(logged);

    (void)stage;
    assert_int_equal(level, WEIR_LOG_INFO);
    (void)snprintf(logged + at, sizeof(logged) - at, "%s\n", text);
}

static void each_widening_is_logged(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");
    const struct weir_host host = {.size = sizeof(host),
        .fail = stage_on_fail,
        .log = keep_log,
        .stopping = stage_on_stopping};

    logged[0] = '\0';
    f->s.stage.host = &host;
    start(f);
    load(f, t, "[{\"id\":1,\"a\":5,\"b\":\"x\",\"c\":1,\"d\":null}]");
    load(f, t, "[{\"id\":2,\"a\":6,\"b\":\"y\",\"c\":2,\"d\":1}]");
    assert_string_equal(logged, "");
    load(f, t, "[{\"id\":3,\"a\":5.5,\"b\":7}]");
    load(f, t, "[{\"id\":4,\"a\":5.5,\"b\":8}]");
    assert_string_equal(logged, "table t: column a widened from INTEGER to REAL\n"
                                "table t: column b widened from TEXT to ANY\n");
    logged[0] = '\0';
    load(f, t, "[{\"id\":5,\"a\":\"x\",\"b\":0.5}]");
    assert_string_equal(logged, "table t: column a widened from REAL to ANY\n");
    logged[0] = '\0';
    refuse(f, t, "[{\"id\":6,\"c\":0.5},{\"id\":6,\"c\":0.5}]", "E-ROW-CONSTRAINT");
    assert_string_equal(logged, "");
    commit_and_stop(f);
    assert_int_equal(strlen(logged), 0);
}

/* --- batches that fail ------------------------------------------------------------------ */

static void load_many(struct fixture *f, const struct weir_resource *t, int first, int n)
{
    struct weir_batch *batch = weir_batch_new(t);

    (void)weir_batch_add_unit(batch, NULL);
    for (int i = first; i < first + n; i++) {
        const char *key = weir_printf(batch->arena, "%08x-%d", (unsigned)i * 2654435761U, i);

        (void)weir_batch_add_row(batch);
        weir_batch_set(
            batch, weir_batch_column(batch, weir_str("id")), weir_text(WEIR_TEXT, weir_str(key)));
        weir_batch_set(batch, weir_batch_column(batch, weir_str("a")), weir_int(i));
    }
    if (stage_load(&f->s, batch) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static void rows_of_earlier_batches_stay_when_the_widening_batch_fails(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load_many(f, t, 0, 5000);
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load_many(f, t, 5000, 5000);
    refuse(f, t, "[{\"id\":\"p\",\"a\":0.5},{\"id\":\"q\",\"a\":0.5,\"new\":1},{\"id\":\"q\"}]",
        "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_types(f, "id TEXT, a INTEGER");
    assert_answer(
        f, "SELECT count(*), sum(a), sum(_rowid_ = a + 1) FROM t", "10000|49995000|10000");
}

static void many_rows_are_widened_over_a_commit(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load_many(f, t, 0, 5000);
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load_many(f, t, 5000, 5000);
    load(f, t, "[{\"id\":\"x\",\"a\":0.5}]");
    load_many(f, t, 10000, 5000);
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, "[{\"id\":7}]");
    refuse(f, t, "[{\"id\":8},{\"id\":7}]", "E-ROW-CONSTRAINT");
    commit_and_stop(f);
    assert_types(f, "id ANY, a REAL");
    assert_answer(
        f, "SELECT count(*), sum(a), count(DISTINCT id) FROM t", "15002|112492500.5|15002");
}

static void a_widening_that_was_not_committed_is_taken_back(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, "[{\"a\":\"x\"}]");
    stage_stop(&f->s);
    assert_types(f, "a INTEGER");
    assert_answer(f, "SELECT a FROM t", "1");
}

/* --- what others have made -------------------------------------------------------------- */

static void views_and_tables_of_others_are_no_hindrance(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    database_do(f, "CREATE VIEW broken AS SELECT * FROM nowhere;"
                   "CREATE VIEW sums AS SELECT sum(a) AS s FROM t;"
                   "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
                   "CREATE TABLE child (p REFERENCES parent (id));"
                   "CREATE TRIGGER watch AFTER INSERT ON child BEGIN DELETE FROM t; END;");
    start(f);
    load(f, t, "[{\"a\":1}]");
    load(f, t, "[{\"a\":0.5}]");
    commit_and_stop(f);
    assert_types(f, "a REAL");
    assert_answer(f, "SELECT s FROM sums", "1.5");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "6");
    database_do(f, "INSERT INTO child VALUES (NULL)");
    assert_answer(f, "SELECT count(*) FROM t", "0");
}

static void what_others_did_to_rows_stays(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":null},{\"a\":2,\"b\":null}]");
    load(f, t, "[{\"a\":3,\"b\":null}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    database_do(f, "DELETE FROM t WHERE a = 1");
    load(f, t, "[{\"a\":0.5,\"b\":null}]");
    commit_and_stop(f);
    assert_types(f, "a REAL, b ANY");
    assert_answer(f, "SELECT _rowid_, a FROM t", "2|2.0\n3|3.0\n4|0.5");
}

static void a_value_of_others_in_a_column_of_nulls_stays(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":null}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    database_do(f, "UPDATE t SET a = 'x'");
    load(f, t, "[{\"a\":5}]");
    commit_and_stop(f);
    assert_types(f, "a ANY");
    assert_answer(f, "SELECT a FROM t", "x\n5");
}

static void assert_kept_as_it_is(struct fixture *f, const char *sql, const char *count)
{
    struct weir_resource *t = stage_resource(&f->s, "t", "id");

    start(f);
    load(f, t, "[{\"id\":1,\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    database_do(f, sql);
    load(f, t, "[{\"id\":2,\"a\":2.0}]");
    refuse(f, t, "[{\"id\":3,\"a\":0.5}]", "E-TYPE");
    assert_error_says(f, "table 't', row 1 of its unit: column 'a' has the type INTEGER");
    assert_error_says(f, "float");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a FROM t", "1|1\n2|2");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", count);
}

static void an_index_of_others_is_not_lost(void **state)
{
    assert_kept_as_it_is(*state, "CREATE INDEX i ON t (a)", "2");
}

static void a_trigger_of_others_is_not_lost(void **state)
{
    assert_kept_as_it_is(*state, "CREATE TRIGGER w AFTER DELETE ON t BEGIN SELECT 1; END", "2");
}

static void rows_that_refer_to_it_are_not_deleted(void **state)
{
    struct fixture *f = *state;

    assert_kept_as_it_is(f,
        "CREATE TABLE child (t REFERENCES T (id) ON DELETE CASCADE); INSERT INTO child VALUES (1)",
        "2");
    assert_answer(f, "SELECT count(*) FROM child", "1");
}

static void what_others_changed_of_it_is_not_lost(void **state)
{
    struct fixture *f = *state;

    assert_kept_as_it_is(f, "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'b' CHECK (b > '')", "1");
    assert_answer(f, "SELECT b FROM t", "b\nb");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ints_and_then_floats_are_reals),
        CASE(a_float_without_a_fraction_makes_a_real_too),
        CASE(an_int_that_no_double_holds_keeps_its_digits),
        CASE(other_mixtures_keep_each_value),
        CASE(ints_survive_two_widenings),
        CASE(floats_without_ints_stay_floats),
        CASE(columns_of_nulls_get_their_type_from_the_first_value),
        CASE(a_key_that_is_the_row_number_becomes_another_key),
        CASE(a_null_key_is_refused_while_the_key_widens),
        CASE(keys_and_row_numbers_stay),
        CASE(columns_keep_their_places_and_names),
        CASE(the_widest_table_can_be_widened),
        CASE(each_widening_is_logged),
        CASE(rows_of_earlier_batches_stay_when_the_widening_batch_fails),
        CASE(many_rows_are_widened_over_a_commit),
        CASE(a_widening_that_was_not_committed_is_taken_back),
        CASE(views_and_tables_of_others_are_no_hindrance),
        CASE(what_others_did_to_rows_stays),
        CASE(a_value_of_others_in_a_column_of_nulls_stays),
        CASE(an_index_of_others_is_not_lost),
        CASE(a_trigger_of_others_is_not_lost),
        CASE(rows_that_refer_to_it_are_not_deleted),
        CASE(what_others_changed_of_it_is_not_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
