/* The resources of a file: what each of them gets from where, and which take part. */
#include "plan_checks.h"

#define HEAD "weir: 1\nname: test\nload: { type: slow }\n"

static const struct sample_resource *options_of(const struct plan *plan, size_t i)
{
    return plan->resources[i].options;
}

static void a_single_resource_stands_beside_its_type(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD "extract:\n"
                                                    "  type: sample\n"
                                                    "  origin: there\n"
                                                    "  path: /x\n"
                                                    "  primary_key: id\n");
    const struct sample *sample = plan->extract.stage.state;

    assert_int_equal(plan->n_resources, 1);
    assert_string_equal(plan->resources[0].name, "test");
    assert_string_equal(plan->resources[0].table, "test");
    assert_int_equal(plan->resources[0].primary_key.n, 1);
    assert_string_equal(plan->resources[0].primary_key.items[0], "id");
    assert_non_null(plan->resources[0].progress);
    assert_string_equal(options_of(plan, 0)->path, "/x");
    assert_int_equal(options_of(plan, 0)->page_size, 100);
    assert_string_equal(sample->origin, "there");
}

static void a_single_resource_may_have_a_name_and_a_table(void **state)
{
    struct plan *plan = read_good_plan(*state,
        HEAD "extract: { type: sample, path: /x, name: own, table: elsewhere, "
             "primary_key: [a, b] }\n");

    assert_string_equal(plan->resources[0].name, "own");
    assert_string_equal(plan->resources[0].table, "elsewhere");
    assert_int_equal(plan->resources[0].primary_key.n, 2);
}

static void what_is_nearer_wins(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD "extract:\n"
                                                    "  type: sample\n"
                                                    "  path: /outer\n"
                                                    "  page_size: 1\n"
                                                    "  headers: { a: outer, b: outer, c: outer }\n"
                                                    "  resource_defaults:\n"
                                                    "    page_size: 2\n"
                                                    "    headers: { b: default, c: default }\n"
                                                    "  resources:\n"
                                                    "    - name: alpha\n"
                                                    "    - name: beta\n"
                                                    "      path: /own\n"
                                                    "      page_size: 3\n"
                                                    "      headers: { c: own }\n");
    const struct weir_pair *headers = options_of(plan, 1)->headers.items;

    assert_int_equal(plan->n_resources, 2);
    assert_string_equal(options_of(plan, 0)->path, "/outer");
    assert_int_equal(options_of(plan, 0)->page_size, 2);
    assert_string_equal(options_of(plan, 1)->path, "/own");
    assert_int_equal(options_of(plan, 1)->page_size, 3);
    assert_int_equal(options_of(plan, 1)->headers.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(headers[i].text, strcmp(headers[i].name, "a") == 0   ? "outer"
                                             : strcmp(headers[i].name, "b") == 0 ? "default"
                                                                                 : "own");
}

static void the_engines_keys_are_shared_too(void **state)
{
    struct plan *plan = read_good_plan(*state, HEAD "extract:\n"
                                                    "  type: sample\n"
                                                    "  path: /x\n"
                                                    "  resource_defaults: { primary_key: id }\n"
                                                    "  resources:\n"
                                                    "    - { name: alpha }\n"
                                                    "    - { name: beta, primary_key: [a, b] }\n");

    assert_int_equal(plan->resources[0].primary_key.n, 1);
    assert_int_equal(plan->resources[1].primary_key.n, 2);
    assert_string_equal(plan->resources[0].table, "alpha");
    assert_int_equal(plan_resource_index(plan, &plan->resources[1]), 1);
}

static void vars_fill_templates(void **state)
{
    struct fixture *f = *state;
    struct plan *plan = read_good_plan(f, HEAD "vars: { org: acme }\n"
                                               "extract: { type: sample, path: /x, "
                                               "note: \"of {vars.org} at {run.started_at}\" }\n");

    assert_int_equal(weir_template_roots(options_of(plan, 0)->note), 0);
    assert_null(read_plan(f, HEAD "vars: { org: acme }\n"
                                  "extract: { type: sample, path: /x, note: \"{vars.ogr}\" }\n"));
    assert_int_equal(f->mistakes.n_errors, 1);
    assert_non_null(strstr(f->mistakes.items[0].text, "ogr"));
}

/* --- mistakes ----------------------------------------------------------------------------- */

static void mistakes_stand_where_they_were_made(void **state)
{
    struct fixture *f = *state;

    refuses_plan(f,
        HEAD "extract: { type: sample, resources: [ { name: a, pth: /x, path: /y } ] }\n", 4, 50,
        "E-KEY", "did you mean 'path'");
    refuses_plan(f, HEAD "extract: { type: sample, resources: [ { name: a } ] }\n", 4, 39,
        "E-REQUIRED", "'path'");
    refuses_plan(f, HEAD "extract: { type: sample, resources: [ { path: /x } ] }\n", 4, 39,
        "E-REQUIRED", "'name'");
    refuses_plan(f, HEAD "extract: { type: sample, path: /x, resources: [ alpha ] }\n", 4, 49,
        "E-VALUE", "a resource needs a map");
    refuses_plan(f, HEAD "extract: { type: sample, path: /x, resource_defaults: [] }\n", 4, 55,
        "E-VALUE", "'resource_defaults' needs a map");
}

