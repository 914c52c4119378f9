/* Merge: rows of the same key are brought up to date, the newest version wins, and nothing else
 * is touched. */
#include "state_checks.h"

static struct weir_resource *merge_resource(
    struct fixture *f, const char *table, const char *key, const char *order_by)
{
    struct weir_resource *resource = stage_resource(&f->s, table, key);

    resource->disposition = WEIR_MERGE;
    resource->order_by = order_by;
    return resource;
}

/* Ends the first run and begins another one with the same resources. */
static void run_again(struct fixture *f)
{
    commit_and_stop(f);
    start(f);
}

static void rows_of_the_same_key_are_brought_up_to_date(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    start(f);
    load(f, t, "[{\"id\":1,\"a\":\"x\"},{\"id\":2,\"a\":\"y\"},{\"id\":1,\"a\":\"z\"}]");
    run_again(f);
    load(f, t, "[{\"id\":2,\"a\":null},{\"id\":3,\"a\":\"new\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a FROM t", "1|z\n2|NULL\n3|new");
}

/* As a row of a batch that lacks the column as a whole. */
static void a_row_that_lacks_a_column_gets_its_default(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    database_do(f,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'none', b);"
        "INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 2), (3, 'old', 3), (9, 'mine', 9)");
    start(f);
    load(f, t,
        "[{\"id\":1,\"a\":\"new\",\"b\":5},{\"id\":2,\"b\":6},{\"id\":4},"
        "{\"id\":3,\"a\":\"new\"},{\"id\":1},{\"id\":4,\"a\":\"new\",\"b\":7}]");
    commit_and_stop(f);
    assert_answer(
        f, "SELECT id, a, b FROM t", "1|none|NULL\n2|none|6\n3|new|NULL\n4|new|7\n9|mine|9");
}

static void the_newest_version_wins_in_any_order(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "v");

    start(f);
    load(f, t, "[{\"id\":1,\"v\":2,\"a\":\"new\"},{\"id\":2,\"v\":3,\"a\":\"newest\"}]");
    load(f, t, "[{\"id\":1,\"v\":1,\"a\":\"old\"},{\"id\":2,\"v\":2,\"a\":\"old\"}]");
    load(f, t,
        "[{\"id\":1,\"v\":2,\"a\":\"same\"},{\"id\":2,\"v\":4,\"a\":\"4\"},"
        "{\"id\":2,\"v\":1,\"a\":\"1\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, v, a FROM t", "1|2|same\n2|4|4");
}

static void a_row_without_a_version_does_not_replace_one_that_has_it(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "v");

    start(f);
    load(f, t, "[{\"id\":1,\"v\":null,\"a\":1},{\"id\":2,\"v\":null,\"a\":1}]");
    load(f, t, "[{\"id\":1,\"v\":null,\"a\":2},{\"id\":2,\"v\":5,\"a\":2}]");
    load(f, t, "[{\"id\":1,\"v\":null,\"a\":3},{\"id\":2,\"v\":null,\"a\":3}]");
    load(f, t, "[{\"id\":1,\"a\":4},{\"id\":2,\"a\":4}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, v, a FROM t", "1|NULL|4\n2|5|2");
}

static void versions_are_compared_as_the_table_stores_them(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "v");

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, v NUMERIC, a)");
    start(f);
    load(f, t, "[{\"id\":1,\"v\":\"9\",\"a\":\"old\"}]");
    load(f, t, "[{\"id\":1,\"v\":\"10\",\"a\":\"new\"}]");
    load(f, t, "[{\"id\":1,\"v\":9.5,\"a\":\"older\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT v, typeof(v), a FROM t", "10|integer|new");
}

static void order_by_must_be_among_the_columns(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "updated");

    start(f);
    refuse(f, t, "[{\"id\":1,\"updated_at\":1}]", "E-COLUMN");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "'updated', which order_by names");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM sqlite_schema", "0");
}

/* --- nothing changes where nothing is new ------------------------------------------------ */

