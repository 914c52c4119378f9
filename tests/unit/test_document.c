/* Documents: JSON bodies with placeholders. */
#include "node_checks.h"

#include <weir/template.h>

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    struct weir_constants constants;
    struct weir_value value;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    fixture.arena = weir_arena_new();
    weir_mistakes_init(&fixture.mistakes, fixture.arena);
    fixture.constants.vars =
        document(fixture.arena, "{'n': 50, 'limit': 9, 'text': '50', 'q': 'say \\\"hi\\\"'}");
    fixture.value = weir_text(WEIR_TEXT, weir_str("a\"b\\c\n"));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    weir_arena_free(fixture->arena);
    return 0;
}

static bool look_up(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct fixture *f = arg;

    if (root != WEIR_ROOT_PARTITION || !weir_str_is(name, "x"))
        return false;
    *ret_value = f->value;
    return true;
}

static const struct weir_document *parse(struct fixture *f, const char *text)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    return weir_document_parse(
        f->arena, document(f->arena, text), WEIR_ROOT_PARTITION, &f->constants, &f->mistakes);
}

static void check_fill(struct fixture *f, const char *text, const char *expected)
{
    const struct weir_document *d = parse(f, text);
    struct weir_error error = {0};
    struct weir_str json;
    struct weir_node *wanted = document(f->arena, expected);

    check_none(&f->mistakes);
    if (weir_document_fill(d, f->arena, look_up, f, &json, &error) != WEIR_OK)
        fail_msg("%s", error.text);
    assert_int_equal(json.len, strlen(json.ptr));
    assert_string_equal(json.ptr, weir_node_to_json(f->arena, wanted).ptr);
}

static void a_plain_document_stays(void **state)
{
    static const char *const texts[] = {"{}", "[]", "5", "'x'", "null",
        "{'a': [1, 2.50, true, null, 'x', {}]}", "{'query': '{ run { id } }', '{partition.x}': 1}"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check_fill(f, texts[i], texts[i]);
}

static void constants_keep_their_kind(void **state)
{
    struct fixture *f = *state;

    check_fill(f, "{'a': '{vars.n}', 'b': '{vars.text}', 'c': 'n={vars.n}', 'd': '{vars.q}'}",
        "{'a': 50, 'b': '50', 'c': 'n=50', 'd': 'say \\\"hi\\\"'}");
}

static void single_values_keep_their_kind(void **state)
{
    struct fixture *f = *state;

    f->value = weir_int(7);
    check_fill(f, "{'a': '{partition.x}', 'b': ['no {partition.x}']}", "{'a': 7, 'b': ['no 7']}");
    f->value = weir_null();
    check_fill(f, "{'a': '{partition.x}'}", "{'a': null}");
    f->value = weir_bool(false);
    check_fill(f, "['{partition.x}']", "[false]");
    f->value = weir_text(WEIR_JSON, weir_str("[1]"));
    check_fill(f, "'{partition.x}'", "[1]");
}

/* No value can break out of its string. */
static void values_are_quoted(void **state)
{
    struct fixture *f = *state;

    check_fill(f, "{'a': '{partition.x}', 'b': '<{partition.x}>'}",
        "{'a': 'a\\\"b\\\\c\\n', 'b': '<a\\\"b\\\\c\\n>'}");
}

static void mistakes_have_a_place(void **state)
{
    struct fixture *f = *state;

    assert_null(parse(f, "{'a': 1,\n 'b': ['x {vars.limt}']}"));
    assert_int_equal(f->mistakes.n, 1);
    check_mistake(
        &f->mistakes, 0, "E-TEMPLATE", "unknown variable '{vars.limt}'; did you mean 'limit'?");
    assert_int_equal(f->mistakes.items[0].line, 2);
    assert_int_equal(f->mistakes.items[0].column, 11);
    assert_null(parse(f, "['{resources.a.b}']"));
    assert_string_equal(f->mistakes.items[0].code, "E-TEMPLATE");
}

static void missing_values_fail(void **state)
{
    struct fixture *f = *state;
    struct weir_error error = {0};
    struct weir_str json;

    assert_int_equal(
        weir_document_fill(parse(f, "['{partition.y}']"), f->arena, look_up, f, &json, &error),
        WEIR_FAIL);
    assert_string_equal(error.text, "there is no value for '{partition.y}'");
    error = (struct weir_error){0};
    f->value = weir_null();
    assert_int_equal(
        weir_document_fill(parse(f, "['a{partition.x}']"), f->arena, look_up, f, &json, &error),
        WEIR_FAIL);
    assert_string_equal(
        error.text, "the value of '{partition.x}' is null, and a text cannot be made of that");
}

static void depth_has_a_bound(void **state)
{
    struct fixture *f = *state;
    struct weir_node *node = weir_node_scalar(f->arena, "1");

    for (int i = 0; i < 200; i++) {
        struct weir_node *list = weir_node_list(f->arena);

        weir_node_add(f->arena, list, NULL, node);
        node = list;
    }
    assert_null(weir_document_parse(f->arena, node, 0, &f->constants, &f->mistakes));
    check_mistake(&f->mistakes, 0, "E-LIMIT", "the document is more than 128 levels deep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plain_document_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(constants_keep_their_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(single_values_keep_their_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_quoted, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_have_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_values_fail, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_has_a_bound, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
