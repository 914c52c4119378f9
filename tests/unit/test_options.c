/* The command line: every option, every mistake, and the exit codes of reading a file. */
#include "output_checks.h"

#include "command/command.h"
#include "report/log.h"

#include <limits.h>

enum { WORDS_MAX = 150 };

static struct command command = {.name = "run", .help = "the help of run\n", .takes = UINT_MAX};
static struct capture output, errors;

struct line {
    char *argv[WORDS_MAX + 2];
    int argc;
};

static void add_word(struct line *line, const char *word)
{
    assert_true(line->argc < WORDS_MAX);
    line->argv[line->argc++] = (char *)word;
}

/* The words behind the command's name, separated by blanks. */
static struct line words(const char *text)
{
    static char copy[4096];
    struct line line = {{0}, 0};
    char *rest = NULL;

    add_word(&line, "run");
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        add_word(&line, word);
    return line;
}

/* What is written goes to `output` and `errors`. */
static bool parse_line(struct line *line, struct command_options *ret_options, int *ret_exit)
{
    bool good;

    capture_begin(&output, stdout);
    capture_begin(&errors, stderr);
    good = command_parse(&command, line->argc, line->argv, ret_options, ret_exit);
    (void)capture_end(&errors);
    (void)capture_end(&output);
    return good;
}

static struct command_options parse_good(const char *text)
{
    struct line line = words(text);
    struct command_options options;
    int code;

    if (!parse_line(&line, &options, &code))
        fail_msg("%s: %s", text, errors.text);
    assert_string_equal(errors.text, "");
    return options;
}

static void refuses_line(struct line *line, const char *message)
{
    struct command_options options;
    int code = -1;

    assert_false(parse_line(line, &options, &code));
    assert_int_equal(code, WEIR_FAULT_USAGE);
    check_contains(errors.text, "error[E-USAGE]");
    check_contains(errors.text, message);
    assert_int_equal(count_of(errors.text, "\n"), 1);
}

static void refuses(const char *text, const char *message)
{
    struct line line = words(text);

    refuses_line(&line, message);
}

/* --- options ------------------------------------------------------------------------------ */

static void without_options_all_is_off(void **state)
{
    struct command_options options = parse_good("file.yaml");

    (void)state;
    assert_string_equal(options.file, "file.yaml");
    assert_int_equal(options.n_words, 1);
    assert_null(options.report);
    assert_false(options.log_json || options.verbose || options.quiet || options.markdown);
    assert_int_equal(options.rows, 0);
    assert_null(options.folders[0]);
    assert_int_equal(options.n_resources, 0);
    assert_null(parse_good("").file);
}

static void every_option_is_taken(void **state)
{
    struct command_options options = parse_good(
        "--verbose --quiet --log json --report r.json --plugins p1 --plugins=p2 --rows 25 "
        "--resource a --resource b --markdown --yes one two three");

    (void)state;
    assert_true(options.verbose && options.quiet && options.log_json && options.markdown);
    assert_true(options.yes);
    assert_string_equal(options.report, "r.json");
    assert_string_equal(options.folders[0], "p1");
    assert_string_equal(options.folders[1], "p2");
    assert_null(options.folders[2]);
    assert_int_equal(options.rows, 25);
    assert_int_equal(options.n_resources, 2);
    assert_string_equal(options.resources[1], "b");
    assert_int_equal(options.n_words, 3);
    assert_string_equal(options.words[2], "three");
    assert_true(log_is_json());
}

static void short_options_and_other_orders_are_taken(void **state)
{
    struct command_options options = parse_good("file.yaml -v -q --log text");

    (void)state;
    assert_true(options.verbose && options.quiet);
    assert_false(options.log_json);
    assert_false(log_is_json());
    assert_string_equal(options.file, "file.yaml");
    options = parse_good("-- -q");
    assert_false(options.quiet);
    assert_string_equal(options.file, "-q");
}

static void help_goes_to_stdout_and_is_no_mistake(void **state)
{
    static const char *const lines[] = {"--help", "-h", "--verbose --help file.yaml"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct line line = words(lines[i]);
        struct command_options options;
        int code = -1;

        assert_false(parse_line(&line, &options, &code));
        assert_int_equal(code, 0);
        assert_string_equal(output.text, "the help of run\n");
        assert_string_equal(errors.text, "");
    }
}

/* The tests' own stderr is a file, so no colour is right; what matters is that JSON has none. */
static void the_log_is_configured(void **state)
{
    (void)state;
    (void)parse_good("--log json");
    assert_false(log_has_color());
    (void)parse_good("");
    assert_false(log_has_color());
    assert_false(log_is_json());
}

/* --- mistakes ----------------------------------------------------------------------------- */

static void mistakes_are_told_with_the_word(void **state)
{
    (void)state;
    refuses("--lgo json", "--lgo");
    refuses("file.yaml --report", "--report");
    refuses("--log xml", "xml");
    refuses("--rows 0", "0");
    refuses("--rows 10001", "10001");
    refuses("--rows many", "many");
    refuses("a b c d e", "e");
    refuses("--lgo\x1b[2J", "--lgo\\x1B[2J");
}

static void unknown_letters_are_told(void **state)
{
    (void)state;
    refuses("-x", "unknown option -x");
    refuses("-x file.yaml", "unknown option -x");
    refuses("-vx", "unknown option -x");
    refuses("--verbose -xv", "unknown option -x");
    refuses("--quiet=3", "--quiet=3");
}

