/* Pipeline files as trees: what is read, where it stands, what is refused, and what it costs. */
#include "yaml_checks.h"

#include <sys/resource.h>
#include <time.h>

static void check_at(const struct weir_node *node, uint32_t line, uint32_t column)
{
    assert_non_null(node);
    assert_int_equal(node->line, line);
    assert_int_equal(node->column, column);
}

static void reads_maps_and_lists(void **state)
{
    const struct weir_node *root = parse_good(*state, "weir: 1\n"
                                                      "name: demo\n"
                                                      "extract:\n"
                                                      "  params: { per_page: 50, \"x\": 'it''s' }\n"
                                                      "  list:\n"
                                                      "    - a\n"
                                                      "    - [b, c]\n"
                                                      "empty:\n");
    const struct weir_node *extract = weir_node_get(root, "extract");
    const struct weir_node *list = weir_node_get(extract, "list");

    assert_int_equal(root->kind, WEIR_NODE_MAP);
    assert_int_equal(root->n, 4);
    check_at(root, 1, 1);
    check_at(weir_node_get(root, "weir"), 1, 7);
    check_at(weir_node_key(root, "extract"), 3, 1);
    check_at(weir_node_get(extract, "params"), 4, 11);
    check_at(weir_node_key(weir_node_get(extract, "params"), "x"), 4, 27);
    assert_int_equal(list->kind, WEIR_NODE_LIST);
    assert_int_equal(list->n, 2);
    check_at(list->items[1]->items[1], 7, 11);
    assert_string_equal(weir_node_to_json(((struct fixture *)*state)->arena, root).ptr,
        "{\"weir\":1,\"name\":\"demo\",\"extract\":{\"params\":{\"per_page\":50,\"x\":\"it's\"},"
        "\"list\":[\"a\",[\"b\",\"c\"]]},\"empty\":null}");
}

static void tells_styles_apart(void **state)
{
    const struct weir_node *root =
        parse_good(*state, "plain: 1\nsingle: '1'\ndouble: \"1\"\nliteral: |\n  1\nfolded: >-\n  "
                           "1\n  2\nnull: \"\"\n");
    static const char *const keys[] = {"plain", "single", "double", "literal", "folded"};

    for (size_t i = 0; i < 5; i++) {
        const struct weir_node *node = weir_node_get(root, keys[i]);

        assert_int_equal(node->quoted, i > 0);
        assert_int_equal(node->block, i > 2);
        assert_false(node->substituted);
    }
    assert_string_equal(weir_node_get(root, "literal")->text.ptr, "1\n");
    assert_string_equal(weir_node_get(root, "folded")->text.ptr, "1 2");
    assert_false(weir_node_is_null(weir_node_get(root, "null")));
}

static void refuses_odd_documents(void **state)
{
    struct fixture *f = *state;

    check_refused(f, "a: 1\n---\nb: 2\n", 2, 1, "E-YAML", "a second document begins here");
    check_refused(f, "a: 1\n---\n", 2, 1, "E-YAML", "a second document begins here");
    check_refused(f, "? [a]\n: b\n", 1, 3, "E-YAML", "a key must be a single text");
    check_refused(f, "{a: 1}: b\n", 1, 1, "E-YAML", "a key must be a single text");
    check_refused(f, "a: {? : 1}\n", 1, 7, "E-YAML", "a key is missing before ':'");
}

static void refuses_indirection(void **state)
{
    struct fixture *f = *state;

    assert_null(parse(f, weir_str("base: &b {x: 1}\nd:\n  <<: *b\ne: *b\n")));
    assert_int_equal(f->mistakes.n_errors, 4);
    check_has(f, 1, 7, "E-YAML", "aliases are not supported; write the value out");
    check_has(f, 3, 3, "E-YAML", "merge keys");
    check_has(f, 3, 7, "E-YAML", "aliases are not supported; write the value out");
    check_has(f, 4, 4, "E-YAML", "aliases are not supported; write the value out");
    assert_null(parse(f, weir_str("a: &a [*a]\n")));
    check_has(f, 1, 8, "E-YAML", "aliases are not supported");
    check_refused(f, "<<: {a: 1}\n", 1, 1, "E-YAML", "merge keys");
    check_refused(f, "a: *\n", 1, 4, "E-YAML", "aliases are not supported");
    check_refused(f, "a: & b\n", 1, 4, "E-YAML", "aliases are not supported");
    parse_good(f, "'<<': {a: 1}\nb: '*c'\nd: '&e'\n");
}

