/* Tables that are made and changed in a real database, and those that were there before. */
#include "postgres_bench.h"

static const char *const id_key[] = {"id"};

/* --- making and changing --------------------------------------------------------------------- */

static void a_table_is_made_with_its_schema_in_fiber(struct bench *b)
{
    b->resource.primary_key = (struct weir_strs){id_key, 1};
    bench_take(b, "new place", "t");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, !b->table.exists);
    check(&b->rig, bench_adapt(b, bench_row(b, "name", text_value("x"), "id", weir_int(1), "none",
                                      weir_null(), "on", weir_bool(true), NULL)) == WEIR_OK);
    check(&b->rig, b->table.exists && b->table.is_ours && b->table.oid);
    check_columns(b, "name text, id bigint, on boolean");
    check(&b->rig, table_find(&b->table, weir_str("id"))->is_required);
    check(&b->rig, table_find(&b->table, weir_str("id"))->is_key);
    check(&b->rig, !table_find(&b->table, weir_str("name"))->is_not_null);
    check_log(b, "table 'new place.t' was made: name text, id bigint, on boolean");
    /* The next one of the same schema; what was known of it is older. */
    bench_take(b, "new place", "u");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
    check_ask(b, "SELECT count(*) FROM weir.made", "2");
}
BENCH_TEST(a_table_is_made_with_its_schema)

static void columns_are_added_as_they_come_in_fiber(struct bench *b)
{
    static const struct weir_declared_column declared[] = {
        {"at", "timestamptz"}, {"price", "numeric(10,2)"}};

    b->schema = (struct weir_schema){.columns = declared, .n_columns = 2};
    bench_take(b, "public", "added");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
    bench_forget(b);
    check(&b->rig, bench_adapt(b, bench_row(b, "at", text_value("2024-01-01T00:00:00Z"), "price",
                                      weir_null(), "id", weir_int(2), NULL)) == WEIR_OK);
    check_columns(b, "id bigint, at timestamp with time zone, price numeric(10,2)");
    check_log(b, "was changed: at timestamp with time zone, price numeric(10,2)");
    /* A value that the declared type does not take is a bad row, and no reason to change the type. */
    check(&b->rig, bench_adapt(b, bench_row(b, "at", text_value("soon"), "id", weir_int(3),
                                      NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DATA, "E-TYPE", "column 'at'");
    check_columns(b, "id bigint, at timestamp with time zone, price numeric(10,2)");
}
BENCH_TEST(columns_are_added_as_they_come)

static void types_are_widened_without_loss_in_fiber(struct bench *b)
{
    struct weir_value day = {.kind = WEIR_DATE, .integer = 1};

    bench_take(b, "public", "wide");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "i", weir_int(1), "f", weir_float(0.1), "b",
                                      weir_bool(true), "d", day, NULL)) == WEIR_OK);
    check_columns(b, "i bigint, f double precision, b boolean, d date");
    script(&b->rig, "INSERT INTO public.wide VALUES (9007199254740993, 0.1, true, '2024-02-29')");
    script(&b->rig, "INSERT INTO public.wide VALUES (NULL, 1.7976931348623157e308, false, NULL)");
    bench_forget(b);
    check(&b->rig, bench_adapt(b, bench_row(b, "i", weir_float(0.5), "f",
                                      weir_text(WEIR_DECIMAL, weir_str("12345678901234567890.5")),
                                      "b", text_value("perhaps"), NULL)) == WEIR_OK);
    check_columns(b, "i numeric, f numeric, b text, d date");
    check_log(b, "i numeric (was bigint), f numeric (was double precision), b text (was boolean)");
    check_ask(b, "SELECT i || ' ' || f || ' ' || b FROM public.wide WHERE b = 'true'",
        "9007199254740993 0.1 true");
    check_ask(b,
        "SELECT f::float8 = 1.7976931348623157e308::float8 FROM public.wide WHERE b = 'false'",
        "t");
    check(&b->rig, bench_adapt(b, bench_row(b, "i", text_value("x"), "d", text_value("soon"),
                                      NULL)) == WEIR_OK);
    check_columns(b, "i text, f numeric, b text, d text");
    check_ask(
        b, "SELECT i || ' ' || d FROM public.wide WHERE b = 'true'", "9007199254740993 2024-02-29");
}
BENCH_TEST(types_are_widened_without_loss)

