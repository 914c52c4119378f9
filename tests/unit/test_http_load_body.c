/* Rows as bodies: how they are written, where they are cut, and that the same rows are the same. */
#include "http_load_checks.h"

static void check_text(
    const struct http_body_form *form, struct weir_batch *batch, const char *expected)
{
    struct http_body body = load_body(form, batch, 0, batch->n_rows);
    char *text = weir_copy_text(batch->arena, expected);

    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    assert_string_equal(body.text.ptr, text);
    http_body_done(&body);
}

static void writes_each_format(void **state)
{
    struct weir_batch *batch = load_batch("[{'b':1,'a':'x'},{'a':null,'b':2.50}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_JSON);

    (void)state;
    check_text(&form, batch, "[{'a':'x','b':1},{'b':2.5}]");
    form.key = "da\"ta";
    check_text(&form, batch, "{'da\\'ta':[{'a':'x','b':1},{'b':2.5}]}");
    form = load_form(HTTP_BODY_NDJSON);
    check_text(&form, batch, "{'a':'x','b':1}\n{'b':2.5}\n");
    form = load_form(HTTP_BODY_ROWS);
    check_text(&form, batch, "{'a':'x','b':1}");
    form.table_key = "_t";
    check_text(&form, batch, "{'_t':'items_table','a':'x','b':1}");
    weir_batch_free(batch);
}

static void no_line_ends_inside_a_row(void **state)
{
    struct weir_batch *batch = load_batch("[{'a':{'b':\n[1,\r\n2]},'c':'x\\ny'}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_NDJSON);

    (void)state;
    check_text(&form, batch, "{'a':{'b': [1,  2]},'c':'x\\ny'}\n");
    weir_batch_free(batch);
}

static void nulls_are_written_where_they_are_wanted(void **state)
{
    struct weir_batch *batch = load_batch("[{'a':null,'b':1},{'a':2,'b':null},{'c':3}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_JSON);
    struct http_body without, with;

    (void)state;
    check_text(&form, batch, "[{'b':1},{'a':2},{'c':3}]");
    without = load_body(&form, batch, 0, 3);
    form.nulls = true;
    check_text(&form, batch, "[{'a':null,'b':1},{'a':2,'b':null},{'c':3}]");
    with = load_body(&form, batch, 0, 3);
    assert_memory_equal(without.digest, with.digest, HTTP_BODY_DIGEST);
    http_body_done(&without);
    http_body_done(&with);
    weir_batch_free(batch);
}

static size_t rows_that_fit(size_t max_rows, size_t max_bytes, bool nulls)
{
    struct weir_batch *batch = load_batch("[{'a':1,'z':null},{'a':2},{'a':3},{'a':4}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_JSON);
    struct http_body body;
    size_t n;

    form.max_rows = max_rows;
    form.max_bytes = max_bytes;
    form.nulls = nulls;
    body = load_body(&form, batch, 0, 4);
    n = body.n_rows;
    http_body_done(&body);
    weir_batch_free(batch);
    return n;
}

/* A row has 7 bytes. */
static void a_limit_ends_a_body(void **state)
{
    (void)state;
    assert_int_equal(rows_that_fit(100, 1000, false), 4);
    assert_int_equal(rows_that_fit(3, 1000, false), 3);
    assert_int_equal(rows_that_fit(100, 14, false), 2);
    assert_int_equal(rows_that_fit(100, 13, false), 1);
    assert_int_equal(rows_that_fit(100, 1, false), 1);
    /* Whether nulls are written changes nothing about where it is cut. */
    assert_int_equal(rows_that_fit(100, 14, true), 2);
}

static void what_did_not_fit_leaves_nothing(void **state)
{
    struct weir_batch *batch = load_batch("[{'a':1},{'a':2},{'a':'long text'}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_JSON);
    struct http_body whole = load_body(&form, batch, 0, 2), cut;

    (void)state;
    form.max_bytes = 15;
    cut = load_body(&form, batch, 0, 3);
    assert_int_equal(cut.n_rows, 2);
    assert_string_equal(cut.text.ptr, whole.text.ptr);
    assert_memory_equal(cut.digest, whole.digest, HTTP_BODY_DIGEST);
    http_body_done(&whole);
    http_body_done(&cut);
    weir_batch_free(batch);
}

/* The same unit alone, and behind another one with other columns in another order. */
static void the_same_rows_are_the_same_bytes_in_any_batch(void **state)
{
    struct weir_batch *alone = load_batch("[{'b':1,'a':2}]", NULL);
    struct weir_batch *behind = load_batch("[{'z':1,'a':1}]", "[{'b':1,'a':2}]", NULL);
    struct http_body_form form = load_form(HTTP_BODY_JSON);
    struct http_body one = load_body(&form, alone, 0, 1);
    struct http_body two = load_body(&form, behind, 1, 2);

    (void)state;
    assert_string_equal(one.text.ptr, two.text.ptr);
    assert_memory_equal(one.digest, two.digest, HTTP_BODY_DIGEST);
    http_body_done(&one);
    http_body_done(&two);
    weir_batch_free(alone);
    weir_batch_free(behind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_format),
        cmocka_unit_test(no_line_ends_inside_a_row),
        cmocka_unit_test(nulls_are_written_where_they_are_wanted),
        cmocka_unit_test(a_limit_ends_a_body),
        cmocka_unit_test(what_did_not_fit_leaves_nothing),
        cmocka_unit_test(the_same_rows_are_the_same_bytes_in_any_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
