/* Kept answers in files: whole or none. */
#include "http_cache_checks.h"

static const struct http_cache_key key = {{1, 2, 3}}, other_key = {{1, 2, 4}};
static const char head[] = "Content-Type: text/csv\nETag: \"x\"\nEmpty: \n";
static const char body[] = "id\n1\n2\n";

enum { BODY = sizeof(body) - 1, PREAMBLE = 120 };

static bool write_entry(const char *name, struct weir_str text)
{
    struct http_entry *entry = http_entry_new(weir_str(head));
    bool done;

    entry->key = key;
    entry->status = 203;
    done = http_entry_write(folder, name, entry, text);
    free(entry);
    return done;
}

static void gives_back_what_was_written(void **state)
{
    struct http_entry *entry;
    char value[32], got[BODY];
    struct stat stat;

    (void)state;
    assert_true(write_entry("a", (struct weir_str){body, BODY}));
    assert_int_equal(fstatat(folder, "a", &stat, 0), 0);
    assert_int_equal(stat.st_mode & 0777, 0600);
    entry = http_entry_open(folder, "a", &key);
    assert_non_null(entry);
    assert_int_equal(entry->status, 203);
    assert_int_equal(entry->body_len, BODY);
    assert_string_equal(entry->head, head);
    assert_true(http_entry_field(entry, "etag", value, sizeof(value)));
    assert_string_equal(value, "\"x\"");
    assert_true(http_entry_field(entry, "Empty", value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(http_entry_field(entry, "Content", value, sizeof(value)));
    assert_false(http_entry_field(entry, "Content-Type", value, 8));
    assert_true(http_entry_read(folder, "a", entry, got));
    assert_memory_equal(got, body, BODY);
    free(entry);
}

static void what_is_there_is_not_written_over(void **state)
{
    (void)state;
    assert_true(write_entry("a", (struct weir_str){body, BODY}));
    assert_false(write_entry("a", (struct weir_str){body, 1}));
    assert_false(write_entry("no/folder", (struct weir_str){body, 1}));
}

static void empty_and_large_ones_are_kept_too(void **state)
{
    size_t size = 3 * 1024 * 1024;
    char *large = calloc(1, size), *got = malloc(size);
    struct http_entry *entry;

    (void)state;
    large[size - 1] = 'x';
    assert_true(write_entry("none", (struct weir_str){"", 0}));
    assert_true(write_entry("large", (struct weir_str){large, size}));
    entry = http_entry_open(folder, "none", &key);
    assert_non_null(entry);
    assert_true(http_entry_read(folder, "none", entry, got));
    free(entry);
    entry = http_entry_open(folder, "large", &key);
    assert_non_null(entry);
    assert_true(http_entry_read(folder, "large", entry, got));
    assert_memory_equal(large, got, size);
    free(entry);
    free(large);
    free(got);
}

/* Can the answer be had from there? */
static bool can_be_had(const char *name)
{
    struct http_entry *entry = http_entry_open(folder, name, &key);
    char got[BODY];
    bool can = entry && entry->body_len == BODY && http_entry_read(folder, name, entry, got);

    free(entry);
    return can;
}

static void change_byte(const char *name, off_t at)
{
    int fd = openat(folder, name, O_RDWR);
    char c;

    assert_int_equal(pread(fd, &c, 1, at), 1);
    c ^= 4;
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
    (void)close(fd);
}

static void no_changed_byte_goes_unnoticed(void **state)
{
    const off_t size = PREAMBLE + (off_t)sizeof(head) - 1 + BODY;

    (void)state;
    assert_true(write_entry("a", (struct weir_str){body, BODY}));
    for (off_t at = 0; at < size; at++) {
        change_byte("a", at);
        assert_false(can_be_had("a"));
        change_byte("a", at);
        assert_true(can_be_had("a"));
    }
}

static int cut(const char *name, off_t size)
{
    int fd = openat(folder, name, O_RDWR);
    int failed = ftruncate(fd, size);

    (void)close(fd);
    return failed;
}

static void no_cut_goes_unnoticed(void **state)
{
    const off_t size = PREAMBLE + (off_t)sizeof(head) - 1 + BODY;
    char name[16];

    (void)state;
    for (off_t at = 0; at <= size + 1; at++) {
        (void)snprintf(name, sizeof(name), "%d", (int)at);
        assert_true(write_entry(name, (struct weir_str){body, BODY}));
        assert_int_equal(cut(name, at), 0);
        assert_int_equal(can_be_had(name), at == size);
    }
}

static void another_one_is_none(void **state)
{
    struct http_entry *entry;
    char got[BODY];

    (void)state;
    assert_true(write_entry("a", (struct weir_str){body, BODY}));
    assert_null(http_entry_open(folder, "a", &other_key));
    assert_null(http_entry_open(folder, "b", &key));
    /* Replaced by another one since. */
    entry = http_entry_open(folder, "a", &key);
    assert_non_null(entry);
    assert_int_equal(unlinkat(folder, "a", 0), 0);
    assert_true(write_entry("a", (struct weir_str){"id\n7\n8\n", BODY}));
    assert_false(http_entry_read(folder, "a", entry, got));
    free(entry);
}

static void only_files_are_entries(void **state)
{
    (void)state;
    assert_true(write_entry("a", (struct weir_str){body, BODY}));
    assert_int_equal(symlinkat("a", folder, "link"), 0);
    assert_int_equal(mkdirat(folder, "folder", 0700), 0);
    assert_int_equal(mkfifoat(folder, "pipe", 0600), 0);
    assert_false(can_be_had("link"));
    assert_false(can_be_had("folder"));
    assert_false(can_be_had("pipe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_back_what_was_written, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_there_is_not_written_over, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            empty_and_large_ones_are_kept_too, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(
            no_changed_byte_goes_unnoticed, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(no_cut_goes_unnoticed, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(another_one_is_none, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(only_files_are_entries, folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
