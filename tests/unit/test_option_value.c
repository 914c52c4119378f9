/* Options that are one scalar, or a list or map of them: what is taken, and what is said of the rest. */
#include "node_checks.h"

#include <weir/option.h>

struct values {
    const char *text;
    const char *name;
    struct weir_secret token;
    bool flag;
    int64_t max;
    int64_t any;
    int64_t atleast;
    double share;
    uint64_t size;
    uint64_t stall;
    int jitter;
    struct weir_strs columns;
    struct weir_pairs pairs;
    const struct weir_template *url;
    struct weir_templates headers;
    const struct weir_path *path;
    const struct weir_document *json;
    const struct weir_node *node;
};

static const struct weir_choice jitters[] = {
    {"none", 3, NULL},
    {"full", 7, NULL},
    {NULL},
};

static const struct weir_option table[] = {
    WEIR_TEXT(struct values, text, .help = "Help."),
    WEIR_TEXT(struct values, name, .min = 2, .max = 4),
    WEIR_SECRET(struct values, token, .help = "Help."),
    WEIR_BOOL(struct values, flag, .help = "Help."),
    WEIR_INT(struct values, max, .min = 1, .max = 1024),
    WEIR_INT(struct values, any, .help = "Help."),
    WEIR_INT(struct values, atleast, .min = 5),
    WEIR_NUMBER(struct values, share, .min = 0, .max = 1),
    WEIR_SIZE(struct values, size, .min = 1024, .max = 1 << 20),
    WEIR_DURATION(struct values, stall, .min = 1000, .max = 3600000),
    WEIR_CHOICE(struct values, jitter, jitters, .help = "Help."),
    WEIR_TEXTS(struct values, columns, .max = 3),
    WEIR_PAIRS(struct values, pairs, .help = "Help."),
    WEIR_TEMPLATE(struct values, url, .roots = WEIR_ROOT_PARTITION),
    WEIR_TEMPLATES(struct values, headers, .roots = WEIR_ROOT_PARTITION, .sensitive = true),
    WEIR_PATH(struct values, path, .help = "Help."),
    WEIR_DOCUMENT(struct values, json, .roots = WEIR_ROOT_PARTITION),
    WEIR_NODE(struct values, node, .help = "Help."),
    {0},
};

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    struct weir_constants constants;
    const char *secrets[8];
    size_t n_secrets;
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

static void keep_secret(void *arg, const char *text)
{
    struct fixture *fixture = arg;

    assert_in_range(fixture->n_secrets, 0, 7);
    fixture->secrets[fixture->n_secrets++] = text;
}

static bool parse_node(
    struct fixture *fixture, const struct weir_node *map, struct values *ret_values)
{
    struct weir_option_context context = {
        .arena = fixture->arena,
        .mistakes = &fixture->mistakes,
        .constants = &fixture->constants,
        .secret = keep_secret,
        .secret_arg = fixture,
    };
    struct weir_option_target target = {table, sizeof(*table), ret_values};

    memset(ret_values, 0, sizeof(*ret_values));
    return weir_options_parse(&context, map, map, &target, 1);
}

static bool parse(struct fixture *fixture, const char *text, struct values *ret_values)
{
    return parse_node(fixture, document(fixture->arena, text), ret_values);
}

/* The one mistake of a document that has one. */
static void check_bad(struct fixture *fixture, const char *text, const char *code, const char *says)
{
    struct values values;

    weir_mistakes_init(&fixture->mistakes, fixture->arena);
    assert_false(parse(fixture, text, &values));
    check_mistake(&fixture->mistakes, 0, code, says);
    assert_int_equal(fixture->mistakes.n, 1);
}

