/* What is left to begin of a resource, with and without an earlier run. */
#include "http_checks.h"

#include "../../plugins/http/source/source.h"

struct rig {
    struct http_fixture *f;
    struct weir_stage stage;
    struct http_source source;
    struct http_resource resource;
    struct weir_id special; /* the chain that `left` is of */
    struct weir_resume left;
    bool all_done;
    uint64_t n_asked;
    const char *mark;
    struct weir_incremental incremental;
};

static struct rig rig;

static bool fake_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    assert_ptr_equal(stage, &rig.stage);
    assert_ptr_equal(resource, &rig.f->resource);
    rig.n_asked++;
    if (memcmp(chain, &rig.special, sizeof(*chain)) == 0) {
        *ret_resume = rig.left;
        return true;
    }
    ret_resume->done = rig.all_done;
    return rig.all_done;
}

static const char *fake_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series)
{
    (void)stage;
    (void)resource;
    (void)series;
    return rig.mark;
}

static const char *fake_now(struct weir_stage *stage)
{
    (void)stage;
    return "2024-03-01T00:00:00Z";
}

static const struct weir_host host = {
    .size = sizeof(host), .resume = fake_resume, .mark = fake_mark, .now = fake_now};

static int setup(void **state)
{
    memset(&rig, 0, sizeof(rig));
    (void)http_setup((void **)&rig.f);
    *state = &rig;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_walk_done(&rig.resource.walk);
    return http_teardown((void **)&rig.f);
}

/* With what stands in the fake state already. */
static void begin(const char *options)
{
    const struct weir_partitions *partitions;

    http_parse(rig.f, options);
    http_walk_done(&rig.resource.walk);
    rig.n_asked = 0;
    rig.stage = (struct weir_stage){.host = &host};
    rig.source = (struct http_source){.stage = &rig.stage, .skips_left = 100};
    rig.resource = (struct http_resource){
        .source = &rig.source, .weir = &rig.f->resource, .options = &rig.f->options};
    http_paginator_init(&rig.resource.paginator, &rig.f->options.paginator);
    if (rig.incremental.cursor_path)
        rig.f->resource.incremental = &rig.incremental;
    partitions = weir_partitions_parse(rig.f->arena, rig.f->options.partitions, &rig.f->mistakes);
    check_none(&rig.f->mistakes);
    assert_int_equal(http_walk_init(&rig.resource, partitions, &rig.f->error), WEIR_OK);
}

static enum weir_status next(struct http_start *start)
{
    enum weir_status status = http_walk_next(&rig.resource, start, &rig.f->error);

    if (status == WEIR_OK)
        http_part_release(start->part);
    return status;
}

static void check_start(uint64_t number, const char *name, bool is_hole)
{
    struct http_start start;

    assert_int_equal(next(&start), WEIR_OK);
    assert_int_equal(start.number, number);
    assert_int_equal(start.is_hole, is_hole);
    if (name)
        assert_string_equal(start.next, name);
    else
        assert_null(start.next);
}

static void check_end(void)
{
    struct http_start start;

    assert_int_equal(next(&start), WEIR_END);
}

static struct weir_id first_chain(const char *options)
{
    struct http_start start;

    begin(options);
    assert_int_equal(next(&start), WEIR_OK);
    return start.chain;
}

static void a_first_run_begins_everywhere_at_the_beginning(void **state)
{
    struct http_start start;

    (void)state;
    begin("{'url': 'http://h/{partition.a}', 'partitions': {'a': ['x', 'y']}}");
    assert_int_equal(rig.f->progress.requests_total, 2);
    assert_int_equal(http_walk_next(&rig.resource, &start, &rig.f->error), WEIR_OK);
    assert_true(start.is_only);
    assert_int_equal(start.misses, 0);
    assert_int_equal(start.part->partition.n_fields, 1);
    http_part_release(start.part);
    check_start(0, NULL, false);
    check_end();
    assert_int_equal(rig.n_asked, 2);
    assert_int_equal(rig.f->progress.requests_total, 2);
}

