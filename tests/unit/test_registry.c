/* Names find plugins in their folders and nowhere else. */
#include "registry/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct registry *registry;

static int open_registry(void **state)
{
    static const char *const folders[] = {TEST_PLUGIN_DIR, NULL};

    (void)state;
    registry = registry_new(folders);
    return 0;
}

static int close_registry(void **state)
{
    (void)state;
    registry_free(registry);
    return 0;
}

static void finds_by_type_and_role(void **state)
{
    struct weir_error error = {0};
    const struct weir_plugin *plugin = registry_find(registry, "count", ROLE_EXTRACT, &error);

    (void)state;
    assert_non_null(plugin);
    assert_string_equal(plugin->name, "count");
    assert_ptr_equal(registry_find(registry, "count", ROLE_EXTRACT, &error), plugin);
    assert_null(registry_find(registry, "count", ROLE_LOAD, &error));
    assert_string_equal(error.code, "E-PLUGIN-MISSING");
}

static void finds_by_path(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_non_null(registry_find(registry, TEST_PLUGIN_DIR "/slow_load.so", ROLE_LOAD, &error));
    assert_null(registry_find(registry, "./slow_load.so", ROLE_LOAD, &error));
}

static void suggests_what_was_meant(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_null(registry_find(registry, "coutn", ROLE_EXTRACT, &error));
    assert_non_null(strstr(error.text, "did you mean 'count'?"));
}

static void does_not_leave_its_folders(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_null(registry_find(registry, "..", ROLE_EXTRACT, &error));
    assert_null(registry_find(registry, "", ROLE_EXTRACT, &error));
}

static void lists_types_in_order(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_strs types = registry_types(registry, ROLE_TRANSFORM, arena);

    (void)state;
    assert_true(weir_strs_contain(&types, weir_str("faulty")));
    assert_false(weir_strs_contain(&types, weir_str("count")));
    for (size_t i = 1; i < types.n; i++)
        assert_true(strcmp(types.items[i - 1], types.items[i]) < 0);
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_type_and_role),
        cmocka_unit_test(finds_by_path),
        cmocka_unit_test(suggests_what_was_meant),
        cmocka_unit_test(does_not_leave_its_folders),
        cmocka_unit_test(lists_types_in_order),
    };

    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
