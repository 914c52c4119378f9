/* The state in PostgreSQL where a pass replaces rows: they take the place of the old ones once. */
#include "postgres_state_checks.h"

#include <weir/schema.h>

#define STAGED                                                                                     \
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'weir'::regnamespace AND relname LIKE "    \
    "'stage_%'"

/* The old rows are 1, 2 and 3. */
static void make_table(const struct fixture *f)
{
    database_do(f, "CREATE TABLE public.t (n bigint); INSERT INTO public.t VALUES (1), (2), (3)");
}

static struct loader *replacing(const struct fixture *f, const char *folder)
{
    struct loader *l = loader_new_at(f, folder, f->user);
    struct weir_schema *schema = weir_new(l->stage.arena, struct weir_schema);

    l->resources[0].disposition = WEIR_REPLACE;
    l->resources[0].min_ratio = 0.5;
    l->resources[0].schema = schema;
    table_init(&l->tables[0], &l->stage, weir_str("public"), &l->resources[0]);
    return l;
}

static void replacing_free(struct loader *l)
{
    table_done(&l->tables[0]);
    loader_free(l);
}

/* As a lane would put them there. */
static void stage_rows(const struct fixture *f, const struct loader *l, int first, int last)
{
    char sql[256];

    (void)snprintf(sql, sizeof(sql), "INSERT INTO weir.stage_%lld_t SELECT generate_series(%d, %d)",
        (long long)l->pass.id, first, last);
    database_do(f, sql);
}

static void publish_through(struct fixture *f, enum line_cut cut)
{
    struct loader *l;

    make_table(f);
    l = replacing(f, f->line.folder);
    begin(l, NULL);
    stage_rows(f, l, 11, 14);
    assert_answer(f, "SELECT min(n), max(n), count(*) FROM public.t", "1|3|3");
    line_cut(&f->line, cut, 0);
    must(l, finish(l, true, false));
    replacing_free(l);
    assert_answer(f, "SELECT min(n), max(n), count(*) FROM public.t", "11|14|4");
    assert_answer(f, STAGED, "0");
    assert_answer(f, "SELECT status FROM weir.pass", "done");
}

static void publishes_when_all_is_done(void **state)
{
    publish_through(*state, LINE_WHOLE);
}

static void publishes_once_when_the_commit_was_lost(void **state)
{
    publish_through(*state, LINE_CUT_BEFORE_COMMIT);
}

/* Done twice, the second time would find nothing staged. */
static void publishes_once_when_the_answer_was_lost(void **state)
{
    publish_through(*state, LINE_CUT_AFTER_COMMIT);
}

static void goes_on_filling_what_an_earlier_run_has_staged(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    make_table(f);
    l = replacing(f, f->folder);
    begin(l, NULL);
    stage_rows(f, l, 11, 14);
    must(l, finish(l, false, false));
    replacing_free(l);
    assert_answer(f, STAGED, "1");
    l = replacing(f, f->folder);
    begin(l, NULL);
    stage_rows(f, l, 15, 16);
    must(l, finish(l, true, false));
    replacing_free(l);
    assert_answer(f, "SELECT min(n), max(n), count(*) FROM public.t", "11|16|6");
}

static void refuse_through(struct fixture *f, enum line_cut cut)
{
    struct loader *l;

    make_table(f);
    l = replacing(f, f->line.folder);
    begin(l, NULL);
    stage_rows(f, l, 11, 11);
    line_cut(&f->line, cut, 0);
    assert_int_equal(finish(l, true, false), WEIR_REJECT);
    assert_string_equal(l->error.code, "E-REPLACE-SHRINK");
    replacing_free(l);
    assert_answer(f, "SELECT min(n), max(n), count(*) FROM public.t", "1|3|3");
    assert_answer(f, STAGED, "0");
    assert_answer(f, "SELECT status FROM weir.pass", "abandoned");
    assert_answer(f, "SELECT exit_code, finished_at IS NULL FROM weir.run", "4|f");
}

static void keeps_the_old_rows_where_too_few_come(void **state)
{
    refuse_through(*state, LINE_WHOLE);
}

static void says_so_where_the_answer_was_lost(void **state)
{
    refuse_through(*state, LINE_CUT_AFTER_COMMIT);
}

static void keeps_the_old_rows_where_a_part_is_missing(void **state)
{
    struct fixture *f = *state;
    struct loader *l;

    make_table(f);
    l = replacing(f, f->folder);
    begin(l, NULL);
    stage_rows(f, l, 11, 14);
    database_do(f, "INSERT INTO weir.gap VALUES (" OF_T
                   ", " ID("aa") ", 2, " ID("cc") ", false, NULL, 'E', 'why', now())");
    must(l, finish(l, false, true));
    replacing_free(l);
    assert_answer(f, "SELECT min(n), max(n), count(*) FROM public.t", "1|3|3");
    assert_answer(f, STAGED, "0");
    assert_answer(f, "SELECT status FROM weir.pass", "abandoned");
}

static void a_reset_drops_what_was_staged(void **state)
{
    struct fixture *f = *state;
    struct loader *l;
    enum weir_status status;

    make_table(f);
    l = replacing(f, f->folder);
    begin(l, NULL);
    must(l, finish(l, false, false));
    replacing_free(l);
    assert_answer(f, STAGED, "1");
    l = loader_new(f);
    WAIT_FOR(l, &status, store.reset(&l->stage, "p", "t"));
    must(l, status);
    loader_free(l);
    assert_answer(f, STAGED, "0");
}

static void does_not_go_on_without_what_was_staged(void **state)
{
    struct fixture *f = *state;
    struct loader *l;
    char sql[64];

    make_table(f);
    l = replacing(f, f->folder);
    begin(l, NULL);
    database_do(f, "UPDATE weir.generation SET rows = 1");
    must(l, finish(l, false, false));
    (void)snprintf(sql, sizeof(sql), "DROP TABLE weir.stage_%lld_t", (long long)l->pass.id);
    replacing_free(l);
    database_do(f, sql);
    l = replacing(f, f->folder);
    must(l, open_run_of(l, NULL));
    make_pass(l, l->found.open);
    assert_error(l, begin_run_of(l, NULL), WEIR_FAULT_DESTINATION, "E-DB-SCHEMA");
    replacing_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(publishes_when_all_is_done, setup, teardown),
        cmocka_unit_test_setup_teardown(publishes_once_when_the_commit_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(publishes_once_when_the_answer_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(
            goes_on_filling_what_an_earlier_run_has_staged, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_the_old_rows_where_too_few_come, setup, teardown),
        cmocka_unit_test_setup_teardown(says_so_where_the_answer_was_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(
            keeps_the_old_rows_where_a_part_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reset_drops_what_was_staged, setup, teardown),
        cmocka_unit_test_setup_teardown(does_not_go_on_without_what_was_staged, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
