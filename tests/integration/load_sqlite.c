/* Tables that the sqlite loader makes: their types, keys, columns and names. */
#include "sqlite_checks.h"

#include <dirent.h>
#include <math.h>

/* --- types ------------------------------------------------------------------------------ */

static void a_table_takes_its_types_from_the_first_rows(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t,
        "[{\"i\":1,\"b\":true,\"f\":1.5,\"t\":\"x\",\"j\":{\"a\":[1]},"
        "\"d\":123456789012345678901234567890,\"n\":null}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')",
        "i|INTEGER\nb|INTEGER\nf|REAL\nt|TEXT\nj|TEXT\nd|TEXT\nn|ANY");
    assert_answer(f, "SELECT strict FROM pragma_table_list('t')", "1");
    assert_answer(f, "SELECT i, b, f, t, j, d, n FROM t",
        "1|1|1.5|x|{\"a\":[1]}|123456789012345678901234567890|NULL");
}

static void times_and_bytes_are_stored_as_documented(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_batch *batch = weir_batch_new(t);
    struct weir_value at = {.kind = WEIR_TIMESTAMP, .integer = 1700000000000000};
    struct weir_value day = {.kind = WEIR_DATE, .integer = 19675};

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("at")), at);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("day")), day);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("raw")),
        weir_text(WEIR_BYTES, (struct weir_str){"\0\xff", 2}));
    weir_batch_set(batch, weir_batch_column(batch, weir_str("none")),
        weir_text(WEIR_BYTES, (struct weir_str){NULL, 0}));
    start(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_OK);
    commit_and_stop(f);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')",
        "at|TEXT\nday|TEXT\nraw|BLOB\nnone|BLOB");
    assert_answer(f, "SELECT substr(at, 1, 19), day, hex(raw), typeof(none), length(none) FROM t",
        "2023-11-14T22:13:20|2023-11-14|00FF|blob|0");
}

static void no_digit_is_lost(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t,
        "[{\"i\":9223372036854775807,\"f\":0.1,\"d\":0.10000000000000000000001},"
        "{\"i\":-9223372036854775808,\"f\":1e300,\"d\":18446744073709551616}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT i, f = 0.1 OR f = 1e300, d, typeof(i), typeof(f), typeof(d) FROM t",
        "9223372036854775807|1|0.10000000000000000000001|integer|real|text\n"
        "-9223372036854775808|1|18446744073709551616|integer|real|text");
}

static void mixed_kinds_keep_what_they_are(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t,
        "[{\"near\":1,\"far\":9007199254740993,\"text\":\"007\",\"flag\":true},"
        "{\"near\":1.5,\"far\":0.5,\"text\":7,\"flag\":\"yes\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')",
        "near|REAL\nfar|ANY\ntext|ANY\nflag|ANY");
    assert_answer(f, "SELECT near, far, text, typeof(text), flag FROM t",
        "1.0|9007199254740993|007|text|1\n1.5|0.5|7|integer|yes");
}

static void whole_floats_may_enter_integers_and_exact_integers_reals(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"i\":1,\"f\":1.5}]");
    commit_and_stop(f);
    start(f);
    load(f, t, "[{\"i\":2.0,\"f\":9007199254740992}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT i, typeof(i), f = 9007199254740992, typeof(f) FROM t",
        "1|integer|0|real\n2|integer|1|real");
}

/* By a table that an earlier run has made, which keeps its types. */
static void assert_type_refused(
    struct fixture *f, const char *first, const char *second, const char *type, const char *kind)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, first);
    commit_and_stop(f);
    start(f);
    refuse(f, t, second, "E-TYPE");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "table 't', row 2 of its unit: column 'c'");
    assert_error_says(f, type);
    assert_error_says(f, kind);
    assert_error_says(f, "'set' transform (CAST)");
    /* What was accepted before is kept, and none of the batch. */
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "1");
}

