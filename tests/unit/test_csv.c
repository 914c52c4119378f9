/* Rows of CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include <weir/csv.h>

#include "json_bodies.h"

/* The text ends where its memory does. */
static struct decoded read_all(const struct weir_csv *csv, struct weir_str text)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_csv_reader *reader = weir_csv_reader_new(csv);
    char *copy = weir_malloc(text.len ? text.len : 1);

    memcpy(copy, text.ptr, text.len);
    weir_adopt(d.batch->arena, copy, text.len);
    (void)weir_batch_add_unit(d.batch, NULL);
    d.status = weir_csv_rows(reader, (struct weir_str){copy, text.len}, d.batch, &d.error);
    if (d.status != WEIR_OK)
        weir_batch_fail_unit(d.batch, &d.error);
    weir_csv_reader_free(reader);
    return d;
}

/* All cells, row by row: "a|b;", with ~ for null. */
static void check_with(const struct weir_csv *csv, const char *text, const char *expected)
{
    struct decoded d = read_all(csv, weir_str(text));
    char got[512] = "";
    size_t n = 0;

    if (d.status != WEIR_OK)
        fail_msg("%s: %s", d.error.code, d.error.text);
    for (size_t r = 0; r < d.batch->n_rows; r++) {
        for (size_t c = 0; c < d.batch->n_columns; c++) {
            struct weir_value *value = &d.batch->columns[c].values[r];
            struct weir_str s = value->kind == WEIR_NULL ? weir_str("~") : weir_value_str(value);

            assert_true(value->kind == WEIR_NULL || value->kind == WEIR_TEXT);
            n +=
                (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s", c ? "|" : "", WEIR_STR_ARG(s));
        }
        n += (size_t)snprintf(got + n, sizeof(got) - n, ";");
    }
    assert_string_equal(got, expected);
    weir_batch_free(d.batch);
}

static void check(const char *text, const char *expected)
{
    check_with(&(struct weir_csv){0}, text, expected);
}

static void check_fails_with(
    const struct weir_csv *csv, struct weir_str text, const char *code, const char *says)
{
    struct decoded d = read_all(csv, text);

    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, code);
    if (!strstr(d.error.text, says))
        fail_msg("'%s' is not in: %s", says, d.error.text);
    assert_int_equal(d.batch->n_rows, 0);
    weir_batch_free(d.batch);
}

static void check_fails(const char *text, const char *code, const char *says)
{
    check_fails_with(&(struct weir_csv){0}, weir_str(text), code, says);
}

static void records_are_rows(void **state)
{
    (void)state;
    check("a,b\n1,2\n3,4\n", "1|2;3|4;");
    check("a,b\r\n1,2\r\n3,4", "1|2;3|4;");
    check("\xef\xbb\xbf"
          "a\n1\n",
        "1;");
    check("a,b\n\n1,2\n\r\n\n", "1|2;");
    check("a,b\n", "");
    check("a", "");
    check("a\n1", "1;");
}

static void texts_stay_as_they_are(void **state)
{
    (void)state;
    check("a,b\n 1 ,007\n\xc3\xa9, \n", " 1 |007;\xc3\xa9| ;");
}

static void empty_is_null_and_quoted_empty_is_not(void **state)
{
    (void)state;
    check("a,b,c\n,\"\",\n", "~||~;");
    check("a,b\n,\n", "~|~;");
}

static void quotes_hold_anything(void **state)
{
    (void)state;
    check("a,b\n\"1,2\",\"x\"\"y\"\n", "1,2|x\"y;");
    check("a,b\n\"line\nline\r\n\",\"\"\"\"\n", "line\nline\r\n|\";");
    check("\"a\"\"x\",b\n1,\"2\"", "1|2;");
    check("a,b\n\"1\",\"\"\"2\"\"\"\r\n", "1|\"2\";");
}

