/* Which rows and values come out of good documents. test_json_syntax.c has the bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "json_bodies.h"

static void assert_text(const struct weir_value *value, enum weir_kind kind, const char *text)
{
    assert_non_null(value);
    assert_int_equal(value->kind, kind);
    assert_int_equal(value->length, strlen(text));
    assert_memory_equal(value->text, text, value->length);
}

static void every_kind_arrives(void **state)
{
    struct decoded d = decode(weir_str("[{\"i\": -5, \"f\": 2.5, \"d\": 1e400, \"t\": \"x\", "
                                       "\"b\": true, \"c\": false, \"n\": null,\n"
                                       "  \"o\": {\"a\": [1, {}]} , \"l\": [ ]\t, \"e\": \"\"}]"),
        NULL);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rows, 1);
    assert_int_equal(d.batch->n_columns, 10);
    assert_int_equal(cell(d.batch, 0, "i")->integer, -5);
    assert_true(cell(d.batch, 0, "f")->real == 2.5);
    assert_text(cell(d.batch, 0, "d"), WEIR_DECIMAL, "1e400");
    assert_text(cell(d.batch, 0, "t"), WEIR_TEXT, "x");
    assert_true(cell(d.batch, 0, "b")->boolean);
    assert_int_equal(cell(d.batch, 0, "c")->kind, WEIR_BOOL);
    assert_false(cell(d.batch, 0, "c")->boolean);
    assert_int_equal(cell(d.batch, 0, "n")->kind, WEIR_NULL);
    assert_text(cell(d.batch, 0, "o"), WEIR_JSON, "{\"a\": [1, {}]}");
    assert_text(cell(d.batch, 0, "l"), WEIR_JSON, "[ ]");
    assert_text(cell(d.batch, 0, "e"), WEIR_TEXT, "");
    assert_int_equal(d.batch->columns[weir_batch_find(d.batch, weir_str("n"))].kinds, 0);
    assert_int_equal(
        d.batch->columns[weir_batch_find(d.batch, weir_str("o"))].kinds, 1 << WEIR_JSON);
    weir_batch_free(d.batch);
}

static void what_a_row_lacks_is_no_null_of_the_source(void **state)
{
    struct decoded d =
        decode(weir_str("[{\"a\": null}, {\"b\": 1}, {\"a\": 2, \"b\": null}]"), NULL);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    assert_false(weir_is_absent(cell(d.batch, 0, "a")));
    assert_true(weir_is_absent(cell(d.batch, 0, "b")));
    assert_true(weir_is_absent(cell(d.batch, 1, "a")));
    assert_false(weir_is_absent(cell(d.batch, 1, "b")));
    assert_false(weir_is_absent(cell(d.batch, 2, "b")));
    weir_batch_free(d.batch);
}

static void escapes_are_resolved(void **state)
{
    struct decoded d = decode(
        weir_str("[{\"a\\u0062\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t|\\u00e9\\u65E5\\ud83d\\uDE80|end\","
                 "\"raw\":\"é日🚀\", \"\\\\\":\"\\\\\"}, {\"ab\":\"\\u0001\"}]"),
        NULL);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    assert_text(cell(d.batch, 0, "ab"), WEIR_TEXT, "\"\\/\b\f\n\r\t|é日🚀|end");
    assert_text(cell(d.batch, 0, "raw"), WEIR_TEXT, "é日🚀");
    assert_text(cell(d.batch, 0, "\\"), WEIR_TEXT, "\\");
    assert_text(cell(d.batch, 1, "ab"), WEIR_TEXT, "\x01");
    assert_int_equal(d.batch->n_columns, 3);
    weir_batch_free(d.batch);
}

/* The key \b is one character; its text is the name of the column with a backslash and a b. */
static void an_escaped_key_is_not_its_raw_text(void **state)
{
    struct decoded d = decode(weir_str("[{\"x\\\\b\":1},{\"x\\b\":2}]"), NULL);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_columns, 2);
    assert_int_equal(cell(d.batch, 0, "x\\b")->integer, 1);
    assert_int_equal(cell(d.batch, 1, "x\b")->integer, 2);
    assert_int_equal(cell(d.batch, 1, "x\\b")->kind, WEIR_NULL);
    weir_batch_free(d.batch);
}

