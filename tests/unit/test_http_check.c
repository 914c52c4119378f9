/* Mistakes in the options, told before anything is asked for. */
#include "http_checks.h"

#include "../../plugins/http/check.h"

#include <weir/incremental.h>

static void check(struct http_fixture *f, const char *text)
{
    const struct weir_resource *resources[1];
    struct weir_stage stage = {.name = "extract", .state = &f->connection, .n_resources = 1};

    http_parse(f, text);
    check_none(&f->mistakes);
    resources[0] = &f->resource;
    stage.config = f->resource.config;
    stage.resources = (struct weir_resource *const *)(void *)resources;
    http_check(&stage, &f->mistakes);
}

static void check_one(struct http_fixture *f, const char *text, const char *code, const char *says)
{
    check(f, text);
    check_mistake(&f->mistakes, 0, code, says);
    assert_int_equal(f->mistakes.n, 1);
}

static void good_options_are_accepted(void **state)
{
    struct http_fixture *f = *state;

    check(f, "{'url': 'http://127.0.0.1:8080/items'}");
    check_none(&f->mistakes);
    check(f, "{'base_url': 'https://h/v1', 'path': '/{partition.region}/items', "
             "'params': {'y': "
             "'{partition.year}'}, 'partitions': {'region': ['eu', 'us'], "
             "'year': {'from': 2020, "
             "'to': 2024}}, 'headers': {'X-A': 'b'}, 'paginator': {'type': "
             "'header_link'}, "
             "'on_error': 'skip_partition', 'max_failed_partitions': '5%'}");
    check_none(&f->mistakes);
    check(f, "{'url': '{partition.url}', 'partitions': {'url': {'file': "
             "'/no/such/file'}}}");
    check_none(&f->mistakes);
}

static void a_key_needs_its_certificate(void **state)
{
    struct http_fixture *f = *state;

    check(f, "{'url': 'https://h/', 'tls': {'cert_file': 'a.pem', 'key_password': 'SECRET'}}");
    check_none(&f->mistakes);
    check_one(f, "{'url': 'https://h/', 'tls': {'key_file': 'a.key', 'key_password': 'SECRET'}}",
        "E-REQUIRED", "'key_file' needs 'cert_file': a key alone says nothing");
    f->mistakes.n = 0;
    check_one(f, "{'url': 'https://h/', 'tls': {'key_password': 'SECRET'}}", "E-REQUIRED",
        "'key_password' needs 'cert_file', and 'key_file' where the key is in a file of its own");
}

static void an_address_is_needed(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'method': 'GET'}", "E-REQUIRED", "items needs 'url', or 'path' with 'base_url'");
    check_one(f, "{'path': '/a'}", "E-REQUIRED",
        "'path' needs 'base_url' under extract; or write the whole address "
        "as 'url'");
    check_one(f, "{'base_url': 'http://h', 'path': '/a', 'url': 'http://h/a'}", "E-VALUE",
        "'url' and 'path' exclude each other: 'url' is the whole address, "
        "'path' what stands "
        "behind 'base_url'");
}

static void addresses_are_checked(void **state)
{
    struct http_fixture *f = *state;

    check(f, "{'url': 'ftp://h/a'}");
    assert_string_equal(f->mistakes.items[0].code, "E-URL-SCHEME");
    check(f, "{'base_url': 'h/a', 'path': 'x'}");
    assert_int_equal(f->mistakes.n, 1);
    assert_int_equal(f->mistakes.items[0].column, 14);
}

static void placeholders_name_partitions(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'url': 'http://h/{partition.id}'}", "E-TEMPLATE",
        "'{partition.id}' needs a 'partitions' key in this resource, such "
        "as partitions: { id: "
        "[a, b] }");
    assert_int_equal(f->mistakes.items[0].column, 9 + 10);
    check_one(f,
        "{'url': 'http://h/{partition.id}', 'params': {'r': "
        "'{partition.regoin}'}, 'partitions': "
        "{'id': [1], 'region': ['eu']}}",
        "E-TEMPLATE",
        "there is no partition 'regoin' in this resource; did you mean "
        "'region'?");
    check(f, "{'url': 'http://h/', 'method': 'POST', 'json': {'a': "
             "['{partition.x}']}, "
             "'partitions': {'y': [1]}}");
    assert_string_equal(f->mistakes.items[0].text, "there is no partition 'x' in this resource");
}

