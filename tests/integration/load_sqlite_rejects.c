/* Rows that are set aside: a bad row costs no good one, and says which it is and why. */
#include "sqlite_checks.h"

static struct weir_resource *lenient(
    struct fixture *f, const char *table, const char *key, enum weir_disposition disposition)
{
    struct weir_resource *resource = stage_resource(&f->s, table, key);

    resource->disposition = disposition;
    resource->sets_aside = true;
    return resource;
}

static int by_number(const void *a, const void *b)
{
    const struct weir_reject *const *one = a;
    const struct weir_reject *const *two = b;

    return (*one)->number < (*two)->number ? -1 : (*one)->number > (*two)->number;
}

/* Loads and compares what was set aside: "number code column" with a comma between them. */
static void load_but(
    struct fixture *f, const struct weir_resource *resource, const char *json, const char *expected)
{
    struct weir_batch *batch = batch_of_json(resource, json);
    const struct weir_reject *rejects[64];
    char text[1024] = "";
    size_t n_rows = batch->n_rows;
    size_t n = 0;

    weir_batch_remember(batch);
    if (f->s.plugin->load(&f->s.stage, batch) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
    for (const struct weir_reject *r = batch->rejects; r; r = r->next)
        rejects[n++] = r;
    qsort(rejects, n, sizeof(rejects[0]), by_number);
    for (size_t i = 0; i < n; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%zu %s %s",
            i ? ", " : "", rejects[i]->number, rejects[i]->error.code,
            rejects[i]->column ? rejects[i]->column : "-");
    assert_string_equal(text, expected);
    /* What is left in the batch is what was loaded. */
    assert_int_equal(batch->n_rejects, n);
    assert_int_equal(batch->n_rows, n_rows - n);
    assert_int_equal(batch->units[0].n_rows, n_rows - n);
    weir_batch_free(batch);
}

static void a_row_that_is_refused_costs_no_other(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a NOT NULL, b UNIQUE CHECK (b < 10),"
                   " o REFERENCES o (id)); CREATE TABLE o (id INTEGER PRIMARY KEY);"
                   "INSERT INTO o VALUES (1); INSERT INTO t VALUES (1, 1, 1, 1)");
    start(f);
    load_but(f, t,
        "[{\"id\":1,\"a\":1,\"b\":2,\"o\":1},{\"id\":2,\"a\":null,\"b\":2,\"o\":1},"
        "{\"id\":3,\"a\":1,\"b\":1,\"o\":1},{\"id\":4,\"a\":1,\"b\":10,\"o\":1},"
        "{\"id\":5,\"a\":1,\"b\":5,\"o\":2},{\"id\":6,\"a\":1,\"b\":6,\"o\":1},"
        "{\"id\":null,\"a\":1,\"b\":7,\"o\":1},{\"id\":8,\"a\":1,\"b\":null,\"o\":null}]",
        "1 E-ROW-CONSTRAINT id, 2 E-ROW-CONSTRAINT a, 3 E-ROW-CONSTRAINT b, 4 E-ROW-CONSTRAINT -,"
        " 5 E-ROW-CONSTRAINT -, 7 E-ROW-CONSTRAINT id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, b, o FROM t", "1|1|1|1\n6|1|6|1\n8|1|NULL|NULL");
}

static void what_was_bound_for_a_bad_row_is_not_the_next_ones(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);

    start(f);
    load_but(f, t,
        "[{\"id\":1,\"a\":null,\"b\":\"x\"},{\"id\":1,\"a\":2,\"b\":null},{\"id\":3,\"a\":null,"
        "\"b\":null},"
        "{\"id\":3,\"a\":null,\"b\":\"y\"},{\"id\":4,\"a\":null,\"b\":null}]",
        "2 E-ROW-CONSTRAINT id, 4 E-ROW-CONSTRAINT id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, b FROM t", "1|NULL|x\n3|NULL|NULL\n4|NULL|NULL");
}

static void a_value_that_does_not_fit_is_told_with_its_column(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", NULL, WEIR_APPEND);
    struct weir_batch *batch;

    database_do(f, "CREATE TABLE t (a INTEGER, b TEXT) STRICT");
    start(f);
    load_but(f, t,
        "[{\"a\":1,\"b\":\"x\"},{\"a\":\"secret\",\"b\":\"x\"},{\"a\":2,\"b\":7},{\"a\":\"s\","
        "\"b\":8},"
        "{\"a\":3,\"b\":null}]",
        "2 E-TYPE a, 3 E-TYPE b, 4 E-TYPE a");
    batch = batch_of_json(t, "[{\"a\":\"secret\",\"b\":\"x\"}]");
    assert_int_equal(f->s.plugin->load(&f->s.stage, batch), WEIR_OK);
    assert_non_null(
        strstr(batch->rejects->error.text, "table 't': column 'a' has the type INTEGER"));
    assert_null(strstr(batch->rejects->error.text, "secret"));
    assert_int_equal(batch->rejects->error.fault, WEIR_FAULT_DATA);
    assert_true(weir_str_is(batch->rejects->row, "{\"a\":\"secret\",\"b\":\"x\"}"));
    weir_batch_free(batch);
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b FROM t", "1|x\n3|NULL");
}