static void every_type_is_read(void **state)
{
    struct fixture *f = *state;
    struct values v;

    assert_true(parse(f,
        "{'text': 'a', 'name': 'äöüß', 'flag': true, 'max': 1024, 'any': -5, 'atleast': 5,"
        " 'share': 0.25, 'size': '64KiB', 'stall': '30s', 'jitter': 'full',"
        " 'columns': ['a', 'b'], 'pairs': {'k': 'v', 'n': 1}, 'url': '/x/{partition.p}',"
        " 'headers': {'A': 'b'}, 'path': 'a.b[0]', 'json': {'q': 1}, 'node': null}",
        &v));
    check_none(&f->mistakes);
    assert_string_equal(v.text, "a");
    assert_string_equal(v.name, "äöüß");
    assert_true(v.flag);
    assert_int_equal(v.max, 1024);
    assert_true(v.any == -5);
    assert_int_equal(v.atleast, 5);
    assert_true(v.share > 0.24 && v.share < 0.26);
    assert_int_equal(v.size, 65536);
    assert_int_equal(v.stall, 30000);
    assert_int_equal(v.jitter, 7);
    assert_int_equal(v.columns.n, 2);
    assert_string_equal(v.columns.items[1], "b");
    assert_int_equal(v.pairs.n, 2);
    assert_string_equal(v.pairs.items[1].name, "n");
    assert_string_equal(v.pairs.items[1].text, "1");
    assert_int_equal(v.pairs.items[1].node->line, 1);
    assert_int_equal(weir_template_roots(v.url), WEIR_ROOT_PARTITION);
    assert_int_equal(v.headers.n, 1);
    assert_string_equal(v.headers.items[0].name, "A");
    assert_string_equal(weir_path_text(v.path), "a.b[0]");
    assert_non_null(v.json);
    assert_true(weir_node_is_null(v.node));
}

static void absent_is_zero(void **state)
{
    struct fixture *f = *state;
    struct values v;

    assert_true(parse(f, "{}", &v));
    assert_null(v.text);
    assert_null(v.token.text);
    assert_int_equal(v.columns.n, 0);
    assert_null(v.url);
}

/* Values of the environment arrive as texts. */
static void quoted_numbers_are_numbers(void **state)
{
    struct fixture *f = *state;
    struct values v;

    assert_true(parse(f, "{'max': '16', 'share': '1', 'flag': 'true', 'size': 2048}", &v));
    assert_int_equal(v.max, 16);
    assert_true(v.flag);
    assert_int_equal(v.size, 2048);
}

static void a_text_is_a_list_of_one(void **state)
{
    struct fixture *f = *state;
    struct values v;

    assert_true(parse(f, "{'columns': 'id'}", &v));
    assert_int_equal(v.columns.n, 1);
    assert_string_equal(v.columns.items[0], "id");
}

static void bad_numbers(void **state)
{
    static const char *const values[] = {
        "'eight'", "0", "1025", "-1", "1e9", "'0x10'", "1.5", "''", "'99999999999999999999'"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const char *value = values[i];
        struct weir_str bare = {value + (*value == '\''), strlen(value) - (*value == '\'' ? 2 : 0)};

        check_bad(f, weir_printf(f->arena, "{'max': %s}", value), "E-VALUE",
            weir_printf(f->arena, "'max' needs a whole number from 1 to 1024, got '%.*s'",
                WEIR_STR_ARG(bare)));
    }
    check_bad(
        f, "{'max': [1]}", "E-VALUE", "'max' needs a whole number from 1 to 1024, got a list");
    check_bad(f, "{'max': {}}", "E-VALUE", "'max' needs a whole number from 1 to 1024, got a map");
    check_bad(
        f, "{'max': null}", "E-VALUE", "'max' needs a whole number from 1 to 1024, got nothing");
    check_bad(f, "{'any': 'x'}", "E-VALUE", "'any' needs a whole number, got 'x'");
    check_bad(
        f, "{'atleast': 4}", "E-VALUE", "'atleast' needs a whole number of at least 5, got '4'");
}

static void bad_fractions(void **state)
{
    static const char *const values[] = {"2", "-0.1", "nan", "inf", "0x1p-3", "1..", "", "e", " 1"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        check_bad(f, weir_printf(f->arena, "{'share': '%s'}", values[i]), "E-VALUE",
            weir_printf(f->arena, "'share' needs a number from 0 to 1, got '%s'", values[i]));
}

static void bad_bools(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'flag': 'yes'}", "E-VALUE", "'flag' needs true or false, got 'yes'; write true");
    check_bad(
        f, "{'flag': 'Off'}", "E-VALUE", "'flag' needs true or false, got 'Off'; write false");
    check_bad(f, "{'flag': 1}", "E-VALUE", "'flag' needs true or false, got '1'; write true");
    check_bad(f, "{'flag': 'maybe'}", "E-VALUE", "'flag' needs true or false, got 'maybe'");
}

