/* Merge: rows of the same key are brought up to date, the newest version wins, and nothing else is
 * touched. */
#include "postgres_rows_bench.h"

static struct table *merge_table(
    struct bench *b, const char *name, const char *key, const char *order_by)
{
    struct table *t = bench_table(b, name, key, WEIR_MERGE);

    bench_resource(b, t)->order_by = order_by;
    return t;
}

/* The order_by column is the cursor of an incremental resource. */
static void set_cursor(struct bench *b, struct table *t, const char *column, int type)
{
    struct weir_incremental *cursor = weir_new(b->rig.stage.arena, struct weir_incremental);
    struct weir_error error = {0};
    size_t offset;

    cursor->cursor_path = weir_path_parse(b->rig.stage.arena, weir_str(column), &offset, &error);
    check(&b->rig, cursor->cursor_path != NULL);
    cursor->cursor_type = type;
    bench_resource(b, t)->incremental = cursor;
}

/* --- which version ---------------------------------------------------------------------------------- */

static void in_rows_of_the_same_key_are_brought_up_to_date(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"a\":\"x\"},{\"id\":2,\"a\":\"y\"},{\"id\":1,\"a\":\"z\"}]");
    load(b, t, "[{\"id\":2,\"a\":null},{\"id\":3,\"a\":\"new\"}]");
    expect(b, "SELECT id, a FROM t ORDER BY id", "1|z\n2|NULL\n3|new");
}
CASE(rows_of_the_same_key_are_brought_up_to_date)

static void in_the_newest_version_wins_in_any_order(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"v\":2,\"a\":\"new\"},{\"id\":2,\"v\":3,\"a\":\"newest\"}]");
    load(b, t, "[{\"id\":1,\"v\":1,\"a\":\"old\"},{\"id\":2,\"v\":2,\"a\":\"old\"}]");
    bench_add(b, bench_batch(t, "[{\"id\":1,\"v\":2,\"a\":\"same\"}]"));
    bench_add(b, bench_batch(t, "[{\"id\":2,\"v\":4,\"a\":\"4\"},{\"id\":2,\"v\":1,\"a\":\"1\"}]"));
    load_added(b, t);
    expect(b, "SELECT id, v, a FROM t ORDER BY id", "1|2|same\n2|4|4");
}
CASE(the_newest_version_wins_in_any_order)

static void in_a_row_without_a_version_replaces_none_that_has_one(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"v\":null,\"a\":1},{\"id\":2,\"v\":null,\"a\":1}]");
    load(b, t, "[{\"id\":1,\"v\":null,\"a\":2},{\"id\":2,\"v\":5,\"a\":2}]");
    load(b, t, "[{\"id\":1,\"v\":null,\"a\":3},{\"id\":2,\"v\":null,\"a\":3}]");
    load(b, t, "[{\"id\":1,\"a\":4},{\"id\":2,\"a\":4}]");
    expect(b, "SELECT id, v, a FROM t ORDER BY id", "1|NULL|4\n2|5|2");
}
CASE(a_row_without_a_version_replaces_none_that_has_one)

static void in_versions_compare_as_what_they_are(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");
    struct table *u = merge_table(b, "u", "id", "v");

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v timestamptz, a text);"
                "CREATE TABLE u (id int PRIMARY KEY, v text, a text)");
    bench_read_table(b, t);
    bench_read_table(b, u);
    load(b, t, "[{\"id\":1,\"v\":\"2024-01-01T12:00:00Z\",\"a\":\"new\"}]");
    load(b, t, "[{\"id\":1,\"v\":\"2024-01-01T13:00:00+02:00\",\"a\":\"old\"}]");
    load(b, u, "[{\"id\":1,\"v\":\"b\",\"a\":\"old\"}]");
    load(b, u, "[{\"id\":1,\"v\":\"B\",\"a\":\"by its bytes, older\"}]");
    expect(b, "SELECT a FROM t UNION ALL SELECT a FROM u", "new\nold");
}
CASE(versions_compare_as_what_they_are)