static void texts_without_escapes_are_not_copied(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    struct weir_str body = body_copy(
        batch->arena, weir_str("[{\"a\":\"plain\", \"b\":{\"c\":1}, \"d\":1e999, \"e\":\"\\n\"}]"));

    (void)state;
    (void)weir_batch_add_unit(batch, NULL);
    assert_int_equal(weir_json_rows(reader, body, NULL, batch, &error), WEIR_OK);
    assert_ptr_equal(cell(batch, 0, "a")->text, body.ptr + 7);
    assert_ptr_equal(cell(batch, 0, "b")->text, strstr(body.ptr, "{\"c\""));
    assert_ptr_equal(cell(batch, 0, "d")->text, strstr(body.ptr, "1e999"));
    assert_true(cell(batch, 0, "e")->text < body.ptr ||
                cell(batch, 0, "e")->text >= body.ptr + body.len + WEIR_JSON_PADDING);
    weir_json_reader_free(reader);
    weir_json_reader_free(NULL);
    weir_batch_free(batch);
}

/* Rows with keys in any order, some of them missing: against what was put in. */
static void cells_land_in_their_columns(void **state)
{
    enum { ROWS = 700, KEYS = 150 };
    static char text[ROWS * KEYS * 16];
    static bool present[ROWS][KEYS];
    size_t length = 0;
    uint32_t seed = 12345;
    struct decoded d;

    (void)state;
    length += (size_t)sprintf(text, "[");
    for (size_t r = 0; r < ROWS; r++) {
        const char *comma = "";

        length += (size_t)sprintf(text + length, "%s{", r ? "," : "");
        for (size_t i = 0; i < KEYS; i++) {
            size_t k = r % 3 == 2 ? KEYS - 1 - i : i;

            seed = seed * 1664525 + 1013904223;
            present[r][k] = r % 100 == 99 ? false : seed >> 24 < (r % 2 ? 250 : 40);
            if (!present[r][k])
                continue;
            length += (size_t)sprintf(text + length, "%s\"k%zu\":%zu", comma, k, r * KEYS + k);
            comma = ",";
        }
        length += (size_t)sprintf(text + length, "}");
    }
    length += (size_t)sprintf(text + length, "]");
    d = decode((struct weir_str){text, length}, NULL);
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rows, ROWS);
    assert_int_equal(d.batch->n_columns, KEYS);
    for (size_t k = 0; k < KEYS; k++) {
        char name[16];
        size_t c;

        (void)snprintf(name, sizeof(name), "k%zu", k);
        c = weir_batch_find(d.batch, weir_str(name));
        assert_int_equal(d.batch->columns[c].kinds, 1 << WEIR_INT);
        for (size_t r = 0; r < ROWS; r++) {
            const struct weir_value *value = &d.batch->columns[c].values[r];

            assert_int_equal(value->kind, present[r][k] ? WEIR_INT : WEIR_NULL);
            if (present[r][k])
                assert_int_equal(value->integer, r * KEYS + k);
        }
    }
    weir_batch_free(d.batch);
}

