/* Bodies to rows and to what a paginator wants to know. */
#include "http_checks.h"

#include "../../plugins/http/format/format.h"
#include "../../plugins/http/source/decode.h"

#include <stdlib.h>

struct rig {
    struct http_fixture *f;
    struct http_source source;
    struct http_resource resource;
    struct http_unit units[8];
    struct http_delivery delivery;
    struct weir_batch *batch;
};

static int setup(void **state)
{
    static struct rig rig;

    memset(&rig, 0, sizeof(rig));
    (void)http_setup((void **)&rig.f);
    http_readers_init(&rig.source.readers);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    weir_batch_free(rig->batch);
    http_readers_done(&rig->source.readers);
    return http_teardown((void **)&rig->f);
}

static void begin(struct rig *rig, const char *options)
{
    http_parse(rig->f, options);
    check_none(&rig->f->mistakes);
    weir_batch_free(rig->batch);
    rig->batch = weir_batch_new(&rig->f->resource);
    rig->resource = (struct http_resource){.weir = &rig->f->resource, .options = &rig->f->options};
    http_paginator_init(&rig->resource.paginator, &rig->f->options.paginator);
    rig->delivery = (struct http_delivery){&rig->resource, rig->units, 0};
}

/* Single quotes stand for double ones. */
static struct http_unit *add(struct rig *rig, const char *body)
{
    size_t n = strlen(body);
    char *copy = weir_alloc_zero(rig->batch->arena, 1, n + WEIR_JSON_PADDING);
    struct http_unit *unit = &rig->units[rig->delivery.n++];

    memcpy(copy, body, n);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    *unit = (struct http_unit){.body = {copy, n}, .format = &http_format_json};
    return unit;
}

static void decode(struct rig *rig)
{
    struct weir_stage stage = {.state = &rig->f->connection};

    rig->f->connection.source = &rig->source;
    rig->batch->payload = &rig->delivery;
    assert_int_equal(http_decode(&stage, rig->batch), WEIR_OK);
    assert_int_equal(rig->batch->n_units, rig->delivery.n);
}

static void every_answer_is_a_unit(void **state)
{
    struct rig *rig = *state;
    struct http_unit *first, *second;

    begin(rig, "{'url': 'http://h/', 'data_selector': 'data'}");
    first = add(rig, "{'data': [{'id': 1}, {'id': 2}]}");
    second = add(rig, "{'data': []}");
    add(rig, "{'data': [{'id': 3}]}");
    decode(rig);
    assert_int_equal(rig->batch->n_rows, 3);
    assert_int_equal(first->facts.n_rows, 2);
    assert_int_equal(second->facts.n_rows, 0);
    assert_ptr_equal(rig->batch->units[1].origin, second);
    assert_int_equal(rig->batch->units[2].first_row, 2);
}

static void one_bad_answer_costs_no_other(void **state)
{
    struct rig *rig = *state;
    struct http_unit *bad;

    begin(rig, "{'url': 'http://h/', 'paginator': {'type': 'page_number', 'total_path': 'n'}, "
               "'data_selector': 'data'}");
    add(rig, "{'n': 3, 'data': [{'id': 1}]}");
    bad = add(rig, "{'n': 3, 'data': [{'id': 2}, {'id'");
    add(rig, "{'n': 3, 'data': [{'id': 3}]}");
    decode(rig);
    assert_int_equal(rig->batch->n_rows, 2);
    assert_null(rig->batch->units[0].error);
    assert_string_equal(rig->batch->units[1].error->code, "E-JSON");
    assert_int_equal(rig->batch->units[1].n_rows, 0);
    assert_int_equal(bad->facts.total, -1);
    assert_int_equal(rig->units[2].facts.total, 3);
}

static void a_page_without_an_answer_is_a_failed_unit(void **state)
{
    struct rig *rig = *state;
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-HTTP-STATUS", "status 503");
    begin(rig, "{'url': 'http://h/'}");
    add(rig, "[{'id': 1}]");
    add(rig, "")->error = &error;
    add(rig, "[{'id': 2}]");
    decode(rig);
    assert_int_equal(rig->batch->n_rows, 2);
    assert_string_equal(rig->batch->units[1].error->text, "status 503");
    assert_int_equal(rig->batch->units[1].n_rows, 0);
    assert_int_equal(rig->units[1].facts.total, -1);
    assert_null(rig->batch->units[2].error);
}

static void no_content_is_not_read(void **state)
{
    struct rig *rig = *state;

    begin(rig, "{'url': 'http://h/'}");
    add(rig, "")->no_content = true;
    add(rig, "");
    decode(rig);
    assert_null(rig->batch->units[0].error);
    assert_string_equal(rig->batch->units[1].error->code, "E-BODY-SHAPE");
}

/* What one body says, under a paginator that asks for everything it can. */
static struct http_facts facts(struct rig *rig, const char *paginator, const char *body)
{
    begin(rig, weir_printf(rig->f->arena,
                   "{'url': 'http://h/', 'data_selector': 'data', 'paginator': %s}", paginator));
    add(rig, body);
    decode(rig);
    assert_null(rig->batch->units[0].error);
    return rig->units[0].facts;
}

