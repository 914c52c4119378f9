/* The text of a pipeline file: reading it within bounds, checking its bytes, its lines. */
#include "yaml_checks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/weir_test_XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *path_of(struct fixture *f, const char *name)
{
    return weir_printf(f->arena, "%s/%s", folder, name);
}

static const char *write_file(struct fixture *f, const char *name, struct weir_str text)
{
    const char *path = path_of(f, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static bool read_path(struct fixture *f, const char *path)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    return yaml_source_read(path, f->arena, &f->mistakes, &f->source);
}

static void check_no_file(struct fixture *f, const char *path, const char *code, const char *text)
{
    assert_false(read_path(f, path));
    assert_int_equal(f->mistakes.n_errors, 1);
    check_has(f, 0, 0, code, text);
    assert_ptr_equal(f->source.path, path);
}

static void reads_files(void **state)
{
    struct fixture *f = *state;
    const char *path = write_file(f, "good.yaml", weir_str("a: 1\nb: 2\n"));

    assert_true(read_path(f, path));
    assert_string_equal(f->source.text.ptr, "a: 1\nb: 2\n");
    assert_string_equal(f->source.path, path);
    assert_int_equal(f->mistakes.n, 0);
    write_file(f, "good.yaml", weir_str("\xef\xbb\xbfm: 1"));
    assert_true(read_path(f, path));
    assert_string_equal(f->source.text.ptr, "m: 1");
    write_file(f, "good.yaml", weir_str(""));
    assert_true(read_path(f, path));
    assert_int_equal(f->source.text.len, 0);
    assert_null(yaml_read(path, f->arena, &f->mistakes, &f->source));
    check_has(f, 1, 1, "E-YAML", "there is no pipeline in this file");
    unlink(path);
}

static void tells_why_a_file_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    const char *path = write_file(f, "secret.yaml", weir_str("a: 1\n"));

    check_no_file(f, path_of(f, "none.yaml"), "E-FILE", "No such file or directory");
    check_no_file(f, folder, "E-FILE", "this is a directory");
    check_no_file(f, "", "E-FILE", "cannot open the file");
    chmod(path, 0);
    /* The superuser may read everything. */
    if (geteuid() != 0)
        check_no_file(f, path, "E-FILE", "Permission denied");
    unlink(path);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void refuses_large_files(void **state)
{
    struct fixture *f = *state;
    const char *path = write_file(f, "large.yaml", weir_str("a: 1\n"));
    double start = seconds();

    assert_int_equal(truncate(path, 100 * 1024 * 1024), 0);
    check_no_file(f, path, "E-LIMIT", "1 MiB");
    assert_true(seconds() - start < 0.1);
    assert_true(weir_arena_size(f->arena) < 65536);
    assert_int_equal(truncate(path, YAML_SOURCE_MAX + 1), 0);
    check_no_file(f, path, "E-LIMIT", "1 MiB");
    /* The limit itself is fine; what is in it is not. */
    assert_int_equal(truncate(path, YAML_SOURCE_MAX), 0);
    assert_false(read_path(f, path));
    check_has(f, 2, 1, "E-YAML", "NUL");
    unlink(path);
    check_no_file(f, "/dev/zero", "E-LIMIT", "1 MiB");
}

/* What a pipe holds is read to its end; what never ends is not. */
static void reads_pipes(void **state)
{
    struct fixture *f = *state;
    const char *path = path_of(f, "pipe");
    pid_t child;

    assert_int_equal(mkfifo(path, 0600), 0);
    for (int endless = 0; endless < 2; endless++) {
        child = fork();
        if (child == 0) {
            int fd = open(path, O_WRONLY);

            do {
                if (write(fd, "a: 1\n", 5) != 5)
                    _exit(0);
            } while (endless);
            _exit(0);
        }
        assert_int_equal(read_path(f, path), !endless);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    check_has(f, 0, 0, "E-LIMIT", "1 MiB");
    unlink(path);
}

static void check_bytes(struct fixture *f, struct weir_str text, uint32_t line, uint32_t column,
    const char *code, const char *message)
{
    assert_null(parse(f, text));
    assert_int_equal(f->mistakes.n, 1);
    check_has(f, line, column, code, message);
}

static void refuses_bytes_that_are_no_text(void **state)
{
    struct fixture *f = *state;

    check_bytes(f, (struct weir_str){"a: 1\nb: \0\n", 10}, 2, 4, "E-YAML", "NUL");
    check_bytes(f, weir_str("a: \xc3\xa4\xff\xff\n"), 1, 5, "E-UTF8", "0xFF");
    check_bytes(f, weir_str("a: \xc0\x80\n"), 1, 4, "E-UTF8", "0xC0");
    check_bytes(f, weir_str("a: \xed\xa0\x80\n"), 1, 4, "E-UTF8", "0xED");
    check_bytes(f,
        (struct weir_str){"\xff\xfe"
                          "a\0",
            4},
        1, 1, "E-UTF8", "UTF-16");
    check_bytes(f, weir_str("a: 1\r\nb: \x1b[2J\n"), 2, 4, "E-YAML", "0x1B");
    check_bytes(f, weir_str("a: \x7f\n"), 1, 4, "E-YAML", "0x7F");
    check_bytes(f, weir_str("a: \xc2\x80\n"), 1, 4, "E-YAML", "control");
    check_bytes(f, weir_str("a: \xef\xbf\xbf\n"), 1, 4, "E-YAML", "invisible");
    check_bytes(f, weir_str("a: \xef\xbb\xbfx\n"), 1, 4, "E-YAML", "byte order mark");
    parse_good(f, "a: \xc2\xa0\xef\xbf\xbd \xe2\x82\xac\t\n");
}

static void check_line(struct fixture *f, uint32_t line, const char *expected)
{
    struct weir_str s = yaml_source_line(&f->source, line);

    if (!weir_str_is(s, expected))
        fail_msg("line %u is '%.*s'", line, WEIR_STR_ARG(s));
}

static void finds_lines(void **state)
{
    struct fixture *f = *state;

    f->source.text = weir_str("one\ntwo\r\nthree\rfour\n\nsix\xc2\x85"
                              "7\xe2\x80\xa8"
                              "8");
    check_line(f, 1, "one");
    check_line(f, 2, "two");
    check_line(f, 3, "three");
    check_line(f, 4, "four");
    check_line(f, 5, "");
    check_line(f, 6, "six");
    check_line(f, 7, "7");
    check_line(f, 8, "8");
    check_line(f, 9, "");
    check_line(f, 0, "");
    check_line(f, UINT32_MAX, "");
    f->source.text = weir_str("");
    check_line(f, 1, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_files, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_why_a_file_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_large_files, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_pipes, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bytes_that_are_no_text, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_lines, setup, teardown),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
