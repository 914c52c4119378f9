/* Templates: what is a placeholder, what is refused, what a fill makes of values. */
#include "node_checks.h"

#include <stdio.h>
#include <weir/template.h>

enum { ALL = WEIR_ROOT_PARTITION | WEIR_ROOT_RESOURCES | WEIR_ROOT_INCREMENTAL };

struct fixture {
    struct weir_arena *arena;
    struct weir_constants constants;
    struct weir_value value; /* of every placeholder but {partition.none} */
    char asked[64];
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    fixture.arena = weir_arena_new();
    fixture.constants.vars = document(
        fixture.arena, "{'org': 'a/b', 'n': 50, 'none': null, 'list': [1], 'base': 'http://x'}");
    fixture.constants.run_started_at = "2024-01-01T00:00:00Z";
    fixture.value = weir_text(WEIR_TEXT, weir_str("v w"));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    weir_arena_free(fixture->arena);
    return 0;
}

static const struct weir_template *parse(struct fixture *f, const char *text)
{
    struct weir_error error = {0};
    size_t offset = 0;
    const struct weir_template *t =
        weir_template_parse(f->arena, weir_str(text), ALL, &f->constants, &offset, &error);

    if (!t)
        fail_msg("%s", error.text);
    assert_true(weir_str_is(weir_template_source(t), text));
    return t;
}

static bool look_up(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct fixture *f = arg;

    snprintf(f->asked, sizeof(f->asked), "%d %.*s", (int)root, WEIR_STR_ARG(name));
    if (weir_str_is(name, "none"))
        return false;
    *ret_value = f->value;
    return true;
}

static void check_fill(
    struct fixture *f, const char *text, enum weir_encoding encoding, const char *expected)
{
    struct weir_error error = {0};
    struct weir_str result;

    if (weir_template_fill(parse(f, text), f->arena, encoding, look_up, f, &result, &error) !=
        WEIR_OK)
        fail_msg("%s", error.text);
    assert_string_equal(result.ptr, expected);
    assert_int_equal(result.len, strlen(expected));
}

static void check_bad(
    struct fixture *f, const char *text, unsigned roots, size_t at, const char *says)
{
    struct weir_error error = {0};
    size_t offset = 999;

    assert_null(
        weir_template_parse(f->arena, weir_str(text), roots, &f->constants, &offset, &error));
    assert_string_equal(error.text, says);
    assert_string_equal(error.code, "E-TEMPLATE");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    assert_int_equal(offset, at);
}

static void other_braces_are_text(void **state)
{
    static const char *const texts[] = {"", "plain", "{", "}", "{}", "{{", "a{b}c",
        "{ partition.x }", "query { run { id } }", "{vars}", "{partition}", "{partitions.x}",
        "{\"a\": {\"b\": 1}}", "{Vars.org}", "${X}", "{var", "{vars"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(weir_template_roots(parse(f, texts[i])), 0);
        assert_false(weir_template_is_single(parse(f, texts[i])));
        check_fill(f, texts[i], WEIR_ENCODE_NONE, texts[i]);
        check_fill(f, texts[i], WEIR_ENCODE_URL, texts[i]);
    }
}

static void constants_are_filled_when_parsed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(weir_template_roots(parse(f, "x{vars.org}{run.started_at}")), 0);
    check_fill(f, "x{vars.org}-{vars.n}", WEIR_ENCODE_NONE, "xa/b-50");
    check_fill(f, "/o/{vars.org}/r", WEIR_ENCODE_URL, "/o/a%2Fb/r");
    check_fill(f, "{vars.base}/r", WEIR_ENCODE_URL, "http://x/r");
    check_fill(f, "t={run.started_at}", WEIR_ENCODE_NONE, "t=2024-01-01T00:00:00Z");
    check_fill(f, "t={run.started_at}", WEIR_ENCODE_URL, "t=2024-01-01T00%3A00%3A00Z");
}

