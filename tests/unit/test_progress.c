/* What is shown while a run runs: a line a resource, no wider than the terminal. */
#include "run_checks.h"

#include "report/log.h"
#include "report/progress.h"

static struct capture errors;

static const char *tick(struct run_fixture *r, struct progress *progress)
{
    struct flow_observer observer = progress_observer(progress);
    struct flow_view view = {.plan = &r->plan,
        .stats = &r->stats,
        .held = 3 << 20,
        .held_limit = 16 << 20,
        .queued = 1 << 20,
        .queue_limit = 4 << 20};

    capture_begin(&errors, stderr);
    observer.tick(observer.arg, &view);
    progress_end(progress);
    return capture_end(&errors);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t n = strcspn(text, "\n");

        /* The view is erased at the end, by a line of its own. */
        if (*text != '\033' && n > longest)
            longest = n;
        text += n + (text[n] == '\n');
    }
    return longest;
}

static void each_form_has_its_pace(void **state)
{
    struct progress none = {PROGRESS_NONE, 0}, quiet = {PROGRESS_PLAIN, 0};
    struct progress live = {PROGRESS_LIVE, 80};

    (void)state;
    assert_int_equal(progress_observer(&none).interval_ms, 0);
    assert_int_equal(progress_observer(&quiet).interval_ms, 10000);
    assert_int_equal(progress_observer(&live).interval_ms, 200);
    assert_ptr_equal(progress_observer(&live).arg, &live);
}

static void a_plain_line_is_an_event_for_each_resource(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_PLAIN, 0};
    const char *text;

    r->plan.n_resources = 2;
    r->progress[0] = (struct weir_progress){
        .requests = 1200, .in_flight = 4, .retries = 2, .failures = 3, .bytes = 5 << 20};
    count(&r->stats.resources[0].rows_loaded, 34567);
    text = tick(r, &progress);
    assert_int_equal(count_of(text, "\n"), 2);
    check_contains(text, "weir: resource_1  1,200 requests, 4 in flight, 2 retried, 3 failed");
    check_contains(text, "34,567 rows");
    check_contains(text, "5.0 MiB");
    check_contains(text, "weir: resource_2  0 requests; 0 rows");
    check_lacks(text, "\033");
    check_lacks(text, "left");
    r->progress[0].allowed_in_flight = 12;
    check_contains(tick(r, &progress), "1,200 requests, 4 in flight of 12 allowed, 2 retried");
    r->progress[0].from_cache = 300;
    r->progress[0].not_modified = 7;
    check_contains(tick(r, &progress), "1,500 requests, 300 from the cache, 7 not modified, 4 in");
}

static void the_live_view_is_drawn_and_taken_away(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_LIVE, 200};
    const char *text = tick(r, &progress);

    check_contains(text, "resource_1");
    check_contains(text, "queue 25% full");
    check_contains(text, "3.0 MiB of 16.0 MiB");
    /* A line for the resource, one for the queue; then both are erased. */
    check_contains(text, "\n\033[2A\033[J");
    assert_int_equal(count_of(text, "\n"), 2);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    struct run_fixture *r = *state;
    const int widths[] = {20, 40, 79, 80};

    r->progress[0] = (struct weir_progress){.requests = 1200,
        .requests_total = 99999999,
        .in_flight = 400,
        .retries = 200,
        .failures = 300,
        .bytes = UINT64_MAX};
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        struct progress progress = {PROGRESS_LIVE, widths[i]};

        assert_int_equal(longest_line(tick(r, &progress)), widths[i] - 1);
    }
}

static void a_long_name_leaves_room_for_the_numbers(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_LIVE, 60};

    strcpy(r->names[0], "größer_als_ein_viertel_der_breite");
    check_contains(tick(r, &progress), "größer_als_ein_  0 requests; 0 rows");
    progress.form = PROGRESS_PLAIN;
    check_contains(tick(r, &progress), "größer_als_ein_viertel_der_breite  0 requests; 0 rows");
}

static void a_short_name_is_filled_up_by_characters(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_LIVE, 200};
    const char *text;

    r->plan.n_resources = 2;
    strcpy(r->names[0], "größe");
    strcpy(r->names[1], "gewicht");
    text = tick(r, &progress);
    check_contains(text, "größe    0 requests");
    check_contains(text, "gewicht  0 requests");
}

static void more_resources_than_lines_are_summed_up(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_LIVE, 200};
    const char *text;

    r->plan.n_resources = 30;
    text = tick(r, &progress);
    check_contains(text, "resource_20 ");
    check_lacks(text, "resource_21");
    check_contains(text, "and 10 more");
    check_contains(text, "\033[22A\033[J");
}

static void the_time_left_is_told_where_the_total_is_known(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_PLAIN, 0};

    r->stats.started_ns = uv_hrtime() - 10 * (uint64_t)1000000000;
    r->progress[0] = (struct weir_progress){.requests = 20, .failures = 5, .requests_total = 100};
    /* 25 in ten seconds, 75 to go. */
    check_contains(tick(r, &progress), "20 of 100 requests");
    check_contains(tick(r, &progress), "about 30.0 s left");
    r->progress[0].requests = 95;
    check_lacks(tick(r, &progress), "left");
    r->progress[0] = (struct weir_progress){.requests_total = 100};
    check_lacks(tick(r, &progress), "left");
}

static void secrets_are_taken_out_of_the_view(void **state)
{
    struct run_fixture *r = *state;
    struct progress progress = {PROGRESS_LIVE, 200};

    log_add_secret("hunter2!");
    strcpy(r->names[0], "of_hunter2!");
    check_lacks(tick(r, &progress), "hunter2!");
    progress.form = PROGRESS_PLAIN;
    check_lacks(tick(r, &progress), "hunter2!");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_form_has_its_pace),
        TEST(a_plain_line_is_an_event_for_each_resource),
        TEST(the_live_view_is_drawn_and_taken_away),
        TEST(no_line_is_wider_than_the_terminal),
        TEST(a_long_name_leaves_room_for_the_numbers),
        TEST(a_short_name_is_filled_up_by_characters),
        TEST(more_resources_than_lines_are_summed_up),
        TEST(the_time_left_is_told_where_the_total_is_known),
        TEST(secrets_are_taken_out_of_the_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