static void rows_are_found_at_a_path(void **state)
{
    static const struct {
        const char *body;
        const char *records;
        size_t n_rows;
        int64_t sum;
    } cases[] = {
        {"[{\"n\":1},{\"n\":2}]", NULL, 2, 3},
        {"[{\"n\":1},{\"n\":2}]", "$", 2, 3},
        {"{\"n\":1}", NULL, 1, 1},
        {"[]", NULL, 0, 0},
        {" { } ", "$", 1, 0},
        {"{\"page\":1,\"data\":[{\"n\":4}],\"total\":1}", "data", 1, 4},
        {"{\"data\":{\"n\":4}}", "data", 1, 4},
        {"{\"x\":[{\"n\":9}],\"a\":{\"b\":[{\"n\":9},{\"c\":[{\"n\":1},{\"n\":2}]}]}}",
            "$.a.b[1].c", 2, 3},
        {"{\"odd key\":{\"x.y\":[{\"n\":1}]}}", "['odd key'][\"x.y\"]", 1, 1},
        {"{\"d\\u0061ta\":[{\"n\":1}]}", "data", 1, 1},
        {"{\"items\":[{\"n\":1},{\"n\":2}]}", "items[*]", 2, 3},
        {"{\"p\":[{\"r\":[{\"n\":1}]},{\"r\":[]},{\"r\":[{\"n\":2},{\"n\":3}]}]}", "p[*].r", 3, 6},
        {"[[{\"n\":1}],[{\"n\":2}],[{\"n\":4}]]", "[0]", 1, 1},
        {"[[{\"n\":1}],[{\"n\":2}],[{\"n\":4}]]", "[-1]", 1, 4},
        {"[[{\"n\":1}],[{\"n\":2}],[{\"n\":4}]]", "[-3]", 1, 1},
        {"[[{\"n\":1}],[{\"n\":2}],[{\"n\":4}]]", "[*]", 3, 7},
        {"\xef\xbb\xbf{\"data\":[{\"n\":4}]}", "data", 1, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded d = decode(weir_str(cases[i].body), cases[i].records);
        int64_t sum = 0;

        assert_int_equal(d.status, WEIR_OK);
        assert_int_equal(d.batch->n_rows, cases[i].n_rows);
        for (size_t r = 0; r < d.batch->n_rows && d.batch->n_columns; r++)
            sum += cell(d.batch, r, "n")->integer;
        assert_int_equal(sum, cases[i].sum);
        weir_batch_free(d.batch);
    }
}

static void units_follow_each_other_in_a_batch(void **state)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();

    (void)state;
    decode_more(&d, reader, weir_str("[{\"a\":1},{\"a\":2}]"), NULL);
    decode_more(&d, reader, weir_str("[{\"a\":3,\"b\":\"x\"},{\"a\":4,\"c\":tru}]"), NULL);
    assert_int_equal(d.status, WEIR_FAIL);
    decode_more(&d, reader, weir_str("[{\"b\":5}]"), NULL);
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rows, 3);
    assert_int_equal(d.batch->n_units, 3);
    assert_string_equal(d.batch->units[1].error->code, "E-JSON");
    assert_int_equal(d.batch->units[1].n_rows, 0);
    assert_int_equal(d.batch->units[2].first_row, 2);
    assert_int_equal(cell(d.batch, 1, "a")->integer, 2);
    assert_int_equal(cell(d.batch, 0, "b")->kind, WEIR_NULL);
    assert_int_equal(cell(d.batch, 2, "b")->integer, 5);
    assert_int_equal(cell(d.batch, 2, "a")->kind, WEIR_NULL);
    assert_int_equal(
        d.batch->columns[weir_batch_find(d.batch, weir_str("b"))].kinds, 1 << WEIR_INT);
    weir_batch_free(d.batch);

    /* The reader goes on with another batch, whose columns are others. */
    d.batch = weir_batch_new(NULL);
    decode_more(&d, reader, weir_str("[{\"c\":1,\"a\":2},{\"a\":3}]"), NULL);
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(cell(d.batch, 0, "c")->integer, 1);
    assert_int_equal(cell(d.batch, 1, "a")->integer, 3);
    assert_int_equal(cell(d.batch, 1, "c")->kind, WEIR_NULL);
    weir_batch_free(d.batch);
    weir_json_reader_free(reader);
}

static void a_large_body_is_read_and_forgotten(void **state)
{
    enum { ROWS = 100000 };
    struct weir_json_reader *reader = weir_json_reader_new();
    struct decoded d = {.batch = weir_batch_new(NULL)};
    char *text = weir_malloc(ROWS * 40);
    size_t length = 0;

    (void)state;
    for (size_t r = 0; r < ROWS; r++)
        length +=
            (size_t)sprintf(text + length, "%s{\"id\":%zu,\"name\":\"row\"}\n", r ? "," : "[", r);
    text[length++] = ']';
    decode_more(&d, reader, (struct weir_str){text, length}, NULL);
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_rows, ROWS);
    for (size_t r = 0; r < ROWS; r++)
        assert_int_equal(d.batch->columns[0].values[r].integer, r);
    /* Room for rows is made as the body's length suggests, not much more. */
    assert_true(weir_arena_size(d.batch->arena) < length + ROWS * 2 * 16 * 3 / 2);
    decode_more(&d, reader, weir_str("[{\"id\":7}]"), NULL);
    assert_int_equal(cell(d.batch, ROWS, "id")->integer, 7);
    weir_batch_free(d.batch);
    weir_json_reader_free(reader);
    free(text);
}

static void pages_take_little_besides_their_data(void **state)
{
    enum { PAGES = 5, ROWS = 100, COLUMNS = 3 };
    struct weir_json_reader *reader = weir_json_reader_new();
    struct decoded d = {.batch = weir_batch_new(NULL)};
    size_t data = PAGES * ROWS * COLUMNS * sizeof(struct weir_value);
    char text[ROWS * 60];

    (void)state;
    for (size_t page = 0; page < PAGES; page++) {
        size_t length = 0;

        for (size_t r = 0; r < ROWS; r++)
            length += (size_t)sprintf(text + length, "%s{\"id\":%zu,\"name\":\"row\",\"at\":1.5}",
                r ? "," : "[", page * ROWS + r);
        text[length++] = ']';
        decode_more(&d, reader, (struct weir_str){text, length}, NULL);
        assert_int_equal(d.status, WEIR_OK);
        data += length + WEIR_JSON_PADDING;
    }
    weir_batch_fit(d.batch);
    assert_true(weir_arena_size(d.batch->arena) < data + data / 16 + 4096);
    for (size_t r = 0; r < PAGES * ROWS; r++)
        assert_int_equal(d.batch->columns[0].values[r].integer, r);
    weir_batch_free(d.batch);
    weir_json_reader_free(reader);
}

