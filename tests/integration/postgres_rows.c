/* Rows by COPY: what arrives, and which rows the server refuses. */
#include "postgres_rows_bench.h"

/* --- what arrives --------------------------------------------------------------------------------- */

static void in_rows_arrive_as_they_came(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_read_table(b, t);
    load(b, t,
        "[{\"id\":1,\"s\":\"it's \\t\\n\\\\ é\",\"f\":0.1,\"b\":true,\"j\":{\"a\":[1]},\"n\":null},"
        "{\"id\":-9223372036854775808,\"s\":\"\",\"f\":1e300,\"b\":false,\"j\":[],\"n\":null},"
        "{\"id\":null,\"d\":12345678901234567890}]");
    expect(b, "SELECT * FROM t",
        "1|it's \t\n\\ é|0.1|t|{\"a\": [1]}|NULL\n"
        "-9223372036854775808||1e+300|f|[]|NULL\n"
        "NULL|NULL|NULL|NULL|NULL|12345678901234567890");
}
CASE(rows_arrive_as_they_came)

static void in_one_foreign_type_makes_it_text(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b,
        "CREATE TABLE t (id int, net inet, s text, at timestamptz, g int GENERATED ALWAYS AS"
        " (id * 2) STORED, n int DEFAULT 7, x xml)");
    bench_read_table(b, t);
    load(b, t,
        "[{\"id\":1,\"net\":\"10.0.0.1\",\"s\":\"a\\tb\\\\.\\n\\r\",\"at\":\"2024-02-29T12:00:"
        "00Z\"},"
        "{\"id\":2,\"net\":null,\"s\":\"\\\\N\",\"x\":\"<a/>\"},{\"id\":3,\"s\":\"\\\\.\"}]");
    expect(b, "SELECT id, net, replace(s, chr(13), 'CR'), at AT TIME ZONE 'UTC', g, n, x FROM t",
        "1|10.0.0.1|a\tb\\.\nCR|2024-02-29 12:00:00|2|7|NULL\n"
        "2|NULL|\\N|NULL|4|7|<a/>\n3|NULL|\\.|NULL|6|7|NULL");
}
CASE(one_foreign_type_makes_it_text)

static void in_batches_of_other_columns_go_together(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (a int DEFAULT 5, b int DEFAULT 6, c int)");
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"a\":1}]"));
    bench_add(b, bench_batch(t, "[{\"b\":2,\"a\":1},{\"a\":3}]"));
    bench_add(b, bench_batch(t, "[]"));
    bench_add(b, bench_batch(t, "[{\"a\":4,\"b\":4}]"));
    bench_add(b, bench_batch(t, "[{\"never\":null},{\"never\":null}]"));
    bench_add(b, bench_batch(t, "[{\"c\":9}]"));
    load_added(b, t);
    expect(b, "SELECT * FROM t ORDER BY a, b, c",
        "1|2|NULL\n1|6|NULL\n3|6|NULL\n4|4|NULL\n5|6|9\n5|6|NULL\n5|6|NULL");
}
CASE(batches_of_other_columns_go_together)

static struct weir_batch *wide_batch(struct table *t, size_t n_columns, int64_t first, size_t n)
{
    struct weir_batch *batch = weir_batch_new(t->resource);
    char name[24];

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t r = 0; r < n; r++) {
        (void)weir_batch_add_row(batch);
        for (size_t c = 0; c < n_columns; c++) {
            (void)snprintf(name, sizeof(name), "c%zu", c);
            weir_batch_set(batch, weir_batch_column(batch, weir_str(name)),
                weir_int(first + (int64_t)(r + c)));
        }
    }
    return batch;
}

static void in_the_widest_table(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, bench_answer(b, "SELECT 'CREATE TABLE t (' || string_agg(format('c%s smallint', i),"
                                " ',') || ')' FROM generate_series(0, 1599) AS i"));
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, TABLE_COLUMNS_MAX, 0, 30));
    load_added(b, t);
    expect(b, "SELECT count(*), sum(c0), sum(c1599), max(c1599) FROM t", "30|435|48405|1628");
}
CASE(the_widest_table)

/* The server's limits, too, are of the row. */
static void in_a_row_that_fits_no_page(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, TABLE_COLUMNS_MAX, 0, 1));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    check(&b->rig, b->batches[0]->n_rejects == 1);
    expect_text(b->batches[0]->rejects->error.text, "54000");
    expect(b, "SELECT count(*) FROM t", "0");
}
CASE(a_row_that_fits_no_page)

static struct weir_batch *large_batch(struct table *t, size_t size)
{
    struct weir_batch *batch = weir_batch_new(t->resource);
    char *text = weir_alloc(batch->arena, size);