static void a_fraction_is_refused_by_an_integer_column(void **state)
{
    struct fixture *f = *state;

    assert_type_refused(f, "[{\"c\":1}]", "[{\"c\":2},{\"c\":2.5}]", "INTEGER", "float");
    assert_null(strstr(f->s.error.text, "2.5"));
}

static void a_text_is_refused_by_an_integer_column(void **state)
{
    struct fixture *f = *state;

    assert_type_refused(f, "[{\"c\":1}]", "[{\"c\":2},{\"c\":\"sesame\"}]", "INTEGER", "text");
    assert_null(strstr(f->s.error.text, "sesame"));
}

static void a_number_is_refused_by_a_text_column(void **state)
{
    assert_type_refused(*state, "[{\"c\":\"a\"}]", "[{\"c\":null},{\"c\":7}]", "TEXT", "int");
}

static void a_long_integer_is_refused_by_a_real_column(void **state)
{
    assert_type_refused(
        *state, "[{\"c\":1.5}]", "[{\"c\":7},{\"c\":9007199254740993}]", "REAL", "int");
}

static void a_bool_is_refused_by_a_real_column(void **state)
{
    assert_type_refused(*state, "[{\"c\":1.5}]", "[{\"c\":2.5},{\"c\":true}]", "REAL", "bool");
}

static void what_is_no_number_is_refused(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_batch *batch = weir_batch_new(t);

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("c")), weir_float(NAN));
    start(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    stage_stop(&f->s);
    assert_error(f, WEIR_FAULT_DATA, "E-TYPE");
    assert_non_null(strstr(f->s.error.text, "is NaN"));
    assert_null(strstr(f->s.error.text, "there before"));
}

/* --- columns ---------------------------------------------------------------------------- */

static void columns_are_added_when_they_bring_a_value(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"late\":null,\"never\":null}]");
    load(f, t, "[{\"a\":2,\"late\":null,\"new\":\"x\"}]");
    load(f, t, "[{\"a\":3,\"late\":0.5}]");
    load(f, t, "[{\"late\":1.5}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT name, type FROM pragma_table_info('t')",
        "a|INTEGER\nnew|TEXT\nlate|REAL\nnever|ANY");
    assert_answer(f, "SELECT a, new, late, never FROM t",
        "1|NULL|NULL|NULL\n2|x|NULL|NULL\n3|NULL|0.5|NULL\nNULL|NULL|1.5|NULL");
}

/* Also behind a value, in one batch and over two. */
static void a_null_is_a_null(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":\"x\"},{\"a\":null},{\"b\":\"y\"},{\"a\":2},{}]");
    load(f, t, "[{\"a\":3,\"b\":\"z\"}]");
    load(f, t, "[{\"a\":null,\"b\":null}]");
    commit_and_stop(f);
    assert_answer(
        f, "SELECT a, b FROM t", "1|x\nNULL|NULL\nNULL|y\n2|NULL\nNULL|NULL\n3|z\nNULL|NULL");
}

static void columns_are_added_over_a_commit_and_over_runs(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":null}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, "[{\"b\":2}]");
    commit_and_stop(f);
    start(f);
    load(f, t, "[{\"c\":3,\"b\":4}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b, c FROM t", "1|NULL|NULL\nNULL|2|NULL\nNULL|4|3");
}

static void rows_without_any_value_are_rows(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"a\":null,\"b\":null},{\"a\":null}]");
    load(f, t, "[{\"a\":\"007\"},{\"a\":7}]");
    load(f, t, "[{},{}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, typeof(a) FROM t",
        "NULL|null\nNULL|null\n007|text\n7|integer\nNULL|null\nNULL|null");
}

static void rows_without_columns_make_no_table(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[]");
    refuse(f, t, "[{},{}]", "E-DB-SCHEMA");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void many_sets_of_columns_go_into_one_table(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    char json[64];

    start(f);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 20; i++) {
            (void)snprintf(json, sizeof(json), "[{\"c%d\":%d,\"all\":%d}]", i, round, i);
            load(f, t, json);
        }
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*), sum(c0), sum(c19), sum(\"all\") FROM t", "60|3|3|570");
}

