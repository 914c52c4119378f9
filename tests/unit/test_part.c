/* Parts of a batch as it came, and a batch put together out of what became of them. */
#include "batch_checks.h"

/* Four units: ids 0 to 2, none, 3, 4 to 8. */
static struct weir_batch *four_units(void)
{
    struct weir_batch *batch = batch_of_ids(3, 3);

    keep_only(batch, "111111111");
    (void)weir_batch_add_unit(batch, NULL);
    batch->units[1] = (struct weir_unit){.first_row = 3};
    batch->units[2] = (struct weir_unit){.first_row = 3, .n_rows = 1};
    batch->units[3] = (struct weir_unit){.first_row = 4, .n_rows = 5};
    weir_batch_remember(batch);
    return batch;
}

static void a_part_has_its_rows_as_they_came(void **state)
{
    struct weir_batch *batch = four_units();
    struct weir_arena *arena = weir_arena_new();
    struct weir_batch start = weir_batch_snapshot(batch);
    struct weir_batch *part;

    (void)state;
    batch->columns[0].values[3] = weir_bool(true);
    weir_batch_drop_column(batch, 1);
    keep_only(batch, "000000000");
    part = weir_batch_part(&start, 2, 4, arena);
    check_batch_ids(part, "2 ||3 |4 5 |");
    assert_int_equal(part->n_columns, 2);
    set_aside(part, 3, "E-ROW");
    check_reject(part->rejects, 3, 2, 0, "{\"id\":5,\"name\":\"n5\"}");
    part = weir_batch_part(&start, 4, 1, arena);
    check_batch_ids(part, "4 |");
    part->columns[0].values[0] = weir_null();
    check_batch_ids(weir_batch_part(&start, 0, 9, arena), "0 1 2 ||3 |4 5 6 7 8 |");
    weir_arena_free(arena);
    weir_batch_free(batch);
}

static void rows_that_were_gone_stay_gone(void **state)
{
    struct weir_batch *batch = four_units();
    struct weir_arena *arena = weir_arena_new();
    struct weir_batch start;
    struct weir_batch *part;

    (void)state;
    keep_only(batch, "010100110");
    start = weir_batch_snapshot(batch);
    keep_only(batch, "1000");
    part = weir_batch_part(&start, 0, 4, arena);
    check_batch_ids(part, "1 ||3 |6 7 |");
    set_aside(part, 3, "E-ROW");
    check_reject(part->rejects, 3, 4, 0, "{\"id\":7,\"name\":\"n7\"}");
    weir_arena_free(arena);
    weir_batch_free(batch);
}

static void columns_of_other_rows_are_left_out(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 3);
    struct weir_arena *arena = weir_arena_new();
    struct weir_batch start;
    struct weir_batch *part;

    (void)state;
    weir_batch_set(batch, weir_batch_column(batch, weir_str("last")), weir_bool(true));
    batch->columns[weir_batch_column(batch, weir_str("empty"))].values[1] = weir_null();
    weir_batch_set(batch, weir_batch_find(batch, weir_str("empty")), weir_bool(true));
    (void)weir_batch_column(batch, weir_str("none"));
    weir_batch_remember(batch);
    start = weir_batch_snapshot(batch);
    part = weir_batch_part(&start, 0, 2, arena);
    assert_int_equal(part->n_columns, 4);
    assert_int_equal(weir_batch_find(part, weir_str("last")), SIZE_MAX);
    assert_int_equal(weir_batch_find(part, weir_str("empty")), 2); /* a null is no less */
    assert_int_equal(weir_batch_find(part, weir_str("none")), 3);
    part = weir_batch_part(&start, 0, 1, arena);
    assert_int_equal(weir_batch_find(part, weir_str("empty")), SIZE_MAX);
    part = weir_batch_part(&start, 2, 1, arena);
    assert_int_equal(part->n_columns, 5);
    weir_arena_free(arena);
    weir_batch_free(batch);
}

static void rows_that_nobody_remembers_make_no_part(void **state)
{
    struct weir_batch *batch = batch_of_ids(1, 3);
    struct weir_batch start = weir_batch_snapshot(batch);

    (void)state;
    assert_null(weir_batch_part(&start, 0, 1, batch->arena));
    weir_batch_remember(batch);
    (void)weir_batch_add_row(batch);
    start = weir_batch_snapshot(batch);
    assert_null(weir_batch_part(&start, 0, 4, batch->arena));
    assert_non_null(weir_batch_part(&start, 0, 3, batch->arena));
    weir_batch_free(batch);
}

static struct weir_batch *kept_part(
    struct weir_batch *batch, const struct weir_batch *start, size_t first, size_t n)
{
    return weir_batch_part(start, first, n, batch->arena);
}