static void check_next(struct rig *rig, const char *value, const char *expected)
{
    const char *body = weir_printf(rig->f->arena, "{'data': [], 'next': %s}", value);
    struct http_facts found =
        facts(rig, "{'type': 'cursor', 'cursor_path': 'next', 'cursor_param': 'c'}", body);

    if (expected)
        assert_string_equal(found.next, expected);
    else
        assert_null(found.next);
}

static void cursors_are_texts_and_numbers(void **state)
{
    struct rig *rig = *state;

    check_next(rig, "'abc'", "abc");
    check_next(rig, "'a\\u00e9\\/b'", "a\xc3\xa9/b");
    check_next(rig, "17", "17");
    check_next(rig, "18446744073709551616", "18446744073709551616");
    check_next(rig, "0", "0");
    check_next(rig, "null", NULL);
    check_next(rig, "''", NULL);
    check_next(rig, "false", NULL);
    check_next(rig, "{'a': 1}", NULL);
    check_next(rig, "1, 'other': 2", "1");
}

static void check_total(struct rig *rig, const char *value, int64_t expected)
{
    const char *body = weir_printf(rig->f->arena, "{'data': [], 'n': %s}", value);

    assert_int_equal(
        facts(rig, "{'type': 'page_number', 'total_path': 'n'}", body).total, expected);
}

static void totals_are_whole_numbers(void **state)
{
    struct rig *rig = *state;

    check_total(rig, "12", 12);
    check_total(rig, "0", 0);
    check_total(rig, "'12'", 12);
    check_total(rig, "-1", -1);
    check_total(rig, "'-1'", -1);
    check_total(rig, "'many'", -1);
    check_total(rig, "'123456789012345678901234567890'", -1);
    check_total(rig, "1.5", -1);
    check_total(rig, "null", -1);
    check_total(rig, "[12]", -1);
}

static void check_more(struct rig *rig, const char *value, enum http_more expected)
{
    const char *body = weir_printf(rig->f->arena, "{'data': [], 'more': %s}", value);

    assert_int_equal(
        facts(rig, "{'type': 'page_number', 'has_more_path': 'more'}", body).more, expected);
}

static void more_is_said_in_many_ways(void **state)
{
    struct rig *rig = *state;

    check_more(rig, "true", HTTP_MORE_YES);
    check_more(rig, "false", HTTP_MORE_NO);
    check_more(rig, "null", HTTP_MORE_NO);
    check_more(rig, "0", HTTP_MORE_NO);
    check_more(rig, "1", HTTP_MORE_YES);
    check_more(rig, "'true'", HTTP_MORE_YES);
    check_more(rig, "'false'", HTTP_MORE_NO);
    check_more(rig, "'0'", HTTP_MORE_NO);
    check_more(rig, "''", HTTP_MORE_NO);
    assert_int_equal(
        facts(rig, "{'type': 'page_number', 'has_more_path': 'x.y'}", "{'data': []}").more,
        HTTP_MORE_NO);
    assert_int_equal(facts(rig, "{'type': 'page_number'}", "{'data': []}").more, HTTP_MORE_UNKNOWN);
}

static void bodies_are_compared_only_where_nothing_else_ends(void **state)
{
    struct rig *rig = *state;

    assert_int_not_equal(facts(rig, "{'type': 'page_number'}", "{'data': []}").hash, 0);
    assert_int_equal(
        facts(rig, "{'type': 'page_number', 'maximum_page': 3}", "{'data': []}").hash, 0);
    assert_int_equal(facts(rig, "{'type': 'json_link'}", "{'data': []}").hash, 0);
}

static void the_header_names_the_next_page_too(void **state)
{
    struct rig *rig = *state;

    begin(rig, "{'url': 'http://h/', 'paginator': {'type': 'header_link'}}");
    add(rig, "[]")->link = "http://h/?page=2";
    decode(rig);
    assert_string_equal(rig->units[0].facts.next, "http://h/?page=2");
}

static void lines_are_rows(void **state)
{
    struct rig *rig = *state;

    begin(rig, "{'url': 'http://h/', 'format': 'ndjson', 'data_selector': 'record'}");
    add(rig, "{'record': {'id': 1}}\n{'record': {'id': 2}}\n")->format = &http_format_ndjson;
    add(rig, "")->format = &http_format_ndjson;
    decode(rig);
    assert_null(rig->batch->units[0].error);
    assert_null(rig->batch->units[1].error);
    assert_int_equal(rig->batch->n_rows, 2);
}

static void nothing_is_picked_where_nothing_can_stand(void **state)
{
    struct rig *rig = *state;

    begin(rig, "{'url': 'http://h/', 'paginator': 'json_link'}");
    add(rig, "{'id': 1}\n")->format = &http_format_ndjson;
    decode(rig);
    assert_string_equal(rig->batch->units[0].error->code, "E-BODY-SHAPE");
    assert_int_equal(rig->batch->n_rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_answer_is_a_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(one_bad_answer_costs_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_without_an_answer_is_a_failed_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(no_content_is_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(cursors_are_texts_and_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(totals_are_whole_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(more_is_said_in_many_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(
            bodies_are_compared_only_where_nothing_else_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(the_header_names_the_next_page_too, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_are_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_picked_where_nothing_can_stand, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
