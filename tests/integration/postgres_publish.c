/* Replace: the new rows wait beside the table until all of them are there; readers see the old ones
 * or the new ones, and what watches over the table goes on doing so. */
#include "postgres_rows_bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static struct table *replace_table(struct bench *b, const char *name, const char *key)
{
    return bench_table(b, name, key, WEIR_REPLACE);
}

static void list_tables(struct bench *b, struct table **list)
{
    for (size_t i = 0; i < b->rig.stage.n_resources; i++)
        list[i] = &b->tables[i];
}

static enum weir_status try_begin(struct bench *b, int64_t pass)
{
    struct table *list[BENCH_TABLES_MAX];
    enum weir_status status;

    list_tables(b, list);
    script(&b->rig, "BEGIN");
    status = publish_begin(&b->rig.connection, list, b->rig.stage.n_resources, pass);
    script(&b->rig, status == WEIR_OK ? "COMMIT" : "ROLLBACK");
    return status;
}

static void begin(struct bench *b, int64_t pass)
{
    check(&b->rig, try_begin(b, pass) == WEIR_OK);
}

/* As when a new process begins: nothing is known. */
static void forget(struct bench *b)
{
    for (size_t i = 0; i < b->rig.stage.n_resources; i++) {
        table_done(&b->tables[i]);
        table_init(&b->tables[i], &b->rig.stage, weir_str("public"), &b->resources[i]);
    }
}

static enum weir_status try_publish(struct bench *b)
{
    struct table *list[BENCH_TABLES_MAX];
    enum weir_status status;

    list_tables(b, list);
    script(&b->rig, "BEGIN");
    status = publish_all(&b->rig.connection, list, b->rig.stage.n_resources);
    /* What was refused is not changed, and the transaction goes on. */
    script(&b->rig, status == WEIR_FAIL ? "ROLLBACK" : "COMMIT");
    return status;
}

/* Publishes, and makes ready for another pass. */
static void publish(struct bench *b)
{
    check(&b->rig, try_publish(b) == WEIR_OK);
    expect(b, "SELECT relname FROM pg_class WHERE relname LIKE 'stage\\_%' AND relkind = 'r'", "");
    forget(b);
}

static void load_ids(struct bench *b, struct table *t, int64_t first, int64_t n)
{
    struct weir_batch *batch = weir_batch_new(t->resource);

    (void)weir_batch_add_unit(batch, NULL);
    for (int64_t i = first; i < first + n; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("id")), weir_int(i));
    }
    bench_add(b, batch);
    load_added(b, t);
}

/* --- rows -------------------------------------------------------------------------------------- */

static void in_a_table_that_is_not_there_is_made(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    begin(b, 1);
    load(b, t, "[{\"id\":1,\"a\":1},{\"id\":2,\"a\":2}]");
    load(b, t, "[{\"id\":3,\"a\":0.5}]");
    expect(b, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "0");
    publish(b);
    expect(b, "SELECT id, a FROM t ORDER BY id", "1|1\n2|2\n3|0.5");
    expect(b, "SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass", "t_pkey");
    expect(b, "SELECT name FROM weir.made WHERE relation = 't'::regclass", "public.t");
}
CASE(a_table_that_is_not_there_is_made)

static void in_the_old_rows_go_when_the_new_ones_are_there(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    begin(b, 1);
    load(b, t, "[{\"id\":1,\"a\":\"old\",\"w\":1},{\"id\":2,\"a\":\"old\"}]");
    publish(b);
    begin(b, 2);
    load(b, t, "[{\"id\":2,\"a\":\"new\"}]");
    load(b, t, "[{\"id\":3,\"a\":\"new\",\"b\":1.5,\"w\":0.5}]");
    expect(b, "SELECT id, a FROM t ORDER BY id", "1|old\n2|old");
    publish(b);
    /* A type that weir has chosen has become wider. */
    expect(b, "SELECT id, a, w, b FROM t ORDER BY id", "2|new|NULL|NULL\n3|new|0.5|1.5");
}
CASE(the_old_rows_go_when_the_new_ones_are_there)

static void in_nothing_is_made_where_no_rows_came(struct bench *b)
{
    (void)replace_table(b, "t", NULL);
    begin(b, 1);
    publish(b);
    expect(b, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "0");
}
CASE(nothing_is_made_where_no_rows_came)

