/* Partitions: lists, ranges, files, and their product. */
#include "node_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/partition.h>

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    char folder[64];
    char path[96];
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.arena = weir_arena_new();
    weir_mistakes_init(&f.mistakes, f.arena);
    strcpy(f.folder, "/tmp/weir-partition-XXXXXX");
    assert_non_null(mkdtemp(f.folder));
    snprintf(f.path, sizeof(f.path), "%s/ids.txt", f.folder);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    (void)unlink(f->path);
    (void)rmdir(f->folder);
    weir_arena_free(f->arena);
    return 0;
}

static void write_file(struct fixture *f, const void *bytes, size_t n)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static const struct weir_partitions *parse(struct fixture *f, const char *text)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    return weir_partitions_parse(f->arena, document(f->arena, text), &f->mistakes);
}

static struct weir_partition_cursor *open_walk(struct fixture *f, const char *text)
{
    struct weir_error error = {0};
    const struct weir_partitions *partitions = parse(f, text);
    struct weir_partition_cursor *cursor;

    check_none(&f->mistakes);
    cursor = weir_partition_cursor_new(partitions, &error);
    if (!cursor)
        fail_msg("%s", error.text);
    return cursor;
}

/* All labels of a walk, with "; " between them. */
static void check_walk(struct fixture *f, const char *text, uint64_t total, const char *expected)
{
    struct weir_partition_cursor *cursor = open_walk(f, text);
    struct weir_partition p;
    struct weir_error error = {0};
    const char *seen = "";
    enum weir_status status;
    uint64_t n = 0;

    assert_int_equal(weir_partition_cursor_total(cursor), total);
    while ((status = weir_partition_next(cursor, f->arena, &p, &error)) == WEIR_OK) {
        char label[200];
        size_t length = weir_partition_label(&p, label, sizeof(label));

        assert_int_equal(p.number, n++);
        assert_int_equal(length, strlen(label));
        seen = weir_printf(f->arena, "%s%s%s", seen, *seen ? "; " : "", label);
    }
    if (status == WEIR_FAIL)
        fail_msg("%s", error.text);
    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_END);
    assert_string_equal(seen, expected);
    assert_int_equal(n, total);
    weir_partition_cursor_free(cursor);
}

static void lists_and_ranges(void **state)
{
    struct fixture *f = *state;

    check_walk(f, "{'region': ['eu', 7, 'us']}", 3, "region=eu; region=7; region=us");
    check_walk(f, "{'page': {'from': 1, 'to': 3}}", 3, "page=1; page=2; page=3");
    check_walk(f, "{'page': {'from': -5, 'to': 4, 'step': 5}}", 2, "page=-5; page=0");
    check_walk(f, "{'page': {'from': 5, 'to': 5}}", 1, "page=5");
    check_walk(f, "{'page': {'from': 9223372036854775806, 'to': 9223372036854775807}}", 2,
        "page=9223372036854775806; page=9223372036854775807");
    check_walk(f,
        "{'page': {'from': -9223372036854775808, 'to': 9223372036854775807,"
        " 'step': 9223372036854775807}}",
        3, "page=-9223372036854775808; page=-1; page=9223372036854775806");
}

static void the_first_key_varies_slowest(void **state)
{
    struct fixture *f = *state;

    check_walk(f, "{'r': ['eu', 'us'], 'y': {'from': 1, 'to': 2}, 'k': ['a', 'b']}", 8,
        "r=eu y=1 k=a; r=eu y=1 k=b; r=eu y=2 k=a; r=eu y=2 k=b; "
        "r=us y=1 k=a; r=us y=1 k=b; r=us y=2 k=a; r=us y=2 k=b");
}

static void no_partitions_are_one_combination(void **state)
{
    struct fixture *f = *state;
    struct weir_error error = {0};
    struct weir_partition_cursor *cursor = weir_partition_cursor_new(NULL, &error);
    struct weir_partition p;
    char label[8] = "old";

    assert_int_equal(weir_partition_cursor_total(cursor), 1);
    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_OK);
    assert_int_equal(p.n_fields, 0);
    assert_int_equal(weir_partition_label(&p, label, sizeof(label)), 0);
    assert_string_equal(label, "");
    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_END);
    weir_partition_cursor_free(cursor);
    weir_partition_cursor_free(NULL);
    assert_null(weir_partitions_parse(f->arena, NULL, &f->mistakes));
    check_none(&f->mistakes);
}

