/* A pipeline file as a plan: the engine's own keys, transforms, the load stage, and the mistakes
 * in them. Resources are in test_resources.c; the tables of keys.c are tested by both. */
#include "plan_checks.h"

#define HEAD "weir: 1\nname: test\n"
#define EXTRACT "extract: { type: count, rows: 7 }\n"
#define LOAD "load: { type: slow }\n"
#define TWO "extract: { type: count, resources: [ { name: alpha }, { name: beta } ] }\n"

static void the_least_file_gets_all_defaults(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD EXTRACT LOAD);

    assert_string_equal(plan->name, "test");
    assert_int_equal(plan->memory, 64 << 20);
    assert_int_equal(plan->run_time, 0);
    assert_int_equal(plan->batching.rows, 1000000);
    assert_int_equal(plan->batching.bytes, 256 << 20);
    assert_int_equal(plan->batching.period, 5000);
    assert_string_equal(plan->extract.type, "count");
    assert_string_equal(plan->extract.stage.name, "extract");
    assert_string_equal(plan->load.type, "slow");
    assert_string_equal(plan->load.stage.name, "load");
    assert_int_equal(plan->n_transforms, 0);
    assert_int_equal(plan->n_resources, 1);
    assert_int_equal(plan->extract.stage.n_resources, 1);
    assert_ptr_equal(plan->load.stage.resources[0], &plan->resources[0]);
}

static void every_key_of_the_engine_is_read(void **state)
{
    struct plan *plan = read_good_plan(*state,
        HEAD "limits: { memory: 16MiB, run_time: 2h }\n"
             "vars: { org: acme }\n" EXTRACT
             "load: { type: slow, batching: { rows: 10, bytes: 1KiB, period: 3s } }\n");

    assert_int_equal(plan->memory, 16 << 20);
    assert_int_equal(plan->run_time, 2 * 3600 * 1000);
    assert_int_equal(plan->batching.rows, 10);
    assert_int_equal(plan->batching.bytes, 1024);
    assert_int_equal(plan->batching.period, 3000);
}

static void a_file_that_is_no_pipeline_is_refused(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, "- one\n- two\n", 1, 1, "E-VALUE", "a map with the keys");
    refuses_plan(f, "weir: 2\nname: test\n" EXTRACT LOAD, 1, 7, "E-VALUE",
        "'weir' is the version of the file format");
    refuses_plan(f, "weir: 1\nname: ''\n" EXTRACT LOAD, 2, 7, "E-VALUE", "'name'");
    refuses_plan(f, HEAD "lod: 1\n" EXTRACT LOAD, 3, 1, "E-KEY", "did you mean 'load'");
    request.path = "/nowhere/at-all.yaml";
    assert_null(plan_read(&request, registry, f->arena, &f->mistakes, &f->source));
    assert_true(f->mistakes.n_errors > 0);
}

static void all_that_is_missing_is_told_at_once(void **state)
{
    struct fixture *f = *state;

    assert_null(read_plan(f, "vars: {}\n"));
    assert_int_equal(f->mistakes.n_errors, 4);
    check_has(f, 1, 1, "E-REQUIRED", "'weir'");
    check_has(f, 1, 1, "E-REQUIRED", "'name'");
    check_has(f, 1, 1, "E-REQUIRED", "'extract'");
    check_has(f, 1, 1, "E-REQUIRED", "'load'");
}

static void limits_have_limits(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD "limits: { memory: 1MiB }\n" EXTRACT LOAD, 3, 19, "E-VALUE", "'memory'");
    refuses_plan(f, HEAD "limits: { run_time: 0s }\n" EXTRACT LOAD, 3, 21, "E-VALUE", "'run_time'");
    refuses_plan(f, HEAD EXTRACT "load: { type: slow, batching: { rows: 0 } }\n", 4, 39, "E-VALUE",
        "'rows'");
    refuses_plan(f, HEAD EXTRACT "load: { type: slow, batching: { period: 0s } }\n", 4, 41,
        "E-VALUE", "'period'");
}

static void a_name_that_terminals_obey_is_refused(void **state)
{
    refuses_plan(
        *state, "weir: 1\nname: \"a\\x1b[31mb\"\n" EXTRACT LOAD, 2, 7, "E-VALUE", "a\\x1B[31mb");
}

/* --- stages ------------------------------------------------------------------------------- */