/* --- versions that are texts in the table, and times to the resource --------------------------------- */

static void in_texts_compare_as_the_times_that_they_are(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    set_cursor(b, t, "v", WEIR_CURSOR_DATETIME);
    bench_read_table(b, t);
    /* One hour apart, the other way round than their bytes stand. */
    load(b, t,
        "[{\"id\":1,\"v\":\"2024-01-01T12:00:00Z\",\"a\":\"new\"},"
        "{\"id\":2,\"v\":\"2024-01-01T13:00:00+02:00\",\"a\":\"old\"},"
        "{\"id\":3,\"v\":\"2024-01-01T13:00:00+02:00\",\"a\":\"old\"},"
        "{\"id\":3,\"v\":\"2024-01-01T12:00:00Z\",\"a\":\"new\"},"
        "{\"id\":4,\"v\":\"2024-01-01T12:00:00Z\",\"a\":\"first\"},"
        "{\"id\":4,\"v\":\"2024-01-01T13:00:00+01:00\",\"a\":\"last of the same\"}]");
    expect(b,
        "SELECT data_type FROM information_schema.columns WHERE table_name = 't'"
        " AND column_name = 'v'",
        "text");
    load(b, t,
        "[{\"id\":1,\"v\":\"2024-01-01T13:00:00+02:00\",\"a\":\"old\"},"
        "{\"id\":2,\"v\":\"2024-01-01T12:00:00Z\",\"a\":\"new\"},"
        "{\"id\":3,\"v\":\"2024-01-01T14:00:00.000000001+02:00\",\"a\":\"newest\"},"
        "{\"id\":3,\"v\":\"2024-01-01T11:59:00Z\",\"a\":\"older\"},"
        "{\"id\":5,\"v\":null,\"a\":\"without\"},{\"id\":6,\"v\":\"soon\",\"a\":\"no time\"}]");
    expect(b, "SELECT id, a FROM t ORDER BY id",
        "1|new\n2|new\n3|newest\n4|last of the same\n5|without\n6|no time");
    load(b, t,
        "[{\"id\":5,\"v\":\"soon\",\"a\":\"no time\"},{\"id\":6,\"v\":null,\"a\":\"x\"},"
        "{\"id\":4,\"v\":\"soon\",\"a\":\"x\"},{\"id\":1,\"v\":null,\"a\":\"x\"}]");
    load(b, t,
        "[{\"id\":5,\"v\":\"2024-01-01\",\"a\":\"time\"},{\"id\":6,\"v\":\"later\",\"a\":\"x\"}]");
    expect(b, "SELECT id, a FROM t ORDER BY id",
        "1|new\n2|new\n3|newest\n4|last of the same\n5|time\n6|no time");
}
CASE(texts_compare_as_the_times_that_they_are)

