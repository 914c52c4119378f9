/* Arrays taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weir/json.h>

static void check_elements(const char *text, const char *const *expected)
{
    struct weir_str rest = weir_str(text), element;

    for (; *expected; expected++) {
        assert_true(weir_json_next(&rest, &element));
        if (!weir_str_is(element, *expected))
            fail_msg("%.*s of %s is not %s", (int)element.len, element.ptr, text, *expected);
    }
    assert_false(weir_json_next(&rest, &element));
}

#define CHECK(text, ...) check_elements((text), (const char *const[]){__VA_ARGS__, NULL})

static void elements_come_in_order(void **state)
{
    (void)state;
    CHECK("[1,2.50,-3e1]", "1", "2.50", "-3e1");
    CHECK("[true,null,\"x\"]", "true", "null", "\"x\"");
    CHECK("[18446744073709551616]", "18446744073709551616");
    CHECK("[[],{},[[1]]]", "[]", "{}", "[[1]]");
}

static void signs_within_texts_are_no_signs(void **state)
{
    (void)state;
    CHECK("[\"a,b\",\"]\",\"[{\"]", "\"a,b\"", "\"]\"", "\"[{\"");
    CHECK("[\"\\\"\",\"\\\\\",1]", "\"\\\"\"", "\"\\\\\"", "1");
    CHECK("[{\"a\":\"}\",\"b\":[1,2]},3]", "{\"a\":\"}\",\"b\":[1,2]}", "3");
}

static void blanks_around_are_left_out(void **state)
{
    (void)state;
    CHECK(" [ 1 ,\n\t[ 2 ] ,\r\n\"a b\" ] ", "1", "[ 2 ]", "\"a b\"");
}

static void what_is_no_array_has_no_elements(void **state)
{
    static const char *const texts[] = {"", "[]", " [ ] ", "{\"a\":1}", "1", "\"[1]\"", "null"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_str rest = weir_str(texts[i]), element;

        assert_false(weir_json_next(&rest, &element));
    }
}

/* Not promised for such texts, but nothing beyond their end is read. */
static void a_text_that_is_cut_off_ends(void **state)
{
    static const char text[] = "[{\"a\":[1,\"x\\\"y\"]},[2]]";

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *copy = malloc(len + 1);
        struct weir_str rest = {copy, len}, element;

        memcpy(copy, text, len);
        while (weir_json_next(&rest, &element))
            assert_true(element.ptr + element.len <= copy + len);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_come_in_order),
        cmocka_unit_test(signs_within_texts_are_no_signs),
        cmocka_unit_test(blanks_around_are_left_out),
        cmocka_unit_test(what_is_no_array_has_no_elements),
        cmocka_unit_test(a_text_that_is_cut_off_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
