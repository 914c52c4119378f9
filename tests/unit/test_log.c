/* One event is one harmless line, as text or as JSON, above what is drawn at the bottom. */
#include "output_checks.h"

#include "report/log.h"

#include <jansson.h>
#include <uv.h>

static struct capture errors;

static int plain(void **state)
{
    (void)state;
    log_configure(&(struct log_options){0});
    return 0;
}

static const char *event(enum weir_level level, const char *stage, const char *text)
{
    capture_begin(&errors, stderr);
    log_event(level, stage, text);
    return capture_end(&errors);
}

static struct weir_error some_error(const char *text)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-GONE", "%s", text);
    return error;
}

static const char *failure(const char *text, const char *stage, const char *state)
{
    struct weir_error error = some_error(text);

    capture_begin(&errors, stderr);
    log_error(&error, stage, state);
    return capture_end(&errors);
}

/* --- text --------------------------------------------------------------------------------- */

static void an_event_is_a_line(void **state)
{
    (void)state;
    assert_string_equal(event(WEIR_LOG_INFO, NULL, "hello"), "weir: hello\n");
    assert_string_equal(event(WEIR_LOG_INFO, "extract", "hello"), "weir: extract: hello\n");
    assert_string_equal(event(WEIR_LOG_WARNING, "load", "oh"), "weir: warning: load: oh\n");
}

static void an_error_has_its_code_and_the_state_of_the_data(void **state)
{
    (void)state;
    assert_string_equal(failure("not there", "extract", "3 rows are committed"),
        "weir: error[E-GONE]: extract: not there; 3 rows are committed\n");
    assert_string_equal(failure("not there", NULL, NULL), "weir: error[E-GONE]: not there\n");
}

static void debug_events_are_shown_when_asked_for(void **state)
{
    (void)state;
    assert_string_equal(event(WEIR_LOG_DEBUG, NULL, "detail"), "");
    log_configure(&(struct log_options){.verbose = true});
    assert_string_equal(event(WEIR_LOG_DEBUG, NULL, "detail"), "weir: detail\n");
}

static void quiet_leaves_warnings_and_errors(void **state)
{
    (void)state;
    log_configure(&(struct log_options){.quiet = true, .verbose = true});
    assert_string_equal(event(WEIR_LOG_DEBUG, NULL, "detail"), "");
    assert_string_equal(event(WEIR_LOG_INFO, NULL, "attempt 2"), "");
    assert_string_equal(event(WEIR_LOG_WARNING, NULL, "oh"), "weir: warning: oh\n");
    assert_string_equal(failure("not there", NULL, NULL), "weir: error[E-GONE]: not there\n");
}

static void control_bytes_are_made_harmless(void **state)
{
    const char *line = event(WEIR_LOG_INFO, NULL, "a\nb\r\x1b[2J\x07 \xff \xe2\x80\xae");

    (void)state;
    assert_int_equal(count_of(line, "\n"), 1);
    check_contains(line, "a\\x0Ab");
    check_contains(line, "\\x1B[2J\\x07");
    check_lacks(line, "\x1b");
    check_lacks(line, "\xff");
    check_lacks(line, "\xe2\x80\xae");
}

static void a_huge_text_is_cut_and_stays_one_line(void **state)
{
    static char huge[100000];
    const char *line;

    (void)state;
    memset(huge, 'x', sizeof(huge) - 1);
    line = event(WEIR_LOG_INFO, "extract", huge);
    assert_true(strlen(line) < 5000);
    assert_int_equal(count_of(line, "\n"), 1);
    check_contains(line, "x...\n");
}

static void secrets_are_taken_out_everywhere(void **state)
{
    (void)state;
    log_add_secret("hunter2!");
    check_lacks(event(WEIR_LOG_INFO, NULL, "it is hunter2!"), "hunter2!");
    check_contains(event(WEIR_LOG_INFO, NULL, "it is hunter2!"), "it is ***");
    check_lacks(failure("it is hunter2!", NULL, NULL), "hunter2!");
    log_configure(&(struct log_options){.json = true});
    check_lacks(event(WEIR_LOG_INFO, NULL, "it is hunter2!"), "hunter2!");
    check_lacks(failure("it is hunter2!", NULL, NULL), "hunter2!");
}

static void colours_are_shown_only_when_told(void **state)
{
    const char *line;

    (void)state;
    check_lacks(event(WEIR_LOG_WARNING, NULL, "oh"), "\033");
    check_lacks(failure("oh", NULL, NULL), "\033");
    log_configure(&(struct log_options){.color = true});
    line = event(WEIR_LOG_WARNING, NULL, "oh");
    check_contains(line, "\033[33m");
    check_contains(line, "\033[0m\n");
    line = failure("oh", NULL, NULL);
    check_contains(line, "\033[1;31merror[E-GONE]\033[0m");
}