/* Rows that somebody else brings between the look and the INSERT. */
static void in_rows_that_come_meanwhile_are_compared(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    set_cursor(b, t, "v", WEIR_CURSOR_INTEGER);
    bench_do(b,
        "CREATE TABLE t (id int PRIMARY KEY, v text, a text);"
        "CREATE TABLE once (done bool); INSERT INTO once VALUES (false);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF pg_trigger_depth() = 1 THEN UPDATE public.once SET done = true WHERE NOT done;"
        "  IF FOUND THEN INSERT INTO public.t VALUES (2, '10', 'theirs'), (3, '9', 'theirs');"
        " END IF; END IF; RETURN new; END $$;"
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    bench_read_table(b, t);
    load(b, t,
        "[{\"id\":1,\"v\":\"1\",\"a\":\"ours\"},{\"id\":2,\"v\":\"9\",\"a\":\"ours\"},"
        "{\"id\":3,\"v\":\"10\",\"a\":\"ours\"}]");
    expect(b, "SELECT id, v, a FROM t ORDER BY id", "1|1|ours\n2|10|theirs\n3|10|ours");
}
CASE(rows_that_come_meanwhile_are_compared)

/* --- nothing changes where nothing is new -------------------------------------------------------------- */

static const char guards[] =
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'written'; END $$;"
    "CREATE TRIGGER u BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()";

static void assert_second_time_changes_nothing(struct bench *b, struct table *t, const char *json)
{
    const char *before;

    bench_read_table(b, t);
    load(b, t, json);
    bench_do(b, guards);
    before = bench_answer(b, "SELECT ctid, xmin, xmax, t FROM t ORDER BY ctid");
    load(b, t, json);
    /* No row was even locked. */
    expect(b, "SELECT ctid, xmin, xmax, t FROM t ORDER BY ctid", before);
}

static void in_a_second_time_changes_no_row(struct bench *b)
{
    assert_second_time_changes_nothing(b, merge_table(b, "t", "id", "v"),
        "[{\"id\":1,\"v\":1,\"a\":0.5,\"b\":null,\"c\":[1]},{\"id\":2,\"v\":null,\"a\":5,\"b\":"
        "\"x\"},{\"id\":3,\"v\":12345678901234567890,\"d\":true}]");
}
CASE(a_second_time_changes_no_row)

static void in_a_second_time_changes_no_row_where_weir_compares(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    set_cursor(b, t, "v", WEIR_CURSOR_DATETIME);
    assert_second_time_changes_nothing(b, t,
        "[{\"id\":1,\"v\":\"2024-01-01\",\"a\":0.5},{\"id\":2,\"v\":null,\"a\":5},{\"id\":3,\"v\":"
        "\"soon\"}]");
}
CASE(a_second_time_changes_no_row_where_weir_compares)

static void in_a_second_time_changes_no_row_of_an_old_table(struct bench *b)
{
    bench_do(b, "CREATE TABLE t (k text UNIQUE, price numeric(10,2), at date, r float4, j json,"
                " p point, x xml, u uuid, own int DEFAULT 7, ar text[])");
    assert_second_time_changes_nothing(b, merge_table(b, "t", "k", "at"),
        "[{\"k\":\"a\",\"price\":12.5,\"at\":\"2024-01-01\",\"r\":0.5,\"j\":{\"a\": 1},\"p\":"
        "\"(1,2)\",\"x\":\"<a/>\",\"u\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\",\"ar\":[\"x\"]},"
        "{\"k\":\"b\",\"price\":12,\"at\":null,\"r\":1,\"j\":null,\"p\":null,\"x\":null}]");
}
CASE(a_second_time_changes_no_row_of_an_old_table)

static void in_letters_that_a_collation_takes_for_one_are_two(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_do(b, "CREATE COLLATION public.any_case (provider = icu, locale = 'und-u-ks-level2',"
                " deterministic = false);"
                "CREATE TABLE t (id int PRIMARY KEY, a text COLLATE public.any_case);"
                "INSERT INTO t VALUES (1, 'x')");
    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"a\":\"X\"}]");
    expect(b, "SELECT a FROM t", "X");
}
CASE(letters_that_a_collation_takes_for_one_are_two)

/* --- which columns ---------------------------------------------------------------------------------------- */

static void in_columns_of_the_user_are_not_touched(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_do(b,
        "CREATE TABLE t (id int PRIMARY KEY, a int, note text DEFAULT 'none',"
        " twice int GENERATED ALWAYS AS (a * 2) STORED, n int GENERATED ALWAYS AS IDENTITY);"
        "INSERT INTO t (id, a, note) VALUES (1, 1, 'mine'), (2, 2, 'yours')");
    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"a\":5},{\"id\":3,\"a\":6}]");
    expect(
        b, "SELECT id, a, note, twice FROM t ORDER BY id", "1|5|mine|10\n2|2|yours|4\n3|6|none|12");
}
CASE(columns_of_the_user_are_not_touched)

