/* Replace: the new rows wait beside the table until all of them are there; readers see the old ones
 * or the new ones, and what watches over the table goes on doing so. */
#include "state_checks.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

static struct weir_resource *replace_resource(
    struct fixture *f, const char *name, const char *table, const char *key)
{
    struct weir_resource *resource = stage_resource(&f->s, table, key);

    resource->name = name;
    resource->disposition = WEIR_REPLACE;
    resource->min_ratio = 0.5;
    return resource;
}

/* --- a run, as the engine makes it --------------------------------------------------------- */

/* Goes on with the open pass if there is one, unless it shall begin anew. */
static enum weir_status try_begin(struct fixture *f, bool anew)
{
    struct run *r = weir_new(f->s.arena, struct run);
    const struct weir_pass *old = NULL;

    f->s.error = (struct weir_error){0};
    start(f);
    must(f, open_run(f, r, NULL));
    if (anew) {
        old = r->found.open;
        r->found.open = NULL;
    }
    make_pass(f, r);
    return store_of(f)->begin(&f->s.stage, &r->pass, old);
}

static void begin(struct fixture *f)
{
    must(f, try_begin(f, false));
}

static void finish_and_stop(struct fixture *f)
{
    end_run(f, true);
}

static void finish_is_refused(struct fixture *f, const char *code, const char *said)
{
    assert_int_equal(finish_run(f, true, false), WEIR_REJECT);
    assert_error(f, WEIR_FAULT_DATA, code);
    assert_error_says(f, said);
    stage_stop(&f->s);
}

/* Ends as a process that is killed: what was not committed is gone. */
static void crash(struct fixture *f)
{
    stage_stop(&f->s);
}

static void load_ids(struct fixture *f, const struct weir_resource *t, int64_t first, int64_t n)
{
    struct weir_batch *batch = weir_batch_new(t);

    (void)weir_batch_add_unit(batch, NULL);
    for (int64_t i = first; i < first + n; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("id")), weir_int(i));
    }
    must(f, stage_load(&f->s, batch));
}

static void assert_nothing_is_left(struct fixture *f)
{
    assert_answer(
        f, "SELECT name FROM sqlite_schema WHERE name LIKE '\\_weir\\_stage%' ESCAPE '\\'", "");
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "SELECT count(*) FROM pragma_foreign_key_check", "0");
}

/* --- rows ---------------------------------------------------------------------------------- */

static void a_table_that_is_not_there_is_made(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", "id");

    begin(f);
    load(f, t, "[{\"id\":1,\"a\":1,\"never\":null},{\"id\":2,\"a\":2}]");
    load(f, t, "[{\"id\":3,\"a\":0.5}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name = 't'", "0");
    finish_and_stop(f);
    assert_answer(f, "SELECT id, a, never FROM t", "1|1.0|NULL\n2|2.0|NULL\n3|0.5|NULL");
    assert_answer(f, "SELECT name, type, pk FROM pragma_table_info('t')",
        "id|INTEGER|1\na|REAL|0\nnever|ANY|0");
    assert_answer(f, "SELECT strict FROM pragma_table_list('t')", "1");
    assert_nothing_is_left(f);
}

