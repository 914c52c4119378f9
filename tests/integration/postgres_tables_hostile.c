/* Names and databases that mean harm: nothing of them is obeyed. */
#include "postgres_bench.h"

/* --- names ------------------------------------------------------------------------------------ */

static const char *const names[] = {
    "a\"b",
    "\"",
    "\"\"; DROP TABLE public.victim; --",
    "x\" int); DROP TABLE public.victim; --",
    "'; DROP TABLE public.victim; --",
    "\\'; DROP TABLE public.victim; --",
    "$1",
    "%s%n%I",
    "select",
    "user",
    "Id",
    "id",
    "a.b",
    " ",
    "a b",
    "tab\there",
    "new\nline",
    "\x1b[31mred",
    "\xe2\x80\xaertl",
    "caf\xc3\xa9",
    "cafe\xcc\x81",
    "/*",
    "rowid",
    "_weir_x",
};

enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static void check_victim(struct bench *b)
{
    check_ask(b, "SELECT count(*) FROM public.victim", "0");
}

static void columns_are_made_literally_in_fiber(struct bench *b)
{
    struct weir_batch *batch;

    script(&b->rig, "CREATE TABLE public.victim (id int)");
    bench_take(b, "public", "literal");
    check(&b->rig, bench_read(b) == WEIR_OK);
    batch = bench_row(b, "first", weir_int(1), NULL);
    for (size_t i = 0; i < N_NAMES / 2; i++)
        weir_batch_set(batch, weir_batch_column(batch, weir_str(names[i])), weir_int(1));
    check(&b->rig, bench_adapt(b, batch) == WEIR_OK);
    batch = bench_row(b, "first", weir_int(1), NULL);
    for (size_t i = 0; i < N_NAMES; i++)
        weir_batch_set(batch, weir_batch_column(batch, weir_str(names[i])), weir_float(0.5));
    check(&b->rig, bench_adapt(b, batch) == WEIR_OK);
    check(&b->rig, b->table.n_columns == N_NAMES + 1);
    for (size_t i = 0; i < N_NAMES; i++) {
        check(&b->rig, table_find(&b->table, weir_str(names[i])) != NULL);
        check(&b->rig, strcmp(b->table.columns[i + 1].name.ptr, names[i]) == 0);
    }
    for (const char *at = b->rig.log; *at; at++)
        check(&b->rig, *at == '\n' || (unsigned char)*at >= 0x20);
    check_victim(b);
}
BENCH_TEST(columns_are_made_literally)

static void tables_and_schemas_are_made_literally_in_fiber(struct bench *b)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        const char *const key[] = {names[i]};

        b->resource.primary_key = (struct weir_strs){key, 1};
        b->resource.disposition = WEIR_MERGE;
        bench_take(b, names[i], names[N_NAMES - 1 - i]);
        check(&b->rig, bench_read(b) == WEIR_OK);
        check(&b->rig, bench_adapt(b, bench_row(b, names[i], weir_int(1), NULL)) == WEIR_OK);
        bench_take(b, names[i], names[N_NAMES - 1 - i]);
        check(&b->rig, bench_read(b) == WEIR_OK);
        check(&b->rig, b->table.exists && b->table.is_ours && b->table.n_columns == 1);
        b->resource.primary_key = (struct weir_strs){0};
    }
    check_victim(b);
}
BENCH_TEST(tables_and_schemas_are_made_literally)

/* Two names of 64 bytes that would be one when cut, the cut inside of a letter. */
static void no_name_is_cut_in_fiber(struct bench *b)
{
    char name[70];
    char other[70];

    memset(name, 'k', sizeof(name));
    memset(other, 'k', sizeof(other));
    name[63] = '\0';
    bench_take(b, "public", "cut");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig,
        bench_adapt(b, bench_row(b, "id", weir_int(1), name, weir_int(1), NULL)) == WEIR_OK);
    check(&b->rig, table_find(&b->table, weir_str(name)) != NULL);
    memcpy(name + 62, "\xc3\xa9", 3);
    memcpy(other + 62, "\xc3\xa8", 3);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), name, weir_int(1), other,
                                      weir_int(2), NULL)) == WEIR_FAIL);
    check_told(
        b, WEIR_FAULT_DATA, "E-COLUMN-NAME", "give it another one with a 'rename' transform");
    b->resource.sets_aside = true;
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), name, weir_int(1), "more",
                                      weir_int(1), NULL)) == WEIR_OK);
    check(&b->rig, b->table.n_columns == 2);
    b->resource.sets_aside = false;
    b->schema.new_columns = WEIR_CONTRACT_DISCARD_VALUE;
    check(&b->rig,
        bench_adapt(b, bench_row(b, "id", weir_int(1), name, weir_int(1), NULL)) == WEIR_OK);
    check(&b->rig, b->table.n_columns == 2);
}
BENCH_TEST(no_name_is_cut)

