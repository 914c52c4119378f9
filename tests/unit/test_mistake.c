/* Mistakes: where they point, what they may say, how many are kept; and did-you-mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weir/node.h>

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture.arena = weir_arena_new();
    weir_mistakes_init(&fixture.mistakes, fixture.arena);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    weir_arena_free(f->arena);
    return 0;
}

static struct weir_node at(uint32_t line, uint32_t column)
{
    return (struct weir_node){.line = line, .column = column};
}

static void points_at_nodes(void **state)
{
    struct fixture *f = *state;
    struct weir_node node = at(4, 7);

    weir_mistake(&f->mistakes, &node, 0, "E-KEY", "unknown key '%s'", "souce");
    weir_mistake_warn(&f->mistakes, NULL, "W-X", "hm");
    assert_int_equal(f->mistakes.n, 2);
    assert_int_equal(f->mistakes.n_errors, 1);
    assert_int_equal(f->mistakes.items[0].line, 4);
    assert_int_equal(f->mistakes.items[0].column, 7);
    assert_string_equal(f->mistakes.items[0].code, "E-KEY");
    assert_string_equal(f->mistakes.items[0].text, "unknown key 'souce'");
    assert_false(f->mistakes.items[0].warning);
    assert_int_equal(f->mistakes.items[1].line, 0);
    assert_true(f->mistakes.items[1].warning);
}

static void counts_into_texts_without_source(void **state)
{
    struct fixture *f = *state;
    struct weir_node *node = weir_node_scalar(f->arena, "abcdef");

    node->line = 1;
    node->column = 5;
    weir_mistake(&f->mistakes, node, 2, "E-X", "here");
    assert_int_equal(f->mistakes.items[0].column, 7);
    node->quoted = true;
    weir_mistake(&f->mistakes, node, 2, "E-X", "here");
    assert_int_equal(f->mistakes.items[1].column, 8);
    node->line = 0;
    node->column = 0;
    weir_mistake(&f->mistakes, node, 2, "E-X", "here");
    assert_int_equal(f->mistakes.items[2].column, 0);
}

static void keeps_some_and_counts_all(void **state)
{
    struct fixture *f = *state;
    struct weir_node node = at(1, 1);

    for (int i = 0; i < WEIR_MISTAKES_MAX; i++)
        weir_mistake_warn(&f->mistakes, &node, "W-X", "warning %d", i);
    assert_int_equal(f->mistakes.n, WEIR_MISTAKES_MAX);
    assert_int_equal(f->mistakes.n_errors, 0);
    /* Errors take the place of warnings, and a warning that of nothing. */
    for (int i = 0; i < 57; i++)
        weir_mistake(&f->mistakes, &node, 0, "E-X", "error %d", i);
    weir_mistake_warn(&f->mistakes, &node, "W-X", "warning");
    assert_int_equal(f->mistakes.n, WEIR_MISTAKES_MAX);
    assert_int_equal(f->mistakes.n_errors, 57);
    for (size_t i = 0; i < WEIR_MISTAKES_MAX; i++)
        assert_false(f->mistakes.items[i].warning);
}

static void tells_the_same_mistake_once(void **state)
{
    struct fixture *f = *state;
    struct weir_node node = at(3, 4), elsewhere = at(3, 5);

    weir_mistake(&f->mistakes, &node, 0, "E-X", "the same");
    weir_mistake(&f->mistakes, &node, 0, "E-X", "the same");
    assert_int_equal(f->mistakes.n_errors, 1);
    weir_mistake(&f->mistakes, &node, 0, "E-Y", "the same");
    weir_mistake(&f->mistakes, &elsewhere, 0, "E-X", "the same");
    weir_mistake_warn(&f->mistakes, &node, "E-X", "the same");
    assert_int_equal(f->mistakes.n, 4);
    assert_int_equal(f->mistakes.n_errors, 3);
}

static void makes_texts_printable(void **state)
{
    struct fixture *f = *state;
    struct weir_node node = at(1, 1);
    char large[5000];

    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    weir_mistake(&f->mistakes, &node, 0, "E-X", "a\nb\033[2J\xe2\x80\xae");
    assert_string_equal(f->mistakes.items[0].text, "a\\x0Ab\\x1B[2J\\u{202E}");
    weir_mistake(&f->mistakes, &node, 0, "E-X", "%s", large);
    assert_true(strlen(f->mistakes.items[1].text) < 1024);
}

