/* Chunks: every resource, window and chunk once, in order, and on from where it was left. */
#include "incremental_checks.h"

#include <string.h>
#include <weir/chunks.h>

enum { RESOURCES = 3 };

/* What the engine says of earlier runs, the same for all chains of a resource. */
static struct rig {
    struct fixture *f;
    struct weir_stage stage;
    struct weir_resource resources[RESOURCES];
    struct weir_resource *list[RESOURCES];
    struct weir_progress progress[RESOURCES];
    struct weir_resume left[RESOURCES];
    bool is_read[RESOURCES];
    const char *mark;
    struct weir_error error;
} rig;

static bool fake_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    (void)stage;
    (void)chain;
    *ret_resume = rig.left[resource - rig.resources];
    return true;
}

static bool fake_is_read(struct weir_stage *stage, const struct weir_resource *resource)
{
    (void)stage;
    return rig.is_read[resource - rig.resources];
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
    return "2024-05-10T10:20:30Z";
}

static void fake_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    rig.error = *error;
}

static const struct weir_host host = {
    .size = sizeof(host),
    .fail = fake_fail,
    .resume = fake_resume,
    .is_read = fake_is_read,
    .mark = fake_mark,
    .now = fake_now,
};

static struct weir_chunks *begin(struct fixture *f, size_t n)
{
    static const char *const names[] = {"a", "b", "c"};

    rig = (struct rig){.f = f};
    rig.stage = (struct weir_stage){.host = &host, .resources = rig.list, .n_resources = n};
    for (size_t i = 0; i < n; i++) {
        rig.resources[i].name = names[i];
        rig.resources[i].progress = &rig.progress[i];
        rig.list[i] = &rig.resources[i];
    }
    return weir_chunks_new(&rig.stage);
}

/* Reads the next chunk; what came and what its position says, as one line. */
static const char *step(struct weir_chunks *chunks, const char *last_key, bool is_last)
{
    const struct weir_chunk_part *part;
    const struct weir_position *position;
    struct weir_batch *batch;
    const char *seen;

    if (weir_chunks_next(chunks, &part) != WEIR_OK)
        return weir_error_is_set(&rig.error) ? rig.error.code : "end";
    batch = weir_batch_new(part->resource);
    (void)weir_batch_add_unit(batch, NULL);
    seen = weir_printf(
        rig.f->arena, "%s after %s", part->resource->name, part->after ? part->after : "-");
    weir_chunks_add(chunks, batch, last_key, is_last);
    position = batch->units[0].position;
    seen = weir_printf(rig.f->arena, "%s: %d %s%s", seen, (int)position->number,
        position->next ? position->next : "-", position->follow == WEIR_FOLLOW_END ? " end" : "");
    weir_batch_free(batch);
    return seen;
}

static void resources_one_after_the_other(void **state)
{
    struct weir_chunks *chunks = begin(*state, 3);

    assert_string_equal(step(chunks, "k1", false), "a after -: 0 k1");
    assert_string_equal(step(chunks, "k2", false), "a after k1: 1 k2");
    assert_string_equal(step(chunks, NULL, true), "a after k2: 2 - end");
    assert_string_equal(step(chunks, NULL, true), "b after -: 0 - end");
    assert_string_equal(step(chunks, NULL, true), "c after -: 0 - end");
    assert_string_equal(step(chunks, NULL, true), "end");
    assert_string_equal(step(chunks, NULL, true), "end");
    assert_int_equal(rig.progress[0].requests, 3);
    weir_chunks_free(chunks);
}

static void what_is_read_already_is_left_out(void **state)
{
    struct weir_chunks *chunks = begin(*state, 3);

    rig.is_read[0] = true;
    rig.left[1] = (struct weir_resume){.done = true};
    rig.left[2] = (struct weir_resume){.number = 7, .next = "k7"};
    assert_string_equal(step(chunks, "k8", false), "c after k7: 7 k8");
    assert_string_equal(step(chunks, NULL, true), "c after k8: 8 - end");
    assert_string_equal(step(chunks, NULL, true), "end");
    weir_chunks_free(chunks);
}

static void no_resource_at_all(void **state)
{
    struct weir_chunks *chunks = begin(*state, 0);

    assert_string_equal(step(chunks, NULL, true), "end");
    weir_chunks_free(chunks);
    weir_chunks_free(NULL);
}

/* The part that is asked for again is the same, until it is read. */
static void asking_twice_changes_nothing(void **state)
{
    struct weir_chunks *chunks = begin(*state, 1);
    const struct weir_chunk_part *first, *second;

    assert_int_equal(weir_chunks_next(chunks, &first), WEIR_OK);
    assert_int_equal(weir_chunks_next(chunks, &second), WEIR_OK);
    assert_ptr_equal(first, second);
    assert_string_equal(step(chunks, NULL, true), "a after -: 0 - end");
    weir_chunks_free(chunks);
}

static void a_chain_for_each_window(void **state)
{
    struct fixture *f = *state;
    struct weir_chunks *chunks = begin(f, 1);
    const struct weir_chunk_part *part;

    rig.resources[0].incremental =
        options(f, "'initial_value': '2024-05-01', 'end_value': '2024-05-03', 'step': '1d'");
    assert_int_equal(weir_chunks_next(chunks, &part), WEIR_OK);
    assert_string_equal(part->window->start.ptr, "2024-05-01");
    assert_string_equal(step(chunks, "k", false), "a after -: 0 k");
    assert_int_equal(weir_chunks_next(chunks, &part), WEIR_OK);
    assert_string_equal(part->window->start.ptr, "2024-05-01");
    assert_string_equal(step(chunks, NULL, true), "a after k: 1 - end");
    assert_int_equal(weir_chunks_next(chunks, &part), WEIR_OK);
    assert_true(part->window->is_last);
    assert_string_equal(step(chunks, NULL, true), "a after -: 0 - end");
    assert_string_equal(step(chunks, NULL, true), "end");
    weir_chunks_free(chunks);
}