static void in_a_column_that_is_gone_from_a_row_becomes_null(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, a int, b int, d int DEFAULT 7);"
                "INSERT INTO t VALUES (5, 5, 5, 5), (6, 6, 6, 6)");
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":5,\"a\":0}]")); /* nobody knows of b yet */
    bench_add(b, bench_batch(t, "[{\"id\":1,\"a\":1,\"b\":1,\"d\":1},{\"id\":2,\"a\":1,\"b\":1}]"));
    bench_add(b, bench_batch(t, "[{\"id\":1,\"a\":2},{\"id\":6,\"a\":0}]"));
    load_added(b, t);
    expect(b, "SELECT * FROM t ORDER BY id", "1|2|NULL|7\n2|1|1|7\n5|0|5|5\n6|0|NULL|7");
}
CASE(a_column_that_is_gone_from_a_row_becomes_null)

static void in_a_table_of_nothing_but_keys(struct bench *b)
{
    struct table *t = merge_table(b, "t", "a,b", NULL);

    bench_read_table(b, t);
    load(b, t, "[{\"a\":1,\"b\":1},{\"a\":1,\"b\":2},{\"a\":1,\"b\":1}]");
    load(b, t, "[{\"a\":1,\"b\":2},{\"a\":2,\"b\":2}]");
    expect(b, "SELECT a, b FROM t ORDER BY a, b", "1|1\n1|2\n2|2");
}
CASE(a_table_of_nothing_but_keys)

static void in_the_widest_table_can_be_merged(struct bench *b)
{
    struct table *t = merge_table(b, "t", "c0", "c1");

    bench_do(
        b, bench_answer(b, "SELECT 'CREATE TABLE t (' || string_agg(format('c%s smallint', i),"
                           " ',') || ', PRIMARY KEY (c0))' FROM generate_series(0, 1599) AS i"));
    bench_read_table(b, t);
    for (int64_t version = 1; version <= 2; version++) {
        struct weir_batch *batch = weir_batch_new(t->resource);
        char name[24];

        (void)weir_batch_add_unit(batch, NULL);
        (void)weir_batch_add_row(batch);
        for (int i = 0; i < TABLE_COLUMNS_MAX; i++) {
            (void)snprintf(name, sizeof(name), "c%d", i);
            weir_batch_set(batch, weir_batch_column(batch, weir_str(name)),
                weir_int(i == 0 ? 1 : version + i / 1599));
        }
        bench_add(b, batch);
        load_added(b, t);
    }
    expect(b, "SELECT c0, c1, c1598, c1599 FROM t", "1|2|2|3");
}
CASE(the_widest_table_can_be_merged)

/* What is prepared is made anew when the table or the connection is another one. */
static void in_tables_and_connections_change(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_read_table(b, t);
    load(b, t, "[{\"id\":1,\"a\":1}]");
    load(b, t, "[{\"id\":1,\"a\":1.5,\"b\":\"x\"}]");
    connection_close(&b->rig.connection);
    check(&b->rig, connection_open(&b->rig.connection));
    load(b, t, "[{\"id\":1,\"a\":2.5},{\"id\":2,\"b\":\"y\"}]");
    bench_add(b, bench_batch(t, "[{\"id\":3}]"));
    bench_adapt(b, t);
    script(&b->rig, "BEGIN");
    check(&b->rig, rows_load(&b->rows, &b->rig.connection, t, b->batches, 1, &b->fault) == WEIR_OK);
    script(&b->rig, "ROLLBACK");
    load_added(b, t);
    expect(b, "SELECT id, a, b FROM t ORDER BY id", "1|2.5|NULL\n2|NULL|y\n3|NULL|NULL");
    expect(b,
        "SELECT count(*) FROM pg_class WHERE relname LIKE 'weir\\_merge%' AND"
        " relpersistence = 't'",
        "1");
}
CASE(tables_and_connections_change)

/* --- bad rows ------------------------------------------------------------------------------------------------ */

