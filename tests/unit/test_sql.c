/* Conditions, columns and selects over batches; the hostile ones must end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <pthread.h>

#include "sql_checks.h"

static void a_condition_keeps_what_is_true(void **state)
{
    static const char rows[] = "[{\"a\":1,\"b\":\"x\"},{\"a\":2},{\"a\":null,\"b\":\"y\"}]";

    (void)state;
    run(condition("a > 1"), rows, "{a:2,b:null}");
    run(condition("a"), rows, "{a:1,b:\"x\"}{a:2,b:null}");
    run(condition("b IS NULL"), rows, "{a:2,b:null}");
    run(condition("NULL"), rows, "");
    run(condition("1"), rows, "{a:1,b:\"x\"}{a:2,b:null}{a:null,b:\"y\"}");
    run(condition("b = 'y' -- the last"), rows, "{a:null,b:\"y\"}");
    run(condition("\n a = 1 /* one */ OR\n  batch.a = 2"), rows, "{a:1,b:\"x\"}{a:2,b:null}");
    run(condition("a IN (1, 3)"), rows, "{a:1,b:\"x\"}");
    run(condition("a > 1"), "[]", "");
    run(condition("a > 1"), "[{\"a\":1},{\"a\":2}]|[]|[{\"a\":3}]", "{a:2}||{a:3}");
}

static void a_missing_column_is_null(void **state)
{
    (void)state;
    run(condition("nowhere IS NULL AND rowid IS NULL AND oid IS NULL"), "[{\"a\":1}]", "{a:1}");
    run(condition("rowid = 7"), "[{\"rowid\":7},{\"rowid\":8}]", "{rowid:7}");
    run(columns("c", "batch.nowhere"), "[{\"a\":1}]", "{a:1,c:null}");
    run(query("SELECT a, nowhere AS n FROM batch"), "[{\"a\":1}]", "{a:1,n:null}");
    run(query("SELECT *, nowhere IS NULL AS n FROM batch"), "[{\"a\":1}]", "{a:1,n:1}");
    run(query("SELECT x.* FROM batch x JOIN batch y USING (id)"), "[{\"id\":1},{\"id\":2}]",
        "{id:1}{id:2}");
}

static void names_may_be_any_text(void **state)
{
    (void)state;
    run(condition("\"a b\" = 1"), "[{\"a b\":1},{\"a b\":2}]", "{a b:1}");
    run(condition("\"a\"\"b\" = 1"), "[{\"a\\\"b\":1},{}]", "{a\"b:1}");
    run(condition("\"\" = 1"), "[{\"\":1},{}]", "{:1}");
    run(condition("\"select\" = 1 AND [from] = 2"), "[{\"select\":1,\"from\":2},{}]",
        "{select:1,from:2}");
    run(condition("\"a.b\" = 1 AND batch.\"c.d\" = 2"), "[{\"a.b\":1,\"c.d\":2},{}]",
        "{a.b:1,c.d:2}");
    run(condition("\"it''s\" = 1"), "[{\"it''s\":1},{}]", "{it''s:1}");
    run(condition("NAME = 1"), "[{\"name\":1},{}]", "{name:1}");
    run(query("SELECT * FROM batch"), "[{\"\":1,\"a\\\"b\":2,\"select\":3,\"\\u0001any\":4}]",
        "{:1,a\"b:2,select:3,\1any:4}");
    run(query("SELECT \"grün\" AS \"straße\" FROM batch"), "[{\"grün\":1}]", "{straße:1}");
}

static void names_that_differ_in_case_are_told_apart_or_refused(void **state)
{
    static const char rows[] = "[{\"name\":1,\"Name\":2,\"a\":3}]";

    (void)state;
    run(condition("a = 3"), rows, "{name:1,Name:2,a:3}");
    run(query("SELECT * FROM batch"), rows, "{name:1,Name:2,a:3}");
    run(query("SELECT a FROM batch"), rows, "{a:3}");
    run_fails(condition("name = 1"), rows, "E-COLUMN-COLLISION", "'name'");
    run_fails(query("SELECT *, Name + 1 AS n FROM batch"), rows, "E-COLUMN-COLLISION", "'Name'");
}