static void a_stage_needs_a_map_and_a_type(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD "extract: count\n" LOAD, 3, 10, "E-VALUE", "'extract' needs a map");
    refuses_plan(f, HEAD EXTRACT "load: [slow]\n", 4, 7, "E-VALUE", "'load' needs a map");
    refuses_plan(f, HEAD EXTRACT "load: { wait: 1s }\n", 4, 7, "E-REQUIRED", "'type' is required");
    refuses_plan(f, HEAD EXTRACT "load: { typ: slow }\n", 4, 9, "E-KEY",
        "unknown key 'typ'; did you mean 'type'?");
    refuses_plan(
        f, HEAD EXTRACT "load: { type: [slow] }\n", 4, 7, "E-REQUIRED", "'type' is required");
    refuses_plan(
        f, HEAD EXTRACT LOAD "transform: [faulty]\n", 5, 13, "E-VALUE", "a transform needs a map");
}

static void an_unknown_plugin_is_told_at_its_type(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD "extract: { type: coutn }\n" LOAD, 3, 18, "E-PLUGIN-MISSING",
        "did you mean 'count'?");
    refuses_plan(f, HEAD EXTRACT "load: { type: solw }\n", 4, 15, "E-PLUGIN-MISSING",
        "did you mean 'slow'?");
    refuses_plan(f, HEAD EXTRACT LOAD "transform: [ { type: fautly } ]\n", 5, 22,
        "E-PLUGIN-MISSING", "did you mean 'faulty'?");
}

static void options_of_plugins_are_checked(void **state)
{
    struct fixture *f = *state;

    refuses_plan(
        f, HEAD "extract: { type: count, rosw: 1 }\n" LOAD, 3, 25, "E-KEY", "did you mean 'rows'");
    refuses_plan(f, HEAD "extract: { type: count, rows: many }\n" LOAD, 3, 31, "E-VALUE", "'rows'");
    refuses_plan(f, HEAD EXTRACT "load: { type: slow, bathcing: {} }\n", 4, 21, "E-KEY",
        "did you mean 'batching'");
}

static void the_plugin_checks_options_that_are_sound(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f, HEAD "extract: { type: sample, path: /x, origin: nowhere }\n" LOAD, 3, 44,
        "E-SAMPLE", "nowhere");
    refuses_plan(
        f, HEAD "extract: { type: sample, origin: nowhere }\n" LOAD, 3, 10, "E-REQUIRED", "'path'");
}

/* --- transforms --------------------------------------------------------------------------- */

static void transforms_stand_in_order_and_are_numbered(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD TWO LOAD "transform:\n"
                                                             "  - { type: faulty, id: 1 }\n"
                                                             "  - { type: faulty, id: 2 }\n");

    assert_int_equal(plan->n_transforms, 2);
    assert_string_equal(plan->transforms[0].stage.name, "transform 1 (faulty)");
    assert_string_equal(plan->transforms[1].stage.name, "transform 2 (faulty)");
    assert_ptr_not_equal(plan->transforms[0].stage.state, plan->transforms[1].stage.state);
    assert_int_equal(plan->transforms[0].stage.n_resources, 2);
    assert_true(plan->transforms[0].takes[0] && plan->transforms[0].takes[1]);
}

static void a_transform_takes_the_resources_it_names(void **state)
{
    struct fixture *f = *state;
    struct plan *plan =
        read_good_plan(f, HEAD TWO LOAD "transform: [ { type: faulty, resources: [beta] } ]\n");
    const struct plan_stage *stage = &plan->transforms[0];

    assert_false(stage->takes[0]);
    assert_true(stage->takes[1]);
    assert_int_equal(stage->stage.n_resources, 1);
    assert_ptr_equal(stage->stage.resources[0], &plan->resources[1]);

    refuses_plan(f, HEAD TWO LOAD "transform: [ { type: faulty, resources: [alpha, betta] } ]\n", 5,
        49, "E-VALUE", "there is no resource 'betta'; did you mean 'beta'?");
    refuses_plan(f, HEAD TWO LOAD "transform: [ { type: faulty, resources: gamma } ]\n", 5, 41,
        "E-VALUE", "there is no resource 'gamma'");
}