static void in_bad_rows_cost_no_others(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v int, a int CONSTRAINT small CHECK (a < 10),"
                " e text UNIQUE); INSERT INTO t VALUES (1, 1, 1, 'one')");
    bench_resource(b, t)->sets_aside = true;
    bench_read_table(b, t);
    bench_add(
        b, bench_batch(t, "[{\"id\":1,\"v\":2,\"a\":11},{\"id\":2,\"v\":1,\"a\":2},"
                          "{\"id\":1,\"v\":3,\"a\":3,\"e\":\"one\"},{\"id\":3,\"v\":1,\"a\":12},"
                          "{\"id\":4,\"v\":1,\"a\":4,\"e\":\"one\"},{\"id\":5,\"v\":1,\"a\":5}]"));
    check(&b->rig, bench_send(b, t) == WEIR_OK);
    expect(b, "SELECT id, v, a FROM t ORDER BY id", "1|3|3\n2|1|2\n5|1|5");
    /* Rows 4 and 5, and row 1 unless a newer version has taken its place before it was looked at. */
    check(&b->rig, b->batches[0]->n_rejects >= 2 && b->batches[0]->n_rejects <= 3);
    expect_text(b->batches[0]->rejects->error.text, "table 't': ");
}
CASE(bad_rows_cost_no_others)

static void in_a_row_ends_the_run_where_none_is_set_aside(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a < 10));"
                "INSERT INTO t VALUES (1, 1)");
    bench_read_table(b, t);
    bench_add(b, bench_batch(t, "[{\"id\":1,\"a\":3},{\"id\":4,\"a\":3},{\"id\":2,\"a\":11}]"));
    check(&b->rig, bench_send(b, t) == WEIR_FAIL);
    check(&b->rig, b->fault.is_set && b->fault.batch == 0 && b->fault.unit == 0);
    expect_error(b, "E-ROW-CONSTRAINT", "row 3 of its unit");
    expect(b, "SELECT * FROM t", "1|1");
}
CASE(a_row_ends_the_run_where_none_is_set_aside)

/* --- any versions, in any order, in any cuts ---------------------------------------------------------------- */

enum { KEYS = 5, VERSIONS = 24, ROUNDS = 40 };

static uint64_t random_state = 20240229;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % n;
}

static void shuffle(unsigned *items, unsigned n)
{
    for (unsigned i = n; i > 1; i--) {
        unsigned k = random_below(i);
        unsigned item = items[i - 1];

        items[i - 1] = items[k];
        items[k] = item;
    }
}

/* Version i is i minutes old in a zone of its own; each stands at a time of its own. */
static void add_version(struct weir_batch *batch, unsigned i, bool as_text)
{
    unsigned zone = (i * 5) % 12;
    unsigned minutes = i + 60 * zone;
    const char *text = weir_printf(
        batch->arena, "2024-01-01T%02u:%02u:00+%02u:00", minutes / 60, minutes % 60, zone);

    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("id")), weir_int(i % KEYS));
    weir_batch_set(batch, weir_batch_column(batch, weir_str("v")),
        as_text ? weir_text(WEIR_TEXT, weir_str(text)) : weir_int(i));
    weir_batch_set(batch, weir_batch_column(batch, weir_str("a")), weir_int(i));
}

static void merge_in_any_order(struct bench *b, struct table *t, bool as_text)
{
    unsigned order[VERSIONS];

    bench_read_table(b, t);
    for (unsigned i = 0; i < VERSIONS; i++)
        order[i] = i;
    for (int round = 0; round < ROUNDS; round++) {
        bench_do(b, "DELETE FROM t");
        shuffle(order, VERSIONS);
        for (unsigned i = 0; i < VERSIONS;) {
            unsigned n_batches = 1 + random_below(3);

            for (unsigned k = 0; k < n_batches; k++) {
                struct weir_batch *batch = weir_batch_new(t->resource);

                (void)weir_batch_add_unit(batch, NULL);
                for (unsigned n = random_below(6); n > 0 && i < VERSIONS; n--)
                    add_version(batch, order[i++], as_text);
                bench_add(b, batch);
            }
            load_added(b, t);
        }
        expect(b, "SELECT id, a FROM t ORDER BY id", "0|20\n1|21\n2|22\n3|23\n4|19");
    }
}

