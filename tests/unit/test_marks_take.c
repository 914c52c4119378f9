/* Marks on their way: which rows pass, what a unit's mark is, and what becomes of bad cursors. */
#include "incremental_checks.h"

#include <stdio.h>

#include <weir/buf.h>

#include "state/marks_take.h"

static struct weir_error told;

static void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    told = *error;
}

static const struct weir_host host = {.size = sizeof(host), .fail = on_fail};

/* A resource of those options, and the marks of its plan. */
struct bench {
    struct fixture *f;
    struct weir_resource resource;
    struct plan plan;
    struct marks *marks;
    struct weir_id series;
};

static void open_bench(struct bench *b, struct fixture *f, const char *options)
{
    *b = (struct bench){.f = f, .series = weir_id_of(weir_str("series"))};
    b->resource.name = "orders";
    b->resource.incremental = parse(f, options);
    check_none(&f->mistakes);
    b->plan.resources = &b->resource;
    b->plan.n_resources = 1;
    b->marks = marks_new(&b->plan);
}

static void close_bench(struct bench *b)
{
    marks_free(b->marks);
}

/* One unit of these rows: JSON with single quotes for double ones. */
static void add_unit(struct bench *b, struct weir_batch *batch, const char *rows)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    size_t length = strlen(rows);
    char *body = weir_alloc_zero(batch->arena, length + WEIR_JSON_PADDING, 1);

    for (size_t i = 0; i < length; i++)
        body[i] = rows[i] == '\'' ? '"' : rows[i];
    weir_batch_add_unit(batch, NULL)->series = b->series;
    if (weir_json_rows(reader, (struct weir_str){body, length}, NULL, batch, &error) != WEIR_OK)
        fail_msg("%s", error.text);
    weir_json_reader_free(reader);
}

static struct weir_batch *batch_of(struct bench *b, const char *rows)
{
    struct weir_batch *batch = weir_batch_new(&b->resource);

    add_unit(b, batch, rows);
    return batch;
}

static enum weir_status take(struct bench *b, struct weir_batch *batch)
{
    struct weir_stage stage = {.name = "extract", .host = &host};

    memset(&told, 0, sizeof(told));
    return marks_take(b->marks, &stage, batch);
}

/* The ids as "1 2 3", with a bar behind each unit. */
static void check_ids(struct weir_batch *batch, const char *expected)
{
    size_t id = weir_batch_find(batch, weir_str("id"));
    char text[512] = "";

    for (size_t u = 0; u < batch->n_units; u++) {
        for (size_t r = 0; r < batch->units[u].n_rows; r++)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ",
                (int)batch->columns[id].values[batch->units[u].first_row + r].integer);
        strcat(text, "|");
    }
    assert_string_equal(text, expected);
}

static size_t n_ties(const struct weir_batch *batch)
{
    return batch->units[0].mark->ties.len / WEIR_ID_SIZE;
}

/* What of these rows is left, and the mark with the number of its ties. */
static void check_taken(
    struct bench *b, const char *rows, const char *ids, const char *text, size_t ties)
{
    struct weir_batch *batch = batch_of(b, rows);

    if (take(b, batch) != WEIR_OK)
        fail_msg("%s", told.text);
    check_ids(batch, ids);
    if (text) {
        assert_non_null(batch->units[0].mark);
        assert_string_equal(batch->units[0].mark->text, text);
        assert_int_equal(n_ties(batch), ties);
    } else {
        assert_null(batch->units[0].mark);
    }
    weir_batch_free(batch);
}

/* What these rows leave is what an earlier pass left. */
static void remember(struct bench *b, const char *rows)
{
    struct weir_batch *batch = batch_of(b, rows);
    const struct weir_unit_mark *mark;
    struct weir_error error = {0};

    assert_int_equal(take(b, batch), WEIR_OK);
    mark = batch->units[0].mark;
    if (marks_add(b->marks,
            &(struct weir_marked){"orders", b->series, mark->text, mark->key, mark->ties},
            &error) != WEIR_OK)
        fail_msg("%s", error.text);
    weir_batch_free(batch);
}

