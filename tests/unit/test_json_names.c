/* Rows that are arrays, with names from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_bodies.h"

static struct decoded read_form(
    const char *text, const char *records, const char *schema, const struct weir_strs *columns)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_json_form form = {
        .records = path_of(d.batch->arena, records), .schema = path_of(d.batch->arena, schema)};

    if (columns)
        form.columns = *columns;
    (void)weir_batch_add_unit(d.batch, NULL);
    d.status =
        weir_json_read(reader, body_copy(d.batch->arena, weir_str(text)), &form, d.batch, &d.error);
    if (d.status != WEIR_OK)
        weir_batch_fail_unit(d.batch, &d.error);
    weir_json_reader_free(reader);
    return d;
}

/* Two rows, (1, "x") and (2, null), of the columns a and b. */
static void check_two(struct decoded d)
{
    if (d.status != WEIR_OK)
        fail_msg("%s: %s", d.error.code, d.error.text);
    assert_int_equal(d.batch->n_rows, 2);
    assert_int_equal(d.batch->n_columns, 2);
    assert_int_equal(cell(d.batch, 0, "a")->integer, 1);
    assert_memory_equal(cell(d.batch, 0, "b")->text, "x", 1);
    assert_int_equal(cell(d.batch, 1, "a")->integer, 2);
    assert_int_equal(cell(d.batch, 1, "b")->kind, WEIR_NULL);
    weir_batch_free(d.batch);
}

static void the_caller_names_them(void **state)
{
    static const char *const names[] = {"a", "b"};
    static const struct weir_strs columns = {names, 2};

    (void)state;
    check_two(read_form("[[1,\"x\"],[2,null]]", NULL, NULL, &columns));
    check_two(read_form("{\"d\":[[1,\"x\"],[2,null]]}", "d", NULL, &columns));
    check_two(read_form("[{\"d\":[[1,\"x\"]]},{\"d\":[[2,null]]}]", "[*].d", NULL, &columns));
}

static void the_document_names_them(void **state)
{
    (void)state;
    check_two(read_form("{\"n\":[\"a\",\"b\"],\"d\":[[1,\"x\"],[2,null]]}", "d", "n", NULL));
    check_two(read_form("{\"d\":[[1,\"x\"],[2,null]],\"n\":[\"\\u0061\",\"b\"]}", "d", "n", NULL));
    check_two(read_form("{\"d\":[[1,\"x\"],[2,null]],\"s\":[{\"n\":\"a\"},{\"t\":1,\"n\":\"b\"}]}",
        "d", "s[*].n", NULL));
    check_two(read_form("[[\"a\",\"b\"],[1,\"x\"],[2,null]]", NULL, "[0]", NULL));
    check_two(read_form("{\"d\":[[\"a\",\"b\"],[1,\"x\"],[2,null]]}", "d", "d[0]", NULL));
    check_two(
        read_form("{\"d\":[[1,\"x\"],[2,null]],\"n\":[0,[\"a\",\"b\"]]}", "d", "n[-1]", NULL));
}

static void check_fails(const char *text, const char *schema, const char *code, const char *says)
{
    struct decoded d = read_form(text, "d", schema, NULL);

    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, code);
    if (!strstr(d.error.text, says))
        fail_msg("'%s' is not in: %s", says, d.error.text);
    assert_int_equal(d.batch->n_rows, 0);
    weir_batch_free(d.batch);
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    check_fails("{\"n\":[\"a\"],\"d\":[[1],[1,2]]}", "n", "E-ROW-SHAPE",
        "row 2: 2 values where there are 1 column, at");
    check_fails("{\"n\":[\"a\"],\"d\":[[1],[]]}", "n", "E-ROW-SHAPE", "row 2: 0 values");
    check_fails("{\"n\":[\"a\"],\"d\":[[1],2]}", "n", "E-ROW-SHAPE", "row 2 of 'd' is a number");
    check_fails("{\"n\":[\"a\"],\"d\":{\"a\":1}}", "n", "E-BODY-SHAPE", "an array");
    check_fails("{\"n\":[\"a\",\"a\"],\"d\":[]}", "n", "E-BODY-SHAPE", "two columns are named 'a'");
    check_fails("{\"n\":[\"a\",[]],\"d\":[]}", "n", "E-BODY-SHAPE", "the name of column 2");
    check_fails("{\"n\":{},\"d\":[]}", "n", "E-BODY-SHAPE", "the name of column 1");
    check_fails("{\"d\":[]}", "n", "E-BODY-SHAPE", "no names of columns at 'n'");
}

static void what_is_no_json_is_called_so(void **state)
{
    (void)state;
    check_fails("{\"n\":[\"a\"],\"d\":[[1],[1,2]],}", "n", "E-JSON", "a key in quotes");
    check_fails("{\"n\":[\"a\"],\"d\":[[1,]]}", "n", "E-JSON", "row 1");
    check_fails("{\"n\":[\"a\" \"b\"],\"d\":[[1,2]]}", "n", "E-JSON", "',' or ']'");
    check_fails("{\"n\":[\"a\"],\"d\":[[1]]", "n", "E-JSON", "the body ends");
    check_fails("{\"n\":[\"\\ud800\"],\"d\":[[1]]}", "n", "E-JSON", "surrogate");
    check_fails("{\"d\":[[}]]", "n", "E-JSON", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caller_names_them),
        cmocka_unit_test(the_document_names_them),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(what_is_no_json_is_called_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