static void unused_partitions_are_a_warning(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'partitions': {'id': [1, 2]}}", "E-VALUE",
        "no placeholder uses these partitions, so each asks for the same");
    assert_true(f->mistakes.items[0].warning);
    assert_int_equal(f->mistakes.n_errors, 0);
}

/* With what the engine makes of `incremental`. */
static void check_incremental(
    struct http_fixture *f, const char *text, const struct weir_incremental *incremental)
{
    const struct weir_resource *resources[1];
    struct weir_stage stage = {.name = "extract", .state = &f->connection, .n_resources = 1};

    http_parse(f, text);
    /* The engine's own key. */
    weir_mistakes_init(&f->mistakes, f->arena);
    f->resource.incremental = incremental;
    resources[0] = &f->resource;
    stage.config = f->resource.config;
    stage.resources = (struct weir_resource *const *)(void *)resources;
    http_check(&stage, &f->mistakes);
}

static void check_one_incremental(struct http_fixture *f, const char *text,
    const struct weir_incremental *incremental, const char *says)
{
    check_incremental(f, text, incremental);
    check_mistake(&f->mistakes, 0, "E-TEMPLATE", says);
    assert_int_equal(f->mistakes.n, 1);
}

static void placeholders_name_ranges(void **state)
{
    struct http_fixture *f = *state;
    struct weir_incremental times = {.cursor_type = WEIR_CURSOR_DATETIME};
    struct weir_incremental numbers = {.cursor_type = WEIR_CURSOR_INTEGER};
    struct weir_error error = {0};
    const struct weir_template *value =
        weir_template_parse(f->arena, weir_str("1"), 0, NULL, NULL, &error);

    check_one(f, "{'url': 'http://h/?s={incremental.start_value}'}", "E-TEMPLATE",
        "'{incremental.start_value}' needs an 'incremental' key in this resource, such as "
        "incremental: { cursor_path: updated_at }");
    check_one(f, "{'url': 'http://h/', 'params': {'s': '{incremental.strt_value}'}}", "E-TEMPLATE",
        "there is no '{incremental.strt_value}'; did you mean 'start_value'?");
    check_incremental(f,
        "{'url': 'http://h/', 'incremental': {}, 'params': {'s': "
        "'{incremental.start_value}', 'e': '{incremental.end_value}'}}",
        &times);
    check_none(&f->mistakes);
    check_one_incremental(f, "{'url': 'http://h/{incremental.start_value}', 'incremental': {}}",
        &times,
        "'{incremental.start_value}' needs 'initial_value' under 'incremental': without it there "
        "is no such value in the first run");
    check_one_incremental(f,
        "{'url': 'http://h/', 'incremental': {}, 'params': {'e': '{incremental.end_value}'}}",
        &numbers,
        "'{incremental.end_value}' needs 'end_value' under 'incremental': without it there is no "
        "such value");
    numbers.initial_value = numbers.end_value = value;
    check_incremental(f,
        "{'url': 'http://h/{incremental.start_value}/{incremental.end_value}', 'incremental': {}}",
        &numbers);
    check_none(&f->mistakes);
    /* Its own mistakes were told already. */
    check_incremental(f, "{'url': 'http://h/{incremental.start_value}', 'incremental': {}}", NULL);
    check_none(&f->mistakes);
}