static void files_are_read_line_by_line(void **state)
{
    static const char text[] = "\xEF\xBB\xBF# ids\r\n\r\na b\r\n  \t\n c \n#x\nä";
    struct fixture *f = *state;
    const char *file;

    write_file(f, text, sizeof(text) - 1);
    file = weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path);
    check_walk(f, file, 3, "id=a b; id= c ; id=ä");
    file = weir_printf(f->arena, "{'id': {'file': '%s'}, 'y': ['1', '2']}", f->path);
    check_walk(f, file, 6, "id=a b y=1; id=a b y=2; id= c  y=1; id= c  y=2; id=ä y=1; id=ä y=2");
    file = weir_printf(f->arena, "{'y': ['1', '2'], 'id': {'file': '%s'}}", f->path);
    check_walk(f, file, 6, "y=1 id=a b; y=1 id= c ; y=1 id=ä; y=2 id=a b; y=2 id= c ; y=2 id=ä");
    write_file(f, "# nothing\n\n", 11);
    check_walk(f, file, 0, "");
}

/* Lines that lie across the borders of what is read at once. */
static void many_lines(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen(f->path, "w");
    struct weir_partition_cursor *cursor;
    struct weir_partition p;
    struct weir_error error = {0};
    int n = 0;

    for (int i = 0; i < 30000; i++)
        fprintf(file, "value %d\n", i);
    assert_int_equal(fclose(file), 0);
    cursor = open_walk(f, weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path));
    assert_int_equal(weir_partition_cursor_total(cursor), 30000);
    while (weir_partition_next(cursor, f->arena, &p, &error) == WEIR_OK) {
        char expected[32];

        snprintf(expected, sizeof(expected), "value %d", n++);
        assert_true(weir_str_is(weir_value_str(&p.fields[0].value), expected));
    }
    assert_int_equal(n, 30000);
    weir_partition_cursor_free(cursor);
}

static void check_unreadable(struct fixture *f, const char *code, const char *says)
{
    struct weir_error error = {0};
    const struct weir_partitions *partitions =
        parse(f, weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path));

    assert_non_null(partitions);
    assert_null(weir_partition_cursor_new(partitions, &error));
    assert_string_equal(error.text, says);
    assert_string_equal(error.code, code);
}

static void bad_files(void **state)
{
    struct fixture *f = *state;
    char *line = weir_alloc(f->arena, 70000);

    check_unreadable(f, "E-PARTITION-FILE",
        weir_printf(f->arena, "cannot open '%s': No such file or directory", f->path));
    write_file(f, "ok\nb\xffz\n", 7);
    check_unreadable(
        f, "E-UTF8", weir_printf(f->arena, "%s:2: byte 2 of the line is not valid UTF-8", f->path));
    write_file(f, "ok\n\nb\0z\n", 8);
    check_unreadable(f, "E-TEXT-NUL",
        weir_printf(f->arena, "%s:3: byte 2 of the line is NUL, which no text may hold", f->path));
    memset(line, 'x', 70000);
    line[0] = '\n';
    write_file(f, line, 65538);
    check_unreadable(
        f, "E-LIMIT", weir_printf(f->arena, "%s:2: the line is longer than 65536 bytes", f->path));
    line[65538] = '\n';
    write_file(f, line, 70000);
    check_unreadable(
        f, "E-LIMIT", weir_printf(f->arena, "%s:2: the line is longer than 65536 bytes", f->path));
    write_file(f, line, 70000);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(mkfifo(f->path, 0600), 0);
    check_unreadable(f, "E-PARTITION-FILE",
        weir_printf(f->arena,
            "cannot use '%s': it is no regular file; a regular file is needed, because it is read "
            "more than once",
            f->path));
}

static void the_longest_line_is_read(void **state)
{
    struct fixture *f = *state;
    char *line = weir_alloc(f->arena, 65538);
    struct weir_partition_cursor *cursor;
    struct weir_partition p;
    struct weir_error error = {0};

    memset(line, 'x', 65536);
    memcpy(line + 65536, "\r\n", 2);
    write_file(f, line, 65538);
    cursor = open_walk(f, weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path));
    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_OK);
    assert_int_equal(p.fields[0].value.length, 65536);
    weir_partition_cursor_free(cursor);
}