static void a_table_of_others_keeps_its_types_unless_told_in_fiber(struct bench *b)
{
    script(&b->rig,
        "CREATE TABLE public.theirs (s smallint, i integer, v varchar(3), n numeric(5,2))");
    bench_take(b, "public", "theirs");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, b->table.exists && !b->table.is_ours);
    check(&b->rig, bench_adapt(b, bench_row(b, "s", weir_int(40000), NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DATA, "E-TYPE", "the column has the type smallint");
    b->schema.data_type = WEIR_CONTRACT_WIDEN;
    check(&b->rig, bench_adapt(b, bench_row(b, "s", weir_int(40000), "i", weir_float(0.5), "v",
                                      text_value("long"), "n", weir_int(100000), NULL)) == WEIR_OK);
    check_columns(b, "s bigint, i double precision, v text, n numeric");
}
BENCH_TEST(a_table_of_others_keeps_its_types_unless_told)

static void what_is_rolled_back_is_not_known_in_fiber(struct bench *b)
{
    struct weir_batch *batch = bench_row(b, "id", weir_int(1), NULL);

    bench_take(b, "public", "undone");
    check(&b->rig, bench_read(b) == WEIR_OK);
    script(&b->rig, "BEGIN");
    check(&b->rig, table_adapt(&b->table, &b->rig.connection, batch) == WEIR_OK);
    check(&b->rig, !b->table.exists);
    script(&b->rig, "ROLLBACK");
    table_adapted(&b->table, false);
    check(&b->rig, !b->table.exists && !table_is_ready(&b->table, batch));
    check(&b->rig, b->rig.log[0] == '\0');
    check(&b->rig, bench_adapt(b, batch) == WEIR_OK);
    check_columns(b, "id bigint");
}
BENCH_TEST(what_is_rolled_back_is_not_known)

static void bad_rows_do_not_widen_a_type_in_fiber(struct bench *b)
{
    struct weir_batch *batch;

    b->resource.primary_key = (struct weir_strs){id_key, 1};
    b->resource.sets_aside = true;
    bench_take(b, "public", "narrow");
    check(&b->rig, bench_read(b) == WEIR_OK);
    batch = bench_row(b, "id", weir_int(1), "n", weir_int(2), NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, 1, text_value("of a row without a key"));
    check(&b->rig, bench_adapt(b, batch) == WEIR_OK);
    check_columns(b, "id bigint, n bigint");
}
BENCH_TEST(bad_rows_do_not_widen_a_type)

static void what_somebody_else_has_made_meanwhile_is_taken_in_fiber(struct bench *b)
{
    bench_take(b, "public", "shared");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
    script(&b->rig, "ALTER TABLE public.shared ADD COLUMN more integer");
    check(&b->rig, bench_adapt(b, bench_row(b, "more", weir_int(1), NULL)) == WEIR_OK);
    check_columns(b, "id bigint, more integer");
    check(&b->rig, table_find(&b->table, weir_str("more"))->type.kind == TYPE_INT4);
}
BENCH_TEST(what_somebody_else_has_made_meanwhile_is_taken)

static void only_what_has_kept_its_name_is_ours_in_fiber(struct bench *b)
{
    bench_take(b, "public", "mine");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.is_ours);
    script(&b->rig, "ALTER TABLE public.mine RENAME TO yours");
    bench_take(b, "public", "yours");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.exists && !b->table.is_ours);
    script(&b->rig, "BEGIN");
    check(&b->rig, made_note(&b->table, &b->rig.connection) == WEIR_OK);
    script(&b->rig, "COMMIT");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.is_ours);
    script(&b->rig, "DROP TABLE public.yours");
    script(&b->rig, "CREATE TABLE public.yours (id bigint)");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.exists && !b->table.is_ours);
}
BENCH_TEST(only_what_has_kept_its_name_is_ours)

