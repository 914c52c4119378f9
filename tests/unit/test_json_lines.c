/* Rows of JSON Lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_bodies.h"

static struct decoded decode_lines(const char *text, const char *records)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();

    (void)weir_batch_add_unit(d.batch, NULL);
    d.status = weir_json_lines(reader, body_copy(d.batch->arena, weir_str(text)),
        path_of(d.batch->arena, records), d.batch, &d.error);
    if (d.status != WEIR_OK)
        weir_batch_fail_unit(d.batch, &d.error);
    weir_json_reader_free(reader);
    return d;
}

static void check_ids(const char *text, const char *records, size_t n)
{
    struct decoded d = decode_lines(text, records);

    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rows, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cell(d.batch, i, "id")->integer, i + 1);
    weir_batch_free(d.batch);
}

static void check_fails(const char *text, const char *records, const char *code, const char *says)
{
    struct decoded d = decode_lines(text, records);

    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, code);
    if (!strstr(d.error.text, says))
        fail_msg("'%s' is not in: %s", says, d.error.text);
    assert_int_equal(d.batch->n_rows, 0);
    weir_batch_free(d.batch);
}

static void each_line_is_a_row(void **state)
{
    (void)state;
    check_ids("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n", NULL, 3);
    check_ids("{\"id\":1}\r\n{\"id\":2}\r\n", NULL, 2);
    check_ids("{\"id\":1}\n{\"id\":2}", NULL, 2);
    check_ids("\xef\xbb\xbf\n\n {\"id\":1}\n \n{\"id\":2}\n\n", NULL, 2);
    check_ids("{\"id\":1,\"t\":\"a\\nb}{\"}\n{\"t\":\"\",\"id\":2}\n", NULL, 2);
}

static void no_lines_are_no_rows(void **state)
{
    (void)state;
    check_ids("", NULL, 0);
    check_ids("\xef\xbb\xbf\n", NULL, 0);
    check_ids(" \r\n\n\t", NULL, 0);
}

static void rows_may_stand_inside(void **state)
{
    (void)state;
    check_ids("{\"record\":{\"id\":1}}\n{\"record\":{\"id\":2}}\n", "record", 2);
    check_ids("[{\"id\":1},{\"id\":2}]\n[]\n[{\"id\":3}]\n", NULL, 3);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    check_fails("{\"id\":1}\n{\"id\":2", NULL, "E-JSON", "line 2");
    check_fails("{\"id\":1}\n{\"id\":\"2", NULL, "E-JSON", "line 2");
    check_fails("{\"id\":1}\n{\"id\":}\n", NULL, "E-JSON", "row 2, key 'id'");
    check_fails("{\"id\":1} {\"id\":2}\n", NULL, "E-JSON", "the end of the line");
    check_fails("{\"id\":1}{\"id\":2}\n", NULL, "E-JSON", "line 1 column 9");
    check_fails("{\"id\":1},\n{\"id\":2}\n", NULL, "E-JSON", "line 1 column 9");
    check_fails("{\"id\":1}\n\n42\n", NULL, "E-ROW-SHAPE", "line 3: ");
    check_fails("{\"id\":1}\nnull\n", NULL, "E-ROW-SHAPE", "line 2: ");
    check_fails("{\"a\":{\"id\":1}}\n{\"b\":2}\n", "a", "E-BODY-SHAPE", "line 2: no array at 'a'");
    check_fails("{\"id\":1}\n42\n{\"id\":", NULL, "E-JSON", "line 3");
    check_fails("{\"id\":1}\n{\"id\":2,\"id\":3}\n", NULL, "E-JSON-DUPLICATE", "row 2");
    check_fails(
        "{\"id\":1}\n{\"id\":\n2}\n", NULL, "E-JSON", "the middle of a document, at line 2");
    check_fails("<html>", NULL, "E-BODY-SHAPE", "HTML");
}

/* B01: wherever a body is cut but behind a line, it is an error. */
static void a_cut_line_is_never_a_row(void **state)
{
    static const char body[] = "{\"id\":1,\"v\":[1.5,\"\\u00e9\"]}\n{\"id\":2,\"v\":null}\n";
    size_t first = (size_t)(strchr(body, '\n') - body);

    (void)state;
    for (size_t n = 0; n < sizeof(body) - 1; n++) {
        char cut[sizeof(body)];
        struct decoded d;

        memcpy(cut, body, n);
        cut[n] = '\0';
        d = decode_lines(cut, NULL);
        if (n == 0 || n == first || n == first + 1 || n == sizeof(body) - 2)
            assert_int_equal(d.status, WEIR_OK);
        else
            assert_int_equal(d.status, WEIR_FAIL);
        weir_batch_free(d.batch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_row),
        cmocka_unit_test(no_lines_are_no_rows),
        cmocka_unit_test(rows_may_stand_inside),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_cut_line_is_never_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
