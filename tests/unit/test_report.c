/* What a run did, told to people and to programs, without secrets; and where it may be written. */
#include "run_checks.h"

#include "report/log.h"
#include "report/report.h"

#include <jansson.h>

static char folder[] = "/tmp/weir-report-XXXXXX";

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

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void fill(struct run_fixture *r)
{
    struct resource_stats *stats = r->stats.resources;

    r->plan.n_resources = 2;
    count(&stats[0].rows_read, 1000);
    count(&stats[0].rows_filtered, 100);
    count(&stats[0].rows_added, 7);
    count(&stats[0].rows_loaded, 907);
    count(&stats[0].rows_committed, 900);
    count(&stats[1].rows_committed, 12345);
    count(&r->stats.commits, 3);
    r->progress[0] =
        (struct weir_progress){.requests = 20, .retries = 4, .failures = 2, .bytes = 1 << 20};
    r->progress[1].network_us = 1500000;
    r->progress[1].allowed_in_flight = 12;
    r->progress[1].from_cache = 1;
    r->progress[1].not_modified = 1234;
    r->stats.finished_ns = r->stats.started_ns + 2500000000;
}

static void add_failures(struct run_fixture *r, int n)
{
    struct weir_error error = {0};

    weir_error_set(&error, WEIR_FAULT_SOURCE, "E-GONE", "not there, hunter2!");
    for (int i = 1; i <= n; i++) {
        char what[64];

        snprintf(what, sizeof(what), "GET /%d?key=hunter2!", i);
        stats_add_failure(&r->stats, &r->resources[0], what, 5, &error);
    }
}

static void fail_run(struct run_fixture *r)
{
    r->result.status = WEIR_FAIL;
    r->result.stage = "extract";
    weir_error_set(&r->result.error, WEIR_FAULT_SOURCE, "E-GONE", "not there, hunter2!");
}

/* --- for people --------------------------------------------------------------------------- */

static const char *print(struct run_fixture *r)
{
    static struct capture output;
    struct report report = {&r->plan, &r->stats, &r->result, 0};

    capture_begin(&output, stdout);
    report_print(&report, stdout);
    return capture_end(&output);
}

static void people_read_sums_and_a_line_a_resource(void **state)
{
    struct run_fixture *r = *state;
    const char *text;

    fill(r);
    text = print(r);
    check_contains(text, "test: done; 13,245 rows");
    check_contains(text, "2.5 s");
    check_contains(text, "1.0 MiB");
    check_contains(text,
        "\n  resource_1        1,000          100            7          900        "
        " 20        4        2\n");
    check_contains(text, "resource_2: 1 answer from the cache, 1,234 requests answered with");
    r->progress[1].from_cache = 0;
    check_contains(print(r), "\n  resource_2: 1,234 requests answered with 'not modified'\n");
    r->progress[1] = (struct weir_progress){.from_cache = 2};
    check_contains(print(r), "\n  resource_2: 2 answers from the cache\n");
    text = print(r);
    check_contains(text, "\n  resource_2            0            0            0       12,345 ");
    check_lacks(text, "gave up");
}

static void people_read_no_column_of_zeros(void **state)
{
    struct run_fixture *r = *state;
    const char *text;

    count(&r->stats.resources[0].rows_committed, 1);
    text = print(r);
    check_contains(text, "test: done; 1 row loaded");
    check_contains(text, "    filtered       loaded ");
    check_lacks(text, "added");
}

static void people_read_one_line_of_a_run_that_never_began(void **state)
{
    struct run_fixture *r = *state;
    const char *text;

    fail_run(r);
    text = print(r);
    check_contains(text, "test: failed; 0 rows loaded");
    assert_int_equal(count_of(text, "\n"), 1);
    r->progress[0].failures = 1;
    check_contains(print(r), "\n  resource_1 ");
}

static void people_read_how_it_ended(void **state)
{
    struct run_fixture *r = *state;

    r->stats.finished_ns = r->stats.started_ns;
    check_contains(print(r), "test: done; ");
    add_failures(r, 1);
    check_contains(print(r), "test: done, with gaps; ");
    r->result.signal = 15;
    check_contains(print(r), "test: stopped; ");
    fail_run(r);
    check_contains(print(r), "test: failed; ");
}