static void the_dialect_is_the_files(void **state)
{
    static const char *const names[] = {"x", "y"};
    struct weir_strs columns = {names, 2};

    (void)state;
    check_with(&(struct weir_csv){.delimiter = ';'}, "a;b\n1,5;\"2;3\"\n", "1,5|2;3;");
    check_with(
        &(struct weir_csv){.delimiter = '\t', .no_quotes = true}, "a\tb\n5\"\t\"x\n", "5\"|\"x;");
    check_with(&(struct weir_csv){.no_header = true, .columns = columns}, "1,2\n3,4\n", "1|2;3|4;");
    check_with(&(struct weir_csv){.no_header = true, .columns = columns}, "", "");
    check_with(&(struct weir_csv){.columns = columns}, "a,a\n3,4\n", "3|4;");
    check_fails_with(&(struct weir_csv){.columns = columns}, weir_str("a\n3\n"), "E-CSV",
        "1 names stand there, and 2 under columns");
}

static void columns_come_by_their_names(void **state)
{
    struct decoded d = read_all(&(struct weir_csv){0}, weir_str("b,a\n1,2\n"));
    struct weir_csv_reader *reader = weir_csv_reader_new(&(struct weir_csv){0});

    (void)state;
    (void)weir_batch_add_unit(d.batch, NULL);
    assert_int_equal(weir_csv_rows(reader, weir_str("a,c\n3,4\n"), d.batch, &d.error), WEIR_OK);
    assert_int_equal(weir_csv_rows(reader, weir_str("5,\n"), d.batch, &d.error), WEIR_OK);
    weir_csv_reader_free(reader);
    assert_int_equal(d.batch->n_columns, 3);
    assert_int_equal(d.batch->n_rows, 3);
    assert_memory_equal(cell(d.batch, 0, "b")->text, "1", 1);
    assert_int_equal(cell(d.batch, 0, "c")->kind, WEIR_NULL);
    assert_int_equal(cell(d.batch, 1, "b")->kind, WEIR_NULL);
    assert_memory_equal(cell(d.batch, 1, "a")->text, "3", 1);
    assert_memory_equal(cell(d.batch, 2, "a")->text, "5", 1);
    assert_int_equal(cell(d.batch, 2, "c")->kind, WEIR_NULL);
    weir_batch_free(d.batch);
}

static void ragged_rows_are_told(void **state)
{
    (void)state;
    check_fails("a,b\n1,2\n3\n", "E-CSV", "row 2: 1 field where there are 2 columns, at line 3");
    check_fails("a,b\n1,2,3\n", "E-CSV", "row 1: 3 fields where there are 2 columns, at line 2");
    check_fails(
        "a,b\n1,\"\n\n\"\n3\n", "E-CSV", "row 2: 1 field where there are 2 columns, at line 5");
}

static void quotes_out_of_place_are_told(void **state)
{
    (void)state;
    check_fails("a,b\n1,x\"y\n", "E-CSV", "row 1, column 'b': a quote inside a field");
    check_fails("a,b\n1,\"x\"y\n", "E-CSV", "row 1, column 'b': something behind the quote");
    check_fails("a,b\n1,\"x\n", "E-CSV", "ends inside the quoted field (was it cut off?)");
    check_fails("a,b\n1\r2,3\n", "E-CSV", "a carriage return that no line feed follows, at line 2");
    check_fails("\"a\n", "E-CSV", "header: the text ends inside");
}

static void names_are_there_and_differ(void **state)
{
    (void)state;
    check_fails("a,,c\n1,2,3\n", "E-CSV", "column 2 has no name");
    check_fails("a,b,a\n1,2,3\n", "E-CSV", "column 'a': two columns have this name");
    check_fails("", "E-BODY-SHAPE", "the answer is empty");
    check_fails("\n\r\n", "E-BODY-SHAPE", "the answer is empty");
}

