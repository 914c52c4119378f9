/*
 * What is no JSON, or not of the shape expected, is refused: with its code and
 * the place. WEIR_JSON_SUITE may name a folder of files y_*.json, which are to be
 * accepted, and n_*.json, which are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>

#include "json_bodies.h"

#define BYTES(text) ((struct weir_str){(text), sizeof(text) - 1})

static void assert_refused(
    struct weir_str body, const char *records, const char *code, const char *text)
{
    struct decoded d = decode(body, records);

    if (d.status != WEIR_FAIL || strcmp(d.error.code, code) != 0 || !strstr(d.error.text, text))
        print_error("%.*s\n  %s: %s\n  instead of %s: %s\n", (int)(body.len < 200 ? body.len : 200),
            body.ptr, d.error.code, d.error.text, code, text);
    assert_int_equal(d.status, WEIR_FAIL);
    assert_string_equal(d.error.code, code);
    assert_non_null(strstr(d.error.text, text));
    assert_int_equal(d.error.fault, WEIR_FAULT_DATA);
    assert_int_equal(d.batch->n_rows, 0);
    weir_batch_free(d.batch);
}

/* Put where a cell is, where a nested value is, and where nobody looks. */
static void assert_bad_value(const char *value, const char *code, const char *text)
{
    static const char *const around[] = {
        "[{\"a\":%s}]",
        "[{\"a\":[1,%s,2]}]",
        "[{\"a\":[{\"b\":[[%s]]}]}]",
        "{\"rows\":[],\"rest\":%s}",
        "{\"rest\":{\"x\":%s},\"rows\":[{}]}",
    };
    char body[1000];

    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        (void)snprintf(body, sizeof(body), around[i], value);
        assert_refused(weir_str(body), body[0] == '[' ? NULL : "rows", code, text);
    }
}