static void the_old_rows_go_when_the_new_ones_are_there(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", "id");

    begin(f);
    load(f, t, "[{\"id\":1,\"a\":\"old\"},{\"id\":2,\"a\":\"old\"}]");
    finish_and_stop(f);
    begin(f);
    load(f, t, "[{\"id\":2,\"a\":\"new\"}]");
    load(f, t, "[{\"id\":3,\"a\":\"new\",\"b\":1.5,\"c\":null}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_answer(f, "SELECT id, a FROM t", "1|old\n2|old");
    finish_and_stop(f);
    assert_answer(f, "SELECT id, a, b, c FROM t", "2|new|NULL|NULL\n3|new|1.5|NULL");
    assert_nothing_is_left(f);
}

static void nothing_is_made_where_no_rows_came(void **state)
{
    struct fixture *f = *state;

    (void)replace_resource(f, "r", "t", NULL);
    begin(f);
    finish_and_stop(f);
    assert_answer(f,
        "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE '\\_weir%' ESCAPE '\\'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        "0");
}

static void two_resources_share_a_table(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *one = replace_resource(f, "one", "t", NULL);
    struct weir_resource *two = replace_resource(f, "two", "t", NULL);

    database_do(f, "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (7), (8)");
    begin(f);
    load(f, one, "[{\"id\":1}]");
    load(f, two, "[{\"id\":2}]");
    load(f, one, "[{\"id\":3}]");
    finish_and_stop(f);
    assert_answer(f, "SELECT id FROM t", "1\n2\n3");
    assert_nothing_is_left(f);
}

/* --- crashes ------------------------------------------------------------------------------- */

static void the_next_run_goes_on_with_what_is_there(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", "id");

    begin(f);
    load(f, t, "[{\"id\":1,\"a\":1,\"b\":\"x\",\"c\":5,\"d\":\"x\"}]");
    load(f, t, "[{\"id\":2,\"a\":1,\"b\":\"x\",\"c\":\"y\"}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    load(f, t, "[{\"id\":3,\"a\":9}]");
    crash(f);
    begin(f);
    /* Types widen as if there had been one run. */
    load(f, t, "[{\"id\":3,\"a\":1.5,\"b\":7,\"c\":0.5,\"d\":\"z\"}]");
    finish_and_stop(f);
    assert_answer(f, "SELECT id, a, b, c, d FROM t", "1|1.0|x|5|x\n2|1.0|x|y|NULL\n3|1.5|7|0.5|z");
    assert_answer(
        f, "SELECT group_concat(type) FROM pragma_table_info('t')", "INTEGER,REAL,ANY,ANY,TEXT");
    assert_nothing_is_left(f);
}

static void what_was_staged_for_an_abandoned_pass_goes(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", NULL);

    begin(f);
    load(f, t, "[{\"id\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    crash(f);
    must(f, try_begin(f, true));
    load(f, t, "[{\"id\":2}]");
    finish_and_stop(f);
    assert_answer(f, "SELECT id FROM t", "2");
    assert_nothing_is_left(f);
}

/* --- guards -------------------------------------------------------------------------------- */

static void an_empty_answer_replaces_nothing_unless_allowed(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", NULL);

    begin(f);
    load_ids(f, t, 1, 1000);
    finish_and_stop(f);
    begin(f);
    finish_is_refused(f, "E-REPLACE-EMPTY", "allow_empty");
    assert_error_says(f, "the 1000 of table 't'");
    assert_answer(f, "SELECT count(*) FROM t", "1000");
    t->allow_empty = true;
    begin(f);
    finish_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "0");
    assert_nothing_is_left(f);
}

static void few_rows_replace_nothing_unless_allowed(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", NULL);

    begin(f);
    load_ids(f, t, 1, 1000);
    finish_and_stop(f);
    begin(f);
    load_ids(f, t, 1, 400);
    finish_is_refused(f, "E-REPLACE-SHRINK", "min_ratio");
    assert_error_says(f, "only 400 rows came to replace the 1000 of table 't'");
    assert_answer(f, "SELECT count(*) FROM t", "1000");
    begin(f);
    load_ids(f, t, 1, 500);
    finish_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "500");
    t->min_ratio = 0;
    begin(f);
    load_ids(f, t, 1, 1);
    finish_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "1");
    assert_nothing_is_left(f);
}

static void one_table_that_shrinks_keeps_all_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *a = replace_resource(f, "a", "a", NULL);
    struct weir_resource *b = replace_resource(f, "b", "b", NULL);

    database_do(f, "CREATE TABLE a (id INTEGER); INSERT INTO a VALUES (0);"
                   "CREATE TABLE b (id INTEGER); INSERT INTO b VALUES (0), (0), (0)");
    begin(f);
    load_ids(f, a, 1, 5);
    load_ids(f, b, 1, 1);
    finish_is_refused(f, "E-REPLACE-SHRINK", "table 'b'");
    assert_answer(f, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)", "1|3");
}

/* --- what is around the table -------------------------------------------------------------- */

static void views_indexes_triggers_and_references_go_on_working(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", "id");

    database_do(f, "CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (1), (2);"
                   "CREATE TABLE t (id INTEGER PRIMARY KEY, o REFERENCES other (id), n DEFAULT 5,"
                   " twice AS (id * 2));"
                   "CREATE TABLE child (t REFERENCES t (id)); CREATE VIEW v AS SELECT id, o FROM t;"
                   "CREATE INDEX i ON t (o); CREATE TABLE log (id);"
                   "INSERT INTO t (id, o) VALUES (1, 1), (2, 2); INSERT INTO child VALUES (2);"
                   "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END");
    begin(f);
    load(f, t, "[{\"id\":2,\"o\":1},{\"id\":3,\"o\":1,\"new\":\"x\"}]");
    finish_and_stop(f);
    assert_answer(f, "SELECT id, o, n, twice, new FROM t", "2|1|5|4|NULL\n3|1|5|6|x");
    assert_answer(f, "SELECT id, o FROM v", "2|1\n3|1");
    assert_answer(f, "SELECT id FROM log", "2\n3");
    assert_answer(f, "SELECT count(*) FROM t INDEXED BY i WHERE o = 1", "2");
    assert_nothing_is_left(f);
}

static void tables_that_refer_to_each_other_are_replaced_together(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *orders = replace_resource(f, "o", "orders", "id");
    struct weir_resource *customers = replace_resource(f, "c", "customers", "id");

    database_do(f, "CREATE TABLE customers (id INTEGER PRIMARY KEY);"
                   "CREATE TABLE orders (id INTEGER PRIMARY KEY, c REFERENCES customers (id));"
                   "INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (1, 1)");
    begin(f);
    load(f, orders, "[{\"id\":2,\"c\":5}]");
    load(f, customers, "[{\"id\":5}]");
    finish_and_stop(f);
    assert_answer(f, "SELECT o.id, c.id FROM orders AS o JOIN customers AS c ON c.id = o.c", "2|5");
    assert_nothing_is_left(f);
}

static void assert_refused_and_unchanged(
    struct fixture *f, const char *json, const char *code, const char *said)
{
    begin(f);
    load(f, f->s.pointers[0], json);
    finish_is_refused(f, code, said);
    assert_answer(f, "SELECT * FROM t", "1|1");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

static void rows_that_the_table_refuses_replace_nothing(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHECK (a < 10));"
                   "CREATE TABLE child (t REFERENCES t (id)); INSERT INTO t VALUES (1, 1);"
                   "INSERT INTO child VALUES (1)");
    (void)replace_resource(f, "r", "t", "id");
    assert_refused_and_unchanged(f, "[{\"id\":1,\"a\":10}]", "E-ROW-CONSTRAINT", "CHECK");
    assert_refused_and_unchanged(f, "[{\"id\":2,\"a\":1}]", "E-ROW-CONSTRAINT",
        "rows of table 'child' refer to rows of table 't'");
}

