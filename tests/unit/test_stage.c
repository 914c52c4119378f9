#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <weir/loop.h>
#include <weir/stage.h>

/* What the stage asked of its engine. */
static struct {
    int wakes;
    struct weir_error error;
    size_t reserved;
    size_t released;
    enum weir_level level;
    char line[8192];
    unsigned attempts;
} seen;

static void on_wake(struct weir_stage *stage)
{
    (void)stage;
    seen.wakes++;
}

static void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    seen.error = *error;
}

static bool on_reserve(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    seen.reserved = bytes;
    return bytes < 100;
}

static void on_release(struct weir_stage *stage, size_t bytes)
{
    (void)stage;
    seen.released = bytes;
}

static void on_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)stage;
    seen.level = level;
    strcpy(seen.line, text);
}

static void on_give_up(struct weir_stage *stage, const struct weir_resource *resource,
    const char *what, unsigned attempts, const struct weir_error *error)
{
    (void)stage;
    (void)resource;
    (void)error;
    strcpy(seen.line, what);
    seen.attempts = attempts;
}

static void on_secret(struct weir_stage *stage, const char *text)
{
    (void)stage;
    (void)snprintf(seen.line, sizeof(seen.line), "secret %s", text);
}

static bool on_stopping(struct weir_stage *stage)
{
    (void)stage;
    return true;
}

static void *on_loop(struct weir_stage *stage)
{
    return stage;
}

static const struct weir_host host = {
    .size = sizeof(host),
    .wake = on_wake,
    .fail = on_fail,
    .reserve = on_reserve,
    .release = on_release,
    .log = on_log,
    .give_up = on_give_up,
    .stopping = on_stopping,
    .loop = on_loop,
    .secret = on_secret,
};

static void the_host_is_asked(void **state)
{
    struct weir_stage stage = {.name = "extract", .host = &host};

    (void)state;
    memset(&seen, 0, sizeof(seen));
    weir_wake(&stage);
    assert_int_equal(seen.wakes, 1);
    assert_true(weir_reserve(&stage, 99));
    assert_false(weir_reserve(&stage, 100));
    assert_int_equal(seen.reserved, 100);
    weir_release(&stage, 7);
    assert_int_equal(seen.released, 7);
    weir_give_up(&stage, NULL, "GET /x", 5, NULL);
    assert_string_equal(seen.line, "GET /x");
    assert_int_equal(seen.attempts, 5);
    weir_secret(&stage, "t0ken");
    assert_string_equal(seen.line, "secret t0ken");
    assert_true(weir_stopping(&stage));
    assert_true(weir_incomplete(&stage));
    assert_ptr_equal(weir_loop(&stage), &stage);
}

static void failing_says_why(void **state)
{
    struct weir_stage stage = {.name = "extract", .host = &host};
    struct weir_error error = {0};

    (void)state;
    memset(&seen, 0, sizeof(seen));
    assert_int_equal(
        weir_fail(&stage, WEIR_FAULT_SOURCE, "E-DNS", "no host '%s'", "a\nb"), WEIR_FAIL);
    assert_int_equal(seen.error.fault, WEIR_FAULT_SOURCE);
    assert_string_equal(seen.error.code, "E-DNS");
    assert_string_equal(seen.error.text, "no host 'a\\x0Ab'");

    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-JSON", "broken");
    assert_int_equal(weir_fail_with(&stage, &error), WEIR_FAIL);
    assert_string_equal(seen.error.code, "E-JSON");

    memset(&error, 0, sizeof(error));
    assert_int_equal(weir_fail_with(&stage, &error), WEIR_FAIL);
    assert_string_equal(seen.error.code, "E-BUG");
    assert_int_equal(weir_fail_with(&stage, NULL), WEIR_FAIL);
}

static void log_lines_are_printable_and_cut(void **state)
{
    struct weir_stage stage = {.name = "extract", .host = &host};
    char huge[10000];

    (void)state;
    weir_log(&stage, WEIR_LOG_WARNING, "%s", "\x1b]0;title\x07");
    assert_int_equal(seen.level, WEIR_LOG_WARNING);
    assert_string_equal(seen.line, "\\x1B]0;title\\x07");
    memset(huge, '\n', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    weir_log(&stage, WEIR_LOG_INFO, "%s", huge);
    assert_null(strchr(seen.line, '\n'));
    assert_true(strlen(seen.line) < sizeof(seen.line) / 2);
    assert_string_equal(seen.line + strlen(seen.line) - 3, "...");
}

static void an_older_host_lacks_the_later_fields(void **state)
{
    struct weir_host older = host;
    struct weir_stage stage = {.name = "extract", .host = &older};

    (void)state;
    memset(&seen, 0, sizeof(seen));
    older.size = offsetof(struct weir_host, reserve);
    weir_wake(&stage);
    assert_int_equal(seen.wakes, 1);
    assert_true(weir_reserve(&stage, 1000));
    assert_int_equal(seen.reserved, 0);
    weir_release(&stage, 1);
    weir_log(&stage, WEIR_LOG_INFO, "x");
    weir_give_up(&stage, NULL, "x", 1, NULL);
    weir_secret(&stage, "x");
    assert_string_equal(seen.line, "");
    assert_false(weir_stopping(&stage));
    assert_false(weir_incomplete(&stage));
    assert_null(weir_loop(&stage));

    older.size = 0;
    weir_wake(&stage);
    assert_int_equal(seen.wakes, 1);
    assert_int_equal(weir_fail(&stage, WEIR_FAULT_DATA, "E-JSON", "x"), WEIR_FAIL);
    stage.host = NULL;
    weir_wake(&stage);
    assert_int_equal(weir_fail(&stage, WEIR_FAULT_DATA, "E-JSON", "x"), WEIR_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_is_asked),
        cmocka_unit_test(failing_says_why),
        cmocka_unit_test(log_lines_are_printable_and_cut),
        cmocka_unit_test(an_older_host_lacks_the_later_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