static void options_of_other_commands_are_refused(void **state)
{
    (void)state;
    command.takes = TAKES_LOG;
    refuses(
        "--report r.json file.yaml", "--report is no option of this command; see weir run --help");
    refuses("-q file.yaml", "--quiet");
    refuses("-v file.yaml", "--verbose");
    refuses("--rows 5", "--rows");
    refuses("--resource a", "--resource");
    refuses("--markdown", "--markdown");
    refuses("--yes", "--yes");
    assert_true(parse_good("--log json --plugins p file.yaml").log_json);
    command.takes = UINT_MAX;
}

static void options_may_not_be_repeated_for_ever(void **state)
{
    struct line line = words("");

    (void)state;
    for (int i = 0; i < 7; i++) {
        add_word(&line, "--plugins");
        add_word(&line, "p");
    }
    for (int i = 0; i < 64; i++) {
        add_word(&line, "--resource=r");
    }
    struct command_options options;
    int code;

    assert_true(parse_line(&line, &options, &code));
    assert_int_equal(options.n_resources, 64);
    assert_string_equal(options.folders[6], "p");
    assert_null(options.folders[7]);

    struct line more = line;

    add_word(&more, "--resource=r");
    refuses_line(&more, "--resource");
    more = line;
    add_word(&more, "--plugins=p");
    refuses_line(&more, "--plugins");
}

/* --- a file ------------------------------------------------------------------------------- */

static int used;

static int use_plan(const struct command_options *options, struct plan *plan)
{
    (void)options;
    used = (int)plan->n_resources;
    return 42;
}

/* The exit code for a file with that text, read with the tests' plugins. */
static int exit_code_for(const char *text, const char *option)
{
    char path[] = "/tmp/weir-options-XXXXXX";
    int fd = mkstemp(path), code;
    struct plan_request request = {0};
    struct line line = words("--plugins " TEST_PLUGIN_DIR);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    add_word(&line, path);
    if (option)
        add_word(&line, option);
    used = 0;
    capture_begin(&errors, stderr);
    code = command_with_plan(&command, line.argc, line.argv, &request, use_plan);
    (void)capture_end(&errors);
    unlink(path);
    return code;
}

#define GOOD "weir: 1\nname: test\nextract: { type: count }\nload: { type: slow }\n"

static void a_good_file_is_used(void **state)
{
    (void)state;
    assert_int_equal(exit_code_for(GOOD, NULL), 42);
    assert_int_equal(used, 1);
    assert_string_equal(errors.text, "");
}

static void a_file_to_be_mended_is_told(void **state)
{
    (void)state;
    assert_int_equal(exit_code_for(GOOD "lod: 1\n", NULL), WEIR_FAULT_USAGE);
    assert_int_equal(used, 0);
    check_contains(errors.text, "E-KEY");
    check_contains(errors.text, ":5:1");
    assert_int_equal(exit_code_for(GOOD, "--resource=other"), WEIR_FAULT_USAGE);
    check_contains(errors.text, "other");
    assert_int_equal(exit_code_for(GOOD "lod: 1\n", "--log=json"), WEIR_FAULT_USAGE);
    check_contains(errors.text, "\"E-KEY\"");
    assert_int_equal(errors.text[0], '{');
}

/* Only when nothing but plugins is at fault: the file may be right on another machine. */
static void a_missing_plugin_has_its_own_exit_code(void **state)
{
    (void)state;
    assert_int_equal(
        exit_code_for(
            "weir: 1\nname: test\nextract: { type: coutn }\nload: { type: slow }\n", NULL),
        WEIR_FAULT_PLUGIN);
    assert_int_equal(
        exit_code_for("weir: 1\nname: ''\nextract: { type: coutn }\nload: { type: slow }\n", NULL),
        WEIR_FAULT_USAGE);
}

static void it_needs_one_file(void **state)
{
    (void)state;
    assert_int_equal(exit_code_for(GOOD, "second.yaml"), WEIR_FAULT_USAGE);
    check_contains(errors.text, "one pipeline file");
    assert_int_equal(used, 0);
}

static void some_need_a_word_behind_the_file(void **state)
{
    static const char *const choices[] = {"show", "reset", NULL};

    (void)state;
    command.choices = choices;
    command.words = "show or reset";
    assert_int_equal(exit_code_for(GOOD, "reset"), 42);
    assert_int_equal(exit_code_for(GOOD, "rest"), WEIR_FAULT_USAGE);
    check_contains(errors.text, "show or reset");
    assert_int_equal(exit_code_for(GOOD, NULL), WEIR_FAULT_USAGE);
    check_contains(errors.text, "show or reset");
    command.choices = NULL;
    command.words = NULL;
}

/* A resource that is gone from the file may have state. */
static void some_take_resources_that_the_file_has_not(void **state)
{
    (void)state;
    command.any_resource = true;
    assert_int_equal(exit_code_for(GOOD, "--resource=gone"), 42);
    command.any_resource = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_all_is_off),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(short_options_and_other_orders_are_taken),
        cmocka_unit_test(help_goes_to_stdout_and_is_no_mistake),
        cmocka_unit_test(the_log_is_configured),
        cmocka_unit_test(mistakes_are_told_with_the_word),
        cmocka_unit_test(options_of_other_commands_are_refused),
        cmocka_unit_test(unknown_letters_are_told),
        cmocka_unit_test(options_may_not_be_repeated_for_ever),
        cmocka_unit_test(a_good_file_is_used),
        cmocka_unit_test(a_file_to_be_mended_is_told),
        cmocka_unit_test(a_missing_plugin_has_its_own_exit_code),
        cmocka_unit_test(it_needs_one_file),
        cmocka_unit_test(some_need_a_word_behind_the_file),
        cmocka_unit_test(some_take_resources_that_the_file_has_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
