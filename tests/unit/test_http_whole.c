/* Where a JSON document ends, however it is cut into pieces. */
#include "client/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Whole only as a whole: no beginning of it may pass. */
static void is_whole_as_whole_only(const char *text)
{
    size_t n = strlen(text);

    assert_true(http_json_is_whole((struct weir_str){text, n}));
    for (size_t cut = 0; cut <= n; cut++) {
        struct http_whole whole = {0};

        http_whole_add(&whole, text, cut);
        assert_int_equal(http_whole_is(&whole), cut == n);
        http_whole_add(&whole, text + cut, n - cut);
        assert_true(http_whole_is(&whole));
    }
}

static void sees_where_a_document_ends(void **state)
{
    (void)state;
    is_whole_as_whole_only("[]");
    is_whole_as_whole_only("{\"a\":[1,2,{\"b\":\"]}\"}]}");
    is_whole_as_whole_only(" \r\n\t[\"\\\"]\",\"\\\\\"]");
    is_whole_as_whole_only("\xef\xbb\xbf[1]");
    assert_true(http_json_is_whole(weir_str("[1] \n")));
    assert_false(http_json_is_whole(weir_str("[1]]")));
    assert_false(http_json_is_whole(weir_str("[1][2]")));
    assert_false(http_json_is_whole(weir_str("\"text\"")));
    assert_false(http_json_is_whole(weir_str("]")));
    assert_false(http_json_is_whole(weir_str("   ")));
    assert_false(http_json_is_whole(weir_str("\xef\xbb[1]")));
    assert_false(http_json_is_whole(weir_str("\xef\xbb\xbf\xef\xbb\xbf[1]")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_where_a_document_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
