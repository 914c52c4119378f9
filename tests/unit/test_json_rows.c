/* What is no row among the rows of a body: the body's fault, or set aside where the resource does so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "json_bodies.h"

#include <weir/stage.h>

static const struct weir_resource aside = {.name = "t", .sets_aside = true};

static struct decoded decode_form(const char *text, const struct weir_json_form *form)
{
    struct decoded d = {.batch = weir_batch_new(&aside)};
    struct weir_json_reader *reader = weir_json_reader_new();

    (void)weir_batch_add_unit(d.batch, NULL);
    d.status =
        weir_json_read(reader, body_copy(d.batch->arena, weir_str(text)), form, d.batch, &d.error);
    if (d.status != WEIR_OK)
        weir_batch_fail_unit(d.batch, &d.error);
    weir_json_reader_free(reader);
    return d;
}

/* "2 [E-ROW-SHAPE] 5" of each that was set aside, in the order of the body. */
static const char *told(const struct weir_batch *batch)
{
    const char *all = "";

    for (const struct weir_reject *r = batch->rejects; r; r = r->next)
        all = weir_printf(
            batch->arena, "%zu [%s] %.*s; %s", r->number, r->error.code, WEIR_STR_ARG(r->row), all);
    return all;
}

static void check_aside(
    const char *text, const struct weir_json_form *form, size_t n_rows, const char *expected)
{
    struct decoded d = decode_form(text, form);

    if (d.status != WEIR_OK)
        fail_msg("%s: %s", text, d.error.text);
    assert_string_equal(told(d.batch), expected);
    assert_int_equal(d.batch->n_rows, n_rows + d.batch->n_rejects);
    weir_batch_drop_rejected(d.batch);
    assert_int_equal(d.batch->n_rows, n_rows);
    for (size_t i = 0; i < n_rows; i++)
        assert_int_equal(cell(d.batch, i, "id")->kind, WEIR_INT);
    weir_batch_free(d.batch);
}

static void what_is_no_object_is_set_aside(void **state)
{
    const struct weir_json_form document = {0};
    const struct weir_json_form lines = {.is_lines = true};

    (void)state;
    check_aside("[{\"id\":1}, null ,{\"id\":3}]", &document, 2, "2 [E-ROW-SHAPE] null; ");
    check_aside("[1,\"two\",true,[2, {\"id\":4} ]]", &document, 0,
        "1 [E-ROW-SHAPE] 1; 2 [E-ROW-SHAPE] \"two\"; 3 [E-ROW-SHAPE] true; 4 [E-ROW-SHAPE] [2, "
        "{\"id\":4} ]; ");
    check_aside("{\"id\":1}\n 5 \nnull\n{\"id\":4}\n[{\"id\":5},6]", &lines, 3,
        "2 [E-ROW-SHAPE] 5; 3 [E-ROW-SHAPE] null; 6 [E-ROW-SHAPE] 6; ");
}

static void what_no_text_may_hold_is_set_aside(void **state)
{
    const struct weir_json_form document = {0};
    const char *names[] = {"id", "v"};
    const struct weir_json_form arrays = {.columns = {names, 2}};

    (void)state;
    check_aside("[{\"id\":1},{\"id\":2,\"v\":\"\\n\\u0000\",\"w\":[\"\\n\"]},{\"w\":1,\"id\":3}]",
        &document, 2, "2 [E-TEXT-NUL] {\"id\":2,\"v\":\"\\n\\u0000\",\"w\":[\"\\n\"]}; ");
    check_aside(
        "[{\"id\":1,\"o\":{\"a\":[{\"\\u0000\":1}]}},{\"id\":2,\"id\":3},\"\\u0000\",{\"id\":4}]",
        &document, 1,
        "1 [E-TEXT-NUL] {\"id\":1,\"o\":{\"a\":[{\"\\u0000\":1}]}}; 2 [E-JSON-DUPLICATE] "
        "{\"id\":2,\"id\":3}; 3 [E-ROW-SHAPE] \"\\u0000\"; ");
    check_aside("[[1,\"\\u0000\"],[2,[\"\\u0000\"]],[3,4]]", &arrays, 1,
        "1 [E-TEXT-NUL] [1,\"\\u0000\"]; 2 [E-TEXT-NUL] [2,[\"\\u0000\"]]; ");
}

static void arrays_of_another_length_are_set_aside(void **state)
{
    const char *names[] = {"id", "v"};
    const struct weir_json_form form = {.columns = {names, 2}};

    (void)state;
    check_aside("[[1,2],[3],{\"id\":1},[4,5,6],[7,8]]", &form, 2,
        "2 [E-ROW-SHAPE] [3]; 3 [E-ROW-SHAPE] {\"id\":1}; 4 [E-ROW-SHAPE] [4,5,6]; ");
}

static void what_is_no_json_still_fails(void **state)
{
    static const char *const bodies[] = {"[{\"id\":1},tru]", "[1,]", "[1", "[\"\xff\"]", "[nul,2]",
        "[{\"a\":\"\\u0000\",\"b\":\"\\x\"}]", "[{\"a\":\"\\u0000\"}", "[{\"a\":\"\\u0000\",}]",
        "[{\"a\":\"\\u0000\"},{\"b\":\"\\ud800\"}]", "[{\"a\":\"\\u0000\"]"};
    const struct weir_json_form document = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct decoded d = decode_form(bodies[i], &document);

        assert_int_equal(d.status, WEIR_FAIL);
        assert_int_equal(d.batch->n_rejects, 0);
        assert_int_equal(d.batch->n_rows, 0);
        weir_batch_free(d.batch);
    }
}

static void a_body_of_nothing_else_is_bounded(void **state)
{
    const struct weir_json_form document = {0};
    size_t n = 65537;
    char *text = weir_malloc(2 * n + 2);
    struct decoded d;

    (void)state;
    for (size_t i = 0; i < n; i++)
        memcpy(text + 2 * i, i ? ",1" : "[1", 2);
    memcpy(text + 2 * n, "]", 2);
    d = decode_form(text, &document);
    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, "E-ROW-SHAPE");
    assert_int_equal(d.batch->n_rejects, 0);
    weir_batch_free(d.batch);
    memcpy(text + 2 * n - 2, "]", 2);
    d = decode_form(text, &document);
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rejects, n - 1);
    weir_batch_free(d.batch);
    free(text);
}

static void a_resource_that_sets_nothing_aside_fails(void **state)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();

    (void)state;
    (void)weir_batch_add_unit(d.batch, NULL);
    d.status = weir_json_rows(
        reader, body_copy(d.batch->arena, weir_str("[{\"id\":1},5]")), NULL, d.batch, &d.error);
    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, "E-ROW-SHAPE");
    assert_string_equal(d.error.text, "row 2 of '$' is a number, not an object");
    weir_json_reader_free(reader);
    weir_batch_free(d.batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_object_is_set_aside),
        cmocka_unit_test(what_no_text_may_hold_is_set_aside),
        cmocka_unit_test(arrays_of_another_length_are_set_aside),
        cmocka_unit_test(what_is_no_json_still_fails),
        cmocka_unit_test(a_body_of_nothing_else_is_bounded),
        cmocka_unit_test(a_resource_that_sets_nothing_aside_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