/* A node of which "s3cret" and "5" came from outside. */
static struct weir_node *foreign_node(struct weir_arena *arena)
{
    static const struct weir_splice splices[] = {
        {2, 6, 2, 8, true},
        {9, 1, 11, 4, true},
        {11, 4, 16, 9, false},
    };
    static const struct weir_written written = {{"a ${TOKEN} ${N} ${X:home}", 25}, splices, 3};
    struct weir_node *node = weir_node_scalar(arena, "a s3cret 5 home");

    node->line = 3;
    node->column = 10;
    node->substituted = true;
    node->written = &written;
    return node;
}

static void never_shows_what_came_from_outside(void **state)
{
    struct fixture *f = *state;
    const struct weir_node *node = foreign_node(f->arena);

    weir_mistake(&f->mistakes, node, 0, "E-X", "got '%s', is bad", node->text.ptr);
    assert_string_equal(f->mistakes.items[0].text, "got 'a ${TOKEN} ${N} ${X:home}', is bad");
    weir_mistake(&f->mistakes, node, 0, "E-X", "got s3crets3cret, 15 and 5, home");
    assert_string_equal(f->mistakes.items[1].text, "got ${TOKEN}${TOKEN}, 15 and ${N}, home");
}

static void finds_places_behind_substitution(void **state)
{
    struct fixture *f = *state;
    struct weir_node *node = foreign_node(f->arena);
    static const struct {
        size_t offset;
        uint32_t column;
    } cases[] = {{1, 11}, {2, 12}, {7, 12}, {8, 20}, {9, 21}, {10, 25}, {11, 26}, {15, 35}};

    node->source = "a ${TOKEN} ${N} ${X:home}\nnext: 1\n";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t line, column;

        weir_node_place(node, cases[i].offset, &line, &column);
        assert_int_equal(line, 3);
        assert_int_equal(column, cases[i].column);
    }
}

static void sorts(void **state)
{
    static const uint32_t places[][2] = {{3, 1}, {1, 9}, {0, 0}, {3, 1}, {1, 2}, {2, 5}};
    struct fixture *f = *state;

    for (size_t i = 0; i < 6; i++) {
        struct weir_node node = at(places[i][0], places[i][1]);

        weir_mistake(&f->mistakes, &node, 0, "E-X", "%zu", i);
    }
    weir_mistakes_sort(&f->mistakes);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(f->mistakes.items[i].text[0], "241503"[i]);
}

static const char *candidate(const void *candidates, size_t i)
{
    const char *const *names = candidates;

    return names[i];
}

static void check_guess(struct weir_arena *arena, const char *word, const char *expected)
{
    static const char *const names[] = {"source", "base_url", "path", "id", "params"};

    assert_string_equal(weir_did_you_mean(arena, word, candidate, names, 5), expected);
}

static void guesses(void **state)
{
    struct fixture *f = *state;

    check_guess(f->arena, "souce", "; did you mean 'source'?");
    check_guess(f->arena, "base-url", "; did you mean 'base_url'?");
    check_guess(f->arena, "paht", "; did you mean 'path'?");
    check_guess(f->arena, "prms", "; did you mean 'params'?");
    check_guess(f->arena, "prm", "");
    check_guess(f->arena, "di", "; did you mean 'id'?");
    check_guess(f->arena, "pxh", "");
    check_guess(f->arena, "xy", "");
    check_guess(f->arena, "x", "");
    check_guess(f->arena, "", "");
    check_guess(f->arena, "resource_list", "");
    assert_string_equal(weir_did_you_mean(f->arena, "x", candidate, NULL, 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(points_at_nodes, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_into_texts_without_source, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_some_and_counts_all, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_the_same_mistake_once, setup, teardown),
        cmocka_unit_test_setup_teardown(makes_texts_printable, setup, teardown),
        cmocka_unit_test_setup_teardown(never_shows_what_came_from_outside, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_places_behind_substitution, setup, teardown),
        cmocka_unit_test_setup_teardown(sorts, setup, teardown),
        cmocka_unit_test_setup_teardown(guesses, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