static void more_columns_than_there_can_be_are_refused_in_fiber(struct bench *b)
{
    struct weir_batch *batch;

    bench_take(b, "public", "many");
    check(&b->rig, bench_read(b) == WEIR_OK);
    batch = bench_row(b, "id", weir_int(1), NULL);
    for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
        weir_batch_set(batch,
            weir_batch_column(batch, weir_str(weir_printf(batch->arena, "c%d", i))), weir_int(i));
    check(&b->rig, bench_adapt(b, batch) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS", "would have 1601 columns");
}
BENCH_TEST(more_columns_than_there_can_be_are_refused)

/* --- what was there before -------------------------------------------------------------------- */

static void check_column(struct bench *b, const char *name, enum type_kind kind, const char *flags)
{
    const struct column *column = table_find(&b->table, weir_str(name));
    char found[5] = "----";

    check(&b->rig, column != NULL);
    found[0] = column->is_not_null ? 'n' : '-';
    found[1] = column->has_default ? 'd' : '-';
    found[2] = column->is_generated ? 'g' : '-';
    found[3] = column->is_required ? 'r' : '-';
    if (strcmp(found, flags) != 0 || column->type.kind != kind)
        rig_check(&b->rig, false,
            weir_printf(b->rig.stage.arena, "%s: %s %d", name, found, (int)column->type.kind),
            __LINE__);
}

static void columns_are_read_as_they_are_in_fiber(struct bench *b)
{
    script(&b->rig, "CREATE DOMAIN public.short AS varchar(4) DEFAULT 'x' NOT NULL");
    script(&b->rig, "CREATE DOMAIN public.shorter AS public.short CHECK (value <> 'bad')");
    script(&b->rig, "CREATE TYPE public.mood AS ENUM ('sad', 'glad')");
    script(&b->rig, "CREATE TYPE public.pair AS (a int, b int)");
    script(&b->rig,
        "CREATE TABLE public.existing (plain int, need int NOT NULL, preset int NOT NULL DEFAULT 1,"
        " opt int DEFAULT 2, sum int GENERATED ALWAYS AS (plain + 1) STORED,"
        " always bigint GENERATED ALWAYS AS IDENTITY, own bigint GENERATED BY DEFAULT AS IDENTITY,"
        " word public.shorter, feeling public.mood, list int[], names text[], odd public.pair,"
        " vec oidvector, span int4range, money numeric(7,3), gone int)");
    script(&b->rig, "ALTER TABLE public.existing DROP COLUMN gone");
    bench_take(b, "public", "existing");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, b->table.n_columns == 15 && !table_find(&b->table, weir_str("gone")));
    check_column(b, "plain", TYPE_INT4, "----");
    check_column(b, "need", TYPE_INT4, "n--r");
    check_column(b, "preset", TYPE_INT4, "nd--");
    check_column(b, "opt", TYPE_INT4, "-d--");
    check_column(b, "sum", TYPE_INT4, "--g-");
    check_column(b, "always", TYPE_INT8, "ndg-");
    check_column(b, "own", TYPE_INT8, "nd--");
    check_column(b, "word", TYPE_TEXT, "nd--");
    check(&b->rig, table_find(&b->table, weir_str("word"))->type.modifier == 4 + 4);
    check_column(b, "feeling", TYPE_TEXT, "----");
    check_column(b, "list", TYPE_ARRAY, "----");
    check(&b->rig, table_find(&b->table, weir_str("list"))->type.element_kind == TYPE_INT4);
    check_column(b, "names", TYPE_ARRAY, "----");
    check_column(b, "odd", TYPE_OTHER, "----");
    check_column(b, "vec", TYPE_OTHER, "----");
    check_column(b, "span", TYPE_OTHER, "----");
    check_column(b, "money", TYPE_NUMERIC, "----");
    check(&b->rig,
        bench_adapt(b, bench_row(b, "need", weir_int(1), "sum", weir_int(1), NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA", "column 'sum' of table 'public.existing'");
    check(&b->rig, bench_adapt(b, bench_row(b, "plain", weir_int(1), NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", "column 'need'");
}
BENCH_TEST(columns_are_read_as_they_are)

static void only_tables_take_rows_in_fiber(struct bench *b)
{
    static const struct {
        const char *name;
        const char *why;
    } refused[] = {{"v", "is a view"}, {"m", "is a materialized view"}, {"f", "is a foreign table"},
        {"s", "is a sequence"}, {"i", "is an index"}, {"c", "is a type"}};

    script(&b->rig, "CREATE SCHEMA kinds");
    script(&b->rig, "CREATE TABLE kinds.t (a int, region text) PARTITION BY LIST (region)");
    script(&b->rig, "CREATE TABLE kinds.p PARTITION OF kinds.t FOR VALUES IN ('eu')");
    script(&b->rig, "CREATE VIEW kinds.v AS SELECT 1 AS a");
    script(&b->rig, "CREATE MATERIALIZED VIEW kinds.m AS SELECT 1 AS a");
    script(&b->rig, "CREATE FOREIGN DATA WRAPPER nothing");
    script(&b->rig, "CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing");
    script(&b->rig, "CREATE FOREIGN TABLE kinds.f (a int) SERVER nowhere");
    script(&b->rig, "CREATE SEQUENCE kinds.s");
    script(&b->rig, "CREATE INDEX i ON kinds.p (a)");
    script(&b->rig, "CREATE TYPE kinds.c AS (a int)");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        bench_take(b, "kinds", refused[i].name);
        check(&b->rig, bench_read(b) == WEIR_FAIL);
        check_told(b, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA", refused[i].why);
    }
    bench_take(b, "kinds", "t");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.n_columns == 2);
    check(&b->rig, bench_adapt(b, bench_row(b, "more", weir_int(1), NULL)) == WEIR_OK);
    bench_take(b, "kinds", "p");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.n_columns == 3);
}
BENCH_TEST(only_tables_take_rows)

static bool has_key(struct bench *b, const char *index)
{
    enum weir_status status;

    script(&b->rig, "DROP TABLE IF EXISTS public.keyed");
    script(&b->rig, "CREATE TABLE public.keyed (a int NOT NULL, b int, \"C\" int)");
    script(&b->rig, index);
    bench_take(b, "public", "keyed");
    status = bench_read(b);
    if (status == WEIR_FAIL)
        check_told(b, WEIR_FAULT_DESTINATION, "E-KEY",
            "CREATE UNIQUE INDEX ON \"public\".\"keyed\" (\"a\", \"C\")");
    return status == WEIR_OK;
}

static void merge_needs_a_unique_index_over_the_key_in_fiber(struct bench *b)
{
    static const char *const key[] = {"a", "C"};

    b->resource.primary_key = (struct weir_strs){key, 2};
    b->resource.disposition = WEIR_MERGE;
    check(&b->rig, !has_key(b, ""));
    check(&b->rig, has_key(b, "ALTER TABLE public.keyed ADD PRIMARY KEY (a, \"C\")"));
    check(&b->rig, has_key(b, "CREATE UNIQUE INDEX ON public.keyed (\"C\", a)"));
    check(&b->rig, has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a, \"C\") INCLUDE (b)"));
    check(&b->rig, !has_key(b, "CREATE INDEX ON public.keyed (a, \"C\")"));
    check(&b->rig, !has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a)"));
    check(&b->rig, !has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a, \"C\", b)"));
    check(&b->rig, !has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a, b)"));
    check(&b->rig, !has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a, (\"C\" + 1))"));
    check(&b->rig, !has_key(b, "CREATE UNIQUE INDEX ON public.keyed (a, \"C\") WHERE b > 0"));
    check(&b->rig, !has_key(b, "ALTER TABLE public.keyed ADD UNIQUE (a, \"C\") DEFERRABLE"));
}
BENCH_TEST(merge_needs_a_unique_index_over_the_key)

static void a_frozen_table_has_to_be_there_in_fiber(struct bench *b)
{
    b->schema.tables = WEIR_CONTRACT_FREEZE;
    bench_take(b, "public", "missing");
    check(&b->rig, bench_read(b) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA", "there is no table 'public.missing'");
    script(&b->rig, "CREATE TABLE public.missing (a int)");
    check(&b->rig, bench_read(b) == WEIR_OK);
}
BENCH_TEST(a_frozen_table_has_to_be_there)

/* The table where rows wait is weir's own affair, but has columns by the same contract. */
static void where_rows_wait_is_no_table_of_the_contract_in_fiber(struct bench *b)
{
    const struct table target = {.schema = weir_str("public"), .name = weir_str("orders")};

    b->schema.tables = WEIR_CONTRACT_FREEZE;
    b->schema.new_columns = WEIR_CONTRACT_FREEZE;
    b->resource.disposition = WEIR_REPLACE;
    b->resource.primary_key = (struct weir_strs){id_key, 1};
    bench_take(b, "weir", "orders");
    b->table.name = weir_str("stage_1_orders");
    b->table.target = &target;
    check(&b->rig, bench_read(b) == WEIR_OK && !b->table.exists);
    script(&b->rig, "CREATE TABLE weir.stage_1_orders (id bigint NOT NULL)");
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.exists);
    check(&b->rig,
        bench_adapt(b, bench_row(b, "id", weir_int(1), "more", weir_int(1), NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DATA, "E-CONTRACT", "table 'public.orders' has no column 'more'");
    b->table.target = NULL;
}
BENCH_TEST(where_rows_wait_is_no_table_of_the_contract)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_made_with_its_schema),
        cmocka_unit_test(columns_are_added_as_they_come),
        cmocka_unit_test(types_are_widened_without_loss),
        cmocka_unit_test(a_table_of_others_keeps_its_types_unless_told),
        cmocka_unit_test(what_is_rolled_back_is_not_known),
        cmocka_unit_test(bad_rows_do_not_widen_a_type),
        cmocka_unit_test(what_somebody_else_has_made_meanwhile_is_taken),
        cmocka_unit_test(only_what_has_kept_its_name_is_ours),
        cmocka_unit_test(more_columns_than_there_can_be_are_refused),
        cmocka_unit_test(columns_are_read_as_they_are),
        cmocka_unit_test(only_tables_take_rows),
        cmocka_unit_test(merge_needs_a_unique_index_over_the_key),
        cmocka_unit_test(a_frozen_table_has_to_be_there),
        cmocka_unit_test(where_rows_wait_is_no_table_of_the_contract),
    };

    return cmocka_run_group_tests(tests, bench_database_make, bench_database_drop);
}
