/* Which format an answer has, and what is wrong about naming it. */
#include "http_checks.h"

#include "../../plugins/http/check.h"
#include "../../plugins/http/format/format.h"

static const char *format_of(struct http_fixture *f, const char *options, const char *type)
{
    http_parse(f, options);
    check_none(&f->mistakes);
    return http_format_find(&f->options, type)->name;
}

static void the_content_type_says_it(void **state)
{
    static const char file[] = "{'url': 'http://h/'}";
    struct http_fixture *f = *state;

    assert_string_equal(format_of(f, file, "application/json"), "json");
    assert_string_equal(format_of(f, file, "application/problem+json; charset=utf-8"), "json");
    assert_string_equal(format_of(f, file, ""), "json");
    assert_string_equal(format_of(f, file, "text/plain"), "json");
    assert_string_equal(format_of(f, file, "application/x-ndjson"), "ndjson");
    assert_string_equal(format_of(f, file, "Application/X-NDJSON;charset=utf-8"), "ndjson");
    assert_string_equal(format_of(f, file, "application/jsonl ; a=b"), "ndjson");
    assert_string_equal(format_of(f, file, "application/jsonl2"), "json");
    assert_string_equal(format_of(f, file, "text/csv;header=present"), "csv");
    assert_string_equal(format_of(f, file, "text/xml"), "xml");
    assert_string_equal(format_of(f, file, "application/json-seq"), "json_seq");
}

static void the_file_overrules_it(void **state)
{
    struct http_fixture *f = *state;

    assert_string_equal(
        format_of(f, "{'url': 'http://h/', 'format': 'ndjson'}", "application/json"), "ndjson");
    assert_string_equal(
        format_of(f, "{'url': 'http://h/', 'format': {'type': 'json'}}", "application/x-ndjson"),
        "json");
}

static void only_a_json_document_proves_its_end(void **state)
{
    struct http_fixture *f = *state;

    (void)format_of(f, "{'url': 'http://h/', 'format': 'ndjson'}", "");
    assert_true(http_format_hides_cuts(&f->options));
    (void)format_of(f, "{'url': 'http://h/', 'format': 'json_seq'}", "");
    assert_true(http_format_hides_cuts(&f->options));
    (void)format_of(f, "{'url': 'http://h/', 'format': 'json'}", "");
    assert_false(http_format_hides_cuts(&f->options));
    (void)format_of(f, "{'url': 'http://h/'}", "");
    assert_false(http_format_hides_cuts(&f->options));
}

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

static void lines_have_no_place_for_a_next_link(void **state)
{
    static const char *const good[] = {
        "'header_link'", "{'type': 'page_number'}", "{'type': 'offset', 'limit': 10}"};
    static const char *const bad[] = {"'json_link'",
        "{'type': 'page_number', 'total_path': 'total'}",
        "{'type': 'offset', 'limit': 10, 'has_more_path': 'more'}",
        "{'type': 'cursor', 'cursor_path': 'next', 'cursor_param': 'c'}"};
    struct http_fixture *f = *state;
    static const char file[] = "{'url': 'http://h/', 'format': 'ndjson', 'paginator': %s}";

    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        check(f, weir_printf(f->arena, file, good[i]));
        check_none(&f->mistakes);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        check(f, weir_printf(f->arena, file, bad[i]));
        check_mistake(&f->mistakes, 0, "E-VALUE",
            "this paginator looks into the answer, but NDJSON has nothing beside its rows; use "
            "header_link, or page_number or offset without paths");
    }
}

/* What line ends become between texts, they may not become in the middle of one. */
static void a_sequence_keeps_what_stands_in_texts(void **state)
{
    static const char good[] = "\x1e{\"a\":\n\"x \\\"y\\\\\"\n}\n\x1e{\"a\":\"z\"}\n";
    static const char bad[] = "\x1e{\"a\":\"x\ty\"}\n\x1e{\"a\":\"z\"}\n";
    struct http_fixture *f = *state;
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_batch *batch = weir_batch_new(&f->resource);

    (void)format_of(f, "{'url': 'http://h/', 'format': 'json_seq'}", "");
    (void)weir_batch_add_unit(batch, NULL);
    assert_int_equal(
        http_format_json_seq.rows(&f->options, reader, weir_str(good), batch, &f->error), WEIR_OK);
    assert_int_equal(batch->n_rows, 2);
    assert_string_equal(
        weir_copy(f->arena, weir_value_str(&batch->columns[0].values[0])).ptr, "x \"y\\");
    assert_int_equal(
        http_format_json_seq.rows(&f->options, reader, weir_str(bad), batch, &f->error), WEIR_FAIL);
    weir_batch_free(batch);
    weir_json_reader_free(reader);
}

static void a_wrong_name_is_told(void **state)
{
    struct http_fixture *f = *state;

    http_parse(f, "{'url': 'http://h/', 'format': 'ndjsn'}");
    assert_int_equal(f->mistakes.n, 1);
    assert_non_null(strstr(f->mistakes.items[0].text, "ndjson"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_content_type_says_it, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(the_file_overrules_it, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            only_a_json_document_proves_its_end, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            lines_have_no_place_for_a_next_link, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            a_sequence_keeps_what_stands_in_texts, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(a_wrong_name_is_told, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