static void values_are_filled(void **state)
{
    struct fixture *f = *state;

    check_fill(f, "/a/{partition.x}/b/{partition.y}", WEIR_ENCODE_NONE, "/a/v w/b/v w");
    check_fill(f, "/a/{partition.x}/b", WEIR_ENCODE_URL, "/a/v%20w/b");
    check_fill(f, "{partition.url}?q={partition.x}", WEIR_ENCODE_URL, "v w?q=v%20w");
    check_fill(f, "{{partition.x}}", WEIR_ENCODE_NONE, "{v w}");
    check_fill(f, "{resources.repos.owner.login}!", WEIR_ENCODE_NONE, "v w!");
    assert_string_equal(f->asked, "8 repos.owner.login");
    check_fill(f, "{incremental.start_value}!", WEIR_ENCODE_NONE, "v w!");
    assert_string_equal(f->asked, "16 start_value");
    f->value = weir_int(INT64_MIN);
    check_fill(f, "{partition.x}", WEIR_ENCODE_NONE, "-9223372036854775808");
    f->value = weir_bool(true);
    check_fill(f, "a{partition.x}", WEIR_ENCODE_URL, "atrue");
    f->value = weir_float(0.5);
    check_fill(f, "a{partition.x}", WEIR_ENCODE_URL, "a0.5");
    f->value = weir_text(WEIR_TEXT, weir_str(""));
    check_fill(f, "a{partition.x}b", WEIR_ENCODE_URL, "ab");
    f->value = weir_text(WEIR_TEXT, weir_str("{vars.org}"));
    check_fill(f, "a{partition.x}", WEIR_ENCODE_NONE, "a{vars.org}");
}

static void what_is_to_be_filled_is_known(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(weir_template_roots(parse(f, "{partition.x}{resources.a.b}")),
        WEIR_ROOT_PARTITION | WEIR_ROOT_RESOURCES);
    assert_true(weir_template_is_single(parse(f, "{partition.x}")));
    assert_true(weir_template_is_single(parse(f, "{vars.n}")));
    assert_false(weir_template_is_single(parse(f, " {partition.x}")));
    assert_false(weir_template_is_single(parse(f, "{partition.x}{partition.x}")));
}

static void more_placeholders_than_few(void **state)
{
    struct fixture *f = *state;
    const char *text = "", *expected = "";

    f->value = weir_int(7);
    for (int i = 0; i < 100; i++) {
        text = weir_printf(f->arena, "%s{partition.x},", text);
        expected = weir_printf(f->arena, "%s7,", expected);
    }
    check_fill(f, text, WEIR_ENCODE_NONE, expected);
}

static void bad_placeholders(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "/ä/{partition.x", ALL, 4,
        "placeholder '{partition.x' is not closed; write '}' behind it");
    check_bad(f, "{partition.x and {partition.y}", ALL, 0,
        "placeholder '{partition.x' is not closed; write '}' behind it");
    check_bad(f, "{partition.x\n}", ALL, 0,
        "placeholder '{partition.x' is not closed; write '}' behind it");
    check_bad(
        f, "{partition.", ALL, 0, "placeholder '{partition.' is not closed; write '}' behind it");
    check_bad(f, "a{partition.}", ALL, 1, "placeholder '{partition.}' has no name behind the dot");
    check_bad(f, "{vars.}", ALL, 0, "placeholder '{vars.}' has no name behind the dot");
    check_bad(f, "{resources.a}", ALL, 0,
        "placeholder '{resources.a}' needs a resource and its field, as in "
        "'{resources.orders.id}'");
    check_bad(f, "{resources..a}", ALL, 0,
        "placeholder '{resources..a}' needs a resource and its field, as in "
        "'{resources.orders.id}'");
    check_bad(f, "{resources.a.}", ALL, 0,
        "placeholder '{resources.a.}' needs a resource and its field, as in "
        "'{resources.orders.id}'");
    check_bad(
        f, "{run.x}", ALL, 0, "unknown placeholder '{run.x}'; there is only '{run.started_at}'");
    check_bad(f, "ok {partition.x}", 0, 3,
        "'{partition.x}' cannot stand here; placeholders of this option: {vars}, {run}");
    check_bad(f, "{resources.a.b}", WEIR_ROOT_PARTITION, 0,
        "'{resources.a.b}' cannot stand here; placeholders of this option: {vars}, {run}, "
        "{partition}");
}