    memset(text, 'x', size);
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("id")), weir_int((int64_t)size));
    weir_batch_set(batch, weir_batch_column(batch, weir_str("s")),
        weir_text(WEIR_TEXT, (struct weir_str){text, size}));
    return batch;
}

static void in_rows_of_many_megabytes(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_read_table(b, t);
    for (size_t i = 0; i < 3; i++)
        bench_add(b, large_batch(t, (8U << 20) + i));
    bench_add(b, bench_batch(t, "[{\"id\":1,\"s\":\"small\"}]"));
    load_added(b, t);
    expect(b, "SELECT id, length(s) FROM t ORDER BY id",
        "1|5\n8388608|8388608\n8388609|8388609\n8388610|8388610");
    check(&b->rig, b->rows.chunk.capacity <= 1U << 20);
}
CASE(rows_of_many_megabytes)

/* More than one COPY holds. */
static void in_many_rows(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_read_table(b, t);
    for (int i = 0; i < 3; i++)
        bench_add(b, wide_batch(t, 3, i * 30000, 30000));
    load_added(b, t);
    expect(b, "SELECT count(*), count(DISTINCT c0), sum(c2) FROM t", "90000|90000|4050135000");
}
CASE(many_rows)

/* --- rows that the server refuses ------------------------------------------------------------------ */

static void expect_rejects(struct bench *b, size_t batch, size_t n, const char *said)
{
    const struct weir_batch *of = b->batches[batch];

    if (of->n_rejects != n)
        (void)fprintf(stderr, "%zu rows were set aside\n", of->n_rejects);
    check(&b->rig, of->n_rejects == n);
    for (const struct weir_reject *r = of->rejects; r; r = r->next)
        expect_text(r->error.text, said);
}

static void in_bad_rows_cost_no_others(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);
    const struct weir_reject *reject;

    bench_do(b, "CREATE TABLE t (id int CONSTRAINT odd CHECK (id <> 7 AND id <> 9), c1 int)");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":5},{\"id\":6},{\"id\":7},{\"id\":8}]"));
    bench_add(b, bench_batch(t, "[{\"id\":9},{\"id\":10}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id FROM t", "5\n6\n8\n10");
    expect_rejects(b, 0, 1, "table 't': ");
    expect_rejects(b, 1, 1, "constraint \"odd\"");
    reject = b->batches[0]->rejects;
    check(&b->rig, strcmp(reject->error.code, "E-ROW-CONSTRAINT") == 0);
    check(&b->rig, reject->error.fault == WEIR_FAULT_DATA);
    expect_text(reject->error.text, "23514");
    check(&b->rig, reject->number == 3 && reject->unit == 0);
}
CASE(bad_rows_cost_no_others)

static void in_many_bad_rows_in_one_piece(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (c0 int CHECK (c0 % 10 <> 3), c1 int)");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, 2, 0, 2000));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect_rejects(b, 0, 200, "23514");
    expect(b, "SELECT count(*), count(*) FILTER (WHERE c0 % 10 = 3) FROM t", "1800|0");
}
CASE(many_bad_rows_in_one_piece)

static void in_no_row_is_good(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (c0 int CHECK (false))");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, 1, 0, 100));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect_rejects(b, 0, 100, "23514");
    expect(b, "SELECT count(*) FROM t", "0");
}
CASE(no_row_is_good)

/* Rows that were set aside before stay out. */
static void in_rows_set_aside_before_are_left_out(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);
    const struct weir_error error = {WEIR_FAULT_DATA, "E-X", "x"};

    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":1},{\"id\":2},{\"id\":3}]"));
    weir_batch_reject(b->batches[0], 1, NULL, &error);
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id FROM t", "1\n3");
}
CASE(rows_set_aside_before_are_left_out)

static void in_of_two_with_one_key_the_later_is_bad(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v text)");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":1,\"v\":\"first\"},{\"id\":2,\"v\":\"x\"},"
                                "{\"id\":3,\"v\":\"x\"},{\"id\":1,\"v\":\"later\"}]"));
    bench_add(b, bench_batch(t, "[{\"id\":2,\"v\":\"later\"},{\"id\":4,\"v\":\"x\"}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id, v FROM t ORDER BY id", "1|first\n2|x\n3|x\n4|x");
    expect_rejects(b, 0, 1, "23505");
    expect_rejects(b, 1, 1, "t_pkey");
    check(&b->rig, b->batches[0]->rejects->number == 4);
    check(&b->rig, !strstr(b->batches[0]->rejects->error.text, "(1)"));
}
CASE(of_two_with_one_key_the_later_is_bad)