static void headers_are_checked(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'headers': {'X A': 'b'}}", "E-HEADER",
        "'X A' cannot be the name of a header");
    check_one(f, "{'url': 'http://h/', 'headers': {'content-length': '3'}}", "E-HEADER",
        "'content-length' is set by weir itself");
    check_one(f, "{'url': 'http://h/', 'headers': {'User-Agent': 'x'}}", "E-HEADER",
        "'User-Agent' is set by weir itself; see user_agent");
    check_one(f, "{'url': 'http://h/', 'headers': {'X-A': 'b', 'x-a': 'c'}}", "E-HEADER",
        "'x-a' is here already as 'X-A': names of headers have no case");
    check_one(f, "{'url': 'http://h/', 'headers': {'X-A': 'b\\r\\nX-Evil: 1'}}", "E-HEADER",
        "the value for 'X-A' holds a line break or another control byte");
    check_one(f,
        "{'url': 'http://h/', 'headers': {'Authorization': 'x'}, 'auth': "
        "{'type': 'bearer', "
        "'token': 't'}}",
        "E-HEADER", "'Authorization' is set here and by auth");
}

static void bodies_need_a_method(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'json': {'a': 1}}", "E-VALUE",
        "a GET carries no body; say method: POST");
    check(f, "{'url': 'http://h/', 'json': {'a': 1}, 'method': 'POST'}");
    check_none(&f->mistakes);
    check_one(f, "{'url': 'http://h/', 'data': 'a'}", "E-VALUE",
        "a GET carries no body; say method: POST");
    check_one(f, "{'url': 'http://h/', 'method': 'POST', 'data': 'a', 'json': {}}", "E-VALUE",
        "'json' and 'data' exclude each other: a request has one body");
    check_one(f, "{'url': 'http://h/', 'method': 'POST', 'data': ['a']}", "E-VALUE",
        "'data' needs a map of fields, which is sent as a form, or a text, which is sent as it is; "
        "see also json");
    check_one(f, "{'url': 'http://h/', 'method': 'POST', 'data': {'a': {'b': 1}}}", "E-VALUE",
        "field 'a' of a form needs a text, a number, or a list of such; see also json");
    check_one(f, "{'url': 'http://h/', 'method': 'POST', 'data': {'a': '{partition.x}'}}",
        "E-TEMPLATE",
        "'{partition.x}' needs a 'partitions' key in this resource, such as partitions: { x: [a, "
        "b] "
        "}");
}

static void allowances_are_numbers_or_shares(void **state)
{
    static const char *const good[] = {"0", "3", "100%", "0.5%", "0%"};
    static const char *const bad[] = {"-1", "101%", "x", "5 %", "1.5", "5%%", "1e3", "%"};
    struct http_allowance a;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(http_allowance_parse(good[i], &a));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (http_allowance_parse(bad[i], &a))
            fail_msg("'%s' is accepted", bad[i]);
    assert_true(http_allowance_parse("5%", &a));
    assert_int_equal(http_allowance_of(&a, 100), 5);
    assert_int_equal(http_allowance_of(&a, 19), 0);
    assert_true(http_allowance_parse("7", &a));
    assert_int_equal(http_allowance_of(&a, 3), 7);
}

static void allowances_need_another_on_error(void **state)
{
    struct http_fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'max_failed_partitions': '5%'}", "E-VALUE",
        "'max_failed_partitions' does nothing with on_error: fail, where "
        "the first failure ends "
        "the run");
    assert_true(f->mistakes.items[0].warning);
    check_one(f,
        "{'url': 'http://h/', 'on_error': 'continue', "
        "'max_failed_partitions': 'many'}",
        "E-VALUE",
        "'max_failed_partitions' needs a whole number, or a percentage "
        "from 0% to 100%, got "
        "'many'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_options_are_accepted, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(a_key_needs_its_certificate, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(an_address_is_needed, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(addresses_are_checked, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(placeholders_name_partitions, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(unused_partitions_are_a_warning, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(placeholders_name_ranges, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(headers_are_checked, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(bodies_need_a_method, http_setup, http_teardown),
        cmocka_unit_test(allowances_are_numbers_or_shares),
        cmocka_unit_test_setup_teardown(
            allowances_need_another_on_error, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
