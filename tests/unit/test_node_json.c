/* Trees from JSON, with places and mistakes, and to JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <weir/node.h>
#include <weir/status.h>

static int setup(void **state)
{
    *state = weir_arena_new();
    return 0;
}

static int teardown(void **state)
{
    weir_arena_free(*state);
    return 0;
}

static const struct weir_node *read_json(struct weir_arena *arena, const char *text)
{
    struct weir_error error = {0};
    const struct weir_node *node = weir_node_from_json(arena, weir_str(text), &error);

    if (!node)
        fail_msg("%s: %s", text, error.text);
    return node;
}

static void check_place(const struct weir_node *node, uint32_t line, uint32_t column)
{
    assert_non_null(node);
    assert_int_equal(node->line, line);
    assert_int_equal(node->column, column);
}

static void reads_with_places(void **state)
{
    const struct weir_node *map =
        read_json(*state, " {\"a\": 1,\n  \"b\" : [true, \"x\"],\r\n \"\xc3\xa4\xc3\xb6\": null}");
    const struct weir_node *list = weir_node_get(map, "b");

    assert_int_equal(map->n, 3);
    check_place(map, 1, 2);
    check_place(weir_node_key(map, "a"), 1, 3);
    check_place(weir_node_get(map, "a"), 1, 8);
    check_place(list, 2, 9);
    check_place(list->items[1], 2, 16);
    check_place(weir_node_get(map, "\xc3\xa4\xc3\xb6"), 3, 8);
    assert_true(list->items[1]->quoted);
    assert_false(list->items[0]->quoted);
    assert_string_equal(list->items[0]->text.ptr, "true");
    assert_true(weir_node_is_null(weir_node_get(map, "\xc3\xa4\xc3\xb6")));
}

static void reads_texts(void **state)
{
    const struct weir_node *node =
        read_json(*state, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e4\\u20AC\\ud83d\\ude00\"");
    uint32_t line, column;

    assert_string_equal(node->text.ptr, "\"\\/\b\f\n\r\t \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_int_equal(node->text.len, strlen(node->text.ptr));
    /* The eleventh character is the euro sign, and an escape counts as one character. */
    weir_node_place(node, 10, &line, &column);
    assert_int_equal(column, 25);
    weir_node_place(read_json(*state, "\"\\ud83d\\ude00x\""), 1, &line, &column);
    assert_int_equal(column, 14);
    assert_int_equal(read_json(*state, "\"\"")->text.len, 0);
    assert_string_equal(read_json(*state, "-1.50e+3")->text.ptr, "-1.50e+3");
    assert_string_equal(read_json(*state, "123456789012345678901234567890")->text.ptr,
        "123456789012345678901234567890");
    assert_int_equal(read_json(*state, "{}")->n, 0);
    assert_int_equal(read_json(*state, "[ ]")->n, 0);
}

