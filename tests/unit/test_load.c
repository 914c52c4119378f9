/* What is no plugin of this ABI is refused in one line that names file and reason. */
#include "registry/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PLUGIN(file) TEST_PLUGIN_DIR "/" file

static char folder[] = "/tmp/weir-load-XXXXXX";

static void refuses(const char *path, const char *code, const char *reason)
{
    struct weir_plugin plugin;
    struct weir_error error = {0};

    assert_int_equal(plugin_load(path, ROLE_TRANSFORM, &plugin, &error), WEIR_FAIL);
    assert_string_equal(error.code, code);
    assert_int_equal(error.fault, WEIR_FAULT_PLUGIN);
    if (!strstr(error.text, reason))
        fail_msg("'%s' is not in '%s'", reason, error.text);
}

static void refuses_another_abi(void **state)
{
    (void)state;
    refuses(PLUGIN("newer_transform.so"), "E-PLUGIN-ABI", "plugin ABI 2, this weir has 1");
    refuses(PLUGIN("older_transform.so"), "E-PLUGIN-ABI", "plugin ABI 0, this weir has 1");
    refuses(PLUGIN("small_transform.so"), "E-PLUGIN-ABI", "structs of 16 ");
}

static void completes_a_shorter_struct(void **state)
{
    struct weir_plugin plugin;
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(
        plugin_load(PLUGIN("short_transform.so"), ROLE_TRANSFORM, &plugin, &error), WEIR_OK);
    assert_non_null(plugin.transform);
    assert_null(plugin.commit);
}

static void refuses_what_has_no_clear_role(void **state)
{
    (void)state;
    refuses(PLUGIN("no_role_transform.so"), "E-PLUGIN-LOAD", "exactly one of the callbacks");
    refuses(PLUGIN("two_roles_transform.so"), "E-PLUGIN-LOAD", "exactly one of the callbacks");
    refuses(PLUGIN("count_extract.so"), "E-PLUGIN-LOAD", "cannot stand under transform");
    refuses(PLUGIN("on_loop_transform.so"), "E-PLUGIN-LOAD", "WEIR_ON_LOOP");
    refuses(PLUGIN("no_state_transform.so"), "E-PLUGIN-LOAD", "state_size is 0");
}

static enum weir_status no_load(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_OK;
}

static enum weir_status no_commit(struct weir_stage *stage)
{
    (void)stage;
    return WEIR_OK;
}

static void verifies(const struct weir_plugin *plugin, enum role role, const char *reason)
{
    struct weir_plugin verified;
    struct weir_error error = {0};
    enum weir_status status = plugin_verify(plugin, "p.so", role, &verified, &error);

    assert_int_equal(status, reason ? WEIR_FAIL : WEIR_OK);
    if (reason && !strstr(error.text, reason))
        fail_msg("'%s' is not in '%s'", reason, error.text);
}

/* A whole store is one whose callbacks are there; which ones, nobody asks here. */
static void refuses_a_store_that_is_not_whole(void **state)
{
    struct weir_store store;
    struct weir_plugin plugin = {.header = WEIR_HEADER,
        .name = "p",
        .summary = "A loader.",
        .load = no_load,
        .commit = no_commit,
        .store = &store};

    (void)state;
    memset(&store, 1, sizeof(store));
    store.size = sizeof(store);
    verifies(&plugin, ROLE_LOAD, NULL);
    plugin.commit = NULL;
    verifies(&plugin, ROLE_LOAD, "no commit");
    plugin.commit = no_commit;
    store.reset = NULL;
    verifies(&plugin, ROLE_LOAD, "lacks a callback");
    store.size = 8;
    verifies(&plugin, ROLE_LOAD, "smaller than any");
    plugin.load = NULL;
    plugin.commit = NULL;
    plugin.transform = no_load;
    verifies(&plugin, ROLE_TRANSFORM, "only a loader may have");
}

/* Where each role has a place in the flow. */
static void knows_where_a_loader_may_run(void **state)
{
    struct weir_plugin plugin = {
        .header = WEIR_HEADER, .name = "p", .summary = "A loader.", .load = no_load};

    (void)state;
    verifies(&plugin, ROLE_LOAD, NULL);
    plugin.threading = WEIR_ON_LOOP;
    verifies(&plugin, ROLE_LOAD, NULL);
    plugin.threading = WEIR_IN_PARALLEL;
    verifies(&plugin, ROLE_LOAD, "WEIR_IN_PARALLEL");
    plugin.threading = 7;
    verifies(&plugin, ROLE_LOAD, "does not know");
}

static void refuses_what_the_loader_refuses(void **state)
{
    (void)state;
    refuses(PLUGIN("no_symbol_transform.so"), "E-PLUGIN-LOAD", "exports no weir_plugin");
    refuses(PLUGIN("unresolved_transform.so"), "E-PLUGIN-LOAD", "weir_there_is_no_such_function");
}

static char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void refuses_files_that_are_no_shared_objects(void **state)
{
    char bytes[4096];
    FILE *whole = fopen(PLUGIN("count_extract.so"), "r");

    (void)state;
    assert_non_null(whole);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), whole), sizeof(bytes));
    fclose(whole);
    refuses(in_folder("missing.so"), "E-PLUGIN-MISSING", "No such file");
    refuses(folder, "E-PLUGIN-LOAD", "is not a file");
    refuses("", "E-PLUGIN-LOAD", "must have between 1 and");
    write_file(in_folder("text.so"), "hello", 5);
    refuses(in_folder("text.so"), "E-PLUGIN-LOAD", "no shared object");
    write_file(in_folder("cut.so"), bytes, sizeof(bytes));
    refuses(in_folder("cut.so"), "E-PLUGIN-LOAD", "cut short");
    bytes[18] = 0x28; /* the machine: 32-bit ARM */
    write_file(in_folder("arm.so"), bytes, sizeof(bytes));
    refuses(in_folder("arm.so"), "E-PLUGIN-LOAD", "another kind of machine");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(in_folder("text.so"));
    unlink(in_folder("cut.so"));
    unlink(in_folder("arm.so"));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_another_abi),
        cmocka_unit_test(completes_a_shorter_struct),
        cmocka_unit_test(refuses_what_has_no_clear_role),
        cmocka_unit_test(refuses_a_store_that_is_not_whole),
        cmocka_unit_test(knows_where_a_loader_may_run),
        cmocka_unit_test(refuses_what_the_loader_refuses),
        cmocka_unit_test(refuses_files_that_are_no_shared_objects),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