static struct weir_value pick(struct weir_arena *arena, const char *body, const char *path)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_arena *bodies = weir_arena_new();
    struct weir_error error = {0};
    struct weir_value value;

    assert_int_equal(weir_json_pick(reader, body_copy(bodies, weir_str(body)), path_of(arena, path),
                         arena, &value, &error),
        WEIR_OK);
    /* What was picked outlives the body. */
    weir_arena_free(bodies);
    weir_json_reader_free(reader);
    return value;
}

static bool is_there(struct weir_arena *arena, const char *body, const char *path)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    struct weir_value value;
    bool found;

    assert_int_equal(weir_json_find(reader, body_copy(arena, weir_str(body)), path_of(arena, path),
                         arena, &value, &found, &error),
        WEIR_OK);
    if (!found)
        assert_int_equal(value.kind, WEIR_NULL);
    weir_json_reader_free(reader);
    return found;
}

static void null_is_not_nothing(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    assert_true(is_there(arena, "{\"a\":null}", "a"));
    assert_true(is_there(arena, "{\"a\":{\"b\":[null]}}", "a.b[0]"));
    assert_false(is_there(arena, "{\"a\":null}", "b"));
    assert_false(is_there(arena, "{\"a\":null}", "a.b"));
    assert_false(is_there(arena, "[]", "a"));
    weir_arena_free(arena);
}

static void single_values_can_be_picked(void **state)
{
    static const char body[] =
        "{\"n\": 7, \"next\": \"a\\/b\", \"deep\": {\"list\": [1, [2, 3], {\"x\": \"y\"}]}, "
        "\"big\": 12345678901234567890, \"no\": null, \"k\\u0065y\": true, \"empty\": []}";
    struct weir_arena *arena = weir_arena_new();
    struct weir_value value;

    (void)state;
    assert_int_equal(pick(arena, body, "n").integer, 7);
    value = pick(arena, body, "next");
    assert_text(&value, WEIR_TEXT, "a/b");
    value = pick(arena, body, "deep.list[2].x");
    assert_text(&value, WEIR_TEXT, "y");
    value = pick(arena, body, "deep.list[-1]['x']");
    assert_text(&value, WEIR_TEXT, "y");
    value = pick(arena, body, "deep.list[1]");
    assert_text(&value, WEIR_JSON, "[2, 3]");
    assert_int_equal(pick(arena, body, "deep.list[1][1]").integer, 3);
    value = pick(arena, body, "big");
    assert_text(&value, WEIR_DECIMAL, "12345678901234567890");
    assert_true(pick(arena, body, "key").boolean);
    assert_int_equal(pick(arena, "42", "$").integer, 42);
    value = pick(arena, "[]", "$");
    assert_text(&value, WEIR_JSON, "[]");
    weir_arena_free(arena);
}

static void absent_values_are_null(void **state)
{
    static const char *const paths[] = {"no", "absent", "n.x", "n[0]", "list.x", "list[3]",
        "list[-4]", "empty[0]", "empty[-1]", "nothing.x"};
    static const char body[] =
        "{\"n\": 7, \"no\": null, \"list\": [1, 2, 3], \"empty\": [], \"nothing\": {}}";
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(pick(arena, body, paths[i]).kind, WEIR_NULL);
    weir_arena_free(arena);
}

static void many_values_cannot_be_picked(void **state)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    struct weir_value value;

    (void)state;
    assert_int_equal(weir_json_pick(reader, body_copy(arena, weir_str("[1]")),
                         path_of(arena, "[*]"), arena, &value, &error),
        WEIR_FAIL);
    assert_string_equal(error.code, "E-VALUE");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    weir_arena_free(arena);
    weir_json_reader_free(reader);
}

static void quoting_is_undone_by_reading(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    char all[255];
    struct weir_str quoted;
    struct weir_value value;

    (void)state;
    for (size_t i = 0; i < 127; i++)
        all[i] = (char)(i + 1);
    memcpy(all + 127, "é日🚀", 10);
    quoted = weir_json_quote(arena, (struct weir_str){all, 136});
    assert_int_equal(quoted.len, strlen(quoted.ptr));
    value = pick(arena, quoted.ptr, "$");
    assert_int_equal(value.length, 136);
    assert_memory_equal(value.text, all, 136);
    assert_string_equal(weir_json_quote(arena, weir_str("")).ptr, "\"\"");
    assert_string_equal(
        weir_json_quote(arena, (struct weir_str){"\0\"\x1f", 3}).ptr, "\"\\u0000\\\"\\u001f\"");
    weir_arena_free(arena);
}