static void a_text_in_double_quotes_is_a_name(void **state)
{
    (void)state;
    run(condition("a = \"x\""), "[{\"a\":\"x\"}]", "");
    run(condition("a = 'x'"), "[{\"a\":\"x\"}]", "{a:\"x\"}");
}

static void columns_are_set_in_place_or_added(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const texts[] = {"b", "a", "a || b"};
    struct weir_error error = {0};
    size_t offset, index;

    (void)state;
    run(weir_sql_columns(names, texts, 3, &index, &offset, &error),
        "[{\"a\":1,\"b\":\"x\"},{\"a\":[1],\"b\":true}]",
        "{a:\"x\",b:1,c:\"1x\"}{a:true,b:[1],c:\"[1]1\"}");
    run(weir_sql_columns(names, texts, 0, &index, &offset, &error), "[{\"a\":1}]", "{a:1}");
    run(columns("c", "1"), "[]", "");
    run(columns("c", "upper(n) -- loud"), "[{\"n\":\"x\"}]|[{\"n\":\"y\"}]",
        "{n:\"x\",c:\"X\"}|{n:\"y\",c:\"Y\"}");
}

static void a_select_is_made_of_each_unit_alone(void **state)
{
    static const char units[] = "[{\"a\":1},{\"a\":2}]|[]|[{\"a\":3}]";

    (void)state;
    run(query("SELECT sum(a) AS s FROM batch"), units, "{s:3}|{s:null}|{s:3}");
    run(query("SELECT count(*) FROM batch"), units, "{count(*):2}|{count(*):0}|{count(*):1}");
    run(query("SELECT a + 1 AS b FROM batch WHERE a > 1"), units, "{b:3}||{b:4}");
    run(query("SELECT e.value AS v FROM batch, json_each(items) e"),
        "[{\"items\":[1,\"x\"]},{\"items\":[]}]|[{\"items\":[{\"k\":1}]}]",
        "{v:1}{v:\"x\"}|{v:{\"k\":1}}");
    run(query("SELECT a, row_number() OVER (ORDER BY a DESC) AS n FROM batch ORDER BY n"), units,
        "{a:2,n:1}{a:1,n:2}||{a:3,n:1}");
    run(query("VALUES (1, 'x')"), "[{\"a\":1}]", "{column1:1,column2:\"x\"}");
    run(query("SELECT 1 AS one UNION ALL SELECT a FROM batch;  -- done\n;"), "[{\"a\":true}]",
        "{one:1}{one:true}");
    run(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
              "SELECT i, a FROM n, batch"),
        "[{\"a\":\"x\"}]", "{i:1,a:\"x\"}{i:2,a:\"x\"}{i:3,a:\"x\"}");
    run(query("SELECT * FROM batch"), "[{},{}]", "{}{}");
    run(query("SELECT * FROM batch"), "[]", "");
    run(query("SELECT batch.*, c FROM batch NATURAL JOIN (SELECT 1 AS a, 'x' AS c) t"),
        "[{\"a\":1},{\"a\":2}]", "{a:1,c:\"x\"}");
    run(query("SELECT json_group_array(json_object('a', a)) AS j FROM batch"), "[{\"a\":1},{}]",
        "{j:[{\"a\":1},{\"a\":null}]}");
}

static void a_unit_that_failed_gives_no_rows(void **state)
{
    struct weir_batch *batch = batch_of("[{\"a\":1}]|[{\"a\":2}]");
    struct weir_error error = {.code = "E-JSON"};

    (void)state;
    weir_batch_fail_unit(batch, &error);
    run_over(query("SELECT count(*) AS n FROM batch"), batch, "{n:1}|");
    weir_batch_free(batch);
}