static void tables_of_the_run_still_widen(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);

    start(f);
    load_but(f, t, "[{\"id\":1,\"a\":1}]", "");
    load_but(f, t, "[{\"id\":2,\"a\":1.5},{\"id\":1,\"a\":2},{\"id\":3,\"a\":2}]",
        "2 E-ROW-CONSTRAINT id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, typeof(a) FROM t", "1|1.0|real\n2|1.5|real\n3|2.0|real");
}

static void no_type_is_widened_for_a_row_without_a_key(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_MERGE);

    start(f);
    load_but(f, t, "[{\"id\":1,\"a\":1},{\"id\":null,\"a\":\"x\"}]", "2 E-KEY-NULL id");
    load_but(f, t, "[{\"id\":null,\"a\":1.5},{\"id\":2,\"a\":2}]", "1 E-KEY-NULL id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, typeof(a) FROM t", "1|1|integer\n2|2|integer");
}

static void a_batch_of_nothing_but_bad_rows_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "a,b", WEIR_MERGE);
    struct weir_resource *u = lenient(f, "u", "id", WEIR_APPEND);

    start(f);
    load_but(f, t, "[{\"a\":1,\"c\":1},{\"b\":2}]", "1 E-KEY-NULL b, 2 E-KEY-NULL a");
    load_but(f, t, "[{\"c\":1}]", "1 E-KEY-NULL a");
    load_but(f, u, "[{\"a\":1},{\"a\":2}]", "1 E-ROW-CONSTRAINT id, 2 E-ROW-CONSTRAINT id");
    load_but(f, u, "[{\"id\":null},{\"id\":null}]", "1 E-ROW-CONSTRAINT id, 2 E-ROW-CONSTRAINT id");
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema WHERE name IN ('t', 'u')", "0");
}

static void a_null_key_of_the_first_batch_gets_no_number(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);

    start(f);
    load_but(f, t, "[{\"id\":5},{\"id\":null}]", "2 E-ROW-CONSTRAINT id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id FROM t", "5");
}

static void merge_sets_aside_what_a_table_refuses(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_MERGE);

    t->order_by = "v";
    database_do(f, "CREATE TABLE t (id PRIMARY KEY, v, a CHECK (a < 10)) WITHOUT ROWID;"
                   "INSERT INTO t VALUES (1, 1, 1), (2, 1, 2)");
    start(f);
    load_but(f, t,
        "[{\"id\":1,\"v\":2,\"a\":11},{\"id\":2,\"v\":2,\"a\":5},{\"id\":3,\"v\":1,\"a\":12},"
        "{\"id\":null,\"v\":1,\"a\":1},{\"id\":4,\"v\":1,\"a\":4}]",
        "1 E-ROW-CONSTRAINT -, 3 E-ROW-CONSTRAINT -, 4 E-KEY-NULL id");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, v, a FROM t", "1|1|1\n2|2|5\n4|1|4");
}

/* --- triggers ------------------------------------------------------------------------------ */

static void what_a_trigger_refuses_is_set_aside_without_its_traces(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", NULL, WEIR_APPEND);

    database_do(f, "CREATE TABLE t (a); CREATE TABLE log (a);"
                   "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a);"
                   " SELECT RAISE(ABORT, 'not this one') WHERE new.a = 2; END");
    start(f);
    load_but(f, t, "[{\"a\":1},{\"a\":2},{\"a\":3}]", "2 E-ROW-CONSTRAINT -");
    commit_and_stop(f);
    assert_answer(
        f, "SELECT (SELECT group_concat(a) FROM t), (SELECT group_concat(a) FROM log)", "1,3|1,3");
}

/* SQLite leaves the row there then, so it can be neither kept nor set aside. */
static void a_trigger_that_leaves_the_row_ends_the_run(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", NULL, WEIR_APPEND);

    database_do(f, "CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN"
                   " SELECT RAISE(FAIL, 'not this one') WHERE new.a = 2; END");
    start(f);
    refuse(f, t, "[{\"a\":1},{\"a\":2},{\"a\":3}]", "E-ROW-CONSTRAINT");
    assert_error_says(f, "row 2 of its unit");
    commit_and_stop(f);
    assert_answer(f, "SELECT count(*) FROM t", "0");
}

/* --- foreign keys that wait for the commit ---------------------------------------------------- */