static void bad_sizes_and_durations(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'stall': 30}", "E-VALUE",
        "'stall' needs a duration such as 500ms, 30s, 5m, 2h, 7d, got '30'");
    check_bad(f, "{'stall': '2h'}", "E-VALUE", "'stall' needs a duration from 1s to 1h, got '2h'");
    check_bad(
        f, "{'stall': '999ms'}", "E-VALUE", "'stall' needs a duration from 1s to 1h, got '999ms'");
    check_bad(f, "{'size': '64KB'}", "E-VALUE",
        "'size' needs a size such as 64KiB, 8MiB, 1GiB or plain bytes, got '64KB'; did you mean "
        "'64KiB'?");
    check_bad(f, "{'size': '12x'}", "E-VALUE",
        "'size' needs a size such as 64KiB, 8MiB, 1GiB or plain bytes, got '12x'");
    check_bad(
        f, "{'size': '2MiB'}", "E-VALUE", "'size' needs a size from 1KiB to 1MiB, got '2MiB'");
}

static void bad_choices(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'jitter': 'ful'}", "E-VALUE",
        "'jitter' needs one of none, full; got 'ful'; did you mean 'full'?");
    check_bad(f, "{'jitter': 'Christmas'}", "E-VALUE",
        "'jitter' needs one of none, full; got 'Christmas'");
}

static void bad_texts(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'text': ['a']}", "E-VALUE", "'text' needs a text, got a list");
    check_bad(f, "{'text': null}", "E-VALUE", "'text' needs a text, got nothing");
    check_bad(f, "{'name': 'ä'}", "E-VALUE", "'name' needs a text of 2 to 4 characters, got 'ä'");
    check_bad(f, "{'columns': {'a': 1}}", "E-VALUE",
        "'columns' needs a text or a list of texts with a length of at most 3, got a map");
    check_bad(f, "{'columns': ['a', 'b', 'c', 'd']}", "E-VALUE",
        "'columns' needs a text or a list of texts with a length of at most 3, got a list");
    check_bad(
        f, "{'columns': ['a', ['b']]}", "E-VALUE", "item 2 of 'columns' needs a text, got a list");
    check_bad(
        f, "{'columns': ['a', null]}", "E-VALUE", "item 2 of 'columns' needs a text, got nothing");
    check_bad(f, "{'pairs': ['a']}", "E-VALUE", "'pairs' needs a map of texts, got a list");
    check_bad(f, "{'pairs': {'k': {}}}", "E-VALUE", "'k' of 'pairs' needs a text, got a map");
}

static void a_long_value_is_cut(void **state)
{
    struct fixture *f = *state;
    char *value = weir_alloc_zero(f->arena, 1, 100001);
    struct values v;

    memset(value, 'x', 100000);
    assert_false(parse(f, weir_printf(f->arena, "{'max': '%s'}", value), &v));
    assert_in_range(strlen(f->mistakes.items[0].text), 60, 200);
}

static void nul_and_broken_utf8_are_refused(void **state)
{
    struct fixture *f = *state;
    struct weir_node *map = document(f->arena, "{'text': 'abc', 'name': 'abc'}");
    struct values v;

    map->items[0]->text = (struct weir_str){"a\0b", 3};
    map->items[1]->text = (struct weir_str){"a\xff", 2};
    assert_false(parse_node(f, map, &v));
    check_mistake(&f->mistakes, 0, "E-VALUE", "'text' holds a NUL character; remove it");
    check_mistake(&f->mistakes, 1, "E-UTF8", "'name' is not valid UTF-8 from byte 2 on");
}

static void template_mistakes_have_a_place(void **state)
{
    struct fixture *f = *state;

    f->constants.vars = document(f->arena, "{'org': 'acme'}");
    check_bad(f, "{'url': 'ä/{vars.orgg}'}", "E-TEMPLATE",
        "'url': unknown variable '{vars.orgg}'; did you mean 'org'?");
    assert_int_equal(f->mistakes.items[0].column, 12);
    check_bad(f, "{'headers': {'X-Org': '{vars.og}'}}", "E-TEMPLATE",
        "'X-Org' of 'headers': unknown variable '{vars.og}'; did you mean 'org'?");
}