static void a_reference_that_deletes_is_told_at_the_start(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY);"
                   "CREATE TABLE child (t REFERENCES T (id) ON DELETE CASCADE)");
    (void)replace_resource(f, "r", "t", "id");
    assert_int_equal(try_begin(f, false), WEIR_FAIL);
    assert_error(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    assert_error_says(f, "'child' refers to table 't' with ON DELETE CASCADE");
    stage_stop(&f->s);
}

/* --- what does not fit shows row by row ------------------------------------------------------ */

static void assert_row_refused(
    struct fixture *f, const char *sql, const char *json, const char *code, const char *said)
{
    struct weir_resource *t = replace_resource(f, "r", "t", NULL);

    database_do(f, "DROP TABLE IF EXISTS t");
    database_do(f, sql);
    must(f, try_begin(f, true));
    load(f, t, "[{\"id\":1,\"a\":1}]");
    refuse(f, t, json, code);
    assert_error_says(f, "table 't', row 2 of its unit");
    assert_error_says(f, said);
    stage_stop(&f->s);
    f->s.stage.n_resources = 0;
}

static void rows_must_fit_the_table_that_they_are_for(void **state)
{
    assert_row_refused(*state, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT)",
        "[{\"id\":2,\"a\":2},{\"id\":3,\"a\":\"x\"}]", "E-TYPE", "column 'a' has the type INT");
    assert_row_refused(*state, "CREATE TABLE t (id INTEGER PRIMARY KEY, a NUMERIC)",
        "[{\"id\":2,\"a\":2},{\"id\":3,\"a\":\"007\"}]", "E-TYPE", "NUMERIC");
    assert_row_refused(*state, "CREATE TABLE t (id INTEGER PRIMARY KEY, a NOT NULL) WITHOUT ROWID",
        "[{\"id\":2,\"a\":2},{\"id\":3,\"a\":null}]", "E-ROW-CONSTRAINT", "NOT NULL");
    assert_row_refused(*state, "CREATE TABLE t (id INT, a INT, PRIMARY KEY (id, a)) STRICT",
        "[{\"id\":2,\"a\":2},{\"id\":2,\"a\":2}]", "E-ROW-CONSTRAINT", "UNIQUE");
    assert_row_refused(*state, "CREATE TABLE t (id, a); CREATE UNIQUE INDEX i ON t (a, id)",
        "[{\"id\":2,\"a\":\"x\"},{\"id\":2,\"a\":\"x\"}]", "E-ROW-CONSTRAINT", "UNIQUE");
}

