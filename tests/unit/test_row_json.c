/* A row as a text that comes back as it was. */
#include "batch_checks.h"

#include <math.h>

#include "json_bodies.h"

/* A batch of one row with these values, in columns a, b, c ... */
static struct weir_batch *row_of(const struct weir_value *values, size_t n)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    for (size_t i = 0; i < n; i++) {
        char name[2] = {(char)('a' + i), '\0'};

        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), values[i]);
    }
    return batch;
}

static void check_row(const struct weir_value *values, size_t n, const char *expected)
{
    struct weir_batch *batch = row_of(values, n);
    struct weir_str json = weir_batch_row_json(batch, 0);

    assert_string_equal(json.ptr, expected);
    assert_int_equal(json.len, strlen(expected));
    weir_batch_free(batch);
}

static void each_kind_has_its_form(void **state)
{
    const struct weir_value values[] = {
        weir_null(),
        weir_bool(false),
        weir_int(INT64_MIN),
        weir_float(0.1),
        weir_text(WEIR_DECIMAL, weir_str("123456789012345678901.50")),
        weir_text(WEIR_TEXT, weir_str("\"\\\n\x01\xc3\xa4")),
        weir_text(WEIR_BYTES, (struct weir_str){"\0\xff", 2}),
        {.kind = WEIR_TIMESTAMP, .integer = 1500000},
        {.kind = WEIR_DATE, .integer = -1},
        weir_text(WEIR_JSON, weir_str("{\"x\": [1, 2.50]}")),
        weir_absent(),
    };

    (void)state;
    check_row(values, 11,
        "{\"a\":null,\"b\":false,\"c\":-9223372036854775808,\"d\":0.1,\"e\":123456789012345678901."
        "50,"
        "\"f\":\"\\\"\\\\\\n\\u0001\xc3\xa4\",\"g\":\"00ff\",\"h\":\"1970-01-01T00:00:01.500000Z\","
        "\"i\":\"1969-12-31\",\"j\":{\"x\": [1, 2.50]}}");
}

static void what_is_no_number_in_json_is_a_text(void **state)
{
    const struct weir_value values[] = {
        weir_float(INFINITY),
        weir_float(NAN),
        weir_text(WEIR_DECIMAL, weir_str("NaN")),
        weir_text(WEIR_DECIMAL, weir_str(".5")),
    };

    (void)state;
    check_row(values, 4, "{\"a\":\"inf\",\"b\":\"nan\",\"c\":\"NaN\",\"d\":\".5\"}");
    check_row(values, 0, "{}");
}

static void names_are_quoted(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)state;
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("a \"b\"\t")), weir_bool(true));
    assert_string_equal(weir_batch_row_json(batch, 0).ptr, "{\"a \\\"b\\\"\\t\":true}");
    weir_batch_free(batch);
}

static void check_same(const struct weir_value *a, const struct weir_value *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->length, b->length);
    if (a->length)
        assert_memory_equal(a->text, b->text, a->length);
    else if (a->kind != WEIR_NULL && a->kind != WEIR_TEXT)
        assert_memory_equal(&a->integer, &b->integer, a->kind == WEIR_BOOL ? 1 : 8);
}

/* Read, told and read again, a row has the same kinds and digits. */
static void check_comes_back(const char *body)
{
    struct decoded first = decode(weir_str(body), NULL);
    struct decoded second;

    assert_int_equal(first.status, WEIR_OK);
    second = decode(weir_batch_row_json(first.batch, 0), NULL);
    if (second.status != WEIR_OK)
        fail_msg("%s: %s", body, second.error.text);
    assert_int_equal(second.batch->n_columns, first.batch->n_columns);
    for (size_t c = 0; c < first.batch->n_columns; c++) {
        assert_true(weir_str_equal(first.batch->columns[c].name, second.batch->columns[c].name));
        check_same(&first.batch->columns[c].values[0], &second.batch->columns[c].values[0]);
    }
    weir_batch_free(first.batch);
    weir_batch_free(second.batch);
}

static void a_row_comes_back_as_it_was(void **state)
{
    (void)state;
    check_comes_back("{\"a\": true, \"b\": false}");
    check_comes_back("{\"a\": 0, \"b\": -0, \"c\": 9223372036854775807, \"d\": -1}");
    check_comes_back(
        "{\"a\": 1.0, \"b\": -0.0, \"c\": 1e3, \"d\": 1e22, \"e\": 1e-7, \"f\": 5e-324}");
    check_comes_back(
        "{\"a\": 1.7976931348623157e308, \"b\": 100000000000000000000.0, \"c\": 1e16}");
    check_comes_back("{\"a\": 18446744073709551616, \"b\": 0.1000000000000000055, \"c\": 1e400}");
    check_comes_back("{\"a\": \"\", \"b\": \"\\ud83d\\ude00 \\u0007 \\/\", \"c\": \"1\"}");
    check_comes_back("{\"a\": {\"b\": [1, 2.50, null]}, \"c\": [], \"\": {}}");
    check_comes_back("{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_form),
        cmocka_unit_test(what_is_no_number_in_json_is_a_text),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(a_row_comes_back_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