static void path_mistakes_are_told(void **state)
{
    struct fixture *f = *state;
    struct values v;

    assert_false(parse(f, "{'path': 'a[', 'max': 5}", &v));
    assert_int_equal(f->mistakes.n, 1);
    assert_memory_equal(f->mistakes.items[0].text, "'path': ", 8);
}

static void secrets_are_told_and_not_shown(void **state)
{
    struct fixture *f = *state;
    struct weir_node *map = document(f->arena, "{'token': 'hunter2', 'max': 'hunter3', 'url':"
                                               " '{vars.hunter4', 'flag': 'yes'}");
    struct values v;

    substitute(map, "token");
    substitute(map, "max");
    substitute(map, "url");
    substitute(map, "flag");
    assert_false(parse_node(f, map, &v));
    assert_string_equal(v.token.text, "hunter2");
    assert_int_equal(f->n_secrets, 1);
    assert_string_equal(f->secrets[0], "hunter2");
    check_mistake(&f->mistakes, 0, "E-VALUE",
        "'flag' needs true or false, got a value from the environment (not shown)");
    assert_int_equal(f->mistakes.n_errors, 3);
    for (size_t i = 0; i < f->mistakes.n; i++)
        assert_null(strstr(f->mistakes.items[i].text, "hunter"));
}

static void an_inline_secret_is_warned_of_once(void **state)
{
    struct fixture *f = *state;
    struct weir_node *map = document(f->arena, "{'token': 'hunter2'}");
    struct values v;

    assert_true(parse_node(f, map, &v));
    assert_true(parse_node(f, map, &v));
    assert_int_equal(f->mistakes.n, 1);
    assert_true(f->mistakes.items[0].warning);
    check_mistake(&f->mistakes, 0, "W-SECRET",
        "'token' is written in the file; take it from the environment with \"${NAME}\" or from a "
        "file with \"${file:/path}\"");
    assert_string_equal(f->secrets[0], "hunter2");
    check_bad(f, "{'token': ['hunter2']}", "E-VALUE", "'token' needs a text, got a list");
}

/* It would be sent as it stands. */
static void a_secret_is_no_template(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'token': '{vars.token}'}", "E-TEMPLATE",
        "'token' is not filled while the pipeline runs; take it from the environment with "
        "\"${NAME}\"");
}

static void sensitive_values_of_the_environment_are_secrets(void **state)
{
    struct fixture *f = *state;
    struct weir_node *map =
        document(f->arena, "{'headers': {'Authorization': 'Bearer abc', 'B': 'Token {vars.t}',"
                           " 'C': 'plain', 'D': 'all of it'}, 'pairs': {'x': 'free'}}");
    struct weir_node *headers = map->items[0];
    struct weir_splice splice = {7, 3, 7, 8, true};
    struct weir_written written = {{"Bearer ${TOKEN}", 15}, &splice, 1};
    struct weir_node *vars = document(f->arena, "{'t': 'xyz'}");
    struct values v;

    substitute(headers, "Authorization");
    headers->items[0]->written = &written;
    substitute(headers, "D");
    substitute(vars, "t");
    substitute(map->items[1], "x");
    f->constants.vars = vars;
    assert_true(parse_node(f, map, &v));
    assert_int_equal(f->n_secrets, 3);
    assert_string_equal(f->secrets[0], "abc");
    assert_string_equal(f->secrets[1], "xyz");
    assert_string_equal(f->secrets[2], "all of it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_is_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(quoted_numbers_are_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_is_a_list_of_one, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_fractions, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_bools, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_sizes_and_durations, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_choices, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_value_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(nul_and_broken_utf8_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(template_mistakes_have_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(path_mistakes_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_are_told_and_not_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(an_inline_secret_is_warned_of_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_secret_is_no_template, setup, teardown),
        cmocka_unit_test_setup_teardown(
            sensitive_values_of_the_environment_are_secrets, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
