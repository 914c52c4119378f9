/* A folder that stays below its size: what was not used for the longest time goes. */
#include "http_cache_checks.h"

#include "../../plugins/http/cache/sweep.h"

#include <time.h>

enum { KIB = 1024, ONE_FILE = 8 * KIB };

static atomic_uint_least64_t ends_at;

/* A file of 8 KiB that was used so many seconds ago, and made an hour before that. */
static void add_file(const char *name, time_t age)
{
    const struct timespec times[] = {{time(NULL) - age, 0}, {time(NULL) - age - 3600, 0}};
    char group[3] = {name[0], name[1], '\0'};
    int fd;

    if (name[2] == '/')
        (void)mkdirat(folder, group, 0700);
    fd = openat(folder, name, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, ONE_FILE), 0);
    assert_int_equal(futimens(fd, times), 0);
    (void)close(fd);
}

static void below_its_size_nothing_goes(void **state)
{
    (void)state;
    add_file("00/a", 1000000);
    add_file("ff/b", 0);
    assert_int_equal(http_sweep_run(folder, 2 * ONE_FILE, &ends_at), 2 * ONE_FILE);
    assert_true(is_there("00/a"));
    assert_true(is_there("ff/b"));
}

static void the_oldest_go_first(void **state)
{
    char name[16];

    (void)state;
    /* Each a day older than the one before. */
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "%02x/%d", i * 7, i);
        add_file(name, i * 86400);
    }
    assert_true(http_sweep_run(folder, 10 * ONE_FILE, &ends_at) <= 9 * ONE_FILE);
    for (int i = 0; i < 8; i++) {
        (void)snprintf(name, sizeof(name), "%02x/%d", i * 7, i);
        assert_true(is_there(name));
    }
    for (int i = 11; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "%02x/%d", i * 7, i);
        assert_false(is_there(name));
    }
}

static void of_one_age_only_as_many_go_as_have_to(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "%02x/%d", i, i);
        add_file(name, 5000);
    }
    assert_int_equal(http_sweep_run(folder, 10 * ONE_FILE, &ends_at), 9 * ONE_FILE);
}

static void small_files_count_as_blocks(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(mkdirat(folder, "00", 0700), 0);
    for (int i = 0; i < 4; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "00/%d", i);
        fd = openat(folder, name, O_WRONLY | O_CREAT, 0600);
        assert_int_equal(write(fd, "x", (size_t)i / 2), i / 2);
        (void)close(fd);
    }
    assert_int_equal(http_sweep_run(folder, 1024 * KIB, &ends_at), 16 * KIB);
}

static void what_was_begun_and_left_goes(void **state)
{
    (void)state;
    add_file(HTTP_SWEEP_NEW "old", 86400);
    add_file(HTTP_SWEEP_NEW "young", -3600);
    add_file("somebody's", 86400);
    assert_int_equal(http_sweep_run(folder, 1024 * KIB, &ends_at), 0);
    assert_false(is_there(HTTP_SWEEP_NEW "old"));
    assert_true(is_there(HTTP_SWEEP_NEW "young"));
    assert_true(is_there("somebody's"));
}

static void others_things_are_left_alone(void **state)
{
    (void)state;
    add_file("00/a", 100);
    assert_int_equal(mkdirat(folder, "notes", 0700), 0);
    assert_int_equal(symlinkat("../..", folder, "ab"), 0);
    assert_int_equal(symlinkat("/etc/hostname", folder, "00/link"), 0);
    assert_int_equal(http_sweep_run(folder, KIB, &ends_at), 0);
    assert_false(is_there("00/a"));
    assert_true(is_there("notes"));
    assert_true(is_there("00/link"));
}

static void a_run_that_is_over_does_not_wait_for_long(void **state)
{
    atomic_uint_least64_t past;

    (void)state;
    atomic_init(&past, 1);
    add_file("00/a", 100);
    (void)http_sweep_run(folder, KIB, &past);
    assert_true(is_there("00/a"));
}

static void what_grows_is_swept_on_a_thread(void **state)
{
    struct http_sweep sweep;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    http_sweep_init(&sweep, &loop, folder, 2 * ONE_FILE);
    for (int i = 0; i < 5; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "0%d/a", i);
        add_file(name, i * 1000);
        http_sweep_grown(&sweep, ONE_FILE - 1);
        uv_run(&loop, UV_RUN_DEFAULT);
        assert_true(sweep.size <= 2 * ONE_FILE);
    }
    assert_true(is_there("00/a"));
    assert_false(is_there("04/a"));
    http_sweep_stop(&sweep);
    http_sweep_grown(&sweep, 100 * ONE_FILE);
    assert_false(sweep.is_under_way);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(below_its_size_nothing_goes, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(the_oldest_go_first, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            of_one_age_only_as_many_go_as_have_to, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(small_files_count_as_blocks, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            what_was_begun_and_left_goes, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            others_things_are_left_alone, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            a_run_that_is_over_does_not_wait_for_long, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            what_grows_is_swept_on_a_thread, folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