static void a_star_takes_the_columns_of_each_batch(void **state)
{
    struct weir_sql *sql = query("SELECT * FROM batch WHERE a > 0");
    static const char *const batches[][2] = {
        {"[{\"a\":1,\"b\":2}]", "{a:1,b:2}"},
        {"[{\"b\":1,\"a\":2}]", "{b:1,a:2}"},
        {"[{\"c\":1}]", ""},
        {"[{\"a\":1,\"b\":2}]", "{a:1,b:2}"},
        {"[{\"a\":1,\"b\":2,\"c\":3}]", "{a:1,b:2,c:3}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(batches) * 20; i++) {
        struct weir_batch *batch = batch_of(batches[i % COUNT(batches)][0]);
        struct weir_error error = {0};
        char *text;

        assert_int_equal(weir_sql_run(sql, batch, &error), WEIR_OK);
        text = show(batch);
        assert_string_equal(text, batches[i % COUNT(batches)][1]);
        free(text);
        weir_batch_free(batch);
    }
    weir_sql_free(sql);
}

/* More different sets of columns than are kept ready. */
static void many_sets_of_columns_take_turns(void **state)
{
    struct weir_sql *sql = query("SELECT * FROM batch");

    (void)state;
    for (int i = 0; i < 200; i++) {
        char row[64];
        char expected[64];
        struct weir_batch *batch;
        struct weir_error error = {0};
        char *text;

        (void)snprintf(row, sizeof(row), "[{\"c%d\":%d}]", i % 50, i);
        (void)snprintf(expected, sizeof(expected), "{c%d:%d}", i % 50, i);
        batch = batch_of(row);
        assert_int_equal(weir_sql_run(sql, batch, &error), WEIR_OK);
        text = show(batch);
        assert_string_equal(text, expected);
        free(text);
        weir_batch_free(batch);
    }
    weir_sql_free(sql);
}

static void what_fails_at_a_row_says_which(void **state)
{
    static const char rows[] = "[{\"a\":\"{}\"},{\"a\":\"{\"},{\"a\":\"{}\"}]";

    (void)state;
    run_fails(condition("a ->> 'x' IS NULL"), rows, "E-SQL", "row 2 of the batch: malformed JSON");
    run_fails(columns("b", "a -> 'x'"), rows, "E-SQL", "row 2 of the batch: malformed JSON");
    run_fails(query("SELECT a -> 'x' AS b FROM batch"), rows, "E-SQL", "row 2");
    run_fails(columns("b", "CAST(x'ff' AS TEXT)"), rows, "E-UTF8", "'b'");
    run_fails(columns("b", "char(0)"), rows, "E-TEXT-NUL", "'b'");
    run_fails(columns("b", "abs(-9223372036854775807 - 1)"), rows, "E-SQL", "integer overflow");
    run_fails(columns("b", "zeroblob(100000000)"), rows, "E-SQL", "too big");
    run_fails(query("SELECT * FROM batch x JOIN batch y"), rows, "E-COLUMN-COLLISION", "'a'");
}

static void a_name_of_two_tables_is_ambiguous_when_it_is(void **state)
{
    (void)state;
    run(query("SELECT value FROM batch, json_each(items)"), "[{\"items\":[1,2]}]",
        "{value:1}{value:2}");
    run_fails(query("SELECT value FROM batch, json_each(items)"), "[{\"items\":[1],\"value\":2}]",
        "E-SQL", "ambiguous column name: value");
    run_fails(query("WITH t AS (SELECT 1 AS b) SELECT b FROM t, batch"), "[{\"b\":2}]", "E-SQL",
        "ambiguous column name: b");
    run(condition("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 2)"),
        "[{\"tags\":[1,2],\"value\":7}]", "{tags:[1,2],value:7}");
}

static void a_runaway_ends(void **state)
{
    static const char rows[] = "[{\"a\":1}]";

    (void)state;
    /* With a sanitizer so many rows take a minute, and show nothing that others do not. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT i FROM n"),
        rows, "E-LIMIT", "10000000 rows");
#endif
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT zeroblob(1000000) AS z FROM n"),
        rows, "E-LIMIT", "256 MiB");
}

/* Long, so it comes last: nothing of the result bounds this one. */
static void a_runaway_without_rows_ends(void **state)
{
    (void)state;
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT count(*) AS n FROM n"),
        "[{\"a\":1}]", "E-LIMIT", "does not come to an end");
}

static void wide_batches_are_taken_up_to_sqlites_bound(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    struct weir_sql *star = query("SELECT * FROM batch");
    struct weir_sql *named = query("SELECT c2499 AS x FROM batch");

    (void)state;
    weir_batch_add_unit(batch, NULL);
    weir_batch_add_row(batch);
    for (int i = 0; i < 2500; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "c%d", i);
        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), weir_bool(i % 2));
    }
    assert_int_equal(weir_sql_run(star, batch, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-LIMIT-COLUMNS");
    weir_sql_free(star);
    run_over(named, batch, "{x:true}");
    weir_batch_free(batch);
}

enum { N_THREADS = 8, N_RUNS = 60 };

struct shared {
    struct weir_sql *filter;
    struct weir_sql *set;
    struct weir_sql *star;
};

static void run_one(struct weir_sql *sql, struct weir_batch *batch)
{
    struct weir_error error = {0};

    if (weir_sql_run(sql, batch, &error) != WEIR_OK)
        abort();
}

static void *run_many(void *arg)
{
    const struct shared *shared = arg;

    for (int i = 0; i < N_RUNS; i++) {
        struct weir_batch *batch = batch_of(
            i % 2 ? "[{\"a\":1,\"t\":\"x\"},{\"a\":2,\"t\":\"y\"}]" : "[{\"t\":\"z\",\"a\":3}]");
        size_t b;

        run_one(shared->filter, batch);
        run_one(shared->set, batch);
        run_one(shared->star, batch);
        b = weir_batch_find(batch, weir_str("b"));
        if (batch->n_rows != 1 || b == SIZE_MAX ||
            !weir_str_is(weir_value_str(&batch->columns[b].values[0]), i % 2 ? "Y2" : "Z3"))
            abort();
        weir_batch_free(batch);
    }
    return NULL;
}

static void threads_share_what_is_compiled(void **state)
{
    struct shared shared = {
        .filter = condition("a > 1"),
        .set = columns("b", "upper(t) || a"),
        .star = query("SELECT *, 1 AS one FROM batch"),
    };
    pthread_t threads[N_THREADS];

    (void)state;
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, &shared), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    weir_sql_free(shared.filter);
    weir_sql_free(shared.set);
    weir_sql_free(shared.star);
}