static void bad_values_are_refused_wherever_they_stand(void **state)
{
    static const char *const bad[] = {"tru", "truee", "True", "nul", "nulll", "nan", "NaN",
        "Infinity", "undefined", "01", "1.", "-", "1e", ".5", "+1", "0x1", "'a'", "a", "/**/1",
        "1 1", "\"a\" \"b\"", "\"a\"x", "1\"a\"", "tr\"ue\"", "{\"a\"}", "{\"a\":}", "{a:1}",
        "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "[1,]", "[,1]",
        "[1 2]", "[1,,2]", "[1}", "{\"a\":1]", "[", "{", "]", "}", ":", ",", "{\"a\"::1}",
        "{null:1}", "[\"a\":1]", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\\"", "\"\\ud800\"",
        "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\udc00\\ud800\"",
        "\"\\ud800\\ud800\"", "{\"\\ud800\":1}", "{\"\\q\":1}", "\x0c", "1\x0c", "\x1a", "\x01",
        "\"a\nb\"", "\"\x1f\"", "//\n1"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_bad_value(bad[i], "E-JSON", "line ");
    assert_bad_value("\"a\\u0000b\"", "E-TEXT-NUL", "NUL");
    assert_bad_value("{\"\\u0000\":1}", "E-TEXT-NUL", "NUL");
    assert_bad_value("\"\xc3(\"", "E-UTF8", "0xC3");
    assert_bad_value("\"\xed\xa0\x80\"", "E-UTF8", "0xED");
    assert_bad_value("\xff", "E-UTF8", "0xFF");
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    assert_refused(BYTES("[{\"a\":\"x\0y\"}]"), NULL, "E-TEXT-NUL", "(byte 8)");
    assert_refused(BYTES("[{\"a\":1\0}]"), NULL, "E-JSON", "line 1");
    assert_refused(BYTES("[{\"a\":1}]\0"), NULL, "E-JSON", "(byte 9)");
}

static void places_are_told(void **state)
{
    (void)state;
    assert_refused(weir_str("[{\"a\":1},\n {\"a\":2},\n {\"b\" 3}]"), NULL, "E-JSON",
        "row 3: unexpected 3 where ':' must stand, at line 3 column 7 (byte 26)");
    assert_refused(weir_str("[{\"a\":1, \"bc\": truee}]"), NULL, "E-JSON",
        "row 1, key 'bc': unexpected truee where a value must stand, at line 1 column 16 (byte "
        "15)");
    assert_refused(weir_str("[{\"a\":1}"), NULL, "E-JSON",
        "the body ends where ',' or ']' must stand, at line 1 column 9 (byte 8)");
    assert_refused(weir_str("[{\"a\":1}] x"), NULL, "E-JSON",
        "unexpected x where the end of the body must stand, at line 1 column 11 (byte 10)");
    assert_refused(weir_str("[{\"a\":\"cut of"), NULL, "E-JSON", "ends inside a string");
    assert_refused(weir_str("[{\"a\":\"cut of"), NULL, "E-JSON", "at line 1 column 7 (byte 6)");
    assert_refused(weir_str("\xef\xbb\xbf[1"), NULL, "E-JSON", "column 6 (byte 5)");
    assert_refused(weir_str("[{\"a\":\"\x1b[31m\"}]"), NULL, "E-JSON", "0x1B inside a string");
    assert_refused(weir_str("[{\"a\":1}{\"a\":2}]"), NULL, "E-JSON", "where ',' or ']' must stand");
    assert_refused(weir_str("{\"data\":[{\"a\":1}],}"), "data", "E-JSON", "a key in quotes");
}

static void a_key_may_stand_once_in_a_row(void **state)
{
    struct decoded d = decode(weir_str("[{\"a\":{\"x\":1,\"x\":2}},{\"a\":1}]"), NULL);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    weir_batch_free(d.batch);
    assert_refused(weir_str("[{\"a\":1},{\"a\":1,\"b\":2,\"a\":1}]"), NULL, "E-JSON-DUPLICATE",
        "row 2, key 'a'");
    assert_refused(weir_str("[{\"a\":1,\"\\u0061\":1}]"), NULL, "E-JSON-DUPLICATE", "row 1");
    assert_refused(weir_str("[{\"\":1,\"\":1}]"), NULL, "E-JSON-DUPLICATE", "row 1");
    assert_refused(weir_str("{\"d\":[{\"a\":1}],\"d\":[]}"), "d", "E-JSON-DUPLICATE", "key of 'd'");
}

/* B07 */
static void depth_is_limited(void **state)
{
    static char body[400000];
    struct decoded d;

    (void)state;
    /* The array of rows and the row are two levels. */
    for (int depth = 126; depth <= 127; depth++) {
        int length = snprintf(body, sizeof(body), "[{\"a\":");

        memset(body + length, '[', (size_t)depth);
        memset(body + length + depth, ']', (size_t)depth);
        strcpy(body + length + 2 * depth, "}]");
        d = decode(weir_str(body), NULL);
        assert_int_equal(d.status, depth == 126 ? WEIR_OK : WEIR_FAIL);
        if (depth == 127)
            assert_string_equal(d.error.code, "E-JSON-DEPTH");
        weir_batch_free(d.batch);
    }
    memset(body, '[', sizeof(body) - 1);
    assert_refused(weir_str(body), NULL, "E-JSON-DEPTH", "deeper than 128 levels");
    assert_refused(weir_str(body), "[0][0][0]", "E-JSON-DEPTH", "(byte 128)");
}

static void wrong_shapes_are_explained(void **state)
{
    (void)state;
    assert_refused(weir_str(""), NULL, "E-BODY-SHAPE", "empty");
    assert_refused(weir_str(" \r\n\t"), NULL, "E-BODY-SHAPE", "empty");
    assert_refused(weir_str("\xef\xbb\xbf"), NULL, "E-BODY-SHAPE", "empty");
    assert_refused(weir_str("\n<!doctype html><html>"), NULL, "E-BODY-SHAPE",
        "the answer looks like HTML (a sign-in or error page?)");
    assert_refused(weir_str("<?xml version=\"1.0\"?><a/>"), NULL, "E-BODY-SHAPE", "XML");
    assert_refused(BYTES("\xff\xfe[\0]\0"), NULL, "E-BODY-SHAPE", "UTF-16");
    assert_refused(BYTES("\xfe\xff\0[\0]"), NULL, "E-BODY-SHAPE", "UTF-16");
    assert_refused(BYTES("[\0]\0"), NULL, "E-BODY-SHAPE", "UTF-16");
    assert_refused(BYTES("\0[\0]"), NULL, "E-BODY-SHAPE", "UTF-16");
    assert_refused(weir_str("\x1f\x8b\x08"), NULL, "E-BODY-SHAPE", "gzip");
    assert_refused(weir_str("{\"page\":1,\"total\":{\"x\":[]},\"items\":[]}"), "data",
        "E-BODY-SHAPE", "no array at 'data'; the answer has the keys: page, total, items");
    assert_refused(weir_str("{}"), "data", "E-BODY-SHAPE", "the answer is an empty object");
    assert_refused(weir_str("{\"a\":{\"x\\n\":1}}"), "a.b", "E-BODY-SHAPE",
        "no array at 'a.b'; 'a' has the keys: x\\n");
    assert_refused(weir_str("{\"a\":null}"), "a", "E-BODY-SHAPE",
        "no array at 'a'; 'a' is null, not an array or object");
    assert_refused(weir_str("{\"a\":3}"), "a.b", "E-BODY-SHAPE", "'a' is a number, not an object");
    assert_refused(weir_str("[]"), "a", "E-BODY-SHAPE", "the answer is an array, not an object");
    assert_refused(weir_str("{\"a\":1}"), "[0]", "E-BODY-SHAPE", "is an object, not an array");
    assert_refused(weir_str("[{}]"), "[1]", "E-BODY-SHAPE", "fewer elements");
    assert_refused(weir_str("[{}]"), "[-2]", "E-BODY-SHAPE", "fewer elements");
    assert_refused(weir_str("12"), NULL, "E-BODY-SHAPE", "is a number");
    assert_refused(weir_str("\"x\""), NULL, "E-BODY-SHAPE", "is a text");
    assert_refused(weir_str("null"), NULL, "E-BODY-SHAPE", "is null");
    assert_refused(
        weir_str("[{\"a\":1},7]"), NULL, "E-ROW-SHAPE", "row 2 of '$' is a number, not an object");
    assert_refused(weir_str("{\"d\":[null]}"), "d", "E-ROW-SHAPE", "row 1 of 'd' is null");
    assert_refused(weir_str("[[{\"a\":1}]]"), NULL, "E-ROW-SHAPE", "is an array");
    /* What is no JSON is called that first. */
    assert_refused(weir_str("{\"page\":1,\"total\":}"), "data", "E-JSON", "a value");
    assert_refused(weir_str("[1,2"), NULL, "E-JSON", "the body ends");
    assert_refused(weir_str("12x"), NULL, "E-JSON", "a number");
}

static void many_keys_are_listed_in_part(void **state)
{
    static char body[20000];
    size_t length = 1;
    struct decoded d;

    (void)state;
    body[0] = '{';
    for (int i = 0; i < 1000; i++)
        length += (size_t)sprintf(body + length, "%s\"key_%d\":0", i ? "," : "", i);
    strcpy(body + length, "}");
    d = decode(weir_str(body), "data");
    assert_string_equal(d.error.code, "E-BODY-SHAPE");
    assert_non_null(strstr(d.error.text, "key_0, key_1, "));
    assert_string_equal(d.error.text + strlen(d.error.text) - 3, "...");
    weir_batch_free(d.batch);
}

static void columns_are_limited(void **state)
{
    enum { ROWS = 5000 };
    char *body = weir_malloc(ROWS * 32);
    size_t length = 0;

    (void)state;
    for (int i = 0; i < ROWS; i++)
        length += (size_t)sprintf(body + length, "%s{\"key_%d\":0}", i ? "," : "[", i);
    strcpy(body + length, "]");
    assert_refused(weir_str(body), NULL, "E-LIMIT-COLUMNS", "keys used as data");
    free(body);
}

static struct weir_str read_whole(const char *path, struct weir_arena *arena)
{
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 20;
    char *text = weir_alloc(arena, capacity);
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, capacity, file);
    assert_true(length < capacity);
    (void)fclose(file);
    return (struct weir_str){text, length};
}