static void the_highest_is_the_mark(void **state)
{
    struct bench b;

    open_bench(&b, *state, "{'cursor_path': 'at'}");
    check_taken(&b,
        "[{'id':1,'at':'2024-01-01T12:00:00Z'},{'id':2,'at':'2024-01-01T05:00:00-08:00'},"
        "{'id':3,'at':'2024-01-01T12:30:00Z'}]",
        "1 2 3 |", "2024-01-01T05:00:00-08:00", 1);
    check_taken(&b,
        "[{'id':1,'at':'2024-01-01'},{'id':2,'at':'2024-01-01T01:00+01:00'},"
        "{'id':3,'at':'2023-12-31'}]",
        "1 2 3 |", "2024-01-01", 2);
    check_taken(&b, "[]", "|", NULL, 0);
    close_bench(&b);
    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    check_taken(&b, "[{'id':1,'at':9},{'id':2,'at':'10'},{'id':3,'at':1e1}]", "1 2 3 |", "10", 2);
    close_bench(&b);
}

static void units_are_apart(void **state)
{
    struct bench b;
    struct weir_batch *batch;
    struct weir_error error = {0};

    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    batch = batch_of(&b, "[{'id':1,'at':5}]");
    add_unit(&b, batch, "[]");
    add_unit(&b, batch, "[{'id':2,'at':3},{'id':3,'at':2}]");
    add_unit(&b, batch, "[{'id':4,'at':null}]");
    batch->units[3].dead_letter = 7;
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-HTTP-STATUS", "it was 500");
    weir_batch_fail_unit(batch, &error);
    assert_int_equal(take(&b, batch), WEIR_OK);
    check_ids(batch, "1 ||2 3 |4 ||");
    assert_string_equal(batch->units[0].mark->text, "5");
    assert_null(batch->units[1].mark);
    assert_string_equal(batch->units[2].mark->text, "3");
    assert_null(batch->units[3].mark);
    assert_null(batch->units[4].mark);
    weir_batch_free(batch);
    close_bench(&b);
}

static void resources_that_read_all_are_left_alone(void **state)
{
    struct bench b;
    struct weir_batch *batch;

    open_bench(&b, *state, "{'cursor_path': 'at'}");
    b.resource.incremental = NULL;
    marks_free(b.marks);
    b.marks = marks_new(&b.plan);
    batch = batch_of(&b, "[{'id':1}]");
    assert_int_equal(take(&b, batch), WEIR_OK);
    assert_null(batch->units[0].mark);
    weir_batch_free(batch);
    close_bench(&b);
}

/* The rows of one unit in a window of integers from 10 to 20. */
static void check_window(
    struct bench *b, const char *rows, const char *ids, const char *mark, bool is_past)
{
    struct weir_error error = {0};
    struct weir_windows *windows = weir_windows_new(b->resource.incremental, NULL, NULL, &error);
    struct weir_batch *batch = batch_of(b, rows);
    struct weir_window window;

    assert_non_null(windows);
    assert_true(weir_windows_next(windows, batch->arena, &window));
    batch->units[0].window = &window;
    assert_int_equal(take(b, batch), WEIR_OK);
    check_ids(batch, ids);
    assert_int_equal(batch->units[0].mark != NULL, mark != NULL);
    if (mark)
        assert_string_equal(batch->units[0].mark->text, mark);
    assert_int_equal(batch->units[0].is_past, is_past);
    weir_windows_free(windows);
    weir_batch_free(batch);
}

#define WINDOW "'cursor_type': 'integer', 'initial_value': 10, 'end_value': 20"