static char *wide_row(int n)
{
    char *json = weir_malloc((size_t)n * 16 + 3);
    size_t at = 0;

    at += (size_t)sprintf(json, "{");
    for (int i = 0; i < n; i++)
        at += (size_t)sprintf(json + at, "%s\"c%d\":%d", i ? "," : "", i, i);
    (void)sprintf(json + at, "}");
    return json;
}

static void a_table_may_have_2000_columns_and_no_more(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_resource *u = stage_resource(&f->s, "u", NULL);
    char *most = wide_row(2000);
    char *more = wide_row(2001);

    start(f);
    load(f, t, most);
    load(f, t, most);
    refuse(f, u, more, "E-LIMIT-COLUMNS");
    assert_error_says(f, "2000");
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*), sum(c1999) FROM t", "2|3998");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'", "0");
    free(most);
    free(more);
}

/* --- names ------------------------------------------------------------------------------ */

static void any_text_is_a_name(void **state)
{
    struct fixture *f = *state;
    const char *table = "a \"table\"; DROP TABLE x; --";
    struct weir_resource *t = stage_resource(&f->s, table, "id\"] (");

    start(f);
    load(f, t,
        "[{\"id\\\"] (\":1,\"\\\"\":2,\"select\":3,\"a; DROP TABLE t\":4,\"%s%n\":5,"
        "\"\\u00e4\\ud83d\\ude80\":6,\"a\\nb\":7,\"'\":8,\"[x]\":9,\"?1\":10,\".\":11}]");
    load(f, t, "[{\"id\\\"] (\":2,\"new \\\"one\\\"\":1}]");
    commit_and_stop(f);
    assert_answer(f,
        "SELECT group_concat(name, '~') FROM pragma_table_info("
        "'a \"table\"; DROP TABLE x; --')",
        "id\"] (~\"~select~a; DROP TABLE t~%s%n~\xc3\xa4\xf0\x9f\x9a\x80~a\nb~'~[x]~?1~.~"
        "new \"one\"");
    assert_answer(f,
        "SELECT \"\"\"\", \"%s%n\", \"new \"\"one\"\"\""
        " FROM \"a \"\"table\"\"; DROP TABLE x; --\"",
        "2|5|NULL\nNULL|NULL|1");
}

static void assert_name_refused(struct fixture *f, const char *name)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    char json[1200];

    (void)snprintf(json, sizeof(json), "[{\"a\":1,\"%s\":2}]", name);
    start(f);
    refuse(f, t, json, "E-COLUMN-NAME");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "'rename'");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
    /* For another go. */
    f->s.error = (struct weir_error){0};
    f->s.stage.n_resources = 0;
}

static void some_names_are_taken(void **state)
{
    char longest[1002];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_name_refused(*state, "");
    assert_name_refused(*state, "_weir_run");
    assert_name_refused(*state, "_WEIR_run");
    assert_name_refused(*state, "rowid");
    assert_name_refused(*state, "OID");
    assert_name_refused(*state, "_rowid_");
    assert_name_refused(*state, longest);
}

static void names_that_sqlite_takes_for_one_collide(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    refuse(f, t, "[{\"Name\":1,\"other\":2,\"name\":3}]", "E-COLUMN-COLLISION");
    assert_error_says(f, "'Name' and 'name'");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

static void names_collide_over_batches(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"Name\":null,\"a\":1}]");
    refuse(f, t, "[{\"name\":1}]", "E-COLUMN-COLLISION");
    assert_error_says(f, "'Name' and 'name'");
    stage_stop(&f->s);
}

/* Beyond ASCII SQLite compares letters as they are; so these are two columns. */
static void names_beyond_ascii_do_not_collide(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, t, "[{\"\\u00c4\":1,\"\\u00e4\":2,\"a\\u0308\":3}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM pragma_table_info('t')", "3");
}

