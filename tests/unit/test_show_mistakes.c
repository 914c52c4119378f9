/* Mistakes as they are printed, for people and for programs. */
#include "yaml_checks.h"

#include "file/show_mistakes.h"
#include "report/log.h"

#include <jansson.h>

static char *show(struct fixture *f, bool color)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    show_mistakes(&f->mistakes, &f->source, color, out);
    fclose(out);
    return text;
}

static void check_shown(struct fixture *f, const char *expected)
{
    char *text = show(f, false);

    assert_string_equal(text, expected);
    free(text);
}

static void start(struct fixture *f, const char *text)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    f->source = (struct yaml_source){"demo.yaml", weir_str(text)};
}

static void mistake_at(struct fixture *f, uint32_t line, uint32_t column, const char *text)
{
    struct weir_node at = {.line = line, .column = column};

    weir_mistake(&f->mistakes, &at, 0, "E-KEY", "%s", text);
}

static void warning_at(struct fixture *f, uint32_t line, uint32_t column, const char *code)
{
    struct weir_node at = {.line = line, .column = column};

    weir_mistake_warn(&f->mistakes, &at, code, "careful");
}

static void shows_line_and_caret(void **state)
{
    struct fixture *f = *state;

    start(f, "weir: 1\nextract:\n  souce: x\n");
    mistake_at(f, 3, 3, "unknown key 'souce'; did you mean 'source'?");
    check_shown(f, "demo.yaml:3:3: error[E-KEY]: unknown key 'souce'; did you mean 'source'?\n"
                   "      souce: x\n"
                   "      ^\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
}

static void shows_in_order_of_lines(void **state)
{
    struct fixture *f = *state;

    start(f, "a: 1\nb: 2\n");
    mistake_at(f, 2, 4, "two");
    warning_at(f, 1, 4, "W-SOME");
    weir_mistake(&f->mistakes, NULL, 0, "E-VALUE", "none");
    check_shown(f, "demo.yaml: error[E-VALUE]: none\n"
                   "demo.yaml:1:4: warning[W-SOME]: careful\n"
                   "    a: 1\n"
                   "       ^\n"
                   "demo.yaml:2:4: error[E-KEY]: two\n"
                   "    b: 2\n"
                   "       ^\n"
                   "2 mistakes in demo.yaml; nothing was contacted\n");
}

static void says_nothing_of_warnings_alone(void **state)
{
    struct fixture *f = *state;

    start(f, "a: 1\n");
    check_shown(f, "");
    warning_at(f, 1, 1, "W-SOME");
    check_shown(f, "demo.yaml:1:1: warning[W-SOME]: careful\n    a: 1\n    ^\n");
}

static void counts_what_it_does_not_show(void **state)
{
    struct fixture *f = *state;
    char *text;

    start(f, "a: 1\n");
    for (int i = 0; i < 57; i++)
        mistake_at(f, 1, 1, weir_printf(f->arena, "x%d", i));
    text = show(f, false);
    assert_non_null(strstr(text, "\n20 of 57 mistakes shown; nothing was contacted\n"));
    free(text);
}

static void needs_no_text(void **state)
{
    struct fixture *f = *state;

    start(f, "");
    f->source.text = (struct weir_str){0};
    weir_mistake(&f->mistakes, NULL, 0, "E-FILE", "cannot open the file");
    check_shown(f, "demo.yaml: error[E-FILE]: cannot open the file\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
    start(f, "a: 1\n");
    mistake_at(f, 9, 9, "beyond the end");
    check_shown(f, "demo.yaml:9:9: error[E-KEY]: beyond the end\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
}

static void is_harmless(void **state)
{
    struct fixture *f = *state;
    char *text;

    start(f, "a: \x1b[2J\xe2\x80\xae\n");
    f->source.path = "x\n\x1b.yaml";
    mistake_at(f, 1, 4, "a\nb");
    text = show(f, false);
    for (const char *c = text; *c; c++)
        assert_true((unsigned char)*c >= ' ' || *c == '\n');
    assert_non_null(strstr(text, "x\\x0A\\x1B.yaml:1:4: error[E-KEY]: a\\x0Ab\n"));
    assert_non_null(strstr(text, "    a: \\x1B[2J\\u{202E}\n       ^\n"));
    free(text);
}

static void colors_when_told(void **state)
{
    struct fixture *f = *state;
    char *text;

    start(f, "a: 1\n");
    mistake_at(f, 1, 1, "x");
    text = show(f, true);
    assert_non_null(strstr(text, "\033[1;31merror[E-KEY]\033[0m: x\n"));
    assert_non_null(strstr(text, "    \033[1;31m^\033[0m\n"));
    free(text);
    text = show(f, false);
    assert_null(strchr(text, '\033'));
    free(text);
}

/* --- secrets ----------------------------------------------------------------------------- */

static void hides_known_secrets(void **state)
{
    struct fixture *f = *state;

    log_add_secret("hunter2-hunter2");
    start(f, "auth: { token: hunter2-hunter2, souce: 3 }\n");
    mistake_at(f, 1, 33, "unknown key; not hunter2-hunter2");
    check_shown(f, "demo.yaml:1:33: error[E-KEY]: unknown key; not ***\n"
                   "    auth: { token: ***, souce: 3 }\n"
                   "                        ^\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
    start(f, "auth: { token: hunter2-hunter2, souce: 3 }\n");
    mistake_at(f, 1, 20, "inside");
    check_shown(f, "demo.yaml:1:20: error[E-KEY]: inside\n"
                   "    auth: { token: ***, souce: 3 }\n"
                   "                   ^\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
    start(f, "auth: { token: hunter2-hunter2, souce: 3 }\n");
    mistake_at(f, 1, 9, "before");
    check_shown(f, "demo.yaml:1:9: error[E-KEY]: before\n"
                   "    auth: { token: ***, souce: 3 }\n"
                   "            ^\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
}

/* The secret is hunter"two: what stands in the file is not what was learnt. */
static void hides_escaped_secrets(void **state)
{
    struct fixture *f = *state;

    start(f, "token: \"hunter\\\"two\"\n");
    warning_at(f, 1, 8, "W-SECRET");
    mistake_at(f, 1, 12, "inside");
    check_shown(f, "demo.yaml:1:8: warning[W-SECRET]: careful\n"
                   "    token: ***\n"
                   "           ^\n"
                   "demo.yaml:1:12: error[E-KEY]: inside\n"
                   "    token: ***\n"
                   "           ^\n"
                   "1 mistake in demo.yaml; nothing was contacted\n");
}

static void shows_variables_by_name(void **state)
{
    struct fixture *f = *state;
    char *text;

    setenv("W_TOKEN", "s3cret-value", 1);
    assert_null(parse(f, weir_str("a: {t: \"${W_TOKEN}\", t: 1}\n")));
    text = show(f, false);
    assert_null(strstr(text, "s3cret"));
    assert_non_null(strstr(text, "    a: {t: \"${W_TOKEN}\", t: 1}\n"
                                 "                         ^\n"));
    free(text);
}

/* --- for programs ------------------------------------------------------------------------ */

static void prints_json(void **state)
{
    struct fixture *f = *state;
    char *text = NULL, *line;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *object;

    log_add_secret("hunter2-hunter2");
    start(f, "a: 1\n");
    f->source.path = "d\xff\"emo.yaml";
    mistake_at(f, 1, 4, "say \"x\", not hunter2-hunter2\n");
    weir_mistake_warn(&f->mistakes, NULL, "W-SOME", "careful");
    show_mistakes_json(&f->mistakes, &f->source, out);
    fclose(out);
    line = strtok(text, "\n");
    object = json_loads(line, 0, NULL);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "level")), "warning");
    assert_null(json_object_get(object, "line"));
    json_decref(object);
    line = strtok(NULL, "\n");
    object = json_loads(line, 0, NULL);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "level")), "error");
    assert_string_equal(json_string_value(json_object_get(object, "code")), "E-KEY");
    assert_string_equal(json_string_value(json_object_get(object, "file")), "d\\xFF\"emo.yaml");
    assert_string_equal(
        json_string_value(json_object_get(object, "text")), "say \"x\", not ***\\x0A");
    assert_int_equal(json_integer_value(json_object_get(object, "line")), 1);
    assert_int_equal(json_integer_value(json_object_get(object, "column")), 4);
    assert_non_null(json_object_get(object, "time"));
    json_decref(object);
    assert_null(strtok(NULL, "\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shows_line_and_caret, setup, teardown),
        cmocka_unit_test_setup_teardown(shows_in_order_of_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(says_nothing_of_warnings_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_what_it_does_not_show, setup, teardown),
        cmocka_unit_test_setup_teardown(needs_no_text, setup, teardown),
        cmocka_unit_test_setup_teardown(is_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(colors_when_told, setup, teardown),
        cmocka_unit_test_setup_teardown(hides_known_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(hides_escaped_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(shows_variables_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(prints_json, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