static struct decoded decode_form(struct weir_str text, const struct weir_json_form *form)
{
    struct decoded d = {.batch = weir_batch_new(NULL)};
    struct weir_json_reader *reader = weir_json_reader_new();

    (void)weir_batch_add_unit(d.batch, NULL);
    d.status = weir_json_read(reader, body_copy(d.batch->arena, text), form, d.batch, &d.error);
    weir_json_reader_free(reader);
    return d;
}

static void the_last_of_equal_keys_may_count(void **state)
{
    static const struct weir_json_form form = {.last_key_counts = true};
    struct decoded d = decode_form(
        weir_str("[{\"a\":1,\"b\":2,\"c\":3},{\"a\":\"x\",\"a\":4,\"\\u0061\":5,\"b\":[]}]"),
        &form);

    (void)state;
    assert_int_equal(d.status, WEIR_OK);
    assert_int_equal(d.batch->n_columns, 3);
    assert_int_equal(cell(d.batch, 1, "a")->integer, 5);
    assert_int_equal(cell(d.batch, 1, "b")->kind, WEIR_JSON);
    assert_int_equal(cell(d.batch, 1, "c")->kind, WEIR_NULL);
    assert_int_equal(
        d.batch->columns[weir_batch_find(d.batch, weir_str("a"))].kinds, 1 << WEIR_INT);
    weir_batch_free(d.batch);
}

/* before, n times a byte, behind */
static void check_limit(
    const char *before, char byte, size_t n, const char *behind, const char *code)
{
    struct weir_arena *arena = weir_arena_new();
    size_t length = strlen(before) + n + strlen(behind);
    char *text = weir_alloc(arena, length);
    struct decoded d;

    memcpy(text, before, strlen(before));
    memset(text + strlen(before), byte, n);
    memcpy(text + strlen(before) + n, behind, strlen(behind));
    d = decode((struct weir_str){text, length}, NULL);
    if (code)
        assert_string_equal(d.error.code, code);
    else
        assert_int_equal(d.status, WEIR_OK);
    weir_batch_free(d.batch);
    weir_arena_free(arena);
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    check_limit("[{\"a\":\"", 'x', WEIR_JSON_MAX_RECORD + 1, "\"}]", "E-LIMIT-STRING");
    check_limit("[{\"a\":\"", 'x', WEIR_JSON_MAX_RECORD, "\"}]", "E-LIMIT-RECORD");
    check_limit("[{\"a\":\"", 'x', WEIR_JSON_MAX_RECORD - 8, "\"}]", NULL);
    check_limit("[{\"", 'x', WEIR_JSON_MAX_KEY + 1, "\":1}]", "E-LIMIT-KEY");
    check_limit("[{\"", 'x', WEIR_JSON_MAX_KEY, "\":1}]", NULL);
    check_limit("[{\"a\":", '7', WEIR_JSON_MAX_NUMBER + 1, "}]", "E-LIMIT-NUMBER");
    check_limit("[{\"a\":", '7', WEIR_JSON_MAX_NUMBER, "}]", NULL);
    check_limit("[{\"a\":[{\"b\":", '7', WEIR_JSON_MAX_NUMBER + 1, "}]}]", "E-LIMIT-NUMBER");
    check_limit("[{\"a\":[1", ' ', WEIR_JSON_MAX_RECORD, "]}]", "E-LIMIT-RECORD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_arrives),
        cmocka_unit_test(what_a_row_lacks_is_no_null_of_the_source),
        cmocka_unit_test(escapes_are_resolved),
        cmocka_unit_test(an_escaped_key_is_not_its_raw_text),
        cmocka_unit_test(texts_without_escapes_are_not_copied),
        cmocka_unit_test(cells_land_in_their_columns),
        cmocka_unit_test(rows_are_found_at_a_path),
        cmocka_unit_test(units_follow_each_other_in_a_batch),
        cmocka_unit_test(a_large_body_is_read_and_forgotten),
        cmocka_unit_test(pages_take_little_besides_their_data),
        cmocka_unit_test(null_is_not_nothing),
        cmocka_unit_test(single_values_can_be_picked),
        cmocka_unit_test(absent_values_are_null),
        cmocka_unit_test(many_values_cannot_be_picked),
        cmocka_unit_test(quoting_is_undone_by_reading),
        cmocka_unit_test(the_last_of_equal_keys_may_count),
        cmocka_unit_test(what_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
