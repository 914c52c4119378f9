/* Statements, results and COPY over a real connection. */
#include "postgres_rig.h"

static void in_rig(void (*main)(void *arg))
{
    struct rig rig;

    rig_init(&rig, rig_server());
    rig_run(&rig, main, &rig);
    rig_done(&rig);
}

static void opens(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;

    check(rig, connection_open(c));
    check(rig, connection_open(c));
    check(rig, c->n_opened == 1);
    check(rig, strcmp(rig_ask(rig, "SHOW search_path"), "pg_catalog") == 0);
    check(rig, strcmp(rig_ask(rig, "SHOW TimeZone"), "UTC") == 0);
    check(rig, strcmp(rig_ask(rig, "SHOW lock_timeout"), "1s") == 0);
    check(rig, strcmp(rig_ask(rig, "SHOW application_name"), "weir test") == 0);
    check(rig, strcmp(rig_ask(rig, "SELECT date '2024-02-29'"), "2024-02-29") == 0);
    connection_close(c);
    check(rig, !connection_is_open(c));
    check(rig, !query_script(c, "SELECT 1") && c->error.is_lost);
    check(rig, connection_open(c));
    check(rig, c->n_opened == 2);
}

static void a_connection_is_set_up(void **state)
{
    (void)state;
    in_rig(opens);
}

static void binds(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    const unsigned char bytes[WEIR_ID_SIZE] = {0, 1, 0xff, '\\', '\''};
    struct weir_id id, back;
    struct weir_str got;
    PGresult *r;
    uint64_t n;

    check(rig, connection_open(c));
    memcpy(id.bytes, bytes, sizeof(bytes));
    r = query_get(c,
        "SELECT $1::bigint, $2::text, $3::bytea, $4::boolean, $5::text, $6::bytea, $7::timestamptz",
        bind_integer(INT64_MIN), bind_text("it's \\ \"x\" é"), bind_id(&id), bind_bool(true),
        bind_text(NULL), bind_bytes((struct weir_str){"", 0}), bind_text("2024-02-29T12:00:00Z"));
    check(rig, r != NULL);
    check(rig, query_integer(r, 0, 0) == INT64_MIN);
    check(rig, strcmp(query_text(r, 0, 1), "it's \\ \"x\" é") == 0);
    check(rig, query_id(r, 0, 2, &back) && memcmp(&back, &id, sizeof(id)) == 0);
    check(rig, query_bytes(r, 0, 2, rig->stage.arena, &got) && got.len == WEIR_ID_SIZE);
    check(rig, query_bool(r, 0, 3));
    check(rig, query_text(r, 0, 4) == NULL);
    check(rig, query_bytes(r, 0, 5, rig->stage.arena, &got) && got.ptr && got.len == 0);
    check(rig, query_bytes(r, 0, 4, rig->stage.arena, &got) && !got.ptr);
    check(rig, !query_bytes(r, 0, 1, rig->stage.arena, &got));
    check(rig, !query_id(r, 0, 5, &back));
    check(rig, strcmp(query_text(r, 0, 6), "2024-02-29 12:00:00+00") == 0);
    PQclear(r);
    script(rig, "CREATE TEMP TABLE t AS SELECT generate_series(1, 10) AS i");
    check(rig, query_run(c, &n, "DELETE FROM pg_temp.t WHERE i > $1::bigint", bind_integer(7)));
    check(rig, n == 3);
}

static void values_arrive_as_they_are(void **state)
{
    (void)state;
    in_rig(binds);
}

static void binds_arrays(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    const int64_t integers[] = {INT64_MAX, -1, 0};
    const struct weir_str texts[] = {{"a,\"{}\\", 6}, {NULL, 0}, {"", 0}};
    const struct weir_str bytes[] = {{"\0\1\2", 3}, {"", 0}, {NULL, 0}};
    const bool bools[] = {true, false, true};
    PGresult *r;

    check(rig, connection_open(c));
    r = query_get(c,
        "SELECT i, t, b, f FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::boolean[]) "
        "AS x(i, t, b, f)",
        bind_integers(integers, 3), bind_texts(texts, 3), bind_bytes_array(bytes, 3),
        bind_bools(bools, 3));
    check(rig, r && PQntuples(r) == 3);
    check(rig, query_integer(r, 0, 0) == INT64_MAX && query_integer(r, 1, 0) == -1);
    check(rig, strcmp(query_text(r, 0, 1), "a,\"{}\\") == 0);
    check(rig, !query_text(r, 1, 1) && strcmp(query_text(r, 2, 1), "") == 0);
    check(rig, strcmp(query_text(r, 0, 2), "\\x000102") == 0);
    check(rig, strcmp(query_text(r, 1, 2), "\\x") == 0 && !query_text(r, 2, 2));
    check(rig, query_bool(r, 0, 3) && !query_bool(r, 1, 3) && query_bool(r, 2, 3));
    PQclear(r);
    r = query_get(c, "SELECT cardinality($1::text[])", bind_texts(NULL, 0));
    check(rig, r && query_integer(r, 0, 0) == 0);
    PQclear(r);
}

static void arrays_arrive_as_they_are(void **state)
{
    (void)state;
    in_rig(binds_arrays);
}

struct sum {
    int64_t sum;
    unsigned n;
};

static void add_row(void *arg, const PGresult *result)
{
    struct sum *sum = arg;

    sum->sum += query_integer(result, 0, 0);
    sum->n++;
}

