/* ${NAME} and its like: what is filled in, what is refused and where, and what is never shown. */
#include "yaml_checks.h"

#include "file/substitute.h"

#include <unistd.h>

static char folder[] = "/tmp/weir_test_XXXXXX";

static int make_environment(void **state)
{
    (void)state;
    setenv("W_TOKEN", "s3cret: [{*&!", 1);
    setenv("W_PORT", "8080", 1);
    setenv("W_EMPTY", "", 1);
    setenv("W_LINES", "one\n\ttwo", 1);
    setenv("W_DOLLAR", "${W_PORT}", 1);
    setenv("W_BAD", "a\xff", 1);
    unsetenv("W_NONE");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const struct weir_node *value(struct fixture *f, const char *text)
{
    const struct weir_node *node = weir_node_get(parse_good(f, text), "a");

    assert_non_null(node);
    return node;
}

static void check_value(struct fixture *f, const char *text, const char *expected, bool foreign)
{
    const struct weir_node *node = value(f, text);

    assert_string_equal(node->text.ptr, expected);
    assert_int_equal(node->text.len, strlen(expected));
    assert_int_equal(node->substituted, foreign);
}

static void fills_in(void **state)
{
    struct fixture *f = *state;

    check_value(f, "a: ${W_TOKEN}\n", "s3cret: [{*&!", true);
    check_value(f, "a: '${W_TOKEN}'\n", "s3cret: [{*&!", true);
    check_value(f, "a: \"<${W_PORT}>${W_PORT}\"\n", "<8080>8080", true);
    check_value(f, "a: |\n  x ${W_LINES}\n", "x one\n\ttwo\n", true);
    check_value(f, "a: http://host:${W_PORT}/x\n", "http://host:8080/x", true);
    /* What was filled in is not looked at again. */
    check_value(f, "a: ${W_DOLLAR}\n", "${W_PORT}", true);
    check_value(f, "a: 5 $ and $$ and {x} and $x\n", "5 $ and $$ and {x} and $x", false);
    assert_false(value(f, "a: ${W_PORT}\n")->quoted);
    assert_false(weir_node_is_null(value(f, "a: '${W_PORT}'\n")));
    assert_string_equal(parse_good(f, "['${W_PORT}', b]")->items[0]->text.ptr, "8080");
}

static void knows_defaults(void **state)
{
    struct fixture *f = *state;

    check_value(f, "a: ${W_NONE:home}\n", "home", false);
    check_value(f, "a: ${W_NONE:http://x:1}\n", "http://x:1", false);
    check_value(f, "a: ${W_PORT:1}\n", "8080", true);
    check_value(f, "a: ${W_EMPTY:x}\n", "x", false);
    check_value(f, "a: '${W_NONE:}'\n", "", false);
    assert_true(weir_node_is_null(value(f, "a: ${W_NONE:}\n")));
    check_value(f, "a: <${W_NONE:x}${W_PORT}${W_NONE:y}>\n", "<x8080y>", true);
}

static void leaves_escaped_ones(void **state)
{
    struct fixture *f = *state;

    check_value(f, "a: $${W_PORT}\n", "${W_PORT}", false);
    check_value(f, "a: $$${W_PORT}\n", "$${W_PORT}", false);
    check_value(f, "a: $${ ${W_PORT}\n", "${ 8080", true);
    check_value(f, "a: $${\n", "${", false);
}

static void leaves_keys(void **state)
{
    struct fixture *f = *state;
    const struct weir_node *root = parse_good(f, "'${W_PORT}': 1\n${W_NONE}: 2\n");

    assert_string_equal(root->keys[0]->text.ptr, "${W_PORT}");
    assert_string_equal(root->keys[1]->text.ptr, "${W_NONE}");
}

static void refuses_what_is_not_set(void **state)
{
    struct fixture *f = *state;

    check_refused(f, "x: 1\nauth: { token: \"${TOKEN}\" }\n", 2, 17, "E-ENV",
        "environment variable 'TOKEN' is not set; set it, or give a default: ${TOKEN:...}");
    check_refused(f, "a: ${W_NONE}\n", 1, 4, "E-ENV", "'W_NONE' is not set");
    check_refused(f, "a: x${W_NONE}\n", 1, 5, "E-ENV", "'W_NONE' is not set");
    check_refused(f, "a: '${W_EMPTY}'\n", 1, 5, "E-ENV", "'W_EMPTY' is empty; set it");
    check_refused(f, "a: |\n   x\n    y ${W_NONE}\n", 3, 7, "E-ENV", "not set");
    check_refused(f, "a: |\n   ${W_NONE}\n", 2, 4, "E-ENV", "not set");
    check_refused(f, "a: >\n   x\n   \xc3\xa4 ${W_NONE}\n", 3, 6, "E-ENV", "not set");
    check_refused(f, "a: \"x\n  y ${W_NONE}\"\n", 2, 5, "E-ENV", "not set");
    check_refused(f, "a: \"${W_TOKEN} ${W_NONE}\"\n", 1, 16, "E-ENV", "not set");
    assert_null(parse(f, weir_str("a: ${W_NONE}/${TOKEN}\nb: ${TOKEN}\n")));
    assert_int_equal(f->mistakes.n_errors, 3);
    check_has(f, 1, 14, "E-ENV", "'TOKEN' is not set");
}

static void refuses_what_is_no_variable(void **state)
{
    struct fixture *f = *state;

    check_refused(f, "a: \"x ${TOKEN\"\n", 1, 7, "E-ENV", "'${' is not closed");
    check_refused(f, "a: ${\n", 1, 4, "E-ENV", "'${' is not closed");
    check_refused(f, "a: ${}\n", 1, 4, "E-ENV", "'' is no name");
    check_refused(f, "a: ${1X}\n", 1, 4, "E-ENV", "'1X' is no name");
    check_refused(f, "a: ${A B}\n", 1, 4, "E-ENV", "'A B' is no name");
    check_refused(f, "a: ${W_NONE:-x${W_PORT}}\n", 1, 4, "E-ENV", "cannot hold another ${");
    check_refused(f, "a: ${W_BAD}\n", 1, 4, "E-UTF8", "'W_BAD' is not valid UTF-8");
}

/* --- files ------------------------------------------------------------------------------- */

static const char *write_file(struct fixture *f, struct weir_str content)
{
    const char *path = weir_printf(f->arena, "%s/x", folder);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void check_file(struct fixture *f, const char *content, const char *expected)
{
    const char *path = write_file(f, weir_str(content));

    check_value(f, weir_printf(f->arena, "a: ${file:%s}\n", path), expected, true);
    unlink(path);
}

static void fills_in_files(void **state)
{
    struct fixture *f = *state;

    check_file(f, "pass: word\n", "pass: word");
    check_file(f, "password", "password");
    check_file(f, "password\r\n", "password");
    check_file(f, "two\n\n", "two\n");
    check_file(f, "${W_PORT}", "${W_PORT}");
}

static void check_bad_file(
    struct fixture *f, struct weir_str content, const char *code, const char *message)
{
    const char *path = write_file(f, content);

    check_refused(f, weir_printf(f->arena, "a: x ${file:%s}\n", path), 1, 6, code, message);
    unlink(path);
}

static void refuses_bad_files(void **state)
{
    struct fixture *f = *state;
    char *large = calloc(1, SUBSTITUTE_FILE_MAX + 2);

    memset(large, 'x', SUBSTITUTE_FILE_MAX + 1);
    check_bad_file(f, weir_str(large), "E-LIMIT", "larger than 64 KiB");
    large[SUBSTITUTE_FILE_MAX] = '\0';
    check_file(f, large, large);
    check_bad_file(f, (struct weir_str){"a\0b", 3}, "E-TEXT-NUL", "holds a NUL byte");
    check_bad_file(f, weir_str("a\xff"), "E-UTF8", "is not valid UTF-8");
    check_refused(f, "a: ${file:/nowhere/x}\n", 1, 4, "E-ENV",
        "cannot open the file '/nowhere/x': No such file or directory");
    check_refused(f, "a: ${file:}\n", 1, 4, "E-ENV", "cannot open the file ''");
    check_refused(f, "a: ${file:/tmp}\n", 1, 4, "E-ENV", "Is a directory");
    check_refused(f, "a: ${file:/dev/zero}\n", 1, 4, "E-LIMIT", "larger than 64 KiB");
    free(large);
}

static void bounds_the_whole(void **state)
{
    struct fixture *f = *state;
    char *value64k = malloc(65536), *text, *end;

    memset(value64k, 'x', 65535);
    value64k[65535] = '\0';
    setenv("W_LARGE", value64k, 1);
    text = end = malloc(1000 * 16 + 1);
    for (int i = 0; i < 1000; i++)
        end += sprintf(end, "- ${W_LARGE}\n");
    assert_null(parse(f, weir_str(text)));
    assert_int_equal(f->mistakes.n_errors, 1000 - SUBSTITUTE_TOTAL_MAX / 65535);
    check_has(f, 65, 3, "E-LIMIT", "more than 4 MiB come from outside this file");
    assert_true(weir_arena_size(f->arena) < 8 * 1024 * 1024);
    unsetenv("W_LARGE");
    free(text);
    free(value64k);
}

/* --- what follows from it ---------------------------------------------------------------- */

static void keeps_places(void **state)
{
    struct fixture *f = *state;
    const struct weir_node *node = value(f, "a: \"http://${W_PORT}/$${x}/${W_NONE:d}/{vars.x\"\n");
    static const struct {
        const char *part;
        uint32_t column;
    } cases[] = {{"http", 5}, {"8080", 12}, {"080", 12}, {"/${x}", 21}, {"${x}", 22}, {"x}", 25},
        {"d/", 28}, {"/{vars", 39}, {"{vars", 40}};

    assert_string_equal(node->text.ptr, "http://8080/${x}/d/{vars.x");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = strstr(node->text.ptr, cases[i].part);
        uint32_t line, column;

        weir_node_place(node, (size_t)(at - node->text.ptr), &line, &column);
        assert_int_equal(line, 1);
        assert_int_equal(column, cases[i].column);
    }
}

static void is_never_shown(void **state)
{
    struct fixture *f = *state;
    const struct weir_node *node = value(f, "a: x${W_TOKEN}\n");

    weir_mistake(&f->mistakes, node, 0, "E-VALUE", "needs a number, got text '%s'", node->text.ptr);
    assert_string_equal(f->mistakes.items[0].text, "needs a number, got text 'x${W_TOKEN}'");
    weir_mistake(&f->mistakes, node, 0, "E-VALUE", "bad: %s", node->text.ptr + 1);
    assert_string_equal(f->mistakes.items[1].text, "bad: ${W_TOKEN}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fills_in, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_escaped_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_set, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_variable, setup, teardown),
        cmocka_unit_test_setup_teardown(fills_in_files, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bad_files, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_the_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_places, setup, teardown),
        cmocka_unit_test_setup_teardown(is_never_shown, setup, teardown),
    };

    return cmocka_run_group_tests(tests, make_environment, remove_folder);
}