static void without_partitions_there_is_one_chain(void **state)
{
    (void)state;
    begin("{'url': 'http://h/', 'paginator': {'type': 'page_number'}}");
    assert_int_equal(rig.f->progress.requests_total, 0);
    check_start(0, NULL, false);
    check_end();
}

static void a_part_lives_as_long_as_its_chains(void **state)
{
    struct http_start start;

    (void)state;
    begin("{'url': 'http://h/{partition.a}', 'partitions': {'a': ['x', 'y']}}");
    assert_int_equal(http_walk_next(&rig.resource, &start, &rig.f->error), WEIR_OK);
    check_start(0, NULL, false);
    assert_string_equal(start.part->partition.fields[0].name, "a");
    http_part_release(start.part);
}

static const char one[] = "{'url': 'http://h/', 'paginator': {'type': 'page_number'}}";

static void an_interrupted_chain_goes_on(void **state)
{
    (void)state;
    rig.special = first_chain(one);
    rig.left = (struct weir_resume){.number = 7, .next = "abc"};
    begin(one);
    check_start(7, "abc", false);
    check_end();
}

static void holes_come_before_the_rest(void **state)
{
    static const uint64_t holes[] = {2, 5, 6};
    struct http_start start;

    (void)state;
    rig.special = first_chain(one);
    rig.left = (struct weir_resume){.number = 7, .holes = holes, .n_holes = 3};
    begin(one);
    assert_int_equal(next(&start), WEIR_OK);
    assert_false(start.is_only);
    assert_true(start.is_hole);
    assert_int_equal(start.number, 2);
    check_start(5, NULL, true);
    check_start(6, NULL, true);
    assert_int_equal(next(&start), WEIR_OK);
    assert_false(start.is_hole);
    assert_int_equal(start.number, 7);
    assert_int_equal(start.misses, 2);
    check_end();
}

static void of_a_chain_that_is_done_only_the_holes_are_left(void **state)
{
    static const uint64_t holes[] = {0};
    struct http_start start;

    (void)state;
    rig.special = first_chain(one);
    rig.left = (struct weir_resume){.done = true, .holes = holes, .n_holes = 1};
    begin(one);
    assert_int_equal(next(&start), WEIR_OK);
    assert_true(start.is_hole);
    assert_true(start.is_only);
    check_end();
}

static void what_is_done_is_no_request(void **state)
{
    static const uint64_t holes[] = {0};
    static const char options[] =
        "{'url': 'http://h/{partition.a}', 'partitions': {'a': ['x', 'y', 'z']}}";

    (void)state;
    rig.special = first_chain(options);
    rig.left = (struct weir_resume){.done = true, .holes = holes, .n_holes = 1};
    rig.all_done = true;
    begin(options);
    check_start(0, NULL, true);
    check_end();
    assert_int_equal(rig.f->progress.requests_total, 1);
}

static void a_million_that_are_done_pass_in_turns(void **state)
{
    struct http_start start;
    uint64_t n_turns = 0;
    enum weir_status status;

    (void)state;
    rig.all_done = true;
    begin("{'url': 'http://h/{partition.a}', 'partitions': {'a': {'from': 1, 'to': 1000000}}}");
    do {
        uint64_t before = rig.n_asked;

        rig.source.skips_left = 5000;
        status = next(&start);
        assert_true(rig.n_asked - before <= 5000);
        n_turns++;
    } while (status == WEIR_AGAIN);
    assert_int_equal(status, WEIR_END);
    assert_int_equal(rig.n_asked, 1000000);
    assert_int_equal(n_turns, 201);
}

static const struct weir_template *text(const char *value)
{
    struct weir_error error = {0};
    size_t offset;

    return weir_template_parse(
        rig.f->arena, weir_str(value), 0, &(struct weir_constants){0}, &offset, &error);
}

