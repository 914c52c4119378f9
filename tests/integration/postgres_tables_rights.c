/* What a role may not do is told before anything is fetched, with the GRANT that mends it. */
#include "postgres_bench.h"

static const char *const id_key[] = {"id"};

/* A schema of its own with a table, and a role that may do nothing there. */
static void make_place(struct bench *b, const char *schema)
{
    struct weir_arena *arena = b->rig.stage.arena;

    if (strcmp(rig_ask(&b->rig, "SELECT count(*) FROM pg_roles WHERE rolname = 'weir_bench_guest'"),
            "0") == 0)
        script(&b->rig, "CREATE ROLE weir_bench_guest");
    script(&b->rig, "GRANT USAGE ON SCHEMA weir TO weir_bench_guest");
    script(&b->rig, "GRANT SELECT, INSERT, DELETE, UPDATE ON weir.made TO weir_bench_guest");
    script(&b->rig, weir_printf(arena, "CREATE SCHEMA %s", schema));
    script(&b->rig, weir_printf(arena, "CREATE TABLE %s.t (id bigint PRIMARY KEY)", schema));
    bench_take(b, schema, "t");
}

static enum weir_status read_as_guest(struct bench *b)
{
    enum weir_status status;

    script(&b->rig, "SET ROLE weir_bench_guest");
    status = bench_read(b);
    script(&b->rig, "RESET ROLE");
    return status;
}

static enum weir_status adapt_as_guest(struct bench *b, struct weir_batch *batch)
{
    enum weir_status status;

    script(&b->rig, "SET ROLE weir_bench_guest");
    status = bench_adapt(b, batch);
    script(&b->rig, "RESET ROLE");
    return status;
}

#define check_refused(b, grant)                                                                    \
    do {                                                                                           \
        check(&(b)->rig, read_as_guest(b) == WEIR_FAIL);                                           \
        check_told((b), WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",                                     \
            "GRANT " grant " TO \"weir_bench_guest\"");                                            \
    } while (0)

static void append_needs_to_insert_in_fiber(struct bench *b)
{
    make_place(b, "inserting");
    check_refused(b, "USAGE ON SCHEMA \"inserting\"");
    script(&b->rig, "GRANT USAGE ON SCHEMA inserting TO weir_bench_guest");
    check_refused(b, "INSERT ON \"inserting\".\"t\"");
    script(&b->rig, "GRANT INSERT, SELECT ON inserting.t TO weir_bench_guest");
    check(&b->rig, read_as_guest(b) == WEIR_OK);
    check(&b->rig, adapt_as_guest(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
}
BENCH_TEST(append_needs_to_insert)

static void others_need_more_in_fiber(struct bench *b)
{
    make_place(b, "changing");
    script(&b->rig, "GRANT USAGE ON SCHEMA changing TO weir_bench_guest");
    b->resource.primary_key = (struct weir_strs){id_key, 1};
    b->resource.disposition = WEIR_MERGE;
    check_refused(b, "INSERT, SELECT, UPDATE ON \"changing\".\"t\"");
    script(&b->rig, "GRANT INSERT, SELECT, UPDATE ON changing.t TO weir_bench_guest");
    check(&b->rig, read_as_guest(b) == WEIR_OK);
    b->resource.disposition = WEIR_REPLACE;
    check_refused(b, "DELETE ON \"changing\".\"t\"");
    script(&b->rig, "GRANT DELETE ON changing.t TO weir_bench_guest");
    check(&b->rig, read_as_guest(b) == WEIR_OK);
}
BENCH_TEST(others_need_more)

static void making_needs_a_place_in_fiber(struct bench *b)
{
    make_place(b, "making");
    bench_take(b, "making", "fresh");
    check_refused(b, "USAGE, CREATE ON SCHEMA \"making\"");
    script(&b->rig, "GRANT USAGE ON SCHEMA making TO weir_bench_guest");
    check_refused(b, "USAGE, CREATE ON SCHEMA \"making\"");
    script(&b->rig, "GRANT CREATE ON SCHEMA making TO weir_bench_guest");
    check(&b->rig, read_as_guest(b) == WEIR_OK);
    check(&b->rig, adapt_as_guest(b, bench_row(b, "id", weir_int(1), NULL)) == WEIR_OK);
    check_columns(b, "id bigint");
    bench_take(b, "nowhere", "fresh");
    check(&b->rig, read_as_guest(b) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS", "GRANT CREATE ON DATABASE \"weir_bench_");
}
BENCH_TEST(making_needs_a_place)

/* No GRANT gives that, so nothing is tried. */
static void only_the_owner_may_change_a_table_in_fiber(struct bench *b)
{
    make_place(b, "owning");
    script(&b->rig, "GRANT USAGE ON SCHEMA owning TO weir_bench_guest");
    script(&b->rig, "GRANT INSERT ON owning.t TO weir_bench_guest");
    check(&b->rig, read_as_guest(b) == WEIR_OK);
    check(&b->rig,
        adapt_as_guest(b, bench_row(b, "id", weir_int(1), "more", weir_int(1), NULL)) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS", "lacks the column 'more' as bigint");
    b->schema.new_columns = WEIR_CONTRACT_DISCARD_VALUE;
    check(&b->rig,
        adapt_as_guest(b, bench_row(b, "id", weir_int(1), "more", weir_int(1), NULL)) == WEIR_OK);
}
BENCH_TEST(only_the_owner_may_change_a_table)

static void policies_are_told_in_fiber(struct bench *b)
{
    make_place(b, "policies");
    script(&b->rig, "GRANT USAGE ON SCHEMA policies TO weir_bench_guest");
    script(&b->rig, "GRANT INSERT ON policies.t TO weir_bench_guest");
    script(&b->rig, "ALTER TABLE policies.t ENABLE ROW LEVEL SECURITY");
    check(&b->rig, read_as_guest(b) == WEIR_FAIL);
    check_told(b, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS", "row-level security");
    check(&b->rig, bench_read(b) == WEIR_OK);
}
BENCH_TEST(policies_are_told)

static void drop_role(void *arg)
{
    struct rig *rig = arg;

    check(rig, connection_open(&rig->connection));
    script(rig, "DROP OWNED BY weir_bench_guest");
    script(rig, "DROP ROLE weir_bench_guest");
}

static int clean_up(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct rig rig;

    rig_init(&rig, bench_dsn(arena));
    rig_run(&rig, drop_role, &rig);
    rig_done(&rig);
    weir_arena_free(arena);
    return bench_database_drop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(append_needs_to_insert),
        cmocka_unit_test(others_need_more),
        cmocka_unit_test(making_needs_a_place),
        cmocka_unit_test(only_the_owner_may_change_a_table),
        cmocka_unit_test(policies_are_told),
    };

    return cmocka_run_group_tests(tests, bench_database_make, clean_up);
}