static void people_read_the_first_failures_only(void **state)
{
    struct run_fixture *r = *state;
    const char *text;

    log_add_secret("hunter2!");
    add_failures(r, 10);
    text = print(r);
    assert_int_equal(count_of(text, "gave up"), 10);
    check_contains(text, "resource_1: GET /10?key=*** after 5 attempts: [E-GONE] not there, ***");
    check_lacks(text, "more;");
    add_failures(r, 25);
    text = print(r);
    assert_int_equal(count_of(text, "gave up"), 10);
    check_contains(text, "and 25 more");
    check_lacks(text, "hunter2!");
}

static void gaps_are_warnings_where_there_is_no_report(void **state)
{
    struct run_fixture *r = *state;
    struct report report = {&r->plan, &r->stats, &r->result, 0};
    static struct capture errors;
    const char *text;

    log_add_secret("hunter2!");
    add_failures(r, 12);
    capture_begin(&errors, stderr);
    report_log_failures(&report);
    text = capture_end(&errors);
    assert_int_equal(count_of(text, "weir: warning: gave up: resource_1: GET /"), 10);
    check_contains(text, "\nweir: warning: and 2 more; --report FILE lists them\n");
    check_lacks(text, "hunter2!");
}

/* --- for programs ------------------------------------------------------------------------- */

/* Written to a file, and read again. */
static json_t *write_and_read(struct run_fixture *r, int exit_code)
{
    struct report report = {&r->plan, &r->stats, &r->result, exit_code};
    struct weir_error error = {0};
    json_error_t reason;
    json_t *object;

    if (!report_write_json(&report, in_folder("report.json"), &error))
        fail_msg("%s", error.text);
    object = json_load_file(in_folder("report.json"), JSON_REJECT_DUPLICATES, &reason);
    if (!object)
        fail_msg("%s", reason.text);
    unlink(in_folder("report.json"));
    return object;
}

/* A number in it, by a path such as "time", "wall_us". */
static int64_t number_at(const json_t *object, const char *first, const char *second)
{
    const json_t *value = json_object_get(object, first);

    if (second)
        value = json_object_get(value, second);
    if (!json_is_integer(value))
        fail_msg("no number at %s.%s", first, second ? second : "");
    return json_integer_value(value);
}

static const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "(none)";
}

static void programs_read_everything(void **state)
{
    struct run_fixture *r = *state;
    json_t *object;
    const json_t *first, *second;

    fill(r);
    object = write_and_read(r, 0);
    assert_string_equal(text_at(object, "pipeline"), "test");
    assert_string_equal(text_at(object, "outcome"), "done");
    assert_int_equal(number_at(object, "exit_code", NULL), 0);
    assert_int_equal(number_at(object, "signal", NULL), 0);
    assert_int_equal(number_at(object, "rows_loaded", NULL), 13245);
    assert_int_equal(number_at(object, "commits", NULL), 3);
    assert_true(number_at(object, "peak_memory_bytes", NULL) > 1 << 20);
    assert_int_equal(number_at(object, "time", "wall_us"), 2500000);
    assert_int_equal(number_at(object, "time", "network_us"), 1500000);
    assert_true(json_is_null(json_object_get(object, "error")));
    assert_int_equal(json_array_size(json_object_get(object, "failures")), 0);
    assert_int_equal(json_array_size(json_object_get(object, "resources")), 2);
    first = json_array_get(json_object_get(object, "resources"), 0);
    second = json_array_get(json_object_get(object, "resources"), 1);
    assert_string_equal(text_at(first, "name"), "resource_1");
    assert_string_equal(text_at(second, "table"), "resource_2");
    assert_null(json_object_get(json_object_get(first, "requests"), "allowed_in_flight"));
    assert_int_equal(number_at(second, "requests", "allowed_in_flight"), 12);
    assert_null(json_object_get(json_object_get(first, "requests"), "from_cache"));
    assert_int_equal(number_at(second, "requests", "from_cache"), 1);
    assert_int_equal(number_at(second, "requests", "not_modified"), 1234);
    assert_int_equal(number_at(first, "rows", "read"), 1000);
    assert_int_equal(number_at(first, "rows", "filtered"), 100);
    assert_int_equal(number_at(first, "rows", "added"), 7);
    assert_int_equal(number_at(first, "rows", "loaded"), 900);
    assert_int_equal(number_at(first, "requests", "done"), 20);
    assert_int_equal(number_at(first, "requests", "retries"), 4);
    assert_int_equal(number_at(first, "requests", "failed"), 2);
    assert_int_equal(number_at(first, "requests", "bytes"), 1 << 20);
    json_decref(object);
}