/* --- JSON --------------------------------------------------------------------------------- */

static const char *field(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

/* The one line, which must be one object. */
static json_t *parse_line(const char *line)
{
    json_t *object;
    json_error_t error;

    assert_int_equal(count_of(line, "\n"), 1);
    object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("%s: %s", error.text, line);
    assert_true(json_is_object(object));
    return object;
}

static void json_events_have_all_there_is(void **state)
{
    json_t *object;

    (void)state;
    log_configure(&(struct log_options){.json = true, .color = true});
    assert_true(log_is_json());
    object = parse_line(event(WEIR_LOG_WARNING, "extract", "say \"hi\"\n\x1b[2J \xff"));
    assert_string_equal(field(object, "level"), "warning");
    assert_string_equal(field(object, "stage"), "extract");
    assert_string_equal(field(object, "text"), "say \"hi\"\\x0A\\x1B[2J \\xFF");
    /* 2024-01-31T12:00:00.000Z */
    assert_int_equal(strlen(field(object, "time")), 24);
    assert_int_equal(field(object, "time")[23], 'Z');
    json_decref(object);

    object = parse_line(event(WEIR_LOG_INFO, NULL, "x"));
    assert_string_equal(field(object, "level"), "info");
    assert_null(json_object_get(object, "stage"));
    json_decref(object);
    assert_string_equal(event(WEIR_LOG_DEBUG, NULL, "x"), "");
}

static void json_errors_have_code_exit_and_state(void **state)
{
    json_t *object;

    (void)state;
    log_configure(&(struct log_options){.json = true});
    object = parse_line(failure("not there", "extract", "3 rows are committed"));
    assert_string_equal(field(object, "level"), "error");
    assert_string_equal(field(object, "code"), "E-GONE");
    assert_string_equal(field(object, "stage"), "extract");
    assert_string_equal(field(object, "text"), "not there");
    assert_string_equal(field(object, "state"), "3 rows are committed");
    assert_int_equal(json_integer_value(json_object_get(object, "exit")), WEIR_FAULT_SOURCE);
    json_decref(object);
}

/* --- the view ----------------------------------------------------------------------------- */

static void the_view_is_taken_away_and_drawn_again_around_events(void **state)
{
    const char *text;

    (void)state;
    capture_begin(&errors, stderr);
    log_set_view("one\ntwo\n");
    log_event(WEIR_LOG_INFO, NULL, "hello");
    log_set_view("three\n");
    log_set_view(NULL);
    log_event(WEIR_LOG_INFO, NULL, "bye");
    text = capture_end(&errors);
    assert_string_equal(text, "one\ntwo\n"
                              "\033[2A\033[J"
                              "weir: hello\n"
                              "one\ntwo\n"
                              "\033[2A\033[J"
                              "three\n"
                              "\033[1A\033[J"
                              "weir: bye\n");
}

/* --- threads ------------------------------------------------------------------------------ */

enum { LINES = 200, N_THREADS = 4 };

static void speak(void *arg)
{
    (void)arg;
    for (int i = 0; i < LINES; i++)
        log_event(WEIR_LOG_INFO, "extract", "a line that is whole");
}

static void lines_of_several_threads_stay_whole(void **state)
{
    uv_thread_t threads[N_THREADS];
    const char *text;

    (void)state;
    capture_begin(&errors, stderr);
    for (int i = 0; i < N_THREADS; i++)
        uv_thread_create(&threads[i], speak, NULL);
    for (int i = 0; i < N_THREADS; i++)
        uv_thread_join(&threads[i]);
    text = capture_end(&errors);
    assert_int_equal(count_of(text, "weir: extract: a line that is whole\n"), LINES * N_THREADS);
    assert_int_equal(count_of(text, "\n"), LINES * N_THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_event_is_a_line, plain),
        cmocka_unit_test_setup(an_error_has_its_code_and_the_state_of_the_data, plain),
        cmocka_unit_test_setup(debug_events_are_shown_when_asked_for, plain),
        cmocka_unit_test_setup(quiet_leaves_warnings_and_errors, plain),
        cmocka_unit_test_setup(control_bytes_are_made_harmless, plain),
        cmocka_unit_test_setup(a_huge_text_is_cut_and_stays_one_line, plain),
        cmocka_unit_test_setup(secrets_are_taken_out_everywhere, plain),
        cmocka_unit_test_setup(colours_are_shown_only_when_told, plain),
        cmocka_unit_test_setup(json_events_have_all_there_is, plain),
        cmocka_unit_test_setup(json_errors_have_code_exit_and_state, plain),
        cmocka_unit_test_setup(the_view_is_taken_away_and_drawn_again_around_events, plain),
        cmocka_unit_test_setup(lines_of_several_threads_stay_whole, plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
