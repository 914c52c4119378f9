/* Lines that the ndjson loader writes, and where they go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load_stage.h"

struct fixture {
    char folder[64];
    char path[128];
    struct load_stage s;
};

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static int setup(void **state)
{
    struct fixture *f = weir_calloc(1, sizeof(*f));

    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/weir-test-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    (void)snprintf(f->path, sizeof(f->path), "%s/out.ndjson", f->folder);
    stage_init(&f->s, "ndjson");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    stage_done(&f->s);
    (void)nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    if (!stage_check(&f->s))
        fail_msg("%s", f->s.mistakes.items[0].text);
    if (stage_start(&f->s) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static void start_with_path(struct fixture *f)
{
    stage_set(&f->s, "path", f->path);
    start(f);
}

static void load(struct fixture *f, const struct weir_resource *resource, const char *json)
{
    if (stage_load(&f->s, batch_of_json(resource, json)) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static void commit_and_stop(struct fixture *f)
{
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    stage_stop(&f->s);
}

static void assert_file(const char *path, const char *expected)
{
    FILE *file = fopen(path, "rb");
    char text[4096];
    size_t n;

    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static int count_files(const struct fixture *f)
{
    DIR *folder = opendir(f->folder);
    int n = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        n += entry->d_name[0] != '.';
    (void)closedir(folder);
    return n;
}

/* --- lines ------------------------------------------------------------------------------ */

static void a_row_is_a_line(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start_with_path(f);
    load(f, t,
        "[{\"i\":-9223372036854775808,\"f\":0.1,\"d\":123456789012345678901234567890.10,"
        "\"t\":\"a\\\"b\\\\\\n\\u00e4\",\"b\":true,\"n\":null,\"j\":{\"a\":[1,{}]}},{\"i\":2}]");
    load(f, t, "[]");
    load(f, t, "[{},{\"k\\n\\\"\":1}]");
    commit_and_stop(f);
    assert_file(f->path,
        "{\"i\":-9223372036854775808,\"f\":0.1,\"d\":123456789012345678901234567890.10,"
        "\"t\":\"a\\\"b\\\\\\n\xc3\xa4\",\"b\":true,\"n\":null,\"j\":{\"a\":[1,{}]}}\n"
        "{\"i\":2,\"f\":null,\"d\":null,\"t\":null,\"b\":null,\"n\":null,\"j\":null}\n"
        "{\"k\\n\\\"\":null}\n{\"k\\n\\\"\":1}\n");
}

static void nulls_can_be_left_out(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    stage_set(&f->s, "nulls", "false");
    stage_set(&f->s, "table_key", "_table");
    start_with_path(f);
    load(f, t, "[{\"a\":null,\"b\":1,\"c\":null},{\"c\":2},{\"a\":null}]");
    commit_and_stop(f);
    assert_file(
        f->path, "{\"_table\":\"t\",\"b\":1}\n{\"_table\":\"t\",\"c\":2}\n{\"_table\":\"t\"}\n");
}

static void nested_data_does_not_break_a_line(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    start_with_path(f);
    load(f, t, "[{\"j\": {\r\n  \"a\": \"x\\ny\",\n  \"b\": [\n1 ]\n}}]");
    commit_and_stop(f);
    assert_file(f->path, "{\"j\":{    \"a\": \"x\\ny\",   \"b\": [ 1 ] }}\n");
}

static void resources_share_the_lines(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_resource *u = stage_resource(&f->s, "the \"u\"", NULL);

    stage_set(&f->s, "table_key", "a \"table\"");
    start_with_path(f);
    load(f, t, "[{\"a\":1}]");
    load(f, u, "[{\"b\":2},{}]");
    load(f, t, "[{\"a\":3}]");
    commit_and_stop(f);
    assert_file(f->path,
        "{\"a \\\"table\\\"\":\"t\",\"a\":1}\n{\"a \\\"table\\\"\":\"the \\\"u\\\"\",\"b\":2}\n"
        "{\"a \\\"table\\\"\":\"the \\\"u\\\"\",\"b\":null}\n{\"a "
        "\\\"table\\\"\":\"t\",\"a\":3}\n");
}

static void the_key_of_the_table_may_not_be_a_column(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    stage_set(&f->s, "table_key", "a");
    start_with_path(f);
    assert_int_equal(stage_load(&f->s, batch_of_json(t, "[{\"a\":1}]")), WEIR_FAIL);
    stage_stop(&f->s);
    assert_string_equal(f->s.error.code, "E-COLUMN-COLLISION");
    assert_int_equal(count_files(f), 0);
}