static void in_the_next_run_goes_on_with_what_is_there(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    begin(b, 1);
    load(b, t, "[{\"id\":1,\"a\":1,\"b\":\"x\"}]");
    forget(b);
    begin(b, 1);
    load(b, t, "[{\"id\":2,\"a\":1.5,\"b\":\"y\"}]");
    publish(b);
    expect(b, "SELECT id, a, b FROM t ORDER BY id", "1|1|x\n2|1.5|y");
}
CASE(the_next_run_goes_on_with_what_is_there)

static void in_what_was_staged_goes_with_its_pass(struct bench *b)
{
    static const char longest[] = "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttté";
    struct table *t = replace_table(b, longest, NULL);
    struct table *u = replace_table(b, "u", NULL);

    begin(b, 1);
    load(b, t, "[{\"id\":1}]");
    load(b, u, "[{\"id\":1}]");
    expect(b,
        "SELECT max(octet_length(relname)), count(*) FROM pg_class WHERE relname LIKE"
        " 'stage\\_1\\_%' AND relkind = 'r'",
        "63|2");
    check(&b->rig, publish_drop(&b->rig.connection, 11, NULL) == WEIR_OK);
    check(&b->rig, publish_drop(&b->rig.connection, 1, "u") == WEIR_OK);
    expect(
        b, "SELECT count(*) FROM pg_class WHERE relname LIKE 'stage\\_%' AND relkind = 'r'", "1");
    check(&b->rig, publish_drop(&b->rig.connection, 1, longest) == WEIR_OK);
    expect(
        b, "SELECT count(*) FROM pg_class WHERE relname LIKE 'stage\\_%' AND relkind = 'r'", "0");
    forget(b);
    begin(b, 12);
    load(b, t, "[{\"id\":2}]");
    check(&b->rig, publish_drop(&b->rig.connection, 1, NULL) == WEIR_OK);
    publish(b);
    expect(b, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "1");
}
CASE(what_was_staged_goes_with_its_pass)

/* --- guards -------------------------------------------------------------------------------------- */

static void in_few_rows_replace_nothing_unless_allowed(struct bench *b)
{
    struct table *t = replace_table(b, "t", NULL);

    begin(b, 1);
    load_ids(b, t, 1, 1000);
    publish(b);
    begin(b, 2);
    check(&b->rig, try_publish(b) == WEIR_REJECT);
    expect_error(b, "E-REPLACE-EMPTY", "0 rows came to replace the 1000 of table 't'");
    load_ids(b, t, 1, 400);
    check(&b->rig, try_publish(b) == WEIR_REJECT);
    expect_error(b, "E-REPLACE-SHRINK", "only 400 rows came to replace the 1000 of table 't'");
    expect(b, "SELECT count(*) FROM t", "1000");
    load_ids(b, t, 401, 100);
    publish(b);
    expect(b, "SELECT count(*) FROM t", "500");
    bench_resource(b, t)->min_ratio = 0;
    begin(b, 3);
    load_ids(b, t, 1, 1);
    publish(b);
    expect(b, "SELECT count(*) FROM t", "1");
    bench_resource(b, t)->allow_empty = true;
    begin(b, 4);
    publish(b);
    expect(b, "SELECT count(*) FROM t", "0");
}
CASE(few_rows_replace_nothing_unless_allowed)

static void in_one_table_that_shrinks_keeps_all_as_they_are(struct bench *b)
{
    struct table *one = replace_table(b, "one", NULL);
    struct table *two = replace_table(b, "two", NULL);

    bench_do(b, "CREATE TABLE one (id int); INSERT INTO one VALUES (0);"
                "CREATE TABLE two (id int); INSERT INTO two VALUES (0), (0), (0)");
    begin(b, 1);
    load_ids(b, one, 1, 5);
    load_ids(b, two, 1, 1);
    check(&b->rig, try_publish(b) == WEIR_REJECT);
    expect_error(b, "E-REPLACE-SHRINK", "table 'two'");
    expect(b, "SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two)", "1|3");
}
CASE(one_table_that_shrinks_keeps_all_as_they_are)

/* --- what is around the table ------------------------------------------------------------------------ */