static void a_file_that_changes_is_noticed(void **state)
{
    static const char *const later[] = {"a\n", "a\nb\nc\n"};
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        struct weir_partition_cursor *cursor;
        struct weir_partition p;
        struct weir_error error = {0};
        enum weir_status status = WEIR_OK;

        write_file(f, "a\nb\n", 4);
        cursor = open_walk(f, weir_printf(f->arena, "{'id': {'file': '%s'}}", f->path));
        write_file(f, later[i], strlen(later[i]));
        while (status == WEIR_OK)
            status = weir_partition_next(cursor, f->arena, &p, &error);
        assert_int_equal(status, WEIR_FAIL);
        assert_string_equal(error.code, "E-PARTITION-FILE");
        assert_non_null(strstr(error.text, "it had 2 values when the run began"));
        weir_partition_cursor_free(cursor);
    }
}

static void check_bad(struct fixture *f, const char *text, const char *code, const char *says)
{
    assert_null(parse(f, text));
    check_mistake(&f->mistakes, 0, code, says);
    assert_int_equal(f->mistakes.n, 1);
}

static void bad_partitions(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'p': {'from': 1000, 'to': 1}}", "E-VALUE",
        "the range of partition 'p' is empty: 'from' is 1000, 'to' is 1");
    assert_int_equal(f->mistakes.items[0].column, 16);
    check_bad(f, "{'p': {'from': 1, 'to': 9, 'step': 0}}", "E-VALUE",
        "'step' needs a whole number of at least 1, got '0'");
    check_bad(f, "{'p': {'from': 1}}", "E-REQUIRED", "'to' is required");
    check_bad(f, "{'p': {'from': 1, 'to': 'x'}}", "E-VALUE", "'to' needs a whole number, got 'x'");
    check_bad(f, "{'p': {'from': 1, 'to': 2, 'stp': 1}}", "E-KEY",
        "unknown key 'stp'; did you mean 'step'?");
    check_bad(
        f, "{'p': {'file': 'x', 'from': 2}}", "E-KEY", "unknown key 'from'; known keys: file");
    check_bad(f, "{'p': {'file': ''}}", "E-VALUE", "'file' needs a text that is not empty, got ''");
    check_bad(f, "{'p': []}", "E-VALUE",
        "partition 'p' needs a text or a list of texts that is not empty, got a list");
    check_bad(f, "{'p': ['a', {}]}", "E-VALUE", "item 2 of partition 'p' needs a text, got a map");
    check_bad(f, "{'p': [null]}", "E-VALUE", "item 1 of partition 'p' needs a text, got nothing");
    check_bad(f, "{'p': 'eu'}", "E-VALUE",
        "partition 'p' needs a list [a, b], a range {from: 1, to: 9} or a file {file: ids.txt}");
    check_bad(f, "{'p': {'list': 1}}", "E-VALUE",
        "partition 'p' needs a list [a, b], a range {from: 1, to: 9} or a file {file: ids.txt}");
    check_bad(f, "{}", "E-VALUE",
        "partitions need a map with at least one key, as in {region: [eu, us]}");
    check_bad(f, "['eu']", "E-VALUE",
        "partitions need a map with at least one key, as in {region: [eu, us]}");
    check_bad(f, "{'a}b': ['x']}", "E-KEY",
        "the name of a partition may hold no braces and no control characters");
    check_bad(f, "{'': ['x']}", "E-KEY", "a partition needs a name");
}

static void keys_have_a_bound(void **state)
{
    struct fixture *f = *state;
    const char *text = "{'k': ['x']";

    for (int i = 0; i < 16; i++)
        text = weir_printf(f->arena, "%s, 'k%d': ['x']", text, i);
    check_bad(f, weir_printf(f->arena, "%s}", text), "E-LIMIT",
        "partitions have 17 keys; 16 is the most");
}

