/* Windows of what a row asks: chains of their own, whose texts say which they are. */
#include "incremental_checks.h"

#include "family/slice.h"

static const char *last_mark;

static const char *fake_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series)
{
    (void)stage;
    (void)resource;
    (void)series;
    return last_mark;
}

static const char *fake_now(struct weir_stage *stage)
{
    (void)stage;
    return "2024-03-01T00:00:00Z";
}

static const struct weir_host host = {.size = sizeof(host), .mark = fake_mark, .now = fake_now};
static struct weir_stage stage = {.host = &host};
static struct weir_resource child = {.name = "events"};

enum { MOST = 10 };

#define OPTIONS                                                                                    \
    "{'cursor_path': 'at', 'cursor_type': 'integer', 'initial_value': '0', 'end_value': '25', "    \
    "'step': '10'}"

/* All that is opened; returns how many. */
static size_t open_all(
    struct fixture *f, const struct weir_opening *whole, struct weir_opening *out)
{
    struct weir_error error = {0};
    struct weir_windows *windows = http_slices_of(&stage, &child, whole, &error);
    size_t n = 0;

    assert_non_null(windows);
    while (n < MOST && http_slice_next(windows, whole, f->arena, &out[n]))
        n++;
    weir_windows_free(windows);
    return n;
}

static struct weir_opening whole_of(struct fixture *f)
{
    struct http_question question = {
        .ask = weir_str("\"repos.id\":7"), .give = weir_str("\"a\":1")};

    return http_question_open(&question, (struct weir_str){"", 0}, f->arena);
}

static void each_window_comes_back(void **state)
{
    struct fixture *f = *state;
    struct weir_opening whole = whole_of(f), openings[MOST];
    static const char *const starts[] = {"0", "10", "20"}, *const ends[] = {"10", "20", "25"};

    last_mark = NULL;
    child.incremental = parse(f, OPTIONS);
    assert_true(http_slices(&child));
    assert_int_equal(open_all(f, &whole, openings), 3);
    for (size_t i = 0; i < 3; i++) {
        const char *place = http_opened_place(openings[i].next, "c3", f->arena);
        struct weir_partition partition = {0};
        struct weir_error error = {0};
        struct weir_window *window;
        struct weir_id series;

        assert_int_equal(
            http_slice_read(place, &child, f->arena, &series, &window, &error), WEIR_OK);
        assert_memory_equal(&series, &whole.chain, sizeof(series));
        assert_memory_not_equal(&openings[i].chain, &whole.chain, sizeof(series));
        assert_true(weir_str_is(window->start, starts[i]));
        assert_true(weir_str_is(window->end, ends[i]));
        assert_true(weir_str_is(window->initial, "0"));
        assert_int_equal(window->is_last, i == 2);
        assert_non_null(window->from.key.ptr);
        assert_non_null(window->to.key.ptr);
        assert_int_equal(http_opened_read(place, f->arena, &partition, &error), WEIR_OK);
        assert_int_equal(partition.fields[0].value.integer, 7);
    }
}

static void a_mark_leaves_fewer(void **state)
{
    struct fixture *f = *state;
    struct weir_opening whole = whole_of(f), openings[MOST];

    child.incremental = parse(f, OPTIONS);
    last_mark = "17";
    assert_int_equal(open_all(f, &whole, openings), 1);
    last_mark = "25";
    assert_int_equal(open_all(f, &whole, openings), 0);
}

static void damage_is_told(void **state)
{
    static const char *const texts[] = {"{}",
        "{\"series\":\"00\",\"window\":[\"1\",\"2\",true,null]}",
        "{\"series\":\"000102030405060708090a0b0c0d0e0f\",\"window\":[\"1\",\"2\"]}",
        "{\"series\":\"000102030405060708090a0b0c0d0e0f\",\"window\":[\"x\",\"2\",true,null]}",
        "{\"series\":\"000102030405060708090a0b0c0d0e0g\",\"window\":[\"1\",\"2\",true,null]}",
        "7"};
    struct fixture *f = *state;

    child.incremental = parse(f, OPTIONS);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_error error = {0};
        struct weir_window *window;
        struct weir_id series;

        assert_int_equal(
            http_slice_read(texts[i], &child, f->arena, &series, &window, &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-STATE-DAMAGED");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_window_comes_back),
        TEST(a_mark_leaves_fewer),
        TEST(damage_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