static void an_empty_range_asks_for_nothing(void **state)
{
    struct weir_chunks *chunks = begin(*state, 2);

    rig.mark = "2024-05-03";
    rig.resources[0].incremental =
        options(*state, "'initial_value': '2024-05-01', 'end_value': '2024-05-03'");
    assert_string_equal(step(chunks, NULL, true), "b after -: 0 - end");
    assert_string_equal(step(chunks, NULL, true), "end");
    weir_chunks_free(chunks);
}

static void a_mark_that_cannot_be_read(void **state)
{
    struct weir_chunks *chunks = begin(*state, 1);

    rig.mark = "yesterday";
    rig.resources[0].incremental = options(*state, "");
    assert_string_equal(step(chunks, NULL, true), "E-CURSOR");
    weir_chunks_free(chunks);
}

/* --- bounds ------------------------------------------------------------------------------- */

static struct weir_chunk_bounds bounds_of(
    struct fixture *f, const char *text, struct weir_chunks **ret_chunks)
{
    const struct weir_chunk_part *part;

    *ret_chunks = begin(f, 1);
    rig.resources[0].incremental = options(f, text);
    assert_int_equal(weir_chunks_next(*ret_chunks, &part), WEIR_OK);
    return weir_chunks_bounds(part);
}

static void check_values(struct fixture *f, const char *text, int kind, int64_t start, int64_t end)
{
    struct weir_chunks *chunks;
    struct weir_chunk_bounds bounds = bounds_of(f, text, &chunks);

    assert_int_equal(bounds.kind, kind);
    assert_int_equal(bounds.has_start, start != INT64_MIN);
    assert_int_equal(bounds.has_end, end != INT64_MAX);
    if (bounds.has_start)
        assert_int_equal(bounds.start, start);
    if (bounds.has_end)
        assert_int_equal(bounds.end, end);
    weir_chunks_free(chunks);
}

static void bounds_are_never_too_narrow(void **state)
{
    struct fixture *f = *state;

    check_values(f,
        "'initial_value': '1970-01-01T00:00:01.5Z', 'end_value': '1970-01-01T00:00:09.5Z'",
        WEIR_CHUNK_TIMES, 1, 10);
    check_values(f, "'initial_value': '1969-12-31T23:59:58.5Z'", WEIR_CHUNK_TIMES, -2, INT64_MAX);
    check_values(f,
        "'cursor_type': 'date', 'initial_value': '1970-01-02', 'end_value': '1970-01-03'",
        WEIR_CHUNK_TIMES, 86400, 2 * 86400 + 1);
    check_values(f, "'cursor_type': 'integer', 'initial_value': -7, 'end_value': 7",
        WEIR_CHUNK_NUMBERS, -7, 8);
    check_values(f, "'cursor_type': 'integer', 'end_value': '18446744073709551615'",
        WEIR_CHUNK_NUMBERS, INT64_MIN, INT64_MAX);
    check_values(f, "'cursor_type': 'epoch_ms', 'initial_value': '1500.5'", WEIR_CHUNK_NUMBERS,
        1500, INT64_MAX);
    check_values(f, "'cursor_format': '%d.%m.%Y', 'initial_value': '01.05.2024'", WEIR_CHUNK_ALL,
        INT64_MIN, INT64_MAX);
}

static void rows_without_a_cursor_come_with_the_last_window(void **state)
{
    static const char steps[] =
        "'cursor_type': 'integer', 'initial_value': 0, 'end_value': 20, 'step': 10";
    struct weir_chunks *chunks;
    const struct weir_chunk_part *part;

    assert_false(bounds_of(*state, steps, &chunks).takes_nulls);
    (void)step(chunks, NULL, true);
    assert_int_equal(weir_chunks_next(chunks, &part), WEIR_OK);
    assert_true(weir_chunks_bounds(part).takes_nulls);
    assert_true(weir_chunks_bounds(part).takes_others);
    weir_chunks_free(chunks);
    assert_false(bounds_of(*state, "'on_cursor_value_missing': 'exclude'", &chunks).takes_nulls);
    weir_chunks_free(chunks);
}

static void days_as_texts(void **state)
{
    char day[WEIR_CHUNK_DAY_SIZE];

    (void)state;
    assert_true(weir_chunks_day(0, 0, day));
    assert_string_equal(day, "1970-01-01");
    assert_true(weir_chunks_day(-1, 0, day));
    assert_string_equal(day, "1969-12-31");
    assert_true(weir_chunks_day(86399, -2, day));
    assert_string_equal(day, "1969-12-30");
    assert_false(weir_chunks_day(INT64_C(253402300799), 2, day));
}

static void queries_may_stand_in_a_from(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(weir_chunks_subquery(f->arena, "SELECT 1 ; \n"), "(SELECT 1\n)");
    assert_string_equal(weir_chunks_subquery(f->arena, "SELECT 1 -- x"), "(SELECT 1 -- x\n)");
    assert_string_equal(weir_chunks_subquery(f->arena, ""), "(\n)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(resources_one_after_the_other, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_read_already_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(no_resource_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(asking_twice_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_chain_for_each_window, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_range_asks_for_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mark_that_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_are_never_too_narrow, setup, teardown),
        cmocka_unit_test_setup_teardown(
            rows_without_a_cursor_come_with_the_last_window, setup, teardown),
        cmocka_unit_test_setup_teardown(days_as_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(queries_may_stand_in_a_from, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
