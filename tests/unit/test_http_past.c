/* conditional: what it is refused for, and what is noted and left out of units. */
#include "http_checks.h"

#include "../../plugins/http/cache/past.h"

static void check_past(struct http_fixture *f, const char *options, bool has_cache)
{
    http_parse(f, options);
    check_none(&f->mistakes);
    f->resource.keeps_notes = true;
    http_past_check(&f->resource, has_cache, &f->mistakes);
}

static void single_pages_and_numbers_need_no_cache(void **state)
{
    struct http_fixture *f = *state;

    check_past(f, "{'url': 'http://h/', 'conditional': true}", false);
    check_none(&f->mistakes);
    check_past(f, "{'url': 'http://h/', 'conditional': true, 'paginator': 'page_number'}", false);
    check_none(&f->mistakes);
    check_past(f, "{'url': 'http://h/', 'conditional': false, 'method': 'POST'}", false);
    check_none(&f->mistakes);
}

static void who_needs_bodies_needs_a_cache(void **state)
{
    struct http_fixture *f = *state;
    const char *const options =
        "{'url': 'http://h/', 'conditional': true, 'paginator': 'header_link'}";

    check_past(f, options, true);
    check_none(&f->mistakes);
    check_past(f, options, false);
    assert_int_equal(f->mistakes.n, 1);
    assert_non_null(strstr(f->mistakes.items[0].text, "each page says what the next one is"));
    http_parse(f, "{'url': 'http://h/', 'conditional': true}");
    f->resource.keeps_notes = true;
    f->resource.disposition = WEIR_REPLACE;
    http_past_check(&f->resource, false, &f->mistakes);
    assert_int_equal(f->mistakes.n, 1);
}

static void loaders_without_memory_are_refused(void **state)
{
    struct http_fixture *f = *state;

    http_parse(f, "{'url': 'http://h/', 'conditional': true}");
    http_past_check(&f->resource, true, &f->mistakes);
    assert_int_equal(f->mistakes.n, 1);
    assert_non_null(strstr(f->mistakes.items[0].text, "sqlite or postgres"));
}

static void only_rows_that_are_there_are_left_out(void **state)
{
    const struct http_past same = {.is_same = true}, other = {.is_same = false};
    struct weir_resource resource = {.disposition = WEIR_MERGE};

    (void)state;
    assert_true(http_past_leaves_out(&same, &resource));
    assert_false(http_past_leaves_out(&other, &resource));
    assert_false(http_past_leaves_out(NULL, &resource));
    resource.disposition = WEIR_REPLACE;
    assert_false(http_past_leaves_out(&same, &resource));
}

static void what_is_unchanged_is_judged_and_noted_as_before(void **state)
{
    struct http_fixture *f = *state;
    struct http_past past = {.is.request = "0123456789abcdef", .is.validators = {"\"1\"", NULL}};
    const struct weir_str body = {"[1]", 3}, changed = {"[2]", 3};
    const struct http_facts facts = {.n_rows = 7, .total = 3, .more = HTTP_MORE_NO, .stops = true};
    struct http_facts got = {0};
    const struct weir_resource resource = {.disposition = WEIR_APPEND};
    const char *text;

    assert_null(http_past_note(&past, &facts, f->arena));
    http_past_read(&past, body);
    assert_false(http_past_leaves_out(&past, &resource));
    text = http_past_note(&past, &facts, f->arena);
    assert_non_null(text);
    past.text = text;
    past.has_no_body = true;
    assert_true(http_note_read(text, f->arena, &past.was));
    http_past_facts(&past, &got);
    assert_int_equal(got.n_rows, 7);
    assert_int_equal(got.total, 3);
    assert_int_equal(got.more, HTTP_MORE_NO);
    assert_true(got.stops);
    assert_ptr_equal(http_past_note(&past, &got, f->arena), text);
    past.has_no_body = false;
    http_past_read(&past, changed);
    assert_false(http_past_leaves_out(&past, &resource));
    http_past_read(&past, body);
    assert_true(http_past_leaves_out(&past, &resource));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            single_pages_and_numbers_need_no_cache, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(who_needs_bodies_needs_a_cache, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            loaders_without_memory_are_refused, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            only_rows_that_are_there_are_left_out, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_unchanged_is_judged_and_noted_as_before, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
