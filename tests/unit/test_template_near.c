/* Placeholders with a misspelt name are ordinary text, and warned of. */
#include "node_checks.h"

#include <weir/template.h>

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    fixture.arena = weir_arena_new();
    weir_mistakes_init(&fixture.mistakes, fixture.arena);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    weir_arena_free(fixture->arena);
    return 0;
}

/* Read twice, as what stands under `extract` is for each resource. */
static void read_twice(struct fixture *f, const struct weir_node *list)
{
    const unsigned roots = WEIR_ROOT_PARTITION | WEIR_ROOT_RESOURCES;
    const struct weir_constants constants = {.run_started_at = "2024-01-01T00:00:00Z"};

    weir_mistakes_init(&f->mistakes, f->arena);
    for (int i = 0; i < 2; i++)
        assert_non_null(weir_document_parse(f->arena, list, roots, &constants, &f->mistakes));
    assert_int_equal(f->mistakes.n_errors, 0);
}

static const struct weir_node *listed(struct fixture *f, const char *text)
{
    return document(f->arena, weir_printf(f->arena, "['%s']", text));
}

static void check_warned(struct fixture *f, const char *text, const char *warning)
{
    read_twice(f, listed(f, text));
    check_mistake(&f->mistakes, 0, "E-TEMPLATE", warning);
    assert_true(f->mistakes.items[0].warning);
    assert_int_equal(f->mistakes.n, 1);
}

static void check_silent(struct fixture *f, const char *text)
{
    read_twice(f, listed(f, text));
    check_none(&f->mistakes);
}

static void near_names_are_warned_of_once(void **state)
{
    check_warned(*state, "/a/{resource.orders.id}",
        "'{resource.' begins no placeholder, so it is sent as it stands; did you mean "
        "'resources'?");
    check_warned(*state, "{run.started_at} {var.b} {jobs.c}",
        "'{var.' begins no placeholder, so it is sent as it stands; did you mean 'vars'?");
    check_warned(*state, "{Partition.x_1}",
        "'{Partition.' begins no placeholder, so it is sent as it stands; did you mean "
        "'partition'?");
}

static void other_braces_are_let_be(void **state)
{
    check_silent(*state, "{partition.b}{resources.a.b}{run.started_at}");
    check_silent(*state, "{parent.id} {page} {} {.} {vas} { var.x } {var.}");
    check_silent(*state, "{var.x");
    check_silent(*state, "{var");
    check_silent(*state, "{var.x y}");
    check_silent(*state, "query { users { id } } {");
}

static void what_comes_from_outside_is_not_looked_at(void **state)
{
    struct fixture *f = *state;
    struct weir_node *map = document(f->arena, "{'a': '{var.x}'}");

    substitute(map, "a");
    read_twice(f, map);
    check_none(&f->mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(near_names_are_warned_of_once, setup, teardown),
        cmocka_unit_test_setup_teardown(other_braces_are_let_be, setup, teardown),
        cmocka_unit_test_setup_teardown(what_comes_from_outside_is_not_looked_at, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