static atomic_bool has_ended;

static void *run_endless(void *arg)
{
    struct weir_batch *batch = batch_of("[{\"a\":1}]");
    static struct weir_error error;

    error = (struct weir_error){0};
    if (weir_sql_run(arg, batch, &error) != WEIR_FAIL)
        abort();
    weir_batch_free(batch);
    has_ended = true;
    return &error;
}

static void what_runs_can_be_stopped(void **state)
{
    struct weir_sql *sql = query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                 "SELECT count(*) AS n FROM n");
    struct timespec wait = {.tv_nsec = 20 * 1000 * 1000};
    pthread_t thread;
    void *error;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, run_endless, sql), 0);
    /* Again and again, since it may not have begun yet. */
    do {
        (void)nanosleep(&wait, NULL);
        weir_sql_interrupt(sql);
    } while (!has_ended);
    assert_int_equal(pthread_join(thread, &error), 0);
    assert_string_equal(((struct weir_error *)error)->code, "E-STOPPED");
    weir_sql_free(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_keeps_what_is_true),
        cmocka_unit_test(a_missing_column_is_null),
        cmocka_unit_test(names_may_be_any_text),
        cmocka_unit_test(names_that_differ_in_case_are_told_apart_or_refused),
        cmocka_unit_test(a_text_in_double_quotes_is_a_name),
        cmocka_unit_test(columns_are_set_in_place_or_added),
        cmocka_unit_test(a_select_is_made_of_each_unit_alone),
        cmocka_unit_test(a_unit_that_failed_gives_no_rows),
        cmocka_unit_test(a_star_takes_the_columns_of_each_batch),
        cmocka_unit_test(many_sets_of_columns_take_turns),
        cmocka_unit_test(what_fails_at_a_row_says_which),
        cmocka_unit_test(a_name_of_two_tables_is_ambiguous_when_it_is),
        cmocka_unit_test(a_runaway_ends),
        cmocka_unit_test(a_runaway_without_rows_ends),
        cmocka_unit_test(wide_batches_are_taken_up_to_sqlites_bound),
        cmocka_unit_test(threads_share_what_is_compiled),
        cmocka_unit_test(what_runs_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