static void reads_each(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    struct bound most = bind_integer(100000);
    struct sum sum = {0};

    check(rig, connection_open(c));
    check(rig, query_each(c, "SELECT generate_series(1, $1::bigint)", &most, 1, add_row, &sum));
    check(rig, sum.n == 100000 && sum.sum == (int64_t)100000 * 100001 / 2);
    sum = (struct sum){0};
    check(rig, query_each(c, "SELECT 1 WHERE false", NULL, 0, add_row, &sum) && sum.n == 0);
    check(
        rig, !query_each(c, "SELECT 1/(3-i) FROM generate_series(1, 9) i", NULL, 0, add_row, &sum));
    check(rig, sum.n == 2 && pg_error_is(&c->error, "22012"));
    check(rig, !strstr(c->error.text, "3"));
    script(rig, "SELECT 1");
}

static void rows_come_one_by_one(void **state)
{
    (void)state;
    in_rig(reads_each);
}

static void fails(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;

    check(rig, connection_open(c));
    check(rig, !query_script(c, "SELECT 1; SELECT 'SECRET-1'::int; SELECT 2"));
    check(rig, pg_error_is(&c->error, "22P02") && !strstr(c->error.text, "SECRET"));
    check(rig, pg_error_is_of_row(&c->error) && !pg_error_is_transient(&c->error));
    check(rig, !query_script(c, "SELECT * FROM public.nowhere"));
    check(rig, pg_error_is(&c->error, "42P01") && !pg_error_is_of_row(&c->error));
    check(rig, connection_fail(c, "cannot look") == WEIR_FAIL);
    check(rig, strcmp(rig->error.code, "E-DB-SCHEMA") == 0);
    script(rig, "CREATE TEMP TABLE t (i int CONSTRAINT small CHECK (i < 10), k int UNIQUE)");
    script(rig, "INSERT INTO pg_temp.t VALUES (1, 77)");
    check(rig, !query_script(c, "INSERT INTO pg_temp.t VALUES (537, 1)"));
    check(rig, strcmp(c->error.constraint, "small") == 0 && !strstr(c->error.text, "537"));
    check(rig, !query_script(c, "INSERT INTO pg_temp.t VALUES (2, 77)"));
    check(rig, strcmp(c->error.constraint, "t_k_key") == 0 && !strstr(c->error.text, "77"));
    check(rig, !query_script(c, "DO $$BEGIN RAISE EXCEPTION 'SECRET-2'; END$$"));
    check(rig, pg_error_is_of_row(&c->error) && !strstr(c->error.text, "SECRET"));
    check(rig,
        !query_script(c, "DO $$BEGIN RAISE EXCEPTION 'SECRET-3' USING ERRCODE = '42P01'; END$$"));
    check(rig, pg_error_is_of_row(&c->error) && !strstr(c->error.text, "SECRET"));
    check(rig, !query_script(c, "COPY pg_temp.t FROM STDIN"));
    check(rig, !connection_is_open(c));
}

static void errors_show_no_values(void **state)
{
    (void)state;
    in_rig(fails);
}

static void fill(struct rig *rig, struct weir_buf *chunk, int from, int to)
{
    for (int i = from; i < to; i++)
        check(rig, weir_buf_printf(chunk, "%d\t%0500d\n", i, i));
}

static void copies(void *arg)
{
    struct rig *rig = arg;
    struct connection *c = &rig->connection;
    struct weir_buf chunk;

    weir_buf_init(&chunk, 1 << 20, 1);
    check(rig, connection_open(c));
    script(rig, "CREATE TEMP TABLE t (i int PRIMARY KEY, x text)");
    check(rig, copy_in_begin(c, "COPY pg_temp.t FROM STDIN"));
    for (int i = 0; i < 16000; i += 100) {
        fill(rig, &chunk, i, i + 100);
        check(rig, copy_in_send(c, &chunk) && chunk.len == 0);
    }
    check(rig, copy_in_end(c));
    check(rig, strcmp(rig_ask(rig, "SELECT count(*) FROM pg_temp.t"), "16000") == 0);
    /* One that fails in its first row takes all of what is sent, and says so at its end. */
    check(rig, copy_in_begin(c, "COPY pg_temp.t FROM STDIN"));
    for (int i = 0; i < 16000; i += 100) {
        fill(rig, &chunk, i, i + 100);
        if (!copy_in_send(c, &chunk))
            break;
    }
    check(rig, !copy_in_end(c) && pg_error_is(&c->error, "23505"));
    script(rig, "BEGIN");
    check(rig, copy_in_begin(c, "COPY pg_temp.t FROM STDIN"));
    fill(rig, &chunk, 20000, 20100);
    check(rig, copy_in_send(c, &chunk));
    copy_in_cancel(c);
    check(rig, PQtransactionStatus(c->libpq) == PQTRANS_INERROR);
    script(rig, "ROLLBACK");
    check(rig, strcmp(rig_ask(rig, "SELECT count(*) FROM pg_temp.t"), "16000") == 0);
    check(rig, !copy_in_begin(c, "COPY pg_temp.nowhere FROM STDIN"));
    check(rig, pg_error_is(&c->error, "42P01"));
    check(rig, !copy_in_begin(c, "SELECT 1"));
    script(rig, "SELECT 1");
    weir_buf_done(&chunk);
}

static void copy_sends_what_it_is_given(void **state)
{
    (void)state;
    in_rig(copies);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_set_up),
        cmocka_unit_test(values_arrive_as_they_are),
        cmocka_unit_test(arrays_arrive_as_they_are),
        cmocka_unit_test(rows_come_one_by_one),
        cmocka_unit_test(errors_show_no_values),
        cmocka_unit_test(copy_sends_what_it_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
