/* Texts that hold what no text may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <weir/mend.h>

#define STR(literal) ((struct weir_str){literal, sizeof(literal) - 1})

static const struct weir_mend strip = {.nul = WEIR_NUL_STRIP, .is_json = true};
static const struct weir_mend replace = {.nul = WEIR_NUL_REPLACE, .is_json = true};
static const struct weir_mend bytes = {.replaces_bytes = true, .is_json = true};
static const struct weir_mend text = {.nul = WEIR_NUL_STRIP, .replaces_bytes = true};

static void check(const struct weir_mend *mend, struct weir_str body, struct weir_str expected)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str got = weir_mend(arena, body, mend);

    assert_int_equal(got.len, expected.len);
    assert_memory_equal(got.ptr, expected.ptr, got.len);
    weir_arena_free(arena);
}

static void check_same(const struct weir_mend *mend, struct weir_str body)
{
    struct weir_arena *arena = weir_arena_new();

    assert_ptr_equal(weir_mend(arena, body, mend).ptr, body.ptr);
    weir_arena_free(arena);
}

static void what_is_good_is_not_copied(void **state)
{
    static const struct weir_mend all = {
        .nul = WEIR_NUL_REPLACE, .replaces_bytes = true, .is_json = true};

    (void)state;
    check_same(&all, STR("[{\"a\":\"\\u00e9\xc3\xa9\"}]"));
    check_same(&all, STR(""));
    check_same(&all, STR("\xff\xfe\"\0a\0\"\0"));
    check_same(&(struct weir_mend){.is_json = true}, STR("\"\\u0000\xff\""));
}

static void nuls_go_wherever_they_stand(void **state)
{
    (void)state;
    check(&strip, STR("\"a\\u0000b\""), STR("\"ab\""));
    check(&strip, STR("\"a\0b\""), STR("\"ab\""));
    check(&replace, STR("\"a\\u0000b\""), STR("\"a\\ufffdb\""));
    check(&replace, STR("\"a\0b\""),
        STR("\"a\xef\xbf\xbd"
            "b\""));
    check(&strip, STR("{\"a\\u0000\":[\"\\u0000\"]}"), STR("{\"a\":[\"\"]}"));
}

static void a_backslash_may_stand_for_itself(void **state)
{
    (void)state;
    check(&strip, STR("\"\\\\u0000\\u0000\\\"\\u0000\""), STR("\"\\\\u0000\\\"\""));
    check(&strip, STR("\"\\u0000\\"), STR("\"\\"));
    check(&strip, STR("\"\\u0000\\u00"), STR("\"\\u00"));
}

static void outside_of_strings_nothing_is_stripped(void **state)
{
    (void)state;
    check(&strip, STR("[1\0\"\0\"]"), STR("[1\0\"\"]"));
    check(&strip, STR("[\\u0000,\"\\u0000\"]"), STR("[\\u0000,\"\"]"));
}

static void bytes_become_characters(void **state)
{
    (void)state;
    check(&bytes,
        STR("\"a\xff\xfe"
            "b\""),
        STR("\"a\xef\xbf\xbd\xef\xbf\xbd"
            "b\""));
    check(&bytes, STR("\"\xe2\x82\""), STR("\"\xef\xbf\xbd\""));
    check(&bytes, STR("\"\xc0\xaf\""), STR("\"\xef\xbf\xbd\xef\xbf\xbd\""));
    check(&bytes, STR("\"\xed\xa0\x80\""), STR("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
    check(&bytes, STR("\"\xf0\x9f\x9a\x80\xf0\x9f\""), STR("\"\xf0\x9f\x9a\x80\xef\xbf\xbd\""));
    check(&bytes, STR("\xf4\x90"), STR("\xef\xbf\xbd\xef\xbf\xbd"));
}

static void half_pairs_become_characters(void **state)
{
    (void)state;
    check(&bytes, STR("\"\\ud800b\""), STR("\"\\ufffdb\""));
    check(&bytes, STR("\"\\udc00\\ud83d\\ude80\""), STR("\"\\ufffd\\ud83d\\ude80\""));
    check(&bytes, STR("\"\\ud83d\\u0041\\ud83d\""), STR("\"\\ufffd\\u0041\\ufffd\""));
}

static void plain_text_has_no_escapes(void **state)
{
    (void)state;
    check(&text, STR("ab\0,\"\\u0000\"\xff"), STR("ab,\"\\u0000\"\xef\xbf\xbd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_good_is_not_copied),
        cmocka_unit_test(nuls_go_wherever_they_stand),
        cmocka_unit_test(a_backslash_may_stand_for_itself),
        cmocka_unit_test(outside_of_strings_nothing_is_stripped),
        cmocka_unit_test(bytes_become_characters),
        cmocka_unit_test(half_pairs_become_characters),
        cmocka_unit_test(plain_text_has_no_escapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
