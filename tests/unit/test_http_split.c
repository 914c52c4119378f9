/*
 * Pieces give the rows of the whole, wherever they are cut (B05), and what is held is bounded (B16).
 * WEIR_JSON_SUITE may name a folder of files that hold JSON, or nearly so.
 */
#include "stream/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz/fuzz_split.h"

static struct weir_arena *arena;

static const struct weir_path *path(const char *text)
{
    struct weir_error error = {0};
    size_t offset;

    return weir_path_parse(arena, weir_str(text), &offset, &error);
}

static struct split_case json(const char *records)
{
    return (struct split_case){
        .form = {.kind = &http_split_json, .records = records ? path(records) : NULL}};
}

/* However it arrives, and wherever it is cut. */
static void check_text(struct split_case c, const char *text, size_t len)
{
    static const size_t pieces[] = {1, 2, 7, 20, 1000};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        c.form.piece = pieces[i];
        for (c.step = 1; c.step <= len + 1; c.step += c.step < 40 ? 1 : len / 5 + 1)
            check_split(&c, (struct weir_str){text, len});
    }
}

static void documents_give_the_rows_of_the_whole(void **state)
{
    static const char *const bodies[] = {"", " ", "[]", "[ ]", "[{}]", "[{},{}]", "[{},]", "[,{}]",
        "[{},,{}]", "[{\"a\":1},{\"a\":\"]}\\\"\"},{\"b\":[[1],[2,{}]]}]", "[{\"a\":1}",
        "[{\"a\":1}}", "[{\"a\":1]", "[{\"a\":1}] x", "[{\"a\":1}]]", "[{\"a\":1} {\"a\":2}]",
        "{\"a\":1}", "[1,2]", "null", "\"[\"", "\xef\xbb\xbf[{\"a\":1},{\"a\":2}]",
        "[{\"a\":\"\\\\\"},{\"a\":\"\\\\\\\"\"}]", "[{\"a\":1},\n\n {\"a\":2}\n]\n",
        "[[{\"a\":1}]]", "[{\"a\":1},\"x\"]", "[{\"a\":\"\\u12\"},{}]", "<html>",
        "[{\"a\":\"\xff\"}]", "[}]", "[{}}]", "[{},{}}]", ":[{}]", "[{\"a\":1},{\"a\":1,}]"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
        check_text(json(NULL), bodies[i], strlen(bodies[i]));
}

static void arrays_in_a_document_are_found(void **state)
{
    static const char *const bodies[] = {
        "{\"data\":{\"items\":[{\"a\":1},{\"a\":2}],\"n\":2},\"next\":null}",
        "{\"items\":[{\"a\":9}],\"data\":{\"x\":{\"items\":[{\"a\":9}]},\"items\":[{\"a\":1},{"
        "\"a\":2}]}}",
        "{\"d\\u0061ta\":{\"it\\u0065ms\":[{\"a\":1},{\"a\":2},{\"a\":3}]}}",
        "{\"data\":{\"items\":{\"a\":1}}}", "{\"data\":{\"items\":null}}", "{\"data\":[{\"a\":1}]}",
        "{\"data\":{\"n\":1}}", "{\"error\":\"no\"}", "[{\"data\":{\"items\":[{}]}}]",
        "{\"data\":{\"items\":[{\"a\":1},{\"a\":2}]}",
        "{\"data\":{\"items\":[{\"a\":1},{\"a\":2}]}}}",
        "{\"data\":{\"items\":[{\"a\":1},{\"a\":2}],}}",
        "{\"x\":tru,\"data\":{\"items\":[{\"a\":1},{}]}}",
        "{\"data\":{\"items\":[{\"a\":1}],\"items\":[{\"a\":2}]}}",
        "{\"data\":{\"items\":1,\"items\":[{\"a\":2},{}]}}",
        "{\"data\":1,\"data\":{\"items\":[{\"a\":2},{}]}}",
        "{\"data\":{},\"data\":{\"items\":[{\"a\":2},{}]}}",
        "{\"data\" {\"items\":[{\"a\":1},{\"a\":2}]}}",
        "{\"data\":{\"items\":[{\"a\":1},{\"a\":2}]},\"text\":\"]}\\\"\"}",
        "{\"data\":\"items\",\"items\":[{},{}]}",
        "\xef\xbb\xbf {\"data\":{\"items\":[{\"a\":1},{\"a\":2}]}}", "{\"data\":{\"items\":[]}}"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
        check_text(json("data.items"), bodies[i], strlen(bodies[i]));
}

static void lines_and_csv_give_the_rows_of_the_whole(void **state)
{
    static const char *const lines[] = {"", "\n", "{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":1}\n\n{\"a\":2}", "{\"a\":1}\r\n{\"a\":2}\r\n", "{\"a\":1} {\"a\":2}\n",
        "{\"a\":\n1}\n", "[{\"a\":1},{}]\n{\"a\":2}\n"};
    static const char *const records[] = {"", "a,b\n", "a,b\n1,2\n3,4\n", "\n\r\na,b\n1,2\n\n3,4",
        " \t\n\n1\n2\n", "\r\r\n1\n2\n", "a,b\r\n\"x\ny\",\"z\"\"\n\"\r\n1,2\r\n",
        "\xef\xbb\xbf\na,b\n1,2\n3,4\n", "\"a\nx\",b\n1,2\n", "a,b\n1,2,3\n", "a,b\n\"1,2\n",
        "a,b\nx\"y,2\n3,4\n"};
    const struct split_case csv = {
        .form = {.kind = &http_split_lines, .has_header = true, .has_quotes = true}};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        check_text(
            (struct split_case){.form = {.kind = &http_split_lines}}, lines[i], strlen(lines[i]));
    for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
        check_text(csv, records[i], strlen(records[i]));
}

static void check_file(const char *folder, const char *name)
{
    enum { LARGEST = 5000 };
    char text[LARGEST], file[1000];
    FILE *stream;
    size_t len;

    (void)snprintf(file, sizeof(file), "%s/%s", folder, name);
    stream = fopen(file, "rb");
    assert_non_null(stream);
    len = fread(text, 1, sizeof(text), stream);
    if (feof(stream)) {
        check_text(json(NULL), text, len);
        check_text((struct split_case){.form = {.kind = &http_split_lines}}, text, len);
    }
    (void)fclose(stream);
}

static void files_of_a_suite_give_the_rows_of_the_whole(void **state)
{
    const char *folder = getenv("WEIR_JSON_SUITE");
    DIR *files = folder ? opendir(folder) : NULL;
    struct dirent *entry;

    (void)state;
    if (!folder)
        skip();
    assert_non_null(files);
    while ((entry = readdir(files)))
        if (strstr(entry->d_name, ".json"))
            check_file(folder, entry->d_name);
    (void)closedir(files);
}

/* --- limits --------------------------------------------------------------------------------- */

/* An answer that goes on like this until it is refused. */
static const char *refused(struct split_case c, const char *begin, const char *filler, size_t most)
{
    static struct weir_error error;
    struct http_split split;
    struct weir_str text = weir_str(begin);
    size_t len, size;

    error = (struct weir_error){0};
    http_split_init(&split, &c.form);
    assert_int_equal(http_split_add(&split, &text, &error), WEIR_OK);
    for (size_t n = 0; n < most; n += strlen(filler)) {
        text = weir_str(filler);
        while (text.len) {
            if (http_split_add(&split, &text, &error) != WEIR_OK)
                break;
            if (split.is_cut)
                free(http_split_piece(&split, &len, &size));
        }
        assert_true(http_split_held(&split) < 20 * 1024 * 1024);
        if (weir_error_is_set(&error))
            break;
    }
    http_split_done(&split);
    return error.code;
}

static void what_has_no_end_is_refused(void **state)
{
    enum { FAR = 40 * 1024 * 1024 };
    char *xs = weir_malloc(64 * 1024);
    char *blanks = weir_malloc(64 * 1024);
    const struct split_case csv = {
        .form = {.kind = &http_split_lines, .has_header = true, .has_quotes = true}};

    (void)state;
    memset(xs, 'x', 64 * 1024 - 1);
    memset(blanks, ' ', 64 * 1024 - 1);
    xs[64 * 1024 - 1] = blanks[64 * 1024 - 1] = '\0';
    assert_string_equal(refused(json(NULL), "[{\"a\":\"", xs, FAR), "E-LIMIT-STRING");
    assert_string_equal(refused(json(NULL), "[{\"b\":{},\"", xs, FAR), "E-LIMIT-KEY");
    assert_string_equal(refused(json(NULL), "[{\"b\":[{},\"", xs, FAR), "E-LIMIT-STRING");
    assert_string_equal(refused(json(NULL), "[{\"a\":[0", ",[0,\"a\"]", FAR), "E-LIMIT-RECORD");
    assert_string_equal(refused(json(NULL), "[{\"a\":1},", blanks, FAR), "E-LIMIT-RECORD");
    assert_string_equal(refused(json(NULL), "", blanks, FAR), "E-LIMIT-BODY");
    assert_string_equal(refused(json("data"), "{\"a\":\"", xs, FAR), "E-LIMIT-BODY");
    assert_string_equal(refused(json("data"), "{\"data\":[{}],\"a\":\"", xs, FAR), "E-LIMIT-BODY");
    assert_string_equal(
        refused((struct split_case){.form = {.kind = &http_split_lines}}, "", xs, FAR),
        "E-LIMIT-RECORD");
    assert_string_equal(refused(csv, "", xs, FAR), "E-LIMIT-RECORD");
    assert_string_equal(refused(csv, "a,b\n1,\"", xs, FAR), "E-LIMIT-RECORD");
    /* What has an end now and then may go on for ever. */
    assert_string_equal(
        refused(json(NULL), "[{}", ",{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}", FAR), "");
    free(xs);
    free(blanks);
}

static void paths_that_can_be_gone_through(void **state)
{
    (void)state;
    assert_true(http_split_takes(NULL));
    assert_true(http_split_takes(path("$")));
    assert_true(http_split_takes(path("a.b['c d']")));
    assert_false(http_split_takes(path("a[0].b")));
    assert_false(http_split_takes(path("a[*]")));
}

static void cuts_are_kept_as_texts(void **state)
{
    struct http_prefix prefix;
    struct http_cut cut, read;

    (void)state;
    http_prefix_init(&prefix);
    http_prefix_add(&prefix, "abc", 3);
    cut = http_prefix_cut(&prefix);
    assert_string_equal(http_cut_write(&cut, arena), "cut 3 ba7816bf8f01cfea414140de5dae2223");
    assert_true(http_cut_read(http_cut_write(&cut, arena), &read));
    assert_true(http_cut_equal(&cut, &read));
    http_prefix_add(&prefix, "d", 1);
    read = http_prefix_cut(&prefix);
    assert_false(http_cut_equal(&cut, &read));
    assert_false(http_cut_read("cut 0 ba7816bf8f01cfea414140de5dae2223", &read));
    assert_false(http_cut_read("cut 3 ba7816bf8f01cfea414140de5dae222", &read));
    assert_false(http_cut_read("cut 3 ba7816bf8f01cfea414140de5dae22233", &read));
    assert_false(http_cut_read("https://example.org", &read));
    http_prefix_done(&prefix);
}

static int set_up(void **state)
{
    (void)state;
    arena = weir_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_give_the_rows_of_the_whole),
        cmocka_unit_test(arrays_in_a_document_are_found),
        cmocka_unit_test(lines_and_csv_give_the_rows_of_the_whole),
        cmocka_unit_test(files_of_a_suite_give_the_rows_of_the_whole),
        cmocka_unit_test(what_has_no_end_is_refused),
        cmocka_unit_test(paths_that_can_be_gone_through),
        cmocka_unit_test(cuts_are_kept_as_texts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