static void parts_make_the_whole_again(void **state)
{
    struct weir_batch *batch = four_units();
    struct weir_batch start = weir_batch_snapshot(batch);
    const struct weir_position position = {.number = 7};
    struct weir_batch *part;

    (void)state;
    batch->units[2].position = &position;
    set_aside(batch, 0, "E-GONE");
    weir_batch_rewind(batch, &start);
    assert_int_equal(batch->n_rejects, 0);
    check_batch_ids(batch, "||||");

    part = kept_part(batch, &start, 0, 3);
    keep_only(part, "101");
    part->stage = 2;
    weir_batch_append(batch, part);
    check_batch_ids(batch, "0 2 ||||");
    part = kept_part(batch, &start, 3, 3);
    set_aside(part, 1, "E-ROW");
    weir_batch_drop_rejected(part);
    weir_batch_append(batch, part);
    part = kept_part(batch, &start, 6, 3);
    weir_batch_drop_column(part, 1);
    weir_batch_set(part, weir_batch_column(part, weir_str("new")), weir_float(0.5));
    weir_batch_append(batch, part);

    check_batch_ids(batch, "0 2 ||3 |5 6 7 8 |");
    assert_ptr_equal(batch->units[2].position, &position);
    assert_int_equal(batch->n_columns, 3);
    assert_int_equal(batch->columns[1].kinds, 1 << WEIR_TEXT);
    assert_int_equal(batch->columns[2].kinds, 1 << WEIR_FLOAT);
    for (size_t r = 0; r < 7; r++) {
        assert_int_equal(batch->columns[1].values[r].kind, r < 4 ? WEIR_TEXT : WEIR_NULL);
        assert_int_equal(batch->columns[2].values[r].kind, r < 6 ? WEIR_NULL : WEIR_FLOAT);
    }
    assert_int_equal(batch->n_rejects, 1);
    check_reject(batch->rejects, 3, 1, 0, "{\"id\":4,\"name\":\"n4\"}");
    /* The whole still knows how its rows came. */
    set_aside(batch, 6, "E-ROW");
    check_reject(batch->rejects, 3, 5, 0, "{\"id\":8,\"name\":\"n8\"}");
    weir_batch_free(batch);
}

static void rows_may_be_left_out(void **state)
{
    struct weir_batch *batch = four_units();
    struct weir_batch start = weir_batch_snapshot(batch);
    struct weir_error error = {0};

    (void)state;
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-ROW", "why");
    weir_batch_rewind(batch, &start);
    for (size_t r = 0; r < 9; r++) {
        if (r == 5)
            weir_batch_append(batch, kept_part(batch, &start, 5, 1));
        else
            weir_batch_leave_out(batch, &start, r, &error);
    }
    check_batch_ids(batch, "|||5 |");
    assert_int_equal(batch->n_rejects, 8);
    check_reject(batch->rejects, 3, 5, 0, "{\"id\":8,\"name\":\"n8\"}");
    assert_string_equal(batch->rejects->error.text, "why");
    assert_ptr_equal(batch->rejects->error.text, batch->rejects->next->error.text);
    set_aside(batch, 0, "E-ROW");
    check_reject(batch->rejects, 3, 2, 0, "{\"id\":5,\"name\":\"n5\"}");
    weir_batch_free(batch);
}

static void replaced_rows_of_a_part_have_no_past(void **state)
{
    struct weir_batch *batch = four_units();
    struct weir_batch start = weir_batch_snapshot(batch);
    struct weir_value values[] = {weir_int(30), weir_int(31), weir_int(40)};
    struct weir_column column = {.name = weir_str("id"), .values = values};
    const size_t unit_rows[] = {2, 1};
    struct weir_batch *part;

    (void)state;
    weir_batch_rewind(batch, &start);
    weir_batch_append(batch, kept_part(batch, &start, 0, 3));
    part = kept_part(batch, &start, 3, 2);
    weir_column_recount(&column, 3);
    weir_batch_replace(part, &column, 1, unit_rows);
    part->stage = 1;
    weir_batch_append(batch, part);
    check_batch_ids(batch, "0 1 2 ||30 31 |40 |");
    set_aside(batch, 4, "E-ROW");
    check_reject(batch->rejects, 2, 0, 1, "{\"id\":31}");
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_has_its_rows_as_they_came),
        cmocka_unit_test(rows_that_were_gone_stay_gone),
        cmocka_unit_test(columns_of_other_rows_are_left_out),
        cmocka_unit_test(rows_that_nobody_remembers_make_no_part),
        cmocka_unit_test(parts_make_the_whole_again),
        cmocka_unit_test(rows_may_be_left_out),
        cmocka_unit_test(replaced_rows_of_a_part_have_no_past),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