static void other_kinds_are_texts(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch = weir_batch_new(stage_resource(&f->s, "t", NULL));
    struct weir_value day = {.kind = WEIR_DATE, .integer = 19675};

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("day")), day);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("raw")),
        weir_text(WEIR_BYTES, (struct weir_str){"\0\xff", 2}));
    start_with_path(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_OK);
    commit_and_stop(f);
    assert_file(f->path, "{\"day\":\"2023-11-14\",\"raw\":\"00ff\"}\n");
}

/* More than fits the buffer and the scratch memory, and single values that do. */
static void long_rows_come_out_whole(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct weir_batch *batch = weir_batch_new(t);
    size_t n = 300000;
    char *text = weir_malloc(n);
    struct stat file;

    memset(text, 'x', n);
    (void)weir_batch_add_unit(batch, NULL);
    for (int i = 0; i < 5; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("a")),
            weir_text(WEIR_TEXT, (struct weir_str){text, i % 2 ? n : 100}));
    }
    start_with_path(f);
    assert_int_equal(stage_load(&f->s, batch), WEIR_OK);
    commit_and_stop(f);
    assert_int_equal(stat(f->path, &file), 0);
    assert_int_equal(file.st_size, 3 * (100 + 9) + 2 * (n + 9));
    free(text);
}

/* --- files ------------------------------------------------------------------------------ */

static void write_old(const struct fixture *f)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    (void)fputs("old\n", file);
    assert_int_equal(fclose(file), 0);
}

static void an_older_file_stays_until_the_end(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    struct stat file;

    write_old(f);
    assert_int_equal(chmod(f->path, 0640), 0);
    start_with_path(f);
    load(f, t, "[{\"a\":1}]");
    assert_int_equal(stage_commit(&f->s), WEIR_OK);
    assert_file(f->path, "old\n");
    commit_and_stop(f);
    assert_file(f->path, "{\"a\":1}\n");
    assert_int_equal(stat(f->path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0640);
    assert_int_equal(count_files(f), 1);
}

static void a_run_without_rows_gives_an_empty_file(void **state)
{
    struct fixture *f = *state;

    write_old(f);
    start_with_path(f);
    commit_and_stop(f);
    assert_file(f->path, "");
}

static void a_run_that_ends_early_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    write_old(f);
    start_with_path(f);
    load(f, t, "[{\"a\":1}]");
    f->s.stopping = true;
    commit_and_stop(f);
    assert_file(f->path, "old\n");
    assert_int_equal(count_files(f), 1);
}

static void a_link_is_followed(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    char link[160];
    struct stat file;

    write_old(f);
    (void)snprintf(link, sizeof(link), "%s/link", f->folder);
    assert_int_equal(symlink("out.ndjson", link), 0);
    stage_set(&f->s, "path", link);
    start(f);
    load(f, t, "[{\"a\":1}]");
    commit_and_stop(f);
    assert_file(f->path, "{\"a\":1}\n");
    assert_int_equal(lstat(link, &file), 0);
    assert_true(S_ISLNK(file.st_mode));
}

static void a_device_is_written_directly(void **state)
{
    struct fixture *f = *state;
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);

    stage_set(&f->s, "path", "/dev/full");
    start(f);
    assert_int_equal(stage_load(&f->s, batch_of_json(t, "[{\"a\":1}]")), WEIR_FAIL);
    assert_string_equal(f->s.error.code, "E-FILE-DISK-FULL");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DESTINATION);
    assert_int_equal(stage_commit(&f->s), WEIR_FAIL);
    stage_stop(&f->s);
    assert_int_equal(access("/dev/full", F_OK), 0);
}

static void assert_start_refused(struct fixture *f, const char *path, const char *remedy)
{
    stage_set(&f->s, "path", path);
    assert_true(stage_check(&f->s));
    assert_int_equal(stage_start(&f->s), WEIR_FAIL);
    stage_stop(&f->s);
    assert_string_equal(f->s.error.code, "E-FILE-WRITE");
    assert_int_equal(f->s.error.fault, WEIR_FAULT_DESTINATION);
    assert_non_null(strstr(f->s.error.text, path));
    assert_non_null(strstr(f->s.error.text, remedy));
}

static void a_folder_is_no_file(void **state)
{
    struct fixture *f = *state;

    assert_start_refused(f, f->folder, "name a file in it");
}