/* Triggers stand guard: a row that is written again, though it is the same, trips over them. */
static void assert_second_run_changes_nothing(
    struct fixture *f, const struct weir_resource *t, const char *json)
{
    start(f);
    load(f, t, json);
    commit_and_stop(f);
    database_do(f, "CREATE TRIGGER u AFTER UPDATE ON t BEGIN SELECT RAISE(ABORT, 'update'); END;"
                   "CREATE TRIGGER d AFTER DELETE ON t BEGIN SELECT RAISE(ABORT, 'delete'); END");
    start(f);
    load(f, t, json);
    commit_and_stop(f);
}

static void a_second_run_changes_no_row(void **state)
{
    struct fixture *f = *state;

    assert_second_run_changes_nothing(f, merge_resource(f, "t", "id", "v"),
        "[{\"id\":1,\"v\":1,\"a\":0.5,\"b\":null,\"c\":[1]},{\"id\":2,\"v\":null,\"a\":5,\"b\":"
        "\"x\"},"
        "{\"id\":3,\"v\":12345678901234567890,\"d\":true}]");
}

static void a_second_run_changes_no_row_of_an_old_table(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (k TEXT COLLATE NOCASE UNIQUE, price DECIMAL, at DATE, r REAL,"
                   " i INTEGER, plain, own DEFAULT 7)");
    assert_second_run_changes_nothing(f, merge_resource(f, "t", "k", "at"),
        "[{\"k\":\"a\",\"price\":\"12.5\",\"at\":\"2024\",\"r\":3,\"i\":4.0,\"plain\":\"1\"},"
        "{\"k\":\"b\",\"price\":12,\"at\":\"2024-01-01\",\"r\":0.1,\"i\":true,\"plain\":1.5}]");
}

/* How often pages of the file were written: SQLite counts the transactions that did. */
static unsigned change_counter(const struct fixture *f)
{
    unsigned char header[28];
    FILE *file = fopen(f->path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(header, 1, sizeof(header), file), sizeof(header));
    (void)fclose(file);
    return (unsigned)header[24] << 24 | (unsigned)header[25] << 16 | (unsigned)header[26] << 8 |
           header[27];
}

static void what_is_the_same_already_is_not_written(void **state)
{
    static const char json[] = "[{\"id\":1,\"v\":1,\"a\":0.5},{\"id\":2,\"v\":2,\"a\":5}]";
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "v");
    unsigned before;

    start(f);
    load(f, t, json);
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    before = change_counter(f);
    load(f, t, json);
    load(f, t, "[{\"id\":1,\"v\":0,\"a\":9}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_int_equal(change_counter(f), before);
    load(f, t, "[{\"id\":1,\"v\":1,\"a\":9}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_int_not_equal(change_counter(f), before);
    stage_stop(&f->s);
}

static void letters_that_a_collation_takes_for_one_are_two(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE);"
                   "INSERT INTO t VALUES (1, 'x')");
    start(f);
    load(f, t, "[{\"id\":1,\"a\":\"X\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a FROM t", "X");
}

/* --- which columns ------------------------------------------------------------------------- */

static void columns_of_the_user_are_not_touched(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    database_do(f,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, note DEFAULT 'none', twice AS (a * 2));"
        "INSERT INTO t (id, a, note) VALUES (1, 1, 'mine'), (2, 2, 'yours')");
    start(f);
    load(f, t, "[{\"id\":1,\"a\":5},{\"id\":3,\"a\":6}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, note, twice FROM t", "1|5|mine|10\n2|2|yours|4\n3|6|none|12");
}

static void a_column_that_is_gone_from_a_row_becomes_null(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    start(f);
    load(f, t, "[{\"id\":1,\"a\":1,\"b\":1},{\"id\":2,\"a\":1,\"b\":1}]");
    load(f, t, "[{\"id\":1,\"a\":2}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a, b FROM t", "1|2|NULL\n2|1|1");
}

