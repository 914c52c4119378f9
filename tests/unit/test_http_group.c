/* Values that are asked for together. */
#include "family/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct weir_arena *arena;
static struct http_members members;

static int setup(void **state)
{
    (void)state;
    arena = weir_arena_new();
    members = (struct http_members){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

static void add(const char *ask, const char *member)
{
    struct http_question question = {
        .ask = weir_str(ask), .pass = weir_str(""), .member = weir_str(member)};

    http_members_add(&members, &question, arena);
}

static const struct http_fanout_column of_three = {
    .name = "id", .field = "id", .group = 3, .join = ","};

/* All that is asked, one behind the other. */
static const char *groups(const struct http_fanout_column *column)
{
    const char *text = "";
    size_t at = 0;

    http_members_seal(&members);
    while (at < members.n) {
        struct http_question question;

        at = http_members_group(&members, at, column, arena, &question);
        text = weir_printf(arena, "%s%s%.*s", text, *text ? " " : "", WEIR_STR_ARG(question.ask));
    }
    return text;
}

static void a_group_holds_so_many(void **state)
{
    (void)state;
    for (int i = 1; i <= 7; i++)
        add("", weir_printf(arena, "%d", i));
    assert_string_equal(groups(&of_three), "\"id\":\"1,2,3\" \"id\":\"4,5,6\" \"id\":\"7\"");
}

static void none_makes_none(void **state)
{
    (void)state;
    assert_string_equal(groups(&of_three), "");
}

static void a_value_is_there_once(void **state)
{
    static const char *const values[] = {"5", "1", "5", "5", "2", "1", "3"};

    (void)state;
    for (size_t i = 0; i < 7; i++)
        add("", values[i]);
    assert_string_equal(groups(&of_three), "\"id\":\"5,1,2\" \"id\":\"3\"");
}

static void a_group_agrees_in_all_else(void **state)
{
    (void)state;
    add("\"o.shop\":1", "a");
    add("\"o.shop\":2", "a");
    add("\"o.shop\":1", "b");
    add("\"o.shop\":2", "c");
    add("\"o.shop\":1", "d");
    add("\"o.shop\":1", "e");
    assert_string_equal(groups(&of_three),
        "\"o.shop\":1,\"id\":\"a,b,d\" \"o.shop\":1,\"id\":\"e\" \"o.shop\":2,\"id\":\"a,c\"");
}

static void a_group_may_be_an_array(void **state)
{
    struct http_fanout_column column = of_three;

    (void)state;
    column.as = HTTP_GROUP_ARRAY;
    add("", "1");
    add("", "\"x,y\"");
    assert_string_equal(groups(&column), "\"id\":[1,\"x,y\"]");
}

static void long_values_make_small_groups(void **state)
{
    char *value = weir_alloc(arena, 3001);
    size_t at = 0, n = 0;

    (void)state;
    memset(value, 'a', 3000);
    value[3000] = '\0';
    for (int i = 0; i < 5; i++)
        add("", weir_printf(arena, "%d%s", i, value));
    http_members_seal(&members);
    for (; at < members.n; n++) {
        struct http_question question;

        at = http_members_group(&members, at, &of_three, arena, &question);
        assert_true(question.ask.len < HTTP_GROUP_BYTES + 100);
    }
    assert_int_equal(n, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_group_holds_so_many),
        TEST(none_makes_none),
        TEST(a_value_is_there_once),
        TEST(a_group_agrees_in_all_else),
        TEST(a_group_may_be_an_array),
        TEST(long_values_make_small_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