static void programs_read_every_failure_without_secrets(void **state)
{
    struct run_fixture *r = *state;
    json_t *object;
    const json_t *error, *last;
    char *text;

    log_add_secret("hunter2!");
    add_failures(r, 25);
    fail_run(r);
    r->result.signal = 2;
    strcpy(r->names[0], "caf\xe9 \x1b[2J \"x\"");
    object = write_and_read(r, 3);
    assert_string_equal(text_at(object, "outcome"), "failed");
    assert_int_equal(number_at(object, "exit_code", NULL), 3);
    assert_int_equal(number_at(object, "signal", NULL), 2);
    error = json_object_get(object, "error");
    assert_string_equal(text_at(error, "code"), "E-GONE");
    assert_string_equal(text_at(error, "stage"), "extract");
    assert_string_equal(text_at(error, "text"), "not there, ***");
    assert_int_equal(json_array_size(json_object_get(object, "failures")), 25);
    last = json_array_get(json_object_get(object, "failures"), 24);
    assert_string_equal(text_at(last, "what"), "GET /25?key=***");
    assert_string_equal(text_at(last, "code"), "E-GONE");
    assert_string_equal(text_at(last, "resource"), "caf\\xE9 \\x1B[2J \"x\"");
    assert_int_equal(number_at(last, "attempts", NULL), 5);
    text = json_dumps(object, 0);
    check_lacks(text, "hunter2!");
    free(text);
    json_decref(object);
}

static void a_dash_is_the_standard_output(void **state)
{
    struct run_fixture *r = *state;
    struct report report = {&r->plan, &r->stats, &r->result, 0};
    struct weir_error error = {0};
    static struct capture output;
    const char *text;
    bool written;
    json_t *object;

    capture_begin(&output, stdout);
    written = report_write_json(&report, "-", &error);
    text = capture_end(&output);
    assert_true(written);
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(text[strlen(text) - 1], '\n');
    json_decref(object);
}

/* --- where it may be written -------------------------------------------------------------- */

static void check_may_not(const char *path, const char *why)
{
    struct weir_error error = {0};

    assert_false(report_may_write(path, &error));
    assert_string_equal(error.code, "E-REPORT");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    check_contains(error.text, path);
    check_contains(error.text, why);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_report_replaces_nothing_but_a_report(void **state)
{
    struct run_fixture *r = *state;
    struct report report = {&r->plan, &r->stats, &r->result, 0};
    struct weir_error error = {0};
    const char *path = in_folder("report.json");

    assert_true(report_may_write("-", &error));
    assert_true(report_may_write(path, &error));
    assert_int_not_equal(access(path, F_OK), 0);
    put_file(path, "");
    assert_true(report_may_write(path, &error));
    assert_true(report_write_json(&report, path, &error));
    assert_true(report_may_write(path, &error));
    put_file(path, "SQLite format 3");
    check_may_not(path, "no report");
    assert_false(report_write_json(&report, path, &error));
    unlink(path);
    check_may_not(folder, "folder");
    check_may_not("", "No such file");
    check_may_not(in_folder("missing/report.json"), "No such file");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)
    const struct CMUnitTest tests[] = {
        TEST(people_read_sums_and_a_line_a_resource),
        TEST(people_read_no_column_of_zeros),
        TEST(people_read_one_line_of_a_run_that_never_began),
        TEST(people_read_how_it_ended),
        TEST(people_read_the_first_failures_only),
        TEST(gaps_are_warnings_where_there_is_no_report),
        TEST(programs_read_everything),
        TEST(programs_read_every_failure_without_secrets),
        TEST(a_dash_is_the_standard_output),
        TEST(a_report_replaces_nothing_but_a_report),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