static void refuses_tags(void **state)
{
    check_refused(*state, "a: !!int 3\n", 1, 4, "E-YAML", "tags are not supported");
    check_refused(*state, "a: !env X\n", 1, 4, "E-YAML", "tags are not supported");
    check_refused(*state, "a: !x!y z\n", 1, 4, "E-YAML", "tags are not supported");
    check_refused(*state, "a: !<x z\n", 1, 4, "E-YAML", "tags are not supported");
    check_refused(*state, "a: !!map {b: 1}\n", 1, 4, "E-YAML", "tags are not supported");
    check_refused(*state, "a: !!seq [b]\n", 1, 4, "E-YAML", "tags are not supported");
}

static void refuses_keys_twice(void **state)
{
    struct fixture *f = *state;

    check_refused(f, "extract:\n  type: http\n  a: 1\n  url: x\n  b: 2\n  'url': y\n", 6, 3,
        "E-KEY", "duplicate key 'url', first used at 4:3");
    assert_string_equal(f->mistakes.items[0].text, "duplicate key 'url', first used at 4:3");
    check_refused(f, "'': 1\n\"\": 2\n", 2, 1, "E-KEY", "duplicate key '', first used at 1:1");
    assert_null(parse(f, weir_str("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")));
    assert_int_equal(f->mistakes.n_errors, 3);
    check_has(f, 2, 11, "E-KEY", "duplicate key 'c', first used at 2:5");
    check_has(f, 3, 1, "E-KEY", "duplicate key 'a', first used at 1:1");
    check_has(f, 4, 1, "E-KEY", "duplicate key 'a', first used at 1:1");
}

static void refuses_empty_files(void **state)
{
    static const char *const texts[] = {
        "", "\n\n", "# nothing\n", "---\n", "~\n", "--- null\n...\n"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct fixture *f = *state;

        assert_null(parse(f, weir_str(texts[i])));
        assert_int_equal(f->mistakes.n_errors, 1);
        assert_int_equal(f->mistakes.items[0].line > 0, 1);
        assert_non_null(strstr(f->mistakes.items[0].text, "weir: 1, name: NAME, extract:"));
    }
}

static void refuses_nul_in_texts(void **state)
{
    check_refused(*state, "a: \"x\\0y\"\n", 1, 4, "E-TEXT-NUL", "NUL");
    check_refused(*state, "\"a\\0\": 1\n", 1, 1, "E-TEXT-NUL", "NUL");
}

/* --- what a file may cost ---------------------------------------------------------------- */

/* Of the processor, for other programs run beside this one. Sanitizers take their share. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const double most_seconds = 5.0;
#else
static const double most_seconds = 1.0;
#endif

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Refuses a large text within a second and 32 MiB, and has a mistake that says so. */
static void check_cost(struct fixture *f, char *text, const char *message)
{
    struct weir_arena *kept = f->arena;
    double start = seconds();
    bool is_told = false;

    f->arena = weir_arena_new();
    assert_null(parse(f, weir_str(text)));
    assert_true(seconds() - start < most_seconds);
    assert_true(weir_arena_size(f->arena) < 32 * 1024 * 1024);
    for (size_t i = 0; i < f->mistakes.n; i++)
        is_told |= strstr(f->mistakes.items[i].text, message) != NULL;
    if (!is_told)
        fail_msg("none says: %s; but: %s", message, f->mistakes.items[0].text);
    weir_arena_free(f->arena);
    f->arena = kept;
    free(text);
}

