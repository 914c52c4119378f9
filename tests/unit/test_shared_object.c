/* Files that would end the process inside dlopen are refused before it. */
#include "registry/shared_object.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void passes_a_whole_one(void **state)
{
    struct weir_error error = {0};

    (void)state;
    assert_int_equal(shared_object_check(TEST_PLUGIN_DIR "/count_extract.so", &error), WEIR_OK);
}

/* Every length that is too short for what would be mapped, in steps. */
static void refuses_every_cut(void **state)
{
    static char bytes[1 << 20];
    char path[] = "/tmp/weir-cut-XXXXXX";
    FILE *whole = fopen(TEST_PLUGIN_DIR "/count_extract.so", "r");
    size_t size;
    int fd = mkstemp(path);

    (void)state;
    assert_non_null(whole);
    assert_true(fd >= 0);
    size = fread(bytes, 1, sizeof(bytes), whole);
    fclose(whole);
    for (size_t cut = 0; cut < 8192 && cut < size / 2; cut += 97) {
        struct weir_error error = {0};

        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, bytes, cut, 0), cut);
        assert_int_equal(shared_object_check(path, &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-PLUGIN-LOAD");
    }
    close(fd);
    unlink(path);
}

static void refuses_devices_and_folders(void **state)
{
    struct weir_error error = {0}, other = {0};

    (void)state;
    assert_int_equal(shared_object_check("/dev/zero", &error), WEIR_FAIL);
    assert_non_null(strstr(error.text, "not a file"));
    assert_int_equal(shared_object_check("/tmp", &other), WEIR_FAIL);
    assert_non_null(strstr(other.text, "not a file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_a_whole_one),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_devices_and_folders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