static void in_a_row_may_refer_to_one_behind_it(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY CHECK (id <> 5), up int REFERENCES t)");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":1,\"up\":2},{\"id\":2,\"up\":3},{\"id\":9,\"up\":5},"
                                "{\"id\":5,\"up\":1},{\"id\":3,\"up\":null},{\"id\":8,\"up\":9}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id FROM t ORDER BY id", "1\n2\n3");
    expect_rejects(b, 0, 3, "table 't'");
}
CASE(a_row_may_refer_to_one_behind_it)

static void in_triggers_and_types_of_the_servers_own(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (id int, net inet);"
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF new.id = 3 THEN RAISE 'secret %', new.id; END IF; RETURN new; END $$;"
                "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":1,\"net\":\"::1\"},{\"id\":2,\"net\":\"no net\"},"
                                "{\"id\":3,\"net\":\"::1\"},{\"id\":4,\"net\":\"::1\"}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id FROM t", "1\n4");
    expect_rejects(b, 0, 2, "table 't'");
    for (const struct weir_reject *r = b->batches[0]->rejects; r; r = r->next)
        check(&b->rig, !strstr(r->error.text, "no net"));
}
CASE(triggers_and_types_of_the_servers_own)

static void in_a_row_ends_the_run_where_none_is_set_aside(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);
    struct weir_batch *batch;

    bench_do(b, "CREATE TABLE t (c0 int CHECK (c0 <> 14 AND c0 <> 17))");
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, 1, 0, 10));
    batch = wide_batch(t, 1, 10, 3);
    (void)weir_batch_add_unit(batch, NULL);
    for (int i = 13; i < 20; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, 0, weir_int(i));
    }
    bench_add(b, batch);
    check(&b->rig, bench_send(b, t) == WEIR_FAIL);
    check(&b->rig, b->fault.is_set && b->fault.batch == 1 && b->fault.unit == 1);
    expect_error(b, "E-ROW-CONSTRAINT", "row 2 of its unit");
    expect(b, "SELECT count(*) FROM t", "0");
}
CASE(a_row_ends_the_run_where_none_is_set_aside)

/* What is no row's fault is told as it is, and nothing is searched. */
static void in_a_table_that_is_gone_is_no_rows_fault(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (c0 int)");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_do(b, "DROP TABLE t");
    bench_add(b, wide_batch(t, 1, 0, 10));
    check(&b->rig, bench_send(b, t) == WEIR_FAIL);
    check(&b->rig, !b->fault.is_set && b->batches[0]->n_rejects == 0);
    expect_error(b, "E-DB-SCHEMA", "cannot load rows into table 't'");
}
CASE(a_table_that_is_gone_is_no_rows_fault)

static void in_a_lost_connection_asks_for_another_try(struct bench *b)
{
    struct table *t = bench_table(b, "t", NULL, WEIR_APPEND);

    bench_do(b, "CREATE TABLE t (c0 int);"
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF new.c0 = 5 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
                " RETURN new; END $$;"
                "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    bench_read_table(b, t);
    bench_add(b, wide_batch(t, 1, 0, 10));
    script(&b->rig, "BEGIN");
    check(&b->rig,
        rows_load(&b->rows, &b->rig.connection, t, b->batches, 1, &b->fault) == WEIR_AGAIN);
    check(&b->rig, !weir_error_is_set(&b->rig.error));
    bench_do(b, "DROP TRIGGER g ON t");
    connection_close(&b->rig.connection);
    check(&b->rig, connection_open(&b->rig.connection));
    load_added(b, t);
    expect(b, "SELECT count(*) FROM t", "10");
}
CASE(a_lost_connection_asks_for_another_try)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_arrive_as_they_came),
        cmocka_unit_test(one_foreign_type_makes_it_text),
        cmocka_unit_test(batches_of_other_columns_go_together),
        cmocka_unit_test(the_widest_table),
        cmocka_unit_test(a_row_that_fits_no_page),
        cmocka_unit_test(rows_of_many_megabytes),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(bad_rows_cost_no_others),
        cmocka_unit_test(many_bad_rows_in_one_piece),
        cmocka_unit_test(no_row_is_good),
        cmocka_unit_test(rows_set_aside_before_are_left_out),
        cmocka_unit_test(of_two_with_one_key_the_later_is_bad),
        cmocka_unit_test(a_row_may_refer_to_one_behind_it),
        cmocka_unit_test(triggers_and_types_of_the_servers_own),
        cmocka_unit_test(a_row_ends_the_run_where_none_is_set_aside),
        cmocka_unit_test(a_table_that_is_gone_is_no_rows_fault),
        cmocka_unit_test(a_lost_connection_asks_for_another_try),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
