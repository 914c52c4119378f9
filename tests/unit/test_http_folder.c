/* The folder of kept answers: whose it is, how entries come and go, and what it says when it fails. */
#include "http_cache_checks.h"

#include "../../plugins/http/cache/folder.h"

#include <uv.h>

struct rig {
    struct weir_stage stage;
    struct http_cache_options options;
    uv_loop_t loop;
    char told[1024];
    unsigned n_told;
};

static struct rig rig;

static const struct http_cache_key key = {{0xab, 2, 3}};
static const char body[] = "[]";

static void *fake_loop(struct weir_stage *stage)
{
    (void)stage;
    return &rig.loop;
}

static void hear(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)stage;
    assert_int_equal(level, WEIR_LOG_WARNING);
    (void)snprintf(rig.told, sizeof(rig.told), "%s", text);
    rig.n_told++;
}

static const struct weir_host host = {.size = sizeof(host), .loop = fake_loop, .log = hear};

static int setup(void **state)
{
    (void)folder_setup(state);
    memset(&rig, 0, sizeof(rig));
    assert_int_equal(uv_loop_init(&rig.loop), 0);
    rig.stage = (struct weir_stage){.host = &host, .arena = weir_arena_new()};
    rig.options = (struct http_cache_options){.path = folder_path, .max_size = 1024 * 1024};
    return 0;
}

static int teardown(void **state)
{
    uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig.loop), 0);
    weir_arena_free(rig.stage.arena);
    return folder_teardown(state);
}

static struct http_entry *new_entry(void)
{
    struct http_entry *entry = http_entry_new(weir_str("ETag: x\n"));

    entry->key = key;
    entry->status = 200;
    return entry;
}

static bool has_entry(struct http_folder *opened)
{
    struct http_entry *entry = http_folder_find(opened, &key);
    bool has = entry != NULL;

    free(entry);
    return has;
}

/* Writes an entry; the caller says what becomes of it. */
static struct http_entry *write_new(struct http_folder *opened, char name[HTTP_CACHE_NAME])
{
    struct http_entry *entry = new_entry();

    assert_true(http_folder_write(opened, entry, weir_str(body), name));
    assert_true(is_there(name));
    assert_false(has_entry(opened));
    return entry;
}

static void what_is_kept_is_found(void **state)
{
    struct http_folder *opened = http_folder_open(&rig.stage, &rig.options);
    char name[HTTP_CACHE_NAME], got[sizeof(body) - 1];
    struct http_entry *entry;

    (void)state;
    assert_non_null(opened);
    entry = write_new(opened, name);
    http_folder_keep(opened, entry, name);
    assert_false(is_there(name));
    assert_true(has_entry(opened));
    assert_true(http_folder_read(opened, entry, got));
    assert_memory_equal(got, body, sizeof(got));
    http_folder_remove(opened, &key);
    assert_false(has_entry(opened));
    assert_false(http_folder_read(opened, entry, got));
    http_folder_stop(opened);
    free(entry);
    assert_int_equal(rig.n_told, 0);
}

static void what_is_discarded_is_gone(void **state)
{
    struct http_folder *opened = http_folder_open(&rig.stage, &rig.options);
    char name[HTTP_CACHE_NAME];

    (void)state;
    free(write_new(opened, name));
    http_folder_discard(opened, name);
    assert_false(is_there(name));
    assert_false(has_entry(opened));
    http_folder_stop(opened);
}

static void times_say_when_it_was_used_and_confirmed(void **state)
{
    const struct timespec old[] = {{1000, 0}, {1000, 0}};
    struct http_folder *opened = http_folder_open(&rig.stage, &rig.options);
    char name[HTTP_CACHE_NAME], path[HTTP_CACHE_NAME] = "ab/";
    struct http_entry *entry = write_new(opened, name);
    struct stat stat;

    (void)state;
    http_folder_keep(opened, entry, name);
    for (size_t i = 1; i < sizeof(key.bytes); i++)
        (void)snprintf(path + strlen(path), 3, "%02x", key.bytes[i]);
    assert_int_equal(utimensat(folder, path, old, 0), 0);
    http_folder_touch(opened, &key, false);
    assert_int_equal(fstatat(folder, path, &stat, 0), 0);
    assert_true(stat.st_atim.tv_sec > 1000 && stat.st_mtim.tv_sec == 1000);
    http_folder_touch(opened, &key, true);
    assert_int_equal(fstatat(folder, path, &stat, 0), 0);
    assert_true(stat.st_mtim.tv_sec > 1000);
    http_folder_stop(opened);
    free(entry);
}

static void folders_above_are_made_for_the_owner_alone(void **state)
{
    struct stat stat;

    (void)state;
    rig.options.path = weir_printf(rig.stage.arena, "%s/a/b//c/", folder_path);
    assert_non_null(http_folder_open(&rig.stage, &rig.options));
    assert_int_equal(fstatat(folder, "a/b/c", &stat, 0), 0);
    assert_int_equal(stat.st_mode & 07777, 0700);
}

static void one_that_others_write_to_is_not_used(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder_path, 0770), 0);
    assert_null(http_folder_open(&rig.stage, &rig.options));
    assert_non_null(strstr(rig.told, "others may write to it"));
    assert_int_equal(chmod(folder_path, 0755), 0);
    assert_non_null(http_folder_open(&rig.stage, &rig.options));
}

static void what_cannot_be_written_is_told_once(void **state)
{
    struct http_folder *opened = http_folder_open(&rig.stage, &rig.options);
    struct http_entry *entry = new_entry();
    char name[HTTP_CACHE_NAME];
    int before = opened->fd;

    (void)state;
    /* Nothing can be opened below a file. */
    opened->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 3; i++)
        assert_false(http_folder_write(opened, entry, weir_str(body), name));
    assert_string_equal(name, "");
    assert_int_equal(rig.n_told, 1);
    assert_non_null(strstr(rig.told, "cannot be written"));
    (void)close(opened->fd);
    opened->fd = before;
    free(entry);
}

static void what_is_larger_than_all_may_be_is_not_written(void **state)
{
    struct http_folder *opened = http_folder_open(&rig.stage, &rig.options);
    struct http_entry *entry = new_entry();
    char name[HTTP_CACHE_NAME];

    (void)state;
    rig.options.max_size = 1;
    assert_false(http_folder_write(opened, entry, weir_str(body), name));
    assert_int_equal(rig.n_told, 0);
    free(entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_discarded_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(times_say_when_it_was_used_and_confirmed, setup, teardown),
        cmocka_unit_test_setup_teardown(
            folders_above_are_made_for_the_owner_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_others_write_to_is_not_used, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_larger_than_all_may_be_is_not_written, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