static void rows_outside_the_window_are_dropped(void **state)
{
    struct bench b;

    open_bench(&b, *state, "{'cursor_path': 'at', " WINDOW "}");
    check_window(&b,
        "[{'id':1,'at':9},{'id':2,'at':10},{'id':3,'at':19},{'id':4,'at':20},{'id':5,'at':99}]",
        "2 3 |", "19", false);
    check_window(&b, "[{'id':1,'at':9},{'id':2,'at':20}]", "|", NULL, false);
    close_bench(&b);
    open_bench(&b, *state, "{'cursor_path': 'at', 'row_order': 'desc', " WINDOW "}");
    check_window(&b, "[{'id':1,'at':20},{'id':2,'at':10}]", "2 |", "10", false);
    check_window(&b, "[{'id':1,'at':12},{'id':2,'at':9}]", "1 |", "12", true);
    check_window(&b, "[{'id':1,'at':8},{'id':2,'at':7}]", "|", NULL, true);
    check_window(&b, "[]", "|", NULL, false);
    close_bench(&b);
    open_bench(&b, *state, "{'cursor_path': 'at', 'row_order': 'asc', " WINDOW "}");
    check_window(&b, "[{'id':1,'at':19},{'id':2,'at':20}]", "1 |", "19", false);
    check_window(&b, "[{'id':1,'at':20},{'id':2,'at':21}]", "|", NULL, true);
    check_window(&b, "[{'id':1,'at':9},{'id':2,'at':9}]", "|", NULL, false);
    close_bench(&b);
}

static void rows_at_the_old_mark_come_once(void **state)
{
    struct bench b;

    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    remember(&b, "[{'id':1,'at':4},{'id':2,'at':5},{'id':3,'at':5,'x':null}]");
    /* Known rows are dropped wherever they stand, whatever the order of their keys; new ones are
     * told as ties; one that has changed is another row. */
    check_taken(&b, "[{'id':2,'at':5},{'at':5,'id':3}]", "|", "5", 0);
    check_taken(&b, "[{'id':2,'at':5},{'id':4,'at':5},{'at':5,'id':3}]", "4 |", "5", 1);
    check_taken(&b, "[{'id':9,'at':9},{'id':2,'at':5},{'id':4,'at':5}]", "9 4 |", "9", 1);
    check_taken(&b, "[{'id':2,'at':5,'x':1},{'id':1,'at':4}]", "2 1 |", "5", 1);
    check_taken(&b, "[{'id':5,'at':5},{'id':5,'at':5}]", "5 5 |", "5", 2);
    /* Another series has not seen them. */
    b.series = weir_id_of(weir_str("other"));
    check_taken(&b, "[{'id':2,'at':5}]", "2 |", "5", 1);
    close_bench(&b);
}

static void merge_and_replace_need_no_ties(void **state)
{
    static const enum weir_disposition others[] = {WEIR_MERGE, WEIR_REPLACE};
    struct bench b;

    for (size_t i = 0; i < 2; i++) {
        open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
        b.resource.disposition = others[i];
        remember(&b, "[{'id':2,'at':5}]");
        check_taken(&b, "[{'id':2,'at':5},{'id':3,'at':5}]", "2 3 |", "5", 0);
        close_bench(&b);
    }
}

static void all_kinds_count_in_a_tie(void **state)
{
    static const char *const values[] = {
        "1", "1.5", "'1'", "true", "false", "{'a':1}", "[]", "1e400", "'2'", "2", "''"};
    struct bench b;

    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
            b.series = weir_id_of(weir_str(weir_printf(b.f->arena, "%zu %zu", i, j)));
            remember(&b, weir_printf(b.f->arena, "[{'id':1,'at':5,'x':%s}]", values[i]));
            check_taken(&b, weir_printf(b.f->arena, "[{'id':1,'at':5,'x':%s}]", values[j]),
                i == j ? "|" : "1 |", "5", i != j);
        }
    close_bench(&b);
}

