/* Trees: building, looking up, laying one over another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weir/node.h>

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

static void put(
    struct weir_arena *arena, struct weir_node *map, const char *key, struct weir_node *item)
{
    weir_node_add(arena, map, weir_node_scalar(arena, key), item);
}

static void put_text(
    struct weir_arena *arena, struct weir_node *map, const char *key, const char *text)
{
    put(arena, map, key, weir_node_scalar(arena, text));
}

static void check_text(const struct weir_node *map, const char *key, const char *text)
{
    const struct weir_node *item = weir_node_get(map, key);

    assert_non_null(item);
    assert_int_equal(item->kind, WEIR_NODE_SCALAR);
    assert_string_equal(item->text.ptr, text);
}

static void finds_keys(void **state)
{
    struct weir_node *map = weir_node_map(*state);

    assert_null(weir_node_get(NULL, "a"));
    assert_null(weir_node_get(map, "a"));
    assert_null(weir_node_get(weir_node_scalar(*state, "a"), "a"));
    put_text(*state, map, "a", "1");
    put_text(*state, map, "ab", "2");
    check_text(map, "a", "1");
    check_text(map, "ab", "2");
    assert_null(weir_node_get(map, "abc"));
    assert_string_equal(weir_node_key(map, "ab")->text.ptr, "ab");
    assert_null(weir_node_key(map, "b"));
}

static void knows_null(void **state)
{
    static const char *const nulls[] = {"", "~", "null"};
    static const char *const texts[] = {"Null", "NULL", "none", " ", "0", "false"};

    for (size_t i = 0; i < 3; i++) {
        struct weir_node *node = weir_node_scalar(*state, nulls[i]);

        assert_true(weir_node_is_null(node));
        node->quoted = true;
        assert_false(weir_node_is_null(node));
        node->quoted = false;
        node->substituted = true;
        assert_false(weir_node_is_null(node));
    }
    for (size_t i = 0; i < 6; i++)
        assert_false(weir_node_is_null(weir_node_scalar(*state, texts[i])));
    assert_false(weir_node_is_null(weir_node_map(*state)));
    assert_false(weir_node_is_null(weir_node_list(*state)));
}

static void grows(void **state)
{
    struct weir_node *map = weir_node_map(*state), *list = weir_node_list(*state);
    char name[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "k%d", i);
        put_text(*state, map, name, name);
        weir_node_add(*state, list, NULL, weir_node_scalar(*state, name));
    }
    assert_int_equal(map->n, 1000);
    assert_int_equal(list->n, 1000);
    assert_null(list->keys);
    for (size_t i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "k%zu", i);
        assert_string_equal(map->keys[i]->text.ptr, name);
        assert_string_equal(map->items[i]->text.ptr, name);
        assert_string_equal(list->items[i]->text.ptr, name);
    }
}

static void merges_maps(void **state)
{
    struct weir_node *under = weir_node_map(*state), *over = weir_node_map(*state);
    struct weir_node *under_params = weir_node_map(*state), *over_params = weir_node_map(*state);
    const struct weir_node *merged;

    put_text(*state, under, "path", "/a");
    put_text(*state, under, "method", "GET");
    put(*state, under, "params", under_params);
    put_text(*state, under_params, "page", "1");
    put_text(*state, under_params, "size", "50");
    put_text(*state, over, "path", "/b");
    put(*state, over, "params", over_params);
    put_text(*state, over_params, "size", "100");
    put_text(*state, over, "name", "x");
    over->keys[0]->line = 7;

    merged = weir_node_merge(*state, under, over);
    assert_int_equal(merged->n, 4);
    check_text(merged, "path", "/b");
    check_text(merged, "method", "GET");
    check_text(merged, "name", "x");
    check_text(weir_node_get(merged, "params"), "page", "1");
    check_text(weir_node_get(merged, "params"), "size", "100");
    /* A mistake about the key points at the stronger one. */
    assert_int_equal(weir_node_key(merged, "path")->line, 7);
    /* Neither was changed. */
    assert_int_equal(under->n, 3);
    assert_int_equal(over->n, 3);
    check_text(under_params, "size", "50");
    assert_int_equal(over_params->n, 1);
}

static void merges_no_lists(void **state)
{
    struct weir_node *under = weir_node_map(*state), *over = weir_node_map(*state);
    struct weir_node *one = weir_node_list(*state), *two = weir_node_list(*state);

    weir_node_add(*state, one, NULL, weir_node_scalar(*state, "a"));
    weir_node_add(*state, two, NULL, weir_node_scalar(*state, "b"));
    put(*state, under, "list", one);
    put(*state, over, "list", two);
    assert_ptr_equal(weir_node_get(weir_node_merge(*state, under, over), "list"), two);
    put_text(*state, under, "mixed", "x");
    put(*state, over, "mixed", two);
    assert_ptr_equal(weir_node_get(weir_node_merge(*state, under, over), "mixed"), two);
    assert_ptr_equal(weir_node_merge(*state, NULL, over), over);
    assert_ptr_equal(weir_node_merge(*state, under, NULL), under);
}

static void replaces_another_type(void **state)
{
    struct weir_node *under = weir_node_map(*state), *over = weir_node_map(*state);
    const struct weir_node *merged;

    put_text(*state, under, "type", "page_number");
    put_text(*state, under, "page_param", "page");
    put_text(*state, over, "prefetch", "4");
    merged = weir_node_merge(*state, under, over);
    check_text(merged, "page_param", "page");
    check_text(merged, "prefetch", "4");
    put_text(*state, over, "type", "page_number");
    check_text(weir_node_merge(*state, under, over), "page_param", "page");
    over->items[1] = weir_node_scalar(*state, "cursor");
    assert_ptr_equal(weir_node_merge(*state, under, over), over);
}

struct found {
    size_t n;
    const struct weir_node *again, *first;
};

static void keep(void *arg, const struct weir_node *again, const struct weir_node *first)
{
    struct found *found = arg;

    *found = (struct found){found->n + 1, again, first};
}

static void finds_duplicates(void **state)
{
    struct weir_node *map = weir_node_map(*state);
    struct found found = {0};

    put_text(*state, map, "b", "1");
    put_text(*state, map, "a", "2");
    put_text(*state, map, "ab", "3");
    weir_node_duplicates(map, keep, &found);
    assert_int_equal(found.n, 0);
    put_text(*state, map, "b", "4");
    weir_node_duplicates(map, keep, &found);
    assert_int_equal(found.n, 1);
    assert_ptr_equal(found.again, map->keys[3]);
    assert_ptr_equal(found.first, map->keys[0]);
    put_text(*state, map, "b", "5");
    found.n = 0;
    weir_node_duplicates(map, keep, &found);
    assert_int_equal(found.n, 2);
    assert_ptr_equal(found.first, map->keys[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_null, setup, teardown),
        cmocka_unit_test_setup_teardown(grows, setup, teardown),
        cmocka_unit_test_setup_teardown(merges_maps, setup, teardown),
        cmocka_unit_test_setup_teardown(merges_no_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(replaces_another_type, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_duplicates, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