static void read_days(const char *initial, const char *step)
{
    struct weir_error error = {0};
    size_t offset;

    rig.incremental = (struct weir_incremental){
        .cursor_path = weir_path_parse(rig.f->arena, weir_str("at"), &offset, &error),
        .cursor_type = WEIR_CURSOR_DATE,
        .initial_value = initial ? text(initial) : NULL,
        .step = step};
}

static void check_window(const char *from, const char *to, bool is_only)
{
    struct http_start start;

    assert_int_equal(next(&start), WEIR_OK);
    assert_non_null(start.window);
    assert_int_equal(start.is_only, is_only);
    if (from)
        assert_string_equal(start.window->start.ptr, from);
    else
        assert_null(start.window->start.ptr);
    assert_string_equal(start.window->end.ptr, to);
}

static void a_reading_without_steps_has_one_window(void **state)
{
    (void)state;
    read_days(NULL, NULL);
    begin(one);
    check_window(NULL, "2024-03-01", true);
    check_end();
    rig.mark = "2024-02-11";
    begin(one);
    check_window("2024-02-11", "2024-03-01", true);
    check_end();
}

static void each_partition_has_windows(void **state)
{
    static const char options[] =
        "{'url': 'http://h/{partition.a}', 'partitions': {'a': ['x', 'y']}}";

    (void)state;
    read_days("2024-02-10", "10d");
    begin(options);
    assert_int_equal(rig.f->progress.requests_total, 0);
    for (int i = 0; i < 2; i++) {
        check_window("2024-02-10", "2024-02-20", false);
        check_window("2024-02-20", "2024-03-01", false);
    }
    check_end();
    assert_int_equal(rig.f->progress.requests_total, 4);
}

static void windows_that_are_done_are_passed_over(void **state)
{
    static const uint64_t holes[] = {3};
    struct http_start start;

    (void)state;
    read_days("2024-02-10", "10d");
    begin(one);
    assert_int_equal(next(&start), WEIR_OK);
    assert_int_equal(next(&start), WEIR_OK);
    rig.special = start.chain;
    rig.left = (struct weir_resume){.number = 4, .holes = holes, .n_holes = 1};
    rig.all_done = true;
    begin(one);
    assert_int_equal(next(&start), WEIR_OK);
    assert_true(start.is_hole);
    assert_string_equal(start.window->start.ptr, "2024-02-20");
    assert_int_equal(next(&start), WEIR_OK);
    assert_int_equal(start.number, 4);
    assert_string_equal(start.window->start.ptr, "2024-02-20");
    check_end();
}

static void a_range_that_is_empty_asks_for_nothing(void **state)
{
    (void)state;
    read_days("2024-02-10", NULL);
    rig.incremental.end_value = text("2024-02-20");
    rig.mark = "2024-02-20";
    begin(one);
    check_end();
}

static void a_mark_that_is_none_is_an_error(void **state)
{
    struct http_start start;

    (void)state;
    read_days(NULL, NULL);
    rig.mark = "yesterday";
    begin(one);
    assert_int_equal(next(&start), WEIR_FAIL);
    assert_memory_equal(rig.f->error.text, "incremental of 'items': ", 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_first_run_begins_everywhere_at_the_beginning, setup, teardown),
        cmocka_unit_test_setup_teardown(without_partitions_there_is_one_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_lives_as_long_as_its_chains, setup, teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_chain_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(holes_come_before_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(
            of_a_chain_that_is_done_only_the_holes_are_left, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_done_is_no_request, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reading_without_steps_has_one_window, setup, teardown),
        cmocka_unit_test_setup_teardown(each_partition_has_windows, setup, teardown),
        cmocka_unit_test_setup_teardown(windows_that_are_done_are_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_range_that_is_empty_asks_for_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mark_that_is_none_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(a_million_that_are_done_pass_in_turns, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