static void in_views_indexes_triggers_and_references_go_on_working(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    bench_do(b, "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other VALUES (1), (2);"
                "CREATE TABLE t (id int PRIMARY KEY, o int REFERENCES other, n int DEFAULT 5,"
                " twice int GENERATED ALWAYS AS (id * 2) STORED);"
                "CREATE TABLE child (t int REFERENCES t); CREATE VIEW v AS SELECT id, o FROM t;"
                "CREATE INDEX i ON t (o); CREATE TABLE log (id int);"
                "INSERT INTO t (id, o) VALUES (1, 1), (2, 2); INSERT INTO child VALUES (2);"
                "CREATE ROLE reader_of_rows; GRANT SELECT ON t TO reader_of_rows;"
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " INSERT INTO public.log VALUES (new.id); RETURN new; END $$;"
                "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    begin(b, 1);
    load(b, t, "[{\"id\":2,\"o\":1},{\"id\":3,\"o\":1,\"new\":\"x\"}]");
    publish(b);
    expect(b, "SELECT id, o, n, twice, new FROM t ORDER BY id", "2|1|5|4|NULL\n3|1|5|6|x");
    expect(b, "SELECT id, o FROM v ORDER BY id", "2|1\n3|1");
    expect(b, "SELECT id FROM log ORDER BY id", "2\n3");
    expect(b, "SELECT has_table_privilege('reader_of_rows', 't', 'SELECT')", "t");
    bench_do(b, "DROP OWNED BY reader_of_rows; DROP ROLE reader_of_rows");
}
CASE(views_indexes_triggers_and_references_go_on_working)

static void in_tables_that_refer_to_each_other_are_replaced_together(struct bench *b)
{
    struct table *orders = replace_table(b, "orders", "id");
    struct table *customers = replace_table(b, "customers", "id");

    bench_do(b, "CREATE TABLE customers (id int PRIMARY KEY, best int);"
                "CREATE TABLE orders (id int PRIMARY KEY, c int REFERENCES customers,"
                " after int REFERENCES orders);"
                "ALTER TABLE customers ADD FOREIGN KEY (best) REFERENCES orders;"
                "INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (1, 1, 1);"
                "UPDATE customers SET best = 1");
    begin(b, 1);
    load(b, orders, "[{\"id\":2,\"c\":5,\"after\":3},{\"id\":3,\"c\":5,\"after\":null}]");
    load(b, customers, "[{\"id\":5,\"best\":2}]");
    publish(b);
    expect(b,
        "SELECT o.id, c.id, c.best FROM orders AS o JOIN customers AS c ON c.id = o.c"
        " ORDER BY 1",
        "2|5|2\n3|5|2");
}
CASE(tables_that_refer_to_each_other_are_replaced_together)

static void in_a_new_table_and_an_old_one_are_published_together(struct bench *b)
{
    struct table *old = replace_table(b, "old", NULL);
    struct table *new = replace_table(b, "new", NULL);

    bench_do(b, "CREATE TABLE old (id int UNIQUE); INSERT INTO old VALUES (1);"
                "CREATE TABLE of_old (id int REFERENCES old (id)); INSERT INTO of_old VALUES (1)");
    begin(b, 1);
    load_ids(b, old, 1, 2);
    load_ids(b, new, 1, 3);
    publish(b);
    expect(b, "SELECT (SELECT count(*) FROM old), (SELECT count(*) FROM new)", "2|3");
}
CASE(a_new_table_and_an_old_one_are_published_together)

static void assert_refused_and_unchanged(
    struct bench *b, struct table *t, int64_t pass, const char *json, const char *said)
{
    forget(b);
    begin(b, pass);
    load(b, t, json);
    check(&b->rig, try_publish(b) == WEIR_REJECT);
    expect_error(b, "E-ROW-CONSTRAINT", said);
    expect(b, "SELECT * FROM t", "1|1");
}

static void in_rows_that_the_table_refuses_replace_nothing(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1);"
                "CREATE TABLE up (id int UNIQUE); INSERT INTO up VALUES (1);"
                "ALTER TABLE t ADD CONSTRAINT is_up FOREIGN KEY (a) REFERENCES up (id)"
                " DEFERRABLE INITIALLY DEFERRED");
    assert_refused_and_unchanged(b, t, 1, "[{\"id\":1,\"a\":10}]", "is_up");
    bench_do(b, "CREATE TABLE child (t int REFERENCES t); INSERT INTO child VALUES (1)");
    assert_refused_and_unchanged(b, t, 2, "[{\"id\":2,\"a\":1}]",
        "rows of table 'child' would refer to rows that are not there");
    bench_do(b, "DROP TABLE child; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE check_violation; END $$;"
                "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    assert_refused_and_unchanged(b, t, 3, "[{\"id\":2,\"a\":1}]", "of table 't', which stay");
}
CASE(rows_that_the_table_refuses_replace_nothing)

static void in_a_reference_that_deletes_is_told_at_the_start(struct bench *b)
{
    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY);"
                "CREATE TABLE child (t int REFERENCES t ON DELETE CASCADE)");
    (void)replace_table(b, "t", "id");
    check(&b->rig, try_begin(b, 1) == WEIR_FAIL);
    expect_error(b, "E-DB-SCHEMA", "child' refers to table 't' with ON DELETE CASCADE");
}
CASE(a_reference_that_deletes_is_told_at_the_start)