static void assert_mistake(
    const char *path, const char *table, const char *other, const char *key, const char *text)
{
    struct load_stage s;

    stage_init(&s, "sqlite");
    stage_set(&s, "path", path);
    (void)stage_resource(&s, table, NULL);
    (void)stage_resource(&s, other, key);
    assert_false(stage_check(&s));
    assert_int_equal(s.mistakes.n_errors, 1);
    assert_non_null(strstr(s.mistakes.items[0].text, text));
    stage_done(&s);
}

static void mistakes_are_found_in_the_file_alone(void **state)
{
    struct load_stage s;

    (void)state;
    assert_mistake(":memory:", "t", "u", NULL, "in memory");
    assert_mistake("file:x.db?mode=ro", "t", "u", NULL, "URI");
    assert_mistake("x.db", "t", "_weir_state", NULL, "_weir_");
    assert_mistake("x.db", "t", "sqlite_master", NULL, "sqlite_");
    assert_mistake("x.db", "Users", "users", NULL, "'Users' and 'users'");
    assert_mistake("x.db", "t", "u", "rowid", "rowid");
    stage_init(&s, "sqlite");
    assert_false(stage_check(&s));
    assert_string_equal(s.mistakes.items[0].code, "E-REQUIRED");
    stage_done(&s);
}

/* --- files ------------------------------------------------------------------------------ */

static void a_new_file_is_one_file(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    DIR *folder;
    int n = 0;

    start(f);
    load(f, t, "[{\"a\":1}]");
    commit_and_stop(f);
    assert_answer(f, "PRAGMA page_size", "16384");
    assert_answer(f, "PRAGMA journal_mode", "delete");
    assert_answer(f, "PRAGMA integrity_check", "ok");
    folder = opendir(f->folder);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        n += entry->d_name[0] != '.';
    (void)closedir(folder);
    assert_int_equal(n, 1);
}

static void what_was_not_committed_is_taken_back(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_resource *u = stage_resource(&f->s, "u", NULL);

    start(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, "[{\"a\":2,\"b\":3}]");
    load(f, u, "[{\"a\":2}]");
    stage_stop(&f->s);
    assert_answer(f, "SELECT * FROM t", "1");
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "1");
}

static void two_resources_may_fill_one_table(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *first = stage_resource(&f->s, "t", NULL);
    struct weir_resource *second = stage_resource(&f->s, "t", NULL);

    start(f);
    load(f, first, "[{\"a\":1}]");
    load(f, second, "[{\"a\":2,\"b\":3}]");
    load(f, first, "[{\"b\":4}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b FROM t", "1|NULL\n2|3\nNULL|4");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_table_takes_its_types_from_the_first_rows),
        CASE(times_and_bytes_are_stored_as_documented),
        CASE(no_digit_is_lost),
        CASE(mixed_kinds_keep_what_they_are),
        CASE(whole_floats_may_enter_integers_and_exact_integers_reals),
        CASE(a_fraction_is_refused_by_an_integer_column),
        CASE(a_text_is_refused_by_an_integer_column),
        CASE(a_number_is_refused_by_a_text_column),
        CASE(a_long_integer_is_refused_by_a_real_column),
        CASE(a_bool_is_refused_by_a_real_column),
        CASE(what_is_no_number_is_refused),
        CASE(columns_are_added_when_they_bring_a_value),
        CASE(a_null_is_a_null),
        CASE(columns_are_added_over_a_commit_and_over_runs),
        CASE(rows_without_any_value_are_rows),
        CASE(rows_without_columns_make_no_table),
        CASE(many_sets_of_columns_go_into_one_table),
        CASE(a_table_may_have_2000_columns_and_no_more),
        CASE(any_text_is_a_name),
        CASE(some_names_are_taken),
        CASE(names_that_sqlite_takes_for_one_collide),
        CASE(names_collide_over_batches),
        CASE(names_beyond_ascii_do_not_collide),
        cmocka_unit_test(mistakes_are_found_in_the_file_alone),
        CASE(a_new_file_is_one_file),
        CASE(what_was_not_committed_is_taken_back),
        CASE(two_resources_may_fill_one_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