static void in_any_order_of_numbers_gives_the_same_table(struct bench *b)
{
    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v bigint, a int)");
    merge_in_any_order(b, merge_table(b, "t", "id", "v"), false);
}
CASE(any_order_of_numbers_gives_the_same_table)

static void in_any_order_of_times_gives_the_same_table(struct bench *b)
{
    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v timestamptz, a int)");
    merge_in_any_order(b, merge_table(b, "t", "id", "v"), true);
}
CASE(any_order_of_times_gives_the_same_table)

static void in_any_order_of_texts_gives_the_same_table(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", "v");

    bench_do(b, "CREATE TABLE t (id int PRIMARY KEY, v text, a int)");
    set_cursor(b, t, "v", WEIR_CURSOR_DATETIME);
    merge_in_any_order(b, t, true);
}
CASE(any_order_of_texts_gives_the_same_table)

/* --- which keys ------------------------------------------------------------------------------------------------ */

static void assert_merges_into(struct bench *b, const char *name, const char *sql, const char *key)
{
    struct table *t = merge_table(b, name, key, "v");

    bench_do(b, sql);
    bench_read_table(b, t);
    load(b, t,
        "[{\"a\":1,\"b\":1,\"v\":1,\"c\":\"old\"},{\"a\":2,\"b\":1,\"v\":5,\"c\":\"stays\"}]");
    load(b, t,
        "[{\"a\":1,\"b\":1,\"v\":2,\"c\":\"new\"},{\"a\":2,\"b\":1,\"v\":4,\"c\":\"older\"}]");
    expect(b, weir_printf(b->rig.stage.arena, "SELECT a, b, v, c FROM %s ORDER BY a", name),
        "1|1|2|new\n2|1|5|stays");
}

static void in_all_kinds_of_keys_work(struct bench *b)
{
    assert_merges_into(
        b, "t", "CREATE TABLE t (a int, b int, v int, c text, PRIMARY KEY (b, a))", "a,b");
    assert_merges_into(b, "u",
        "CREATE TABLE u (a numeric, b text, v int, c text); CREATE UNIQUE INDEX ON u (b, a)",
        "a,b");
    assert_merges_into(b, "p",
        "CREATE TABLE p (a bigint PRIMARY KEY, b int, v int, c text) PARTITION BY RANGE (a);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (2);"
        "CREATE TABLE p2 PARTITION OF p DEFAULT",
        "a");
    assert_merges_into(b, "d",
        "CREATE DOMAIN public.small AS int CHECK (value < 100);"
        "CREATE TABLE d (a public.small PRIMARY KEY, b int, v int, c varchar(10))",
        "a");
}
CASE(all_kinds_of_keys_work)