static char *repeat(const char *text, size_t n)
{
    char *all = malloc(n * strlen(text) + 1), *end = all;

    *end = '\0';
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, text);
    return all;
}

static void survives_a_billion_laughs(void **state)
{
    char *text = malloc(4096), *end = text;

    end += sprintf(end, "a0: &a0 [lol, lol]\n");
    for (int i = 1; i < 9; i++) {
        end += sprintf(end, "a%d: &a%d [", i, i);
        for (int j = 0; j < 9; j++)
            end += sprintf(end, "%s*a%d", j ? ", " : "", i - 1);
        end += sprintf(end, "]\n");
    }
    check_cost(*state, text, "aliases are not supported; write the value out");
    assert_int_equal(((struct fixture *)*state)->mistakes.n_errors, 9 + 8 * 9);
}

static void bounds_depth(void **state)
{
    struct fixture *f = *state;
    char *text = repeat("[", 64);
    char *good = malloc(200), *block = malloc(100 * 100), *end = block;

    snprintf(good, 200, "%.64s%.64s", text,
        "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
        "]]]]]]]]]]]]]");
    parse_good(f, good);
    free(good);
    free(text);
    for (int i = 0; i < 80; i++)
        end += sprintf(end, "%*sa:\n", i, "");
    check_refused(f, block, 65, 65, "E-LIMIT", "nested deeper than 64 levels");
    free(block);
    check_cost(f, repeat("[", 10000), "nested deeper than 64 levels");
    check_cost(f, repeat("[", 1000000), "nested deeper than 64 levels");
    check_cost(f, repeat("{a: ", 250000), "nested deeper than 64 levels");
    check_cost(f, repeat("- ", 500000), "nested deeper than 64 levels");
    check_cost(f, repeat("? ", 500000), "a key must be a single text");
}

static void bounds_nodes(void **state)
{
    char *keys = malloc(1024 * 1024), *end = keys;

    for (int i = 0; end < keys + 1024 * 1024 - 16; i++)
        end += sprintf(end, "%x:\n", (unsigned)i);
    check_cost(*state, keys, "more than 100000 keys and values");
    check_cost(*state, repeat("k:\n", 300000), "more than 100000 keys and values");
    check_cost(*state, repeat("- \n", 300000), "more than 100000 keys and values");
}

static void survives_odd_repetitions(void **state)
{
    static const char *const pieces[] = {"a: ", "\"", "'", "\n", " ", "-", "--- ", "a\n", ":\n",
        "# x\n", "!", "&a ", "*a ", "|\n", "> ", "%", "}", "]", ",", "a,", "\\", "${", "$${",
        "${A}", "{", "x: \"\\u0041\"\n", "\xf0\x9f\x98\x80", "\xc2\x85", "k: [{}, [], '']\n"};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct fixture *f = *state;
        struct weir_arena *kept = f->arena;
        char *text = repeat(pieces[i], 1024 * 1024 / strlen(pieces[i]));
        double start = seconds();

        f->arena = weir_arena_new();
        if (!parse(f, weir_str(text)))
            assert_true(f->mistakes.n_errors > 0);
        if (seconds() - start > most_seconds)
            fail_msg("many '%s' take %.1f s", pieces[i], seconds() - start);
        assert_true(weir_arena_size(f->arena) < 32 * 1024 * 1024);
        weir_arena_free(f->arena);
        f->arena = kept;
        free(text);
    }
}

/* All of these tests together stay below what one file may cost. */
static void stays_small(void **state)
{
    struct rusage usage;

    (void)state;
    getrusage(RUSAGE_SELF, &usage);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(usage.ru_maxrss < 48 * 1024);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_maps_and_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_styles_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_odd_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_indirection, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_keys_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_empty_files, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_nul_in_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_a_billion_laughs, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_nodes, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_odd_repetitions, setup, teardown),
        cmocka_unit_test(stays_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
