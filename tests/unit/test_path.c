#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <weir/json.h>

static void good_paths_are_read(void **state)
{
    static const char *const good[] = {"$", "a", "a.b[0].c", "$.a", "$[0]", "['odd key']",
        "a[\"x.y\"]", "items[*]", "[*].a", "$.items[-1].id", "@odata.nextLink", "$ref", "é.日本",
        "['it\\'s']", "a-b.c_d"};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct weir_error error = {0};
        size_t offset = 99;
        const struct weir_path *path = weir_path_parse(arena, weir_str(good[i]), &offset, &error);

        assert_non_null(path);
        assert_string_equal(weir_path_text(path), good[i]);
        assert_false(weir_error_is_set(&error));
    }
    weir_arena_free(arena);
}

static void bad_paths_say_where(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
        const char *reason;
    } bad[] = {
        {"", 0, "empty"},
        {"a.", 2, "name is missing"},
        {"a..b", 2, "name is missing"},
        {".a", 0, "name is missing"},
        {"a b", 1, "'.' or '['"},
        {"a.*", 2, "[*]"},
        {"a[", 2, "index"},
        {"a[]", 2, "index"},
        {"a[x]", 2, "index"},
        {"a[1", 3, "']'"},
        {"a[-0]", 4, "index"},
        {"a[*", 3, "']'"},
        {"a['b", 4, "not closed"},
        {"a['b\\", 5, "not closed"},
        {"a['b'", 5, "']'"},
        {"a[0]b", 4, "'.' or '['"},
        {"a[99999999999]", 10, "too large"},
        {"$$.a[?(@.b)]", 5, "index"},
        {"$.", 2, "name is missing"},
    };
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct weir_error error = {0};
        size_t offset = 99;

        assert_null(weir_path_parse(arena, weir_str(bad[i].text), &offset, &error));
        assert_int_equal(offset, bad[i].offset);
        assert_int_equal(error.fault, WEIR_FAULT_USAGE);
        assert_string_equal(error.code, "E-VALUE");
        assert_non_null(strstr(error.text, bad[i].reason));
    }
    weir_arena_free(arena);
}

static void paths_are_bounded(void **state)
{
    char text[1000] = "a";
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    size_t offset;

    (void)state;
    for (int i = 1; i < 32; i++)
        strcat(text, ".a");
    assert_non_null(weir_path_parse(arena, weir_str(text), &offset, &error));
    strcat(text, "[0]");
    assert_null(weir_path_parse(arena, weir_str(text), &offset, &error));
    assert_non_null(strstr(error.text, "32 steps"));
    weir_arena_free(arena);
}

static void check_split(const char *text, const char *key, const char *rest)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    size_t offset;
    const struct weir_path *path = weir_path_parse(arena, weir_str(text), &offset, &error);
    const struct weir_path *behind;
    struct weir_str first;

    assert_int_equal(weir_path_split(arena, path, &first, &behind), key != NULL);
    if (key)
        assert_true(weir_str_is(first, key));
    assert_int_equal(behind != NULL, rest != NULL);
    if (rest)
        assert_string_equal(weir_path_text(behind), rest);
    weir_arena_free(arena);
}

static void a_path_begins_with_a_key(void **state)
{
    (void)state;
    check_split("a", "a", NULL);
    check_split("$.a", "a", NULL);
    check_split("a.b[0].c", "a", "$.b[0].c");
    check_split("['odd key'][-1]", "odd key", "$[-1]");
    check_split("$", NULL, NULL);
    check_split("[0].a", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_begins_with_a_key),
        cmocka_unit_test(good_paths_are_read),
        cmocka_unit_test(bad_paths_say_where),
        cmocka_unit_test(paths_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