static void texts_and_defaults_are_as_the_table_has_them(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", "k");

    database_do(f, "CREATE TABLE t (k TEXT COLLATE NOCASE UNIQUE, price DECIMAL(10,2), \"odd, "
                   "name\" VARCHAR(9),"
                   " a NOT NULL DEFAULT 'it''s', b DEFAULT -1.5, c DEFAULT (1 + 2), d DEFAULT word,"
                   " e DEFAULT \"quoted\", g DEFAULT TRUE, \"x\"\"y\" \"my 'type'\")");
    begin(f);
    load(f, t, "[{\"k\":\"a\",\"price\":\"12.5\",\"odd, name\":\"007\",\"x\\\"y\":1}]");
    refuse(f, t, "[{\"k\":\"A\"}]", "E-ROW-CONSTRAINT");
    stage_stop(&f->s);
    must(f, try_begin(f, true));
    load(f, t, "[{\"k\":\"a\",\"price\":\"12.5\",\"odd, name\":\"007\",\"x\\\"y\":1}]");
    finish_and_stop(f);
    assert_answer(f,
        "SELECT k, price, typeof(price), \"odd, name\", a, b, c, d, e, g, \"x\"\"y\" FROM t",
        "a|12.5|real|007|it's|-1.5|3|word|quoted|1|1");
    assert_nothing_is_left(f);
}

static void a_computed_column_takes_no_values(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = replace_resource(f, "r", "t", NULL);

    database_do(f, "CREATE TABLE t (a, b AS (a * 2))");
    begin(f);
    refuse(f, t, "[{\"a\":1,\"b\":2}]", "E-DB-SCHEMA");
    assert_error_says(f, "'b' is computed");
    stage_stop(&f->s);
}

/* --- readers ------------------------------------------------------------------------------- */

enum { OLD_ROWS = 700, NEW_ROWS = 1000 };

struct reader {
    const char *path;
    atomic_bool ends;
    atomic_int n_answers;
    int64_t wrong; /* a number of rows that was never published; -1: none was seen */
};