/* "" when the document is JSON, be it rows or not, else the code. */
static const char *verdict(
    struct weir_arena *arena, const char *before, struct weir_str text, const char *after)
{
    size_t length = strlen(before) + text.len + strlen(after);
    char *body = weir_alloc(arena, length + 1);
    struct decoded d;
    const char *code;

    memcpy(body, before, strlen(before));
    if (text.len)
        memcpy(body + strlen(before), text.ptr, text.len);
    strcpy(body + strlen(before) + text.len, after);
    d = decode((struct weir_str){body, length}, NULL);
    code = weir_copy_text(arena, d.error.code);
    if (d.status == WEIR_FAIL && strcmp(code, "E-BODY-SHAPE") == 0 &&
        (strstr(d.error.text, "no array at") || strstr(d.error.text, "not an object")))
        code = "";
    /* Valid as JSON, refused all the same. */
    if (strcmp(code, "E-JSON-DUPLICATE") == 0 || strstr(d.error.text, "(\\u0000)"))
        code = "";
    weir_batch_free(d.batch);
    return code;
}

static void check_file(const char *folder, const char *name)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str text = read_whole(weir_printf(arena, "%s/%s", folder, name), arena);
    const char *alone = verdict(arena, "", text, "");
    const char *as_cell = verdict(arena, "[{\"a\":", text, "}]");
    const char *nested = verdict(arena, "[{\"a\":[0,", text, "]}]");

    if (name[0] == 'i')
        print_message("%-60s %s\n", name, alone[0] ? alone : "accepted");
    if (name[0] == 'y') {
        assert_string_equal(alone, "");
        assert_string_equal(as_cell, "");
        assert_string_equal(nested, "");
    } else if (name[0] == 'n') {
        assert_string_not_equal(alone, "");
        assert_string_not_equal(as_cell, "");
        assert_string_not_equal(nested, "");
    }
    weir_arena_free(arena);
}

/* B05: the files of the JSON parsing test suite. */
static void the_suite_is_judged_rightly(void **state)
{
    const char *folder = getenv("WEIR_JSON_SUITE");
    DIR *dir = folder ? opendir(folder) : NULL;
    size_t n[2] = {0, 0};
    struct dirent *entry;

    (void)state;
    if (!folder) {
        skip();
        return;
    }
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        size_t length = strlen(entry->d_name);

        if (length < 6 || entry->d_name[1] != '_')
            continue;
        check_file(folder, entry->d_name);
        if (entry->d_name[0] == 'y' || entry->d_name[0] == 'n')
            n[entry->d_name[0] == 'y']++;
    }
    (void)closedir(dir);
    print_message("%zu accepted, %zu refused\n", n[1], n[0]);
    assert_true(n[0] > 0 && n[1] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_values_are_refused_wherever_they_stand),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(places_are_told),
        cmocka_unit_test(a_key_may_stand_once_in_a_row),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(wrong_shapes_are_explained),
        cmocka_unit_test(many_keys_are_listed_in_part),
        cmocka_unit_test(columns_are_limited),
        cmocka_unit_test(the_suite_is_judged_rightly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