/* What rows have brought is known to the next run of the pass, too. */
static void a_column_that_is_gone_becomes_null_behind_a_crash(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);
    struct run first = {0};
    struct run second = {0};

    start(f);
    begin_run(f, &first, NULL);
    load(f, t, "[{\"id\":1,\"a\":1,\"b\":1},{\"id\":2,\"a\":1,\"b\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    stage_stop(&f->s);
    start(f);
    begin_run(f, &second, NULL);
    load(f, t, "[{\"id\":1,\"a\":1.5}]");
    end_run(f, true);
    assert_answer(f, "SELECT id, a, b FROM t", "1|1.5|NULL\n2|1.0|1");
}

static void a_table_of_nothing_but_keys(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "a,b", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":1},{\"a\":1,\"b\":2},{\"a\":1,\"b\":1}]");
    load(f, t, "[{\"a\":1,\"b\":2},{\"a\":2,\"b\":2}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b FROM t ORDER BY a, b", "1|1\n1|2\n2|2");
}

static void the_widest_table_can_be_merged(void **state)
{
    enum { WIDEST = 2000 };
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "c0", "c1");

    start(f);
    for (int64_t version = 1; version <= 2; version++) {
        struct weir_batch *batch = weir_batch_new(t);
        char name[16];

        (void)weir_batch_add_unit(batch, NULL);
        (void)weir_batch_add_row(batch);
        for (int i = 0; i < WIDEST; i++) {
            (void)snprintf(name, sizeof(name), "c%d", i);
            weir_batch_set(batch, weir_batch_column(batch, weir_str(name)),
                weir_int(i == 0 ? 1 : version + i / 1999));
        }
        if (stage_load(&f->s, batch) != WEIR_OK)
            fail_msg("%s: %s", f->s.error.code, f->s.error.text);
    }
    commit_and_stop(f);
    assert_answer(f, "SELECT c0, c1, c1998, c1999 FROM t", "1|2|2|3");
}

/* --- which keys ---------------------------------------------------------------------------- */

static void assert_merges_into(struct fixture *f, const char *sql, const char *key)
{
    struct weir_resource *t = merge_resource(f, "t", key, "v");

    database_do(f, "DROP TABLE IF EXISTS t");
    database_do(f, sql);
    start(f);
    load(f, t,
        "[{\"a\":1,\"b\":1,\"v\":1,\"c\":\"old\"},{\"a\":2,\"b\":1,\"v\":5,\"c\":\"stays\"}]");
    load(f, t,
        "[{\"a\":1,\"b\":1,\"v\":2,\"c\":\"new\"},{\"a\":2,\"b\":1,\"v\":4,\"c\":\"older\"}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b, v, c FROM t ORDER BY a", "1|1|2|new\n2|1|5|stays");
    f->s.stage.n_resources = 0;
}

static void all_kinds_of_keys_work(void **state)
{
    assert_merges_into(*state, "CREATE TABLE t (a INTEGER PRIMARY KEY, b, v, c)", "a");
    assert_merges_into(*state, "CREATE TABLE t (a INT PRIMARY KEY DESC, b, v, c)", "a");
    assert_merges_into(*state, "CREATE TABLE t (a, b, v, c, PRIMARY KEY (b, a))", "a,b");
    assert_merges_into(
        *state, "CREATE TABLE t (a, b, v, c, PRIMARY KEY (b, a)) WITHOUT ROWID", "a,b");
    assert_merges_into(
        *state, "CREATE TABLE t (a, b, v, c); CREATE UNIQUE INDEX i ON t (b, a)", "a,b");
    assert_merges_into(*state, "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b, v, c)", "A");
    assert_merges_into(
        *state, "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b, v, c)", "a");
}

static void an_old_table_needs_the_key(void **state)
{
    struct fixture *f = *state;

    database_do(f, "CREATE TABLE t (id, a); CREATE UNIQUE INDEX i ON t (id) WHERE a");
    (void)merge_resource(f, "t", "id", NULL);
    refuse_start(f, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
}

static void a_key_may_not_be_null(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "a,b", NULL);

    start(f);
    load(f, t, "[{\"a\":1,\"b\":1,\"c\":1}]");
    refuse(f, t, "[{\"a\":1,\"b\":1,\"c\":2},{\"a\":1,\"b\":null,\"c\":3}]", "E-KEY-NULL");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DATA);
    assert_error_says(f, "table 't', row 2 of its unit: the key column 'b' is null");
    commit_and_stop(f);
    assert_answer(f, "SELECT a, b, c FROM t", "1|1|1");
}