static void system_columns_are_refused_in_fiber(struct bench *b)
{
    static const char *const system_columns[] = {
        "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

    bench_take(b, "public", "of_the_system");
    check(&b->rig, bench_read(b) == WEIR_OK);
    for (size_t i = 0; i < 6; i++) {
        check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), system_columns[i],
                                          weir_int(1), NULL)) == WEIR_FAIL);
        check_told(b, WEIR_FAULT_DATA, "E-COLUMN-NAME", system_columns[i]);
    }
}
BENCH_TEST(system_columns_are_refused)

/* --- databases -------------------------------------------------------------------------------- */

/* Whatever of these is called leaves a row behind, or ends the statement. */
static const char *const traps[] = {
    "CREATE TABLE public.trap (what text)",
    "CREATE FUNCTION public.spring() RETURNS void LANGUAGE plpgsql AS"
    " $$BEGIN INSERT INTO public.trap VALUES ('sprung'); RAISE EXCEPTION 'sprung'; END$$",
    "CREATE FUNCTION public.format(text, text, text) RETURNS text LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN ''; END$$",
    "CREATE FUNCTION public.pg_has_role(oid, text) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN true; END$$",
    "CREATE FUNCTION public.has_any_column_privilege(oid, text) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN true; END$$",
    "CREATE FUNCTION public.row_security_active(oid) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN false; END$$",
    "CREATE FUNCTION public.format_type(oid, int) RETURNS text LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN ''; END$$",
    "CREATE FUNCTION public.cardinality(text[]) RETURNS int LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN 1; END$$",
    "CREATE FUNCTION public.same(name, text) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN false; END$$",
    "CREATE FUNCTION public.same(oid, oid) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN false; END$$",
    "CREATE FUNCTION public.same(text, text) RETURNS bool LANGUAGE plpgsql AS"
    " $$BEGIN PERFORM public.spring(); RETURN false; END$$",
    "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.same)",
    "CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = public.same)",
    "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same)",
    "CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same)",
    "CREATE VIEW public.pg_class AS SELECT public.spring() IS NULL AS oid",
    "CREATE VIEW public.pg_attribute AS SELECT public.spring() IS NULL AS oid",
    "CREATE VIEW public.pg_type AS SELECT public.spring() IS NULL AS oid",
    "CREATE DOMAIN public.int8 AS text CHECK (public.spring() IS NULL)",
    "CREATE DOMAIN public.text AS pg_catalog.bytea",
    "CREATE DOMAIN public.\"numeric\" AS text CHECK (public.spring() IS NULL)",
};

static void lay_traps(void *arg)
{
    struct rig *rig = arg;

    check(rig, connection_open(&rig->connection));
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
        script(rig, traps[i]);
    script(rig, weir_printf(rig->stage.arena,
                    "ALTER DATABASE \"%s\" SET search_path = public, pg_catalog", bench_database));
}

static void walk_between_traps(struct bench *b)
{
    static const char *const key[] = {"id"};

    check_ask(b,
        "SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
        " WHERE d.datname = current_database()",
        "1");
    b->resource.primary_key = (struct weir_strs){key, 1};
    b->resource.disposition = WEIR_MERGE;
    bench_take(b, "public", "between");
    check(&b->rig, bench_read(b) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), "n", weir_int(1), "t",
                                      text_value("x"), NULL)) == WEIR_OK);
    check(&b->rig, bench_adapt(b, bench_row(b, "id", weir_int(1), "n", weir_float(0.5), "u",
                                      text_value("x"), NULL)) == WEIR_OK);
    check(&b->rig, bench_read(b) == WEIR_OK && b->table.is_ours);
    check_columns(b, "id bigint, n numeric, t text, u text");
    check_ask(b, "SELECT count(*) FROM public.trap", "0");
}

static void no_hostile_function_is_called(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct rig rig;

    (void)state;
    rig_init(&rig, bench_dsn(arena));
    rig_run(&rig, lay_traps, &rig);
    rig_done(&rig);
    weir_arena_free(arena);
    run_bench(walk_between_traps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_made_literally),
        cmocka_unit_test(tables_and_schemas_are_made_literally),
        cmocka_unit_test(no_name_is_cut),
        cmocka_unit_test(system_columns_are_refused),
        cmocka_unit_test(no_hostile_function_is_called),
    };

    return cmocka_run_group_tests(tests, bench_database_make, bench_database_drop);
}