static void an_orphan_is_found_before_the_commit(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);

    database_do(f,
        "CREATE TABLE p (a TEXT COLLATE NOCASE, b INT, UNIQUE (a, b));"
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, up REFERENCES t DEFERRABLE INITIALLY"
        " DEFERRED, FOREIGN KEY (a, b) REFERENCES p (a, b) DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO p VALUES ('x', 1)");
    start(f);
    load_but(f, t,
        "[{\"id\":1,\"a\":\"X\",\"b\":1,\"up\":2},{\"id\":2,\"a\":\"x\",\"b\":null,\"up\":1},"
        "{\"id\":3,\"a\":\"y\",\"b\":1,\"up\":1},{\"id\":4,\"up\":3},{\"id\":5,\"up\":4},{\"id\":6,"
        "\"up\":99},"
        "{\"id\":7,\"up\":7}]",
        "3 E-ROW-CONSTRAINT -, 4 E-ROW-CONSTRAINT up, 5 E-ROW-CONSTRAINT up,"
        " 6 E-ROW-CONSTRAINT up");
    load_but(f, t, "[{\"id\":8,\"up\":1,\"new\":1},{\"id\":9,\"up\":3,\"new\":1}]",
        "2 E-ROW-CONSTRAINT up");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, b, up, new FROM t",
        "1|X|1|2|NULL\n2|x|NULL|1|NULL\n7|NULL|NULL|7|NULL\n8|NULL|NULL|1|1");
    assert_answer(f, "SELECT count(*) FROM pragma_foreign_key_check", "0");
}

static void without_setting_aside_they_wait_for_the_commit(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_resource *p = stage_resource(&f->s, "p", NULL);

    database_do(f, "CREATE TABLE p (id INTEGER PRIMARY KEY);"
                   "CREATE TABLE t (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
    start(f);
    load(f, t, "[{\"p\":1}]");
    load(f, p, "[{\"id\":1}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT p FROM t", "1");
}

/* --- any rows -------------------------------------------------------------------------------- */

enum { ROUNDS = 60, MOST_ROWS = 30 };

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % n;
}

/* Good rows have an even number in `a`; the others are bad in one of several ways. */
static struct weir_batch *make_batch(const struct weir_resource *t, int64_t *id, size_t *n_good)
{
    static const char *const ways[] = {"{\"id\":%lld,\"a\":1}", "{\"id\":%lld,\"a\":\"2\"}",
        "{\"id\":%lld,\"a\":null}", "{\"id\":null,\"a\":%lld}", "{\"id\":%lld,\"a\":0.5}",
        "{\"id\":1,\"a\":2,\"x\":%lld}"};
    sqlite3_str *json = sqlite3_str_new(NULL);
    size_t n = 1 + random_below(MOST_ROWS);
    struct weir_batch *batch;
    char *text;

    for (size_t i = 0; i < n; i++) {
        bool good = random_below(3) > 0;

        sqlite3_str_appendall(json, i ? "," : "[");
        ++*id;
        sqlite3_str_appendf(json, good ? "{\"id\":%lld,\"a\":2}" : ways[random_below(6)],
            (long long)(good ? *id : 2 * *id));
        *n_good += good;
    }
    sqlite3_str_appendall(json, "]");
    text = sqlite3_str_finish(json);
    batch = batch_of_json(t, text);
    sqlite3_free(text);
    return batch;
}

static void every_good_row_is_there_and_no_bad_one(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = lenient(f, "t", "id", WEIR_APPEND);
    int64_t id = 1;
    size_t n_good = 0;
    size_t n_loaded = 0;
    char expected[32];

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL CHECK (a % 2 = 0));"
                   "INSERT INTO t VALUES (1, 2)");
    start(f);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct weir_batch *batch;

        random_state = round;
        batch = make_batch(t, &id, &n_good);
        assert_int_equal(f->s.plugin->load(&f->s.stage, batch), WEIR_OK);
        n_loaded += batch->n_rows;
        weir_batch_free(batch);
    }
    commit_and_stop(f);
    assert_int_equal(n_loaded, n_good);
    (void)snprintf(expected, sizeof(expected), "%zu", n_good + 1);
    assert_answer(f, "SELECT count(*) FROM t WHERE a = 2", expected);
    assert_answer(f, "SELECT count(*) FROM t", expected);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_row_that_is_refused_costs_no_other),
        CASE(what_was_bound_for_a_bad_row_is_not_the_next_ones),
        CASE(a_value_that_does_not_fit_is_told_with_its_column),
        CASE(tables_of_the_run_still_widen),
        CASE(no_type_is_widened_for_a_row_without_a_key),
        CASE(a_batch_of_nothing_but_bad_rows_leaves_nothing),
        CASE(a_null_key_of_the_first_batch_gets_no_number),
        CASE(merge_sets_aside_what_a_table_refuses),
        CASE(what_a_trigger_refuses_is_set_aside_without_its_traces),
        CASE(a_trigger_that_leaves_the_row_ends_the_run),
        CASE(an_orphan_is_found_before_the_commit),
        CASE(without_setting_aside_they_wait_for_the_commit),
        CASE(every_good_row_is_there_and_no_bad_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
