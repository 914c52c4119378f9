/* A line and its caret: tabs, wide characters, long lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file/show_line.h"

static void check_line(const char *line, size_t caret, const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    show_line(weir_str(line), caret, "", "", out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void puts_carets_below_wide_characters(void **state)
{
    (void)state;
    check_line("\t\ta: x", 5, "            a: x\n               ^\n");
    check_line("ab\tc", 3, "    ab  c\n        ^\n");
    check_line("\xe6\xbc\xa2\xe5\xad\x97: x", 8, "    \xe6\xbc\xa2\xe5\xad\x97: x\n          ^\n");
    check_line("\xf0\x9f\x98\x80x", 4, "    \xf0\x9f\x98\x80x\n      ^\n");
    check_line("e\xcc\x81x", 3, "    e\xcc\x81x\n     ^\n");
    check_line("\xc3\xa4x", 2, "    \xc3\xa4x\n     ^\n");
    check_line("\xff\xc3x", 2, "    \\xFF\\xC3x\n            ^\n");
    check_line("ab", 2, "    ab\n      ^\n");
    check_line("ab", 99, "    ab\n      ^\n");
}

/* The caret stands below the character that is meant, wherever the line was cut. */
static void cuts_long_lines(void **state)
{
    char line[1001];

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        line[i] = (char)('a' + i % 26);
    line[1000] = '\0';
    for (size_t caret = 0; caret <= 1000; caret++) {
        char *text = NULL, *second;
        size_t size, column;
        FILE *out = open_memstream(&text, &size);

        show_line(weir_str(line), caret, "", "", out);
        fclose(out);
        second = strchr(text, '\n') + 1;
        column = strcspn(second, "^");
        assert_true((size_t)(second - text) <= SHOW_LINE_INDENT + SHOW_LINE_WIDTH + 7);
        assert_true((size_t)(second - text) >= SHOW_LINE_INDENT + SHOW_LINE_WIDTH + 4);
        if (caret < 1000)
            assert_int_equal(text[column], line[caret]);
        else
            assert_int_equal(text[column], '\n');
        assert_int_equal(strstr(text, "...") != NULL, true);
        free(text);
    }
}

static void cuts_between_wide_characters(void **state)
{
    char line[400];

    (void)state;
    for (size_t i = 0; i < 100; i++)
        memcpy(line + 3 * i, "\xe6\xbc\xa2", 4);
    for (size_t caret = 0; caret < 300; caret += 3) {
        char *text = NULL;
        size_t size, blanks;
        FILE *out = open_memstream(&text, &size);

        show_line(weir_str(line), caret, "", "", out);
        fclose(out);
        assert_int_equal(weir_str_utf8_error(weir_str(text)), strlen(text));
        blanks = strcspn(strchr(text, '\n') + 1, "^");
        assert_true(blanks <= SHOW_LINE_INDENT + SHOW_LINE_WIDTH + 3);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_carets_below_wide_characters),
        cmocka_unit_test(cuts_long_lines),
        cmocka_unit_test(cuts_between_wide_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