static void a_key_may_not_be_missing(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    database_do(f, "CREATE TABLE t (id UNIQUE, a)");
    start(f);
    refuse(f, t, "[{\"a\":1}]", "E-KEY-NULL");
    assert_error_says(f, "'id' is not there");
    stage_stop(&f->s);
    assert_answer(f, "SELECT count(*) FROM t", "0");
}

/* --- what goes wrong, and what changes meanwhile ------------------------------------------------ */

static void a_batch_that_fails_gives_rows_their_old_values_back(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", NULL);

    database_do(f, "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHECK (a < 10));"
                   "INSERT INTO t VALUES (1, 1)");
    start(f);
    load(f, t, "[{\"id\":1,\"a\":2},{\"id\":2,\"a\":2}]");
    refuse(f, t, "[{\"id\":1,\"a\":3},{\"id\":4,\"a\":3},{\"id\":2,\"a\":11}]", "E-ROW-CONSTRAINT");
    assert_error_says(f, "row 3 of its unit");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, a FROM t", "1|2\n2|2");
}

static void types_widen_while_rows_are_merged(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = merge_resource(f, "t", "id", "v");

    start(f);
    load(f, t, "[{\"id\":1,\"v\":1,\"a\":1},{\"id\":2,\"v\":9,\"a\":2}]");
    load(f, t, "[{\"id\":1,\"v\":1.5,\"a\":\"x\"},{\"id\":2,\"v\":8.5,\"a\":\"y\"}]");
    load(f, t, "[{\"id\":\"1\",\"v\":1,\"a\":null},{\"id\":1,\"v\":2,\"a\":3}]");
    commit_and_stop(f);
    assert_answer(f, "SELECT id, typeof(id), v, a FROM t ORDER BY typeof(id), id",
        "1|integer|2.0|3\n2|integer|9.0|2\n1|text|1.0|NULL");
}

/* --- any versions, in any order, in any cuts ----------------------------------------------- */

enum { KEYS = 5, MOST_VERSIONS = 40, COLUMNS = 3, ROUNDS = 150 };

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % n;
}

struct version {
    unsigned key;
    struct weir_value version;
    struct weir_value cells[COLUMNS];
    bool is_there;
};

static struct weir_value random_value(struct weir_arena *arena)
{
    unsigned i = random_below(4);

    switch (random_below(6)) {
    case 0:
        return weir_null();
    case 1:
        return weir_text(WEIR_TEXT, weir_str(weir_printf(arena, "%u", i)));
    case 2:
        return weir_float(i + 0.5);
    default:
        return weir_int(i);
    }
}

static void make_versions(struct version *versions, size_t n, struct weir_arena *arena)
{
    bool distinct = random_below(2) == 1;

    for (size_t i = 0; i < n; i++) {
        versions[i] = (struct version){.key = random_below(KEYS), .is_there = true};
        /* Versions of a number and a half stand between two whole ones. */
        if (distinct)
            versions[i].version = i % 2 ? weir_int((int64_t)i) : weir_float((double)i + 0.25);
        else if (random_below(5))
            versions[i].version = weir_int(random_below(4));
        for (size_t c = 0; c < COLUMNS; c++)
            versions[i].cells[c] = random_value(arena);
    }
}

static double number_of(const struct weir_value *value)
{
    return value->kind == WEIR_INT ? (double)value->integer : value->real;
}

/* The rule itself, as simply as can be said. */
static void model_merge(struct version *model, const struct version *new)
{
    struct version *old = &model[new->key];

    if (!old->is_there || old->version.kind == WEIR_NULL ||
        (new->version.kind != WEIR_NULL &&number_of(&new->version) >= number_of(&old->version)))
        *old = *new;
}

static void set(struct weir_batch *batch, const char *name, struct weir_value value, bool always)
{
    if (always || value.kind != WEIR_NULL)
        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), value);
}

