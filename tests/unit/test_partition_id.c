/* The ids of partitions: the same in every run, and different for all that differs. */
#include "node_checks.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <weir/partition.h>

struct fixture {
    struct weir_arena *arena;
    char path[64];
};

static int setup(void **state)
{
    static struct fixture f;
    int fd;

    f.arena = weir_arena_new();
    strcpy(f.path, "/tmp/weir-partition-id-XXXXXX");
    fd = mkstemp(f.path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    (void)unlink(f->path);
    weir_arena_free(f->arena);
    return 0;
}

static struct weir_partition_cursor *open_walk(struct fixture *f, const char *text)
{
    struct weir_error error = {0};
    struct weir_mistakes mistakes;
    struct weir_partition_cursor *cursor;

    weir_mistakes_init(&mistakes, f->arena);
    cursor = weir_partition_cursor_new(
        weir_partitions_parse(f->arena, document(f->arena, text), &mistakes), &error);
    check_none(&mistakes);
    if (!cursor)
        fail_msg("%s", error.text);
    return cursor;
}

static const char *hex(struct weir_arena *arena, struct weir_id id)
{
    char *text = weir_alloc(arena, 2 * WEIR_ID_SIZE + 1);

    for (size_t i = 0; i < WEIR_ID_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", id.bytes[i]);
    return text;
}

/* The ids of a whole walk, up to 16. */
static size_t walk(struct fixture *f, const char *text, const char **ids)
{
    struct weir_partition_cursor *cursor = open_walk(f, text);
    struct weir_partition p;
    struct weir_error error = {0};
    size_t n = 0;

    while (weir_partition_next(cursor, f->arena, &p, &error) == WEIR_OK)
        ids[n++] = hex(f->arena, p.id);
    assert_false(weir_error_is_set(&error));
    weir_partition_cursor_free(cursor);
    return n;
}

static void check_different(const char **ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
}

/* The digests were computed with sha256sum. State that was kept would be lost if they changed. */
static void ids_never_change(void **state)
{
    struct fixture *f = *state;
    const char *ids[16];
    struct weir_partition p;
    struct weir_error error = {0};
    struct weir_partition_cursor *cursor = weir_partition_cursor_new(NULL, &error);

    assert_string_equal(
        hex(f->arena, weir_id_of(weir_str(""))), "e3b0c44298fc1c149afbf4c8996fb924");
    assert_string_equal(
        hex(f->arena, weir_id_of(weir_str("abc"))), "ba7816bf8f01cfea414140de5dae2223");
    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_OK);
    assert_string_equal(hex(f->arena, p.id), "90ec9ca9da05446d08bbe7d46cb5e4c3");
    weir_partition_cursor_free(cursor);
    walk(f, "{'r': ['eu', 'eu'], 'n': {'from': 4, 'to': 4}}", ids);
    assert_string_equal(ids[0], "15fad1ee6240fce822be239f7f2d83af");
    assert_string_equal(ids[1], "55a5000fdbf1369cdf2625f74e49fc97");
}

static void what_differs_has_another_id(void **state)
{
    struct fixture *f = *state;
    const char *ids[16];
    size_t n = 0;

    n += walk(f, "{'n': {'from': 1, 'to': 2}}", ids + n);
    n += walk(f, "{'n': ['1', '2', '']}", ids + n);
    n += walk(f, "{'m': ['1']}", ids + n);
    n += walk(f, "{'a': ['b'], 'c': ['d']}", ids + n);
    n += walk(f, "{'ab': [''], 'c': ['d']}", ids + n);
    n += walk(f, "{'a': ['bc'], '1': ['d']}", ids + n);
    assert_int_equal(n, 9);
    check_different(ids, n);
}

static void an_id_does_not_depend_on_its_neighbours(void **state)
{
    struct fixture *f = *state;
    const char *ids[16];
    const char *others[16];

    assert_int_equal(walk(f, "{'r': ['eu', 'us'], 'y': ['1', '2', '1']}", ids), 6);
    assert_int_equal(walk(f, "{'r': ['us', 'x', 'eu'], 'y': ['0', '1', '1', '2']}", others), 12);
    check_different(ids, 6);
    check_different(others, 12);
    assert_string_equal(ids[0], others[9]);  /* eu 1 */
    assert_string_equal(ids[1], others[11]); /* eu 2 */
    assert_string_equal(ids[2], others[10]); /* eu 1, again */
    assert_string_equal(ids[3], others[1]);  /* us 1 */
    assert_string_equal(ids[5], others[2]);  /* us 1, again */
}

static void write_lines(struct fixture *f, size_t n, size_t different)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    for (size_t i = 0; i < n; i++)
        fprintf(file, "https://example.com/things/%zu\n", i % different);
    assert_int_equal(fclose(file), 0);
}

static struct weir_partition_cursor *open_file(struct fixture *f)
{
    return open_walk(f, weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path));
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct weir_id));
}

/* Walks through the file, checks that all ids differ; the bytes that the walk itself holds. */
static size_t walk_file(struct fixture *f, size_t n)
{
    struct weir_partition_cursor *cursor = open_file(f);
    struct weir_id *ids = weir_malloc(n * sizeof(*ids));
    struct weir_partition p;
    struct weir_error error = {0};
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    size_t after;

    for (size_t i = 0; i < n; i++) {
        struct weir_arena *arena = weir_arena_new();

        assert_int_equal(weir_partition_next(cursor, arena, &p, &error), WEIR_OK);
        ids[i] = p.id;
        weir_arena_free(arena);
    }
    after = mallinfo2().uordblks + mallinfo2().hblkhd;
    weir_partition_cursor_free(cursor);
    qsort(ids, n, sizeof(*ids), compare_ids);
    for (size_t i = 1; i < n; i++)
        assert_int_not_equal(compare_ids(&ids[i - 1], &ids[i]), 0);
    free(ids);
    return after > before ? after - before : 0;
}

static void a_million_lines_need_little(void **state)
{
    struct fixture *f = *state;

    /* Sanitizers are slow, and bring an allocator of their own, which mallinfo2 knows nothing of. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    write_lines(f, 100000, 100000);
    (void)walk_file(f, 100000);
#else
    write_lines(f, 1000000, 1000000);
    assert_in_range(walk_file(f, 1000000), 8 << 20, 12 << 20);
#endif
}

/* Were each compared with all before it, this would take hours. */
static void many_equal_lines(void **state)
{
    struct fixture *f = *state;

    write_lines(f, 300000, 1);
    (void)walk_file(f, 300000);
    write_lines(f, 300000, 7);
    (void)walk_file(f, 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ids_never_change, setup, teardown),
        cmocka_unit_test_setup_teardown(what_differs_has_another_id, setup, teardown),
        cmocka_unit_test_setup_teardown(an_id_does_not_depend_on_its_neighbours, setup, teardown),
        cmocka_unit_test_setup_teardown(a_million_lines_need_little, setup, teardown),
        cmocka_unit_test_setup_teardown(many_equal_lines, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