/* --- what does not fit shows row by row ---------------------------------------------------------------- */

static void in_rows_must_fit_the_table_that_they_are_for(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a < 10), e text);"
                "CREATE UNIQUE INDEX \"odd USING name\" ON t (lower(e)) WHERE e <> ''");
    bench_resource(b, t)->sets_aside = true;
    begin(b, 1);
    bench_add(b, bench_batch(t, "[{\"id\":1,\"a\":1,\"e\":\"x\"},{\"id\":2,\"a\":11},"
                                "{\"id\":1,\"a\":2},{\"id\":3,\"e\":\"X\"},{\"id\":4,\"e\":\"\"},"
                                "{\"id\":5,\"e\":\"\"}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    check(&b->rig, b->batches[0]->n_rejects == 3);
    publish(b);
    expect(b, "SELECT id FROM t ORDER BY id", "1\n4\n5");
}
CASE(rows_must_fit_the_table_that_they_are_for)

static void in_numbers_that_the_database_gives(struct bench *b)
{
    struct table *t = replace_table(b, "t", NULL);

    bench_do(b, "CREATE TABLE t (always int GENERATED ALWAYS AS IDENTITY, mostly int GENERATED BY"
                " DEFAULT AS IDENTITY (START 100), s serial, a int, word text DEFAULT 'it''s');"
                "INSERT INTO t (a) VALUES (0)");
    begin(b, 1);
    load(b, t, "[{\"a\":1},{\"a\":2}]");
    load(b, t, "[{\"a\":3,\"mostly\":7}]");
    publish(b);
    expect(b, "SELECT always, mostly, s, a, word FROM t ORDER BY a",
        "2|101|2|1|it's\n3|102|3|2|it's\n4|7|4|3|it's");
}
CASE(numbers_that_the_database_gives)

/* Told before the rows are loaded, and not when all of them are there. */
static void in_only_its_owner_may_give_a_table_columns(struct bench *b)
{
    struct table *t = replace_table(b, "t", NULL);

    bench_do(b, weir_printf(b->rig.stage.arena,
                    "CREATE TABLE t (id int); CREATE ROLE %s_plain;"
                    "GRANT INSERT, SELECT, DELETE ON t TO %s_plain;"
                    "GRANT USAGE, CREATE ON SCHEMA weir TO %s_plain;"
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON weir.made TO %s_plain",
                    b->name, b->name, b->name, b->name));
    script(&b->rig, weir_printf(b->rig.stage.arena, "SET ROLE %s_plain", b->name));
    begin(b, 1);
    load(b, t, "[{\"id\":1}]");
    bench_add(b, bench_batch(t, "[{\"id\":2,\"a\":1}]"));
    script(&b->rig, "BEGIN");
    check(&b->rig, table_adapt(t, &b->rig.connection, b->batches[0]) == WEIR_FAIL);
    expect_error(b, "E-DB-RIGHTS", "only its owner may change it");
    script(&b->rig, "ROLLBACK");
    table_adapted(t, false);
    publish(b);
    expect(b, "SELECT id FROM t", "1");
    bench_do(b, weir_printf(b->rig.stage.arena, "DROP OWNED BY %s_plain; DROP ROLE %s_plain",
                    b->name, b->name));
}
CASE(only_its_owner_may_give_a_table_columns)

static void in_the_staged_table_is_logged(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");
    struct table *u = replace_table(b, "u", "id");

    bench_do(b, "CREATE UNLOGGED TABLE t (id int PRIMARY KEY)");
    begin(b, 1);
    load_ids(b, t, 1, 1);
    load_ids(b, u, 1, 1);
    expect(
        b, "SELECT DISTINCT relpersistence FROM pg_class WHERE relname LIKE 'stage\\_1\\__'", "p");
}
CASE(the_staged_table_is_logged)

/* --- readers ----------------------------------------------------------------------------------------------- */

enum { OLD_ROWS = 700, NEW_ROWS = 1000, ROUNDS = 10 };

struct reader {
    PGconn *connection;
    PGconn *snapshot; /* one that began before anything was replaced */
    atomic_bool ends;
    atomic_int n_answers;
    int wrong; /* a number of rows that was never published; -1: none was seen */
};

static int count_on(PGconn *connection)
{
    PGresult *result = PQexec(connection, "SELECT count(*) FROM v");
    int n = PQntuples(result) ? atoi(PQgetvalue(result, 0, 0)) : 0;

    PQclear(result);
    return n;
}

static void *read_on(void *arg)
{
    struct reader *reader = arg;
    const struct timespec nap = {.tv_nsec = 1000000};

    while (!atomic_load(&reader->ends)) {
        int n = count_on(reader->connection);

        if (n != OLD_ROWS && n != NEW_ROWS)
            reader->wrong = n;
        n = count_on(reader->snapshot);
        if (n != OLD_ROWS)
            reader->wrong = n;
        atomic_fetch_add(&reader->n_answers, 1);
        (void)nanosleep(&nap, NULL);
    }
    return NULL;
}

static void in_readers_see_the_old_rows_or_the_new_ones(struct bench *b)
{
    struct table *t = replace_table(b, "t", "id");
    struct reader reader = {.wrong = -1};
    pthread_t thread;

    begin(b, 1);
    load_ids(b, t, 1, OLD_ROWS);
    publish(b);
    bench_do(b, "CREATE VIEW v AS SELECT * FROM public.t");
    reader.connection = bench_connect(b->name);
    reader.snapshot = bench_connect(b->name);
    PQclear(bench_ask_on(reader.connection, "SET search_path = public"));
    PQclear(bench_ask_on(
        reader.snapshot, "SET search_path = public; BEGIN ISOLATION LEVEL REPEATABLE READ"));
    check(&b->rig, count_on(reader.snapshot) == OLD_ROWS);
    check(&b->rig, pthread_create(&thread, NULL, read_on, &reader) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        int seen = atomic_load(&reader.n_answers);

        begin(b, 2 + round);
        load_ids(b, t, 1, NEW_ROWS / 2);
        load_ids(b, t, 1 + NEW_ROWS / 2, round % 2 ? OLD_ROWS - NEW_ROWS / 2 : NEW_ROWS / 2);
        publish(b);
        while (atomic_load(&reader.n_answers) < seen + 2)
            (void)usleep(100);
    }
    atomic_store(&reader.ends, true);
    (void)pthread_join(thread, NULL);
    check(&b->rig, reader.wrong == -1);
    PQfinish(reader.connection);
    PQfinish(reader.snapshot);
}
CASE(readers_see_the_old_rows_or_the_new_ones)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_is_not_there_is_made),
        cmocka_unit_test(the_old_rows_go_when_the_new_ones_are_there),
        cmocka_unit_test(nothing_is_made_where_no_rows_came),
        cmocka_unit_test(the_next_run_goes_on_with_what_is_there),
        cmocka_unit_test(what_was_staged_goes_with_its_pass),
        cmocka_unit_test(few_rows_replace_nothing_unless_allowed),
        cmocka_unit_test(one_table_that_shrinks_keeps_all_as_they_are),
        cmocka_unit_test(views_indexes_triggers_and_references_go_on_working),
        cmocka_unit_test(tables_that_refer_to_each_other_are_replaced_together),
        cmocka_unit_test(a_new_table_and_an_old_one_are_published_together),
        cmocka_unit_test(rows_that_the_table_refuses_replace_nothing),
        cmocka_unit_test(a_reference_that_deletes_is_told_at_the_start),
        cmocka_unit_test(rows_must_fit_the_table_that_they_are_for),
        cmocka_unit_test(numbers_that_the_database_gives),
        cmocka_unit_test(only_its_owner_may_give_a_table_columns),
        cmocka_unit_test(the_staged_table_is_logged),
        cmocka_unit_test(readers_see_the_old_rows_or_the_new_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