/* A key whose type comes with an extension, or with the user. */
static void in_keys_are_equal_as_their_type_says(struct bench *b)
{
    struct table *t = merge_table(b, "t", "k", "v");
    struct table *c = merge_table(b, "c", "k", NULL);
    struct table *e = merge_table(b, "e", "k", NULL);

    set_cursor(b, t, "v", WEIR_CURSOR_INTEGER);
    bench_do(b,
        "CREATE EXTENSION citext SCHEMA public; CREATE TYPE public.mood AS ENUM ('ok', 'no');"
        "CREATE TABLE t (k public.citext PRIMARY KEY, v text, a text);"
        "CREATE TABLE c (k public.citext PRIMARY KEY, a text);"
        "CREATE TABLE e (k public.mood PRIMARY KEY, a text)");
    bench_read_table(b, c);
    load(b, c, "[{\"k\":\"A\",\"a\":\"1\"}]");
    load(b, c, "[{\"k\":\"a\",\"a\":\"2\"},{\"k\":\"A\",\"a\":\"3\"}]");
    expect(b, "SELECT k, a FROM c", "A|3");
    bench_read_table(b, t);
    bench_read_table(b, e);
    load(
        b, t, "[{\"k\":\"A\",\"v\":\"9\",\"a\":\"old\"},{\"k\":\"B\",\"v\":\"10\",\"a\":\"new\"}]");
    load(
        b, t, "[{\"k\":\"a\",\"v\":\"10\",\"a\":\"new\"},{\"k\":\"b\",\"v\":\"9\",\"a\":\"old\"}]");
    load(b, e, "[{\"k\":\"ok\",\"a\":\"1\"},{\"k\":\"no\",\"a\":\"1\"}]");
    load(b, e, "[{\"k\":\"ok\",\"a\":\"2\"}]");
    expect(b, "SELECT k, v, a FROM t ORDER BY k", "A|10|new\nB|10|new");
    expect(b, "SELECT k, a FROM e ORDER BY k", "ok|2\nno|1");
}
CASE(keys_are_equal_as_their_type_says)

static void in_a_temporary_table_must_be_allowed(struct bench *b)
{
    struct table *t = merge_table(b, "t", "id", NULL);

    bench_do(
        b, weir_printf(b->rig.stage.arena,
               "CREATE TABLE t (id int PRIMARY KEY); REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC;"
               "CREATE ROLE %s_plain; GRANT INSERT, SELECT, UPDATE ON t TO %s_plain;"
               "GRANT USAGE ON SCHEMA weir TO %s_plain; GRANT SELECT ON weir.made TO %s_plain",
               b->name, b->name, b->name, b->name, b->name));
    script(&b->rig, weir_printf(b->rig.stage.arena, "SET ROLE %s_plain", b->name));
    check(&b->rig, table_read(t, &b->rig.connection) == WEIR_FAIL);
    expect_error(b, "E-DB-RIGHTS", "GRANT TEMPORARY ON DATABASE");
    bench_do(b, weir_printf(b->rig.stage.arena, "DROP OWNED BY %s_plain; DROP ROLE %s_plain",
                    b->name, b->name));
}
CASE(a_temporary_table_must_be_allowed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_same_key_are_brought_up_to_date),
        cmocka_unit_test(the_newest_version_wins_in_any_order),
        cmocka_unit_test(a_row_without_a_version_replaces_none_that_has_one),
        cmocka_unit_test(versions_compare_as_what_they_are),
        cmocka_unit_test(texts_compare_as_the_times_that_they_are),
        cmocka_unit_test(rows_that_come_meanwhile_are_compared),
        cmocka_unit_test(a_second_time_changes_no_row),
        cmocka_unit_test(a_second_time_changes_no_row_where_weir_compares),
        cmocka_unit_test(a_second_time_changes_no_row_of_an_old_table),
        cmocka_unit_test(letters_that_a_collation_takes_for_one_are_two),
        cmocka_unit_test(columns_of_the_user_are_not_touched),
        cmocka_unit_test(a_column_that_is_gone_from_a_row_becomes_null),
        cmocka_unit_test(a_table_of_nothing_but_keys),
        cmocka_unit_test(the_widest_table_can_be_merged),
        cmocka_unit_test(tables_and_connections_change),
        cmocka_unit_test(bad_rows_cost_no_others),
        cmocka_unit_test(a_row_ends_the_run_where_none_is_set_aside),
        cmocka_unit_test(any_order_of_numbers_gives_the_same_table),
        cmocka_unit_test(any_order_of_times_gives_the_same_table),
        cmocka_unit_test(any_order_of_texts_gives_the_same_table),
        cmocka_unit_test(all_kinds_of_keys_work),
        cmocka_unit_test(keys_are_equal_as_their_type_says),
        cmocka_unit_test(a_temporary_table_must_be_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