/* Counts every millisecond, each time in a snapshot of its own. */
static void *read_on(void *arg)
{
    struct reader *reader = arg;
    const struct timespec nap = {.tv_nsec = 1000000};
    sqlite3_stmt *count;
    sqlite3 *connection;

    if (sqlite3_open_v2(reader->path, &connection, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(connection, 60000) != SQLITE_OK ||
        sqlite3_prepare_v2(connection, "SELECT count(*) FROM v", -1, &count, NULL) != SQLITE_OK) {
        reader->wrong = 0;
        atomic_fetch_add(&reader->n_answers, 1);
        return NULL;
    }
    while (!atomic_load(&reader->ends)) {
        if (sqlite3_step(count) == SQLITE_ROW) {
            int64_t n = sqlite3_column_int64(count, 0);

            if (n != OLD_ROWS && n != NEW_ROWS)
                reader->wrong = n;
            atomic_fetch_add(&reader->n_answers, 1);
        }
        (void)sqlite3_reset(count);
        (void)nanosleep(&nap, NULL);
    }
    (void)sqlite3_finalize(count);
    (void)sqlite3_close(connection);
    return NULL;
}

static void assert_readers_see_old_or_new(struct fixture *f, const char *journal)
{
    struct weir_resource *t = replace_resource(f, "r", "t", "id");
    struct reader reader = {.path = f->path, .wrong = -1};
    pthread_t thread;

    database_do(f, journal);
    begin(f);
    load_ids(f, t, 1, OLD_ROWS);
    finish_and_stop(f);
    database_do(f, "CREATE VIEW v AS SELECT * FROM t");
    assert_int_equal(pthread_create(&thread, NULL, read_on, &reader), 0);
    while (atomic_load(&reader.n_answers) == 0)
        (void)sched_yield();
    for (int round = 0; round < 20; round++) {
        begin(f);
        load_ids(f, t, 1, NEW_ROWS / 2);
        assert_int_equal(stage_commit(&f->s), WEIR_OK);
        load_ids(f, t, 1 + NEW_ROWS / 2, round % 2 ? OLD_ROWS - NEW_ROWS / 2 : NEW_ROWS / 2);
        finish_and_stop(f);
    }
    atomic_store(&reader.ends, true);
    (void)pthread_join(thread, NULL);
    assert_int_equal(reader.wrong, -1);
    assert_nothing_is_left(f);
}

static void readers_see_the_old_rows_or_the_new_ones(void **state)
{
    assert_readers_see_old_or_new(*state, "PRAGMA journal_mode = DELETE");
}

static void readers_see_the_old_rows_or_the_new_ones_in_wal_mode(void **state)
{
    assert_readers_see_old_or_new(*state, "PRAGMA journal_mode = WAL; CREATE TABLE x (a)");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_table_that_is_not_there_is_made),
        CASE(the_old_rows_go_when_the_new_ones_are_there),
        CASE(nothing_is_made_where_no_rows_came),
        CASE(two_resources_share_a_table),
        CASE(the_next_run_goes_on_with_what_is_there),
        CASE(what_was_staged_for_an_abandoned_pass_goes),
        CASE(an_empty_answer_replaces_nothing_unless_allowed),
        CASE(few_rows_replace_nothing_unless_allowed),
        CASE(one_table_that_shrinks_keeps_all_as_they_are),
        CASE(views_indexes_triggers_and_references_go_on_working),
        CASE(tables_that_refer_to_each_other_are_replaced_together),
        CASE(rows_that_the_table_refuses_replace_nothing),
        CASE(a_reference_that_deletes_is_told_at_the_start),
        CASE(rows_must_fit_the_table_that_they_are_for),
        CASE(texts_and_defaults_are_as_the_table_has_them),
        CASE(a_computed_column_takes_no_values),
        CASE(readers_see_the_old_rows_or_the_new_ones),
        CASE(readers_see_the_old_rows_or_the_new_ones_in_wal_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