static void cursors_inside_of_a_column(void **state)
{
    struct bench b;

    open_bench(&b, *state,
        "{'cursor_path': 'meta.at[-1]', 'cursor_type': 'text', "
        "'on_cursor_value_missing': 'exclude'}");
    check_taken(&b,
        "[{'id':1,'meta':{'at':['z','a']}},{'id':2,'meta':{'at':['b']}},{'id':3,'meta':{}},"
        "{'id':4,'meta':7},{'id':5,'meta':null},{'id':6}]",
        "1 2 |", "b", 1);
    close_bench(&b);
}

/* Of an extractor that leaves nothing readable behind its texts. */
static void json_that_ends_where_its_memory_ends(void **state)
{
    static const char text[] = "{\"at\":12}";
    const size_t length = sizeof(text) - 1;
    struct bench b;
    struct weir_batch *batch;
    char *exact = weir_malloc(length);

    open_bench(&b, *state, "{'cursor_path': 'meta.at', 'cursor_type': 'integer'}");
    memcpy(exact, text, length);
    batch = weir_batch_new(&b.resource);
    weir_adopt(batch->arena, exact, length);
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("meta")),
        weir_text(WEIR_JSON, (struct weir_str){exact, length}));
    assert_int_equal(take(&b, batch), WEIR_OK);
    assert_string_equal(batch->units[0].mark->text, "12");
    weir_batch_free(batch);
    close_bench(&b);
}

/* Values that were picked are let go now and then; the highest one is not lost by that. */
static void many_values_are_picked(void **state)
{
    struct bench b;
    struct weir_buf rows;
    struct weir_batch *batch;

    open_bench(&b, *state, "{'cursor_path': 'meta.at', 'cursor_type': 'text'}");
    weir_buf_init(&rows, 16 << 20, 1);
    assert_true(
        weir_buf_add_text(&rows, "[{'id':1,'meta':{'at':'yyyy'}},{'id':2,'meta':{'at':'b'}}"));
    for (int i = 0; i < 20000; i++)
        assert_true(weir_buf_printf(&rows, ",{'id':3,'meta':{'at':'a%0200d'}}", i));
    assert_true(
        weir_buf_add_text(&rows, ",{'id':4,'meta':{'at':'yyyy'}},{'id':5,'meta':{'at':'x'}}]"));
    batch = batch_of(&b, rows.ptr);
    assert_int_equal(take(&b, batch), WEIR_OK);
    assert_int_equal(batch->n_rows, 20004);
    assert_string_equal(batch->units[0].mark->text, "yyyy");
    assert_int_equal(n_ties(batch), 2);
    weir_batch_free(batch);
    weir_buf_done(&rows);
    close_bench(&b);
}

static void missing_cursors(void **state)
{
    static const char rows[] = "[{'id':1,'at':1},{'id':2,'at':null},{'id':3}]";
    struct bench b;
    struct weir_batch *batch;

    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    batch = batch_of(&b, rows);
    assert_int_equal(take(&b, batch), WEIR_FAIL);
    assert_string_equal(told.code, "E-CURSOR");
    assert_int_equal(told.fault, WEIR_FAULT_DATA);
    assert_string_equal(told.text,
        "resource 'orders', row 2 of its unit, column 'at': the cursor 'at' is null or missing; "
        "where that may be, set 'on_cursor_value_missing' to include or exclude");
    weir_batch_free(batch);
    b.resource.sets_aside = true;
    batch = batch_of(&b, rows);
    assert_int_equal(take(&b, batch), WEIR_OK);
    check_ids(batch, "1 |");
    assert_int_equal(batch->n_rejects, 2);
    assert_int_equal(batch->rejects->number, 3);
    assert_false(weir_batch_is_rejected(batch, 0));
    weir_batch_free(batch);
    check_taken(&b, "[{'id':1}]", "|", NULL, 0);
    close_bench(&b);
    open_bench(&b, *state,
        "{'cursor_path': 'at', 'cursor_type': 'integer', 'on_cursor_value_missing': 'include'}");
    check_taken(&b, rows, "1 2 3 |", "1", 1);
    check_taken(&b, "[{'id':1},{'id':2}]", "1 2 |", NULL, 0);
    close_bench(&b);
    open_bench(&b, *state,
        "{'cursor_path': 'at', 'cursor_type': 'integer', 'on_cursor_value_missing': 'exclude'}");
    check_taken(&b, rows, "1 |", "1", 1);
    close_bench(&b);
}