static void bytes_are_checked(void **state)
{
    static const struct weir_csv csv = {0};

    (void)state;
    check_fails("a\n\xff\n", "E-UTF8", "byte 0xFF is not UTF-8, at line 2 (byte 2)");
    check_fails_with(
        &csv, (struct weir_str){"a,b\n1,x\0y\n", 9}, "E-TEXT-NUL", "row 1, column 'b'");
    check_fails_with(&csv, (struct weir_str){"a,b\n1,\"x\0y\"\n", 12}, "E-TEXT-NUL", "row 1");
    check_fails_with(&csv, (struct weir_str){"a\0\n", 3}, "E-TEXT-NUL", "header");
    check_fails_with(&csv,
        (struct weir_str){"\xff\xfe"
                          "a\0",
            4},
        "E-BODY-SHAPE", "UTF-16");
}

static void what_is_no_csv_is_called_so(void **state)
{
    (void)state;
    check_fails("\n<!DOCTYPE html>\n<html>", "E-BODY-SHAPE", "HTML");
    check_fails("<?xml version=\"1.0\"?>", "E-BODY-SHAPE", "XML");
    check_fails("{\"error\":\"no\"}", "E-BODY-SHAPE", "JSON");
    check_fails("[{\"id\":1}]", "E-BODY-SHAPE", "JSON");
    check("[id],<b>\n1,2\n", "1|2;");
}

static struct weir_str repeat(struct weir_arena *arena, const char *head, char c, size_t n)
{
    char *text = weir_alloc(arena, strlen(head) + n);

    memcpy(text, head, strlen(head));
    memset(text + strlen(head), c, n);
    return (struct weir_str){text, strlen(head) + n};
}

static void all_is_bounded(void **state)
{
    static const struct weir_csv csv = {0};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    check_fails_with(&csv, repeat(arena, "a\n", 'x', WEIR_CSV_MAX_RECORD + 1), "E-LIMIT-RECORD",
        "row 1: a record of more than");
    check_fails_with(
        &csv, repeat(arena, "", 'x', WEIR_CSV_MAX_NAME + 1), "E-LIMIT-KEY", "column 1");
    check_fails_with(
        &(struct weir_csv){.delimiter = '.'}, repeat(arena, "x.y.", 'z', 0), "E-CSV", "column 3");
    weir_arena_free(arena);
}

static void columns_are_bounded(void **state)
{
    static const struct weir_csv csv = {0};
    char *text = weir_malloc(8 * (WEIR_CSV_MAX_COLUMNS + 1));
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i <= WEIR_CSV_MAX_COLUMNS; i++)
        n += (size_t)sprintf(text + n, "%sc%zu", i ? "," : "", i);
    check_fails_with(&csv, (struct weir_str){text, n}, "E-LIMIT-COLUMNS", "more than 4096 columns");
    free(text);
}

/* Wherever it is cut but at the end of a field, it is an error, or one record less. */
static void a_cut_record_is_no_other_row(void **state)
{
    static const char text[] = "a,b\n\"x,\"\"1\",2\n";
    static const struct weir_csv csv = {0};

    (void)state;
    for (size_t n = 5; n < 12; n++)
        check_fails_with(&csv, (struct weir_str){text, n}, "E-CSV", "row 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_rows),
        cmocka_unit_test(texts_stay_as_they_are),
        cmocka_unit_test(empty_is_null_and_quoted_empty_is_not),
        cmocka_unit_test(quotes_hold_anything),
        cmocka_unit_test(the_dialect_is_the_files),
        cmocka_unit_test(columns_come_by_their_names),
        cmocka_unit_test(ragged_rows_are_told),
        cmocka_unit_test(quotes_out_of_place_are_told),
        cmocka_unit_test(names_are_there_and_differ),
        cmocka_unit_test(bytes_are_checked),
        cmocka_unit_test(what_is_no_csv_is_called_so),
        cmocka_unit_test(all_is_bounded),
        cmocka_unit_test(columns_are_bounded),
        cmocka_unit_test(a_cut_record_is_no_other_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