static void names_must_differ(void **state)
{
    refuses_plan(*state,
        HEAD "extract: { type: count, resources: [ { name: a }, { name: b }, { name: a } ] }\n", 4,
        72, "E-VALUE", "there is a resource named 'a' already");
}

static void a_list_of_resources_has_one_to_a_thousand(void **state)
{
    struct fixture *f = *state;
    static char text[1 << 16];
    size_t used =
        (size_t)snprintf(text, sizeof(text), "%s", HEAD "extract:\n  type: count\n  resources:\n");

    refuses_plan(
        f, HEAD "extract: { type: count, resources: [] }\n", 4, 36, "E-VALUE", "1 to 1000");
    refuses_plan(f, HEAD "extract: { type: count, resources: {} }\n", 4, 36, "E-VALUE", "a list");
    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "    - { name: r%d }\n", i);
    assert_int_equal(read_good_plan(f, text)->n_resources, 1000);
    (void)snprintf(text + used, sizeof(text) - used, "    - { name: last }\n");
    refuses_plan(f, text, 7, 5, "E-VALUE", "1 to 1000");
}

/* --- which take part ---------------------------------------------------------------------- */

#define THREE                                                                                      \
    "extract: { type: count, resources: [ { name: a }, { name: b, selected: false }, "             \
    "{ name: c } ] }\n"

static struct plan *read_only(
    struct fixture *f, const char *text, const char *first, const char *second)
{
    static const char *only[2];

    only[0] = first;
    only[1] = second;
    request.only = (struct weir_strs){only, second ? 2 : 1};
    return read_plan(f, text);
}

static void what_is_not_selected_takes_no_part(void **state)
{
    struct fixture *f = *state;
    struct plan *plan = read_good_plan(f, HEAD THREE);

    assert_int_equal(plan->n_resources, 2);
    assert_string_equal(plan->resources[0].name, "a");
    assert_string_equal(plan->resources[1].name, "c");
    refuses_plan(f, HEAD "extract: { type: count, selected: false }\n", 4, 10, "E-VALUE",
        "no resource is selected");
}

static void the_command_line_selects(void **state)
{
    struct fixture *f = *state;
    struct plan *plan = read_only(f, HEAD THREE, "c", NULL);

    assert_non_null(plan);
    assert_int_equal(plan->n_resources, 1);
    assert_string_equal(plan->resources[0].name, "c");
    assert_int_equal(plan->extract.stage.n_resources, 1);
    assert_ptr_equal(plan->extract.stage.resources[0], &plan->resources[0]);
    plan = read_only(f, HEAD THREE, "c", "a");
    assert_int_equal(plan->n_resources, 2);
    assert_string_equal(plan->resources[0].name, "a");
}

static void the_command_line_may_select_only_what_there_is(void **state)
{
    struct fixture *f = *state;

    assert_null(read_only(f, HEAD THREE, "a", "d"));
    assert_int_equal(f->mistakes.n_errors, 1);
    check_has(f, 0, 0, "E-VALUE", "'d'");
    assert_null(read_only(f, HEAD THREE, "d", NULL));
    assert_int_equal(f->mistakes.n_errors, 1);
}

#define SHARED                                                                                     \
    "extract: { type: count, write_disposition: replace, resources: [ { name: a, table: t }, "     \
    "{ name: b, table: t }, { name: c } ] }\n"

static bool is_refused_as_a_part(const struct fixture *f)
{
    for (size_t i = 0; i < f->mistakes.n; i++)
        if (strstr(f->mistakes.items[i].text, "'a' and 'b' replace table 't' together"))
            return true;
    return false;
}

static void a_part_of_what_replaces_a_table_does_not_run_alone(void **state)
{
    struct fixture *f = *state;

    (void)read_only(f, HEAD SHARED, "c", NULL);
    assert_false(is_refused_as_a_part(f));
    (void)read_only(f, HEAD SHARED, "a", NULL);
    assert_true(is_refused_as_a_part(f));
    (void)read_only(f, HEAD SHARED, "a", "b");
    assert_false(is_refused_as_a_part(f));
    request.state.replays = true;
    (void)read_only(f, HEAD SHARED, "a", NULL);
    assert_false(is_refused_as_a_part(f));
    request.state.replays = false;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_single_resource_stands_beside_its_type),
        TEST(a_single_resource_may_have_a_name_and_a_table),
        TEST(what_is_nearer_wins),
        TEST(the_engines_keys_are_shared_too),
        TEST(vars_fill_templates),
        TEST(mistakes_stand_where_they_were_made),
        TEST(names_must_differ),
        TEST(a_list_of_resources_has_one_to_a_thousand),
        TEST(what_is_not_selected_takes_no_part),
        TEST(the_command_line_selects),
        TEST(the_command_line_may_select_only_what_there_is),
        TEST(a_part_of_what_replaces_a_table_does_not_run_alone),
    };

    return cmocka_run_group_tests(tests, open_plans, close_plans);
}