static void refuses(void **state)
{
    static const struct {
        const char *json, *code, *place;
    } cases[] = {
        {"", "E-JSON", "line 1, column 1: "},
        {"  ", "E-JSON", "line 1, column 3: "},
        {"{", "E-JSON", "line 1, column 2: "},
        {"[1", "E-JSON", "line 1, column 3: "},
        {"[1,]", "E-JSON", "line 1, column 4: "},
        {"[1 2]", "E-JSON", "line 1, column 4: "},
        {"{\"a\"}", "E-JSON", "line 1, column 5: "},
        {"{\"a\":1,}", "E-JSON", "line 1, column 8: "},
        {"{a: 1}", "E-JSON", "line 1, column 2: "},
        {"{\"a\":1\n,\"a\":2}", "E-JSON-DUPLICATE",
            "line 2, column 2: duplicate key 'a', first used at 1:2"},
        {"1 1", "E-JSON", "line 1, column 3: "},
        {"[]]", "E-JSON", "line 1, column 3: "},
        {"01", "E-JSON", "line 1, column 1: "},
        {"+1", "E-JSON", "line 1, column 1: "},
        {"NaN", "E-JSON", "line 1, column 1: "},
        {"True", "E-JSON", "line 1, column 1: "},
        {"'a'", "E-JSON", "line 1, column 1: "},
        {"\"a", "E-JSON", "line 1, column 3: "},
        {"\"a\nb\"", "E-JSON", "line 1, column 3: "},
        {"\"\\q\"", "E-JSON", "line 1, column 3: "},
        {"\"\\", "E-JSON", "line 1, column 3: "},
        {"\"\\u12g4\"", "E-JSON", "line 1, column 6: "},
        {"\"\\u0000\"", "E-TEXT-NUL", "line 1, column 8: "},
        {"\"\\ud83d\"", "E-UTF8", "line 1, column 8: "},
        {"\"\\u\x11\x11\x11\x11\"", "E-JSON", "line 1, column 4: "},
        {"\"\\ude00\\ude00\"", "E-UTF8", "line 1, column 8: "},
        {"\"\\ude00\"", "E-UTF8", "line 1, column 8: "},
        {"\"\\ud83d\\u0041\"", "E-UTF8", "line 1, column 14: "},
        {"[\"\xc3\xa4\", \"\xff\"]", "E-UTF8", "line 1, column 8: "},
        {"// a\n1", "E-JSON", "line 1, column 1: "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct weir_error error = {0};

        assert_null(weir_node_from_json(*state, weir_str(cases[i].json), &error));
        if (strcmp(error.code, cases[i].code) != 0 ||
            strncmp(error.text, cases[i].place, strlen(cases[i].place)) != 0)
            fail_msg("%s gave %s: %s", cases[i].json, error.code, error.text);
        assert_null(weir_node_from_json(*state, weir_str(cases[i].json), NULL));
    }
}

static void refuses_nul_bytes(void **state)
{
    struct weir_error error = {0};

    assert_null(weir_node_from_json(*state, (struct weir_str){"[1]\0", 4}, &error));
    assert_string_equal(error.code, "E-JSON");
    assert_non_null(strstr(error.text, "NUL"));
}

static char *repeat(const char *text, size_t n)
{
    char *all = malloc(n * strlen(text) + 1), *end = all;

    *end = '\0';
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, text);
    return all;
}

static void is_bounded(void **state)
{
    char *deep = repeat("[", 1000000), *wide = repeat("1,", 200000);
    char *json = malloc(1000000);
    struct weir_error error = {0};

    assert_null(weir_node_from_json(*state, weir_str(deep), &error));
    assert_string_equal(error.code, "E-JSON-DEPTH");
    memset(deep + 64, ']', 64);
    deep[128] = '\0';
    assert_non_null(weir_node_from_json(*state, weir_str(deep), NULL));
    error = (struct weir_error){0};
    snprintf(json, 1000000, "[%s1]", wide);
    assert_null(weir_node_from_json(*state, weir_str(json), &error));
    assert_string_equal(error.code, "E-LIMIT");
    free(json);
    free(wide);
    free(deep);
}

static void writes(void **state)
{
    static const char json[] = "{\"a\":[1,-0.5,1e3,\"1\",true,\"true\",null,\"null\",\"\"],\"b\":{}"
                               ",\"c\\n\":[\"\\u0001\"]}";
    const struct weir_node *node = read_json(*state, json);
    struct weir_str text = weir_node_to_json(*state, node);

    assert_string_equal(text.ptr, json);
    assert_int_equal(text.len, strlen(json));
}

static void writes_plain_scalars(void **state)
{
    static const struct {
        const char *plain, *json;
    } cases[] = {{"", "null"}, {"~", "null"}, {"1", "1"}, {"007", "\"007\""}, {"0x10", "\"0x10\""},
        {"1.", "\"1.\""}, {".5", "\".5\""}, {"1e400", "1e400"}, {"yes", "\"yes\""},
        {"True", "\"True\""}, {"NaN", "\"NaN\""}, {"a\"b", "\"a\\\"b\""}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(
            weir_node_to_json(*state, weir_node_scalar(*state, cases[i].plain)).ptr, cases[i].json);
}

/* Another reader of JSON agrees. */
static void writes_what_others_read(void **state)
{
    static const char json[] = "{\"a\":[1,2.5,{\"b\":\"\\u20ac\\\\\"}],\"\":null,\"z\":[[],[]]}";
    struct weir_str text = weir_node_to_json(*state, read_json(*state, json));
    json_t *ours = json_loads(text.ptr, 0, NULL), *theirs = json_loads(json, 0, NULL);

    assert_non_null(ours);
    assert_true(json_equal(ours, theirs));
    json_decref(ours);
    json_decref(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_with_places, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_nul_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(writes, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_plain_scalars, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_what_others_read, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