static void bad_cursors(void **state)
{
    static const char rows[] = "[{'id':1,'at':'2024-01-01'},{'id':2,'at':'soon'},{'id':3,'at':{}}]";
    struct bench b;
    struct weir_batch *batch;

    open_bench(&b, *state, "{'cursor_path': 'at', 'on_cursor_value_missing': 'exclude'}");
    batch = batch_of(&b, rows);
    assert_int_equal(take(&b, batch), WEIR_FAIL);
    assert_string_equal(told.code, "E-CURSOR");
    assert_string_equal(told.text,
        "resource 'orders', row 2 of its unit, column 'at': 'soon' (text) is not a time in ISO "
        "8601, such as 2024-05-01T10:00:00Z");
    weir_batch_free(batch);
    b.resource.sets_aside = true;
    batch = batch_of(&b, rows);
    assert_int_equal(take(&b, batch), WEIR_OK);
    check_ids(batch, "1 |");
    assert_int_equal(batch->n_rejects, 2);
    assert_string_equal(batch->rejects->error.code, "E-CURSOR");
    assert_string_equal(batch->rejects->column, "at");
    assert_string_equal(batch->units[0].mark->text, "2024-01-01");
    weir_batch_free(batch);
    close_bench(&b);
}

static struct weir_batch *equal_rows(struct bench *b, int n)
{
    struct weir_batch *batch = weir_batch_new(&b->resource);
    size_t at = weir_batch_column(batch, weir_str("at"));
    size_t id = weir_batch_column(batch, weir_str("id"));

    weir_batch_add_unit(batch, NULL)->series = b->series;
    for (int i = 0; i < n; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, at, weir_int(5));
        weir_batch_set(batch, id, weir_int(i));
    }
    return batch;
}

static void ties_have_a_bound(void **state)
{
    struct bench b;
    struct weir_batch *batch;

    open_bench(&b, *state, "{'cursor_path': 'at', 'cursor_type': 'integer'}");
    batch = equal_rows(&b, 65536);
    assert_int_equal(take(&b, batch), WEIR_OK);
    assert_int_equal(n_ties(batch), 65536);
    weir_batch_free(batch);
    batch = equal_rows(&b, 65537);
    assert_int_equal(take(&b, batch), WEIR_FAIL);
    assert_string_equal(told.code, "E-LIMIT-TIES");
    assert_string_equal(told.text,
        "resource 'orders': more than 65536 rows have the cursor '5', and the next run has to know "
        "each of them again; use a finer cursor, or 'write_disposition: merge', which need not "
        "know them, and begin anew with --restart --keep-partial");
    weir_batch_free(batch);
    remember(&b, "[{'id':-1,'at':5}]");
    batch = equal_rows(&b, 65536);
    assert_int_equal(take(&b, batch), WEIR_FAIL);
    assert_string_equal(told.code, "E-LIMIT-TIES");
    weir_batch_free(batch);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_highest_is_the_mark, setup, teardown),
        cmocka_unit_test_setup_teardown(units_are_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(resources_that_read_all_are_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_outside_the_window_are_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_at_the_old_mark_come_once, setup, teardown),
        cmocka_unit_test_setup_teardown(merge_and_replace_need_no_ties, setup, teardown),
        cmocka_unit_test_setup_teardown(all_kinds_count_in_a_tie, setup, teardown),
        cmocka_unit_test_setup_teardown(cursors_inside_of_a_column, setup, teardown),
        cmocka_unit_test_setup_teardown(json_that_ends_where_its_memory_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(many_values_are_picked, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_cursors, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_cursors, setup, teardown),
        cmocka_unit_test_setup_teardown(ties_have_a_bound, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