static void add_version(struct weir_batch *batch, const struct version *version, bool all)
{
    char name[] = "c0";

    (void)weir_batch_add_row(batch);
    set(batch, "id", weir_int(version->key), true);
    set(batch, "v", version->version, all);
    for (size_t c = 0; c < COLUMNS; c++) {
        name[1] = (char)('0' + c);
        set(batch, name, version->cells[c], all || random_below(2));
    }
}

static void load_batch(struct fixture *f, struct weir_batch *batch)
{
    if (stage_load(&f->s, batch) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static void load_in_cuts(
    struct fixture *f, const struct weir_resource *t, const struct version *versions, size_t n)
{
    for (size_t at = 0; at < n;) {
        struct weir_batch *batch = weir_batch_new(t);
        size_t end = at + 1 + random_below(8);

        (void)weir_batch_add_unit(batch, NULL);
        for (size_t i = at; i < n && i < end; i++)
            /* What nobody has named yet cannot be told from a misspelt name. */
            add_version(batch, &versions[i], i == 0);
        load_batch(f, batch);
        if (random_below(4) == 0)
            assert_int_equal(stage_commit(&f->s), WEIR_OK);
        at = end;
    }
}

static void load_model(
    struct fixture *f, const struct weir_resource *t, const struct version *versions, size_t n)
{
    struct version model[KEYS] = {0};
    struct weir_batch *batch = weir_batch_new(t);

    for (size_t i = 0; i < n; i++)
        model_merge(model, &versions[i]);
    (void)weir_batch_add_unit(batch, NULL);
    for (size_t k = 0; k < KEYS; k++)
        if (model[k].is_there)
            add_version(batch, &model[k], true);
    load_batch(f, batch);
}

#define ALL_COLUMNS "id, v, c0, c1, c2"

static void merged_is_what_the_model_says(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *merged = merge_resource(f, "merged", "id", "v");
    struct weir_resource *model = stage_resource(&f->s, "model", "id");
    struct version versions[MOST_VERSIONS];

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct weir_arena *arena = weir_arena_new();
        size_t n;

        random_state = round;
        n = 1 + random_below(MOST_VERSIONS);
        make_versions(versions, n, arena);
        start(f);
        load_in_cuts(f, merged, versions, n);
        load_model(f, model, versions, n);
        commit_and_stop(f);
        assert_answer(f,
            "SELECT count(*) FROM (SELECT * FROM (SELECT " ALL_COLUMNS
            " FROM merged EXCEPT SELECT " ALL_COLUMNS
            " FROM model) UNION ALL SELECT * FROM (SELECT " ALL_COLUMNS
            " FROM model EXCEPT SELECT " ALL_COLUMNS " FROM merged))",
            "0");
        assert_answer(f, "SELECT count(*) - count(DISTINCT id) FROM merged", "0");
        database_do(f, "DROP TABLE merged; DROP TABLE model");
        weir_arena_free(arena);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(rows_of_the_same_key_are_brought_up_to_date),
        CASE(a_row_that_lacks_a_column_gets_its_default),
        CASE(the_newest_version_wins_in_any_order),
        CASE(a_row_without_a_version_does_not_replace_one_that_has_it),
        CASE(versions_are_compared_as_the_table_stores_them),
        CASE(order_by_must_be_among_the_columns),
        CASE(a_second_run_changes_no_row),
        CASE(a_second_run_changes_no_row_of_an_old_table),
        CASE(what_is_the_same_already_is_not_written),
        CASE(letters_that_a_collation_takes_for_one_are_two),
        CASE(columns_of_the_user_are_not_touched),
        CASE(a_column_that_is_gone_from_a_row_becomes_null),
        CASE(a_column_that_is_gone_becomes_null_behind_a_crash),
        CASE(a_table_of_nothing_but_keys),
        CASE(the_widest_table_can_be_merged),
        CASE(all_kinds_of_keys_work),
        CASE(an_old_table_needs_the_key),
        CASE(a_key_may_not_be_null),
        CASE(a_key_may_not_be_missing),
        CASE(a_batch_that_fails_gives_rows_their_old_values_back),
        CASE(types_widen_while_rows_are_merged),
        CASE(merged_is_what_the_model_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