static void a_missing_folder_is_told(void **state)
{
    assert_start_refused(*state, "/nonexistent/out.ndjson", "make the folder");
}

static void load_with_limit(struct fixture *f)
{
    struct rlimit limit = {100000, 100000};
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    enum weir_status status = WEIR_OK;

    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(1);
    start_with_path(f);
    for (int i = 0; i < 20000 && status == WEIR_OK; i++)
        status = stage_load(&f->s, batch_of_json(t, "[{\"a\":1}]"));
    stage_stop(&f->s);
    _exit(status == WEIR_FAIL && strcmp(f->s.error.code, "E-FILE-DISK-FULL") == 0 ? 0 : 2);
}

static void a_full_disk_leaves_the_older_file(void **state)
{
    struct fixture *f = *state;
    pid_t child;
    int result;

    write_old(f);
    child = fork();
    if (child == 0)
        load_with_limit(f);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    assert_file(f->path, "old\n");
    assert_int_equal(count_files(f), 1);
}

/* --- standard output -------------------------------------------------------------------- */

/* Runs `action` with standard output in a pipe that holds at most a page, in another process. */
static pid_t with_output(struct fixture *f, void (*action)(struct fixture *f), int *ret_end)
{
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[1]);
        action(f);
    }
    (void)close(ends[1]);
    *ret_end = ends[0];
    return child;
}

static void load_two_rows(struct fixture *f)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    enum weir_status status = WEIR_FAIL;

    if (stage_check(&f->s) && stage_start(&f->s) == WEIR_OK)
        status = stage_load(&f->s, batch_of_json(t, "[{\"a\":1},{\"a\":2}]"));
    if (status == WEIR_OK)
        status = stage_commit(&f->s);
    stage_stop(&f->s);
    _exit((int)status);
}

static void lines_go_to_standard_output(void **state)
{
    struct fixture *f = *state;
    char text[64] = "";
    int result;
    int end;
    pid_t child = with_output(f, load_two_rows, &end);

    assert_int_equal(read(end, text, sizeof(text)), 16);
    (void)close(end);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    assert_string_equal(text, "{\"a\":1}\n{\"a\":2}\n");
}

static void load_until_nobody_reads(struct fixture *f)
{
    struct weir_resource *t = stage_resource(&f->s, "t", NULL);
    enum weir_status status = WEIR_FAIL;

    (void)signal(SIGPIPE, SIG_DFL);
    (void)fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    if (stage_check(&f->s))
        status = stage_start(&f->s);
    for (int i = 0; i < 1000000 && status == WEIR_OK; i++)
        status = stage_load(&f->s, batch_of_json(t, "[{\"a\":1},{\"a\":2}]"));
    if (stage_commit(&f->s) != WEIR_OK || weir_error_is_set(&f->s.error))
        status = WEIR_FAIL;
    stage_stop(&f->s);
    _exit((int)status);
}

/* As in `weir run pipeline.yaml | head`, here with a pipe that is non-blocking as well. */
static void a_reader_that_goes_ends_the_run_quietly(void **state)
{
    struct fixture *f = *state;
    char text[200000];
    size_t n = 0;
    ssize_t more = 1;
    int result;
    int end;
    pid_t child = with_output(f, load_until_nobody_reads, &end);

    while (n < sizeof(text) && more > 0) {
        more = read(end, text + n, sizeof(text) - n);
        n += more > 0 ? (size_t)more : 0;
    }
    (void)close(end);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), WEIR_END);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(text[i], "{\"a\":1}\n{\"a\":2}\n"[i % 16]);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_row_is_a_line),
        CASE(nulls_can_be_left_out),
        CASE(nested_data_does_not_break_a_line),
        CASE(resources_share_the_lines),
        CASE(the_key_of_the_table_may_not_be_a_column),
        CASE(other_kinds_are_texts),
        CASE(long_rows_come_out_whole),
        CASE(an_older_file_stays_until_the_end),
        CASE(a_run_without_rows_gives_an_empty_file),
        CASE(a_run_that_ends_early_changes_nothing),
        CASE(a_link_is_followed),
        CASE(a_device_is_written_directly),
        CASE(a_folder_is_no_file),
        CASE(a_missing_folder_is_told),
        CASE(a_full_disk_leaves_the_older_file),
        CASE(lines_go_to_standard_output),
        CASE(a_reader_that_goes_ends_the_run_quietly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