static void too_many_combinations(void **state)
{
    static const char whole[] = "{'from': -9223372036854775808, 'to': 9223372036854775807}";
    static const char much[] = "{'from': 1, 'to': 9000000000000000000}";
    struct fixture *f = *state;
    struct weir_error error = {0};

    assert_null(
        weir_partition_cursor_new(parse(f, weir_printf(f->arena, "{'p': %s}", whole)), &error));
    assert_string_equal(error.text, "partition 'p' has more values than can be counted");
    error = (struct weir_error){0};
    assert_null(weir_partition_cursor_new(
        parse(f, weir_printf(f->arena, "{'a': %s, 'b': ['x', 'y', 'z']}", much)), &error));
    assert_string_equal(error.text,
        "the partitions make more combinations than can be counted; 'b' is one too many");
    assert_string_equal(error.code, "E-LIMIT");
    /* Nothing times much is nothing. */
    write_file(f, "", 0);
    check_walk(f,
        weir_printf(f->arena, "{'a': %s, 'b': %s, 'c': {'file': '%s'}}", much, much, f->path), 0,
        "");
}

static void names_are_looked_up(void **state)
{
    struct fixture *f = *state;
    struct weir_partition_cursor *cursor =
        open_walk(f, "{'region': ['eu'], 'n': {'from': 4, 'to': 4}}");
    struct weir_partition p;
    struct weir_error error = {0};
    struct weir_value value;

    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_OK);
    assert_true(weir_partition_lookup(&p, WEIR_ROOT_PARTITION, weir_str("region"), &value));
    assert_true(weir_str_is(weir_value_str(&value), "eu"));
    assert_int_equal(value.kind, WEIR_TEXT);
    assert_true(weir_partition_lookup(&p, WEIR_ROOT_PARTITION, weir_str("n"), &value));
    assert_int_equal(value.kind, WEIR_INT);
    assert_int_equal(value.integer, 4);
    assert_false(weir_partition_lookup(&p, WEIR_ROOT_PARTITION, weir_str("x"), &value));
    assert_false(weir_partition_lookup(&p, WEIR_ROOT_RESOURCES, weir_str("n"), &value));
    assert_false(weir_partition_lookup(NULL, WEIR_ROOT_PARTITION, weir_str("n"), &value));
    weir_partition_cursor_free(cursor);
    assert_true(weir_partitions_have(parse(f, "{'region': ['eu']}"), weir_str("region")));
    assert_false(weir_partitions_have(parse(f, "{'region': ['eu']}"), weir_str("regio")));
    assert_false(weir_partitions_have(NULL, weir_str("region")));
}

static void labels_are_printable_and_cut(void **state)
{
    struct fixture *f = *state;
    struct weir_partition_cursor *cursor = open_walk(f, "{'r': ['a\\u001bäöü']}");
    struct weir_partition p;
    struct weir_error error = {0};
    char label[64];

    assert_int_equal(weir_partition_next(cursor, f->arena, &p, &error), WEIR_OK);
    weir_partition_label(&p, label, sizeof(label));
    assert_string_equal(label, "r=a\\x1Bäöü");
    for (size_t size = 1; size < 14; size++) {
        memset(label, '#', sizeof(label));
        assert_in_range(weir_partition_label(&p, label, size), 0, size - 1);
        assert_int_equal(label[size], '#');
    }
    weir_partition_label(&p, label, 9);
    assert_string_equal(label, "r=a...");
    weir_partition_cursor_free(cursor);
}

/* Fields of a parent's rows have any. */
static void labels_show_values_of_every_kind(void **state)
{
    struct weir_partition_field fields[] = {
        {"i", weir_int(-7)}, {"f", weir_float(1.5)}, {"b", weir_bool(true)}};
    struct weir_partition p = {.fields = fields, .n_fields = 3};
    char label[64];

    (void)state;
    weir_partition_label(&p, label, sizeof(label));
    assert_string_equal(label, "i=-7 f=1.5 b=true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(labels_show_values_of_every_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_and_ranges, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_key_varies_slowest, setup, teardown),
        cmocka_unit_test_setup_teardown(no_partitions_are_one_combination, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_read_line_by_line, setup, teardown),
        cmocka_unit_test_setup_teardown(many_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_files, setup, teardown),
        cmocka_unit_test_setup_teardown(the_longest_line_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_changes_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_partitions, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_have_a_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_combinations, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_looked_up, setup, teardown),
        cmocka_unit_test_setup_teardown(labels_are_printable_and_cut, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