/* It is in the file, though it is not run this time. */
static void a_transform_may_name_what_is_not_selected(void **state)
{
    static const char *const only[] = {"alpha"};
    struct plan *plan;

    request.only = (struct weir_strs){only, 1};
    plan = read_good_plan(
        *state, HEAD TWO LOAD "transform: [ { type: faulty, resources: [beta] } ]\n");
    assert_int_equal(plan->n_resources, 1);
    assert_int_equal(plan->transforms[0].stage.n_resources, 0);
    assert_false(plan->transforms[0].takes[0]);
}

static void at_most_a_hundred_transforms(void **state)
{
    struct fixture *f = *state;
    char text[8192] = HEAD EXTRACT LOAD "transform:\n";

    for (int i = 0; i < 100; i++)
        strcat(text, "  - { type: faulty }\n");
    assert_int_equal(read_good_plan(f, text)->n_transforms, 100);
    strcat(text, "  - { type: faulty }\n");
    refuses_plan(f, text, 6, 3, "E-VALUE", "at most 100");
    refuses_plan(f, HEAD EXTRACT LOAD "transform: { type: faulty }\n", 5, 12, "E-VALUE",
        "'transform' needs a list");
    assert_int_equal(read_good_plan(f, HEAD EXTRACT LOAD "transform:\n")->n_transforms, 0);
}

/* --- vars, secrets, what stands in -------------------------------------------------------- */

static void vars_are_a_map_of_single_values(void **state)
{
    struct fixture *f = *state;

    assert_non_null(read_good_plan(f, HEAD "vars:\n" EXTRACT LOAD));
    refuses_plan(f, HEAD "vars: [a]\n" EXTRACT LOAD, 3, 7, "E-VALUE", "'vars' needs a map");
    refuses_plan(f, HEAD "vars: { org: [a] }\n" EXTRACT LOAD, 3, 14, "E-VALUE", "'org'");
}

static char told[256];

static void take_secret(void *arg, const char *text)
{
    assert_ptr_equal(arg, told);
    strcpy(told, text);
}

static void secrets_are_told_as_they_are_read(void **state)
{
    struct plan *plan;
    const struct sample *sample;

    told[0] = '\0';
    request.secret = take_secret;
    request.secret_arg = told;
    setenv("WEIR_TEST_TOKEN", "hunter2!", 1);
    plan = read_good_plan(
        *state, HEAD "extract: { type: sample, path: /x, token: \"${WEIR_TEST_TOKEN}\" }\n" LOAD);
    sample = plan->extract.stage.state;
    assert_string_equal(sample->token.text, "hunter2!");
    assert_string_equal(told, "hunter2!");
}

static enum weir_status load_nothing(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_OK;
}

static void another_load_stage_may_stand_in(void **state)
{
    struct fixture *f = *state;
    static const struct weir_plugin instead = {.name = "instead", .load = load_nothing};
    int own_state = 0;
    struct plan *plan;

    request.load_instead = &instead;
    request.load_state = &own_state;
    plan = read_good_plan(f, HEAD EXTRACT "load: { type: slow, batching: { rows: 10 } }\n");
    assert_ptr_equal(plan->load.plugin, &instead);
    assert_string_equal(plan->load.type, "instead");
    assert_ptr_equal(plan->load.stage.state, &own_state);
    /* The file's own is checked all the same. */
    refuses_plan(f, HEAD EXTRACT "load: { type: slow, wiat: 1s }\n", 4, 21, "E-KEY", "wait");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_least_file_gets_all_defaults),
        TEST(every_key_of_the_engine_is_read),
        TEST(a_file_that_is_no_pipeline_is_refused),
        TEST(all_that_is_missing_is_told_at_once),
        TEST(limits_have_limits),
        TEST(a_name_that_terminals_obey_is_refused),
        TEST(a_stage_needs_a_map_and_a_type),
        TEST(an_unknown_plugin_is_told_at_its_type),
        TEST(options_of_plugins_are_checked),
        TEST(the_plugin_checks_options_that_are_sound),
        TEST(transforms_stand_in_order_and_are_numbered),
        TEST(a_transform_takes_the_resources_it_names),
        TEST(a_transform_may_name_what_is_not_selected),
        TEST(at_most_a_hundred_transforms),
        TEST(vars_are_a_map_of_single_values),
        TEST(secrets_are_told_as_they_are_read),
        TEST(another_load_stage_may_stand_in),
    };

    return cmocka_run_group_tests(tests, open_plans, close_plans);
}