static void bad_variables(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "/x/{vars.orgg}", ALL, 3, "unknown variable '{vars.orgg}'; did you mean 'org'?");
    check_bad(f, "{vars.completely_else}", ALL, 0, "unknown variable '{vars.completely_else}'");
    check_bad(f, "{vars.none}", ALL, 0, "variable '{vars.none}' has no value");
    check_bad(f, "{vars.list}", ALL, 0,
        "variable '{vars.list}' is a list, where a single value is needed");
    f->constants.vars = NULL;
    check_bad(f, "{vars.x}", ALL, 0, "unknown variable '{vars.x}'; the file has no vars");
}

static void check_unfilled(struct fixture *f, const char *text, const char *says)
{
    struct weir_error error = {0};
    struct weir_str result = {"untouched", 9};

    assert_int_equal(
        weir_template_fill(parse(f, text), f->arena, WEIR_ENCODE_URL, look_up, f, &result, &error),
        WEIR_FAIL);
    assert_string_equal(error.text, says);
    assert_string_equal(error.code, "E-TEMPLATE");
    assert_string_equal(result.ptr, "untouched");
}

static void missing_values(void **state)
{
    struct fixture *f = *state;

    check_unfilled(f, "/a/{partition.none}", "there is no value for '{partition.none}'");
    f->value = weir_null();
    check_unfilled(f, "/a/{resources.p.id}",
        "the value of '{resources.p.id}' is null, and a text cannot be made of that");
}

/* A value must not lead out of its part of the path; in a query it may be what it likes. */
static void dots_do_not_climb(void **state)
{
    struct fixture *f = *state;

    f->value = weir_text(WEIR_TEXT, weir_str(".."));
    check_unfilled(f, "/a/{partition.x}/b",
        "a value of '/a/{partition.x}/b' is '.' or '..', which would lead to another path");
    check_unfilled(f, "/a/{partition.x}?b",
        "a value of '/a/{partition.x}?b' is '.' or '..', which would lead to another path");
    check_fill(f, "/a?q={partition.x}", WEIR_ENCODE_URL, "/a?q=..");
    check_fill(f, "/a?q=/{partition.x}/", WEIR_ENCODE_URL, "/a?q=/../");
    check_fill(f, "/a/v{partition.x}", WEIR_ENCODE_URL, "/a/v..");
    check_fill(f, "/a/{partition.x}", WEIR_ENCODE_NONE, "/a/..");
    f->value = weir_text(WEIR_TEXT, weir_str("."));
    check_unfilled(f, "/a/.{partition.x}/b",
        "a value of '/a/.{partition.x}/b' is '.' or '..', which would lead to another path");
}

static void urls_are_encoded(void **state)
{
    struct fixture *f = *state;
    struct weir_str all = weir_url_encode(f->arena, weir_str("AZaz09-._~ /?#[]@!$&'()*+,;=%ü"));

    assert_string_equal(
        all.ptr, "AZaz09-._~%20%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%BC");
    assert_int_equal(all.len, strlen(all.ptr));
    all = weir_url_encode(f->arena, (struct weir_str){"\0", 1});
    assert_string_equal(all.ptr, "%00");
    assert_int_equal(weir_url_encode(f->arena, (struct weir_str){NULL, 0}).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_braces_are_text, setup, teardown),
        cmocka_unit_test_setup_teardown(constants_are_filled_when_parsed, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_to_be_filled_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(more_placeholders_than_few, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_placeholders, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_variables, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_values, setup, teardown),
        cmocka_unit_test_setup_teardown(dots_do_not_climb, setup, teardown),
        cmocka_unit_test_setup_teardown(urls_are_encoded, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
