#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <weir/str.h>

#define BYTES(text) ((struct weir_str){(text), sizeof(text) - 1})

static void views_compare_by_bytes(void **state)
{
    struct weir_str nothing = {NULL, 0};

    (void)state;
    assert_true(weir_str_equal(weir_str("abc"), weir_str("abc")));
    assert_false(weir_str_equal(weir_str("abc"), weir_str("abd")));
    assert_false(weir_str_equal(weir_str("ab"), weir_str("abc")));
    assert_true(weir_str_equal(nothing, weir_str("")));
    assert_int_equal(weir_str(NULL).len, 0);
    assert_true(weir_str_is(weir_str("x"), "x"));
    assert_false(weir_str_is(BYTES("x\0y"), "x"));
}

static void an_empty_list_allows_everything(void **state)
{
    static const char *const items[] = {"one", "two"};
    struct weir_strs none = {NULL, 0};
    struct weir_strs two = {items, 2};

    (void)state;
    assert_true(weir_strs_allow(&none, weir_str("one")));
    assert_false(weir_strs_contain(&none, weir_str("one")));
    assert_true(weir_strs_allow(&two, weir_str("two")));
    assert_false(weir_strs_allow(&two, weir_str("three")));
    assert_false(weir_strs_contain(&two, weir_str("tw")));
}

static void distance_counts_letters(void **state)
{
    char huge[200];

    (void)state;
    assert_int_equal(weir_str_distance("", "", 3), 0);
    assert_int_equal(weir_str_distance("", "abc", 3), 3);
    assert_int_equal(weir_str_distance("path", "path", 2), 0);
    assert_int_equal(weir_str_distance("path", "paths", 2), 1);
    assert_int_equal(weir_str_distance("path", "pth", 2), 1);
    assert_int_equal(weir_str_distance("path", "patg", 2), 1);
    assert_int_equal(weir_str_distance("path", "apth", 2), 1);
    assert_int_equal(weir_str_distance("kitten", "sitting", 9), 3);
    assert_int_equal(weir_str_distance("kitten", "sitting", 2), 3);
    memset(huge, 'x', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    assert_int_equal(weir_str_distance(huge, huge, 2), 0);
    assert_int_equal(weir_str_distance(huge, "x", 2), 3);
}

static void assert_printed(struct weir_str s, size_t size, const char *expected)
{
    char out[64];
    size_t length;

    memset(out, '#', sizeof(out));
    length = weir_str_printable(s, out, size);
    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
    if (size < sizeof(out))
        assert_int_equal(out[size], '#');
}

static void nothing_unsafe_is_printed(void **state)
{
    (void)state;
    assert_printed(weir_str("plain é 日本 🚀"), 64, "plain é 日本 🚀");
    assert_printed(weir_str("a\x1b[31m\r\nb\x7f"), 64, "a\\x1B[31m\\x0D\\x0Ab\\x7F");
    assert_printed(BYTES("a\0b"), 64, "a\\x00b");
    assert_printed(weir_str("\xff\xc3"), 64, "\\xFF\\xC3");
    assert_printed(weir_str("\xed\xa0\x80"), 64, "\\xED\\xA0\\x80");
    /* An override of the direction, a C1 control, a separator of lines. */
    assert_printed(weir_str("\xe2\x80\xae"), 64, "\\u{202E}");
    assert_printed(weir_str("\xc2\x9b"), 64, "\\u{9B}");
    assert_printed(weir_str("\xe2\x80\xa8"), 64, "\\u{2028}");
}

static void what_is_too_long_ends_in_dots(void **state)
{
    (void)state;
    assert_printed(weir_str("abcdefgh"), 9, "abcdefgh");
    assert_printed(weir_str("abcdefgh"), 8, "abcd...");
    /* No character is cut in two, no escape either. */
    assert_printed(weir_str("abcé..."), 8, "abc...");
    assert_printed(weir_str("a\n\n"), 8, "a...");
    assert_printed(weir_str("abcdefgh"), 4, "...");
    assert_printed(weir_str("abcdefgh"), 3, "..");
    assert_printed(weir_str("abcdefgh"), 1, "");
    assert_int_equal(weir_str_printable(weir_str("abc"), NULL, 0), 0);
}

static void utf8_is_checked_strictly(void **state)
{
    const struct {
        struct weir_str text;
        size_t error;
    } cases[] = {
        {BYTES("all of this is ASCII, and more than eight bytes"), 47},
        {BYTES("é日🚀"), 9},
        {BYTES("12345678\x80"), 8},
        {BYTES("ab\xc0\x80"), 2},       /* an overlong NUL */
        {BYTES("\xe0\x80\xaf"), 0},     /* an overlong slash */
        {BYTES("\xed\xa0\x80"), 0},     /* a surrogate */
        {BYTES("\xf4\x90\x80\x80"), 0}, /* beyond U+10FFFF */
        {BYTES("\xf4\x8f\xbf\xbf"), 4}, /* U+10FFFF */
        {BYTES("a\xe6\x97"), 1},        /* cut off */
        {BYTES("\xf5"), 0},
        {BYTES("\xc3("), 0},
        {BYTES(""), 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(weir_str_utf8_error(cases[i].text), cases[i].error);
}

static void characters_become_utf8(void **state)
{
    static const struct {
        uint32_t character;
        const char *bytes;
    } cases[] = {
        {'a', "a"},
        {0x7f, "\x7f"},
        {0x80, "\xc2\x80"},
        {0x7ff, "\xdf\xbf"},
        {0x800, "\xe0\xa0\x80"},
        {0xffff, "\xef\xbf\xbf"},
        {0x10000, "\xf0\x90\x80\x80"},
        {0x10ffff, "\xf4\x8f\xbf\xbf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[5];

        *weir_put_utf8(out, cases[i].character) = '\0';
        assert_string_equal(out, cases[i].bytes);
    }
}

static void hexadecimal_digits_have_values(void **state)
{
    (void)state;
    assert_int_equal(weir_hex_digit('0'), 0);
    assert_int_equal(weir_hex_digit('9'), 9);
    assert_int_equal(weir_hex_digit('a'), 10);
    assert_int_equal(weir_hex_digit('F'), 15);
    for (const char *none = "/:@G`g \x80"; *none; none++)
        assert_int_equal(weir_hex_digit(*none), -1);
    assert_int_equal(weir_hex_digit('\0'), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_compare_by_bytes),
        cmocka_unit_test(an_empty_list_allows_everything),
        cmocka_unit_test(distance_counts_letters),
        cmocka_unit_test(nothing_unsafe_is_printed),
        cmocka_unit_test(what_is_too_long_ends_in_dots),
        cmocka_unit_test(utf8_is_checked_strictly),
        cmocka_unit_test(characters_become_utf8),
        cmocka_unit_test(hexadecimal_digits_have_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
