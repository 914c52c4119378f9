/* What happens to one batch on a worker: decode, then the transforms, and who may enter them. */
#include "flow_checks.h"

static struct kept kept;

static int setup(void **state)
{
    memset(&kept, 0, sizeof(kept));
    return flow_setup(state);
}

/* --- decode ------------------------------------------------------------------------------- */

/* Batches of two units; a unit that begins with id `bad` cannot be decoded. */
struct units {
    struct numbers numbers; /* first: the callbacks of numbers read it */
    int64_t bad;
    bool fails; /* decode itself, instead of the unit */
    /* what decoded saw */
    size_t n_units, n_failed;
    char code[WEIR_ERROR_CODE_SIZE];
};

static enum weir_status units_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct units *units = stage->state;

    if (units->numbers.given >= units->numbers.rows)
        return WEIR_END;
    batch->payload = weir_new(batch->arena, int64_t);
    *(int64_t *)batch->payload = units->numbers.given;
    units->numbers.given += 2 * units->numbers.unit;
    return WEIR_OK;
}

static enum weir_status units_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct units *units = stage->state;
    struct weir_error error = {0};
    int64_t id = *(int64_t *)batch->payload;

    for (int i = 0; i < 2; i++) {
        bool bad = id + 1 == units->bad;

        if (bad && units->fails)
            return weir_fail(stage, WEIR_FAULT_DATA, "E-UNITS", "told to fail");
        add_numbers(batch, &id, units->numbers.unit);
        weir_error_set(&error, WEIR_FAULT_DATA, "E-UNIT", "told to fail the unit");
        if (bad)
            weir_batch_fail_unit(batch, &error);
    }
    return WEIR_OK;
}

static enum weir_status units_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    struct units *units = stage->state;

    units->n_units += batch->n_units;
    for (size_t i = 0; i < batch->n_units; i++) {
        if (!batch->units[i].error)
            continue;
        units->n_failed++;
        strcpy(units->code, batch->units[i].error->code);
    }
    return WEIR_OK;
}

static const struct weir_plugin units_plugin = {
    .header = WEIR_HEADER,
    .name = "units",
    .extract = units_extract,
    .decode = units_decode,
    .decoded = units_decoded,
};

static void a_unit_that_fails_leaves_the_others(void **state)
{
    struct flow_fixture *f = *state;
    struct units units = {.numbers = {.rows = 60, .unit = 3}, .bad = 10};

    run_stages(f, &units_plugin, &units, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(units.n_units, 20);
    assert_int_equal(units.n_failed, 1);
    assert_string_equal(units.code, "E-UNIT");
    assert_int_equal(kept.n, 57);
    for (size_t i = 0; i < 57; i++)
        assert_int_equal(kept.ids[i], i < 9 ? i + 1 : i + 4);
    flow_done_with(f);
}

static void decode_that_fails_ends_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct units units = {.numbers = {.rows = 6000, .unit = 3}, .bad = 3001, .fails = true};

    run_stages(f, &units_plugin, &units, &kept_plugin, &kept);
    check_failed(f, "extract", "E-UNITS");
    assert_true(kept.n >= 3000);
    assert_true(kept.n < 6000);
    assert_int_equal(kept.committed, kept.n);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(kept.ids[i], i + 1);
    flow_done_with(f);
}

/* Of two resources, `numbers` names none. */
static void a_batch_of_no_resource_is_a_fault_of_the_plugin(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};

    f->plan.n_resources = 2;
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "extract", "E-PLUGIN");
    assert_int_equal(f->result.error.fault, WEIR_FAULT_PLUGIN);
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

/* --- who is where at the same time -------------------------------------------------------- */

static struct {
    atomic_int inside, most;
} room;

enum { MEETING_MS = 3000 };

static void leave_empty(void)
{
    atomic_store(&room.inside, 0);
    atomic_store(&room.most, 0);
}

/* Waits until somebody else is there, too, or was; at most `ms`. */
static void meet(unsigned ms)
{
    int inside = atomic_fetch_add(&room.inside, 1) + 1;

    if (inside > 1)
        atomic_store(&room.most, inside);
    for (unsigned i = 0; i < ms && !atomic_load(&room.most); i++)
        sleep_ms(1);
    atomic_fetch_sub(&room.inside, 1);
}

static enum weir_status meet_patiently(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    meet(MEETING_MS);
    return WEIR_OK;
}

static enum weir_status meet_briefly(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    meet(2);
    return WEIR_OK;
}

static void need_two_workers(void)
{
    if (uv_available_parallelism() < 2)
        skip();
}

static void decode_runs_side_by_side(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_plugin extract = numbers_plugin;
    struct numbers numbers = {.rows = 10, .unit = 1};

    need_two_workers();
    leave_empty();
    extract.decode = meet_patiently;
    run_stages(f, &extract, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_true(atomic_load(&room.most) > 1);
    flow_done_with(f);
}

static void a_parallel_transform_is_entered_by_several(void **state)
{
    struct flow_fixture *f = *state;
    const struct weir_plugin parallel = {
        .name = "parallel", .threading = WEIR_IN_PARALLEL, .transform = meet_patiently};
    struct numbers numbers = {.rows = 10, .unit = 1};

    need_two_workers();
    leave_empty();
    add_transform(f, "transform 1 (parallel)", &parallel, NULL);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_true(atomic_load(&room.most) > 1);
    flow_done_with(f);
}

static void any_other_transform_is_entered_by_one(void **state)
{
    struct flow_fixture *f = *state;
    const struct weir_plugin alone = {.name = "alone", .transform = meet_briefly};
    struct numbers numbers = {.rows = 50, .unit = 1};

    leave_empty();
    add_transform(f, "transform 1 (alone)", &alone, NULL);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(atomic_load(&room.most), 0);
    check_ids(&kept, 50);
    flow_done_with(f);
}

/* --- transforms --------------------------------------------------------------------------- */

static enum weir_status keep_even(struct weir_stage *stage, struct weir_batch *batch)
{
    bool *marks = weir_new_array(batch->arena, batch->n_rows, bool);

    (void)stage;
    for (size_t r = 0; r < batch->n_rows; r++)
        marks[r] = batch->columns[0].values[r].integer % 2 == 0;
    weir_batch_keep(batch, marks);
    return WEIR_OK;
}

/* One more row for each there is. */
static enum weir_status double_rows(struct weir_stage *stage, struct weir_batch *batch)
{
    size_t n = 2 * batch->n_rows;
    struct weir_column column = batch->columns[0];

    (void)stage;
    column.values = weir_new_array(batch->arena, n, struct weir_value);
    for (size_t r = 0; r < n; r++)
        column.values[r] = batch->columns[0].values[r / 2];
    weir_batch_replace(batch, &column, 1, &n);
    return WEIR_OK;
}

static const struct weir_plugin keep_even_plugin = {.name = "keep_even", .transform = keep_even};
static const struct weir_plugin double_plugin = {.name = "double", .transform = double_rows};

static void transforms_follow_each_other_and_rows_are_counted(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 40, .unit = 4};
    const struct resource_stats *stats;

    add_transform(f, "transform 1 (keep_even)", &keep_even_plugin, NULL);
    add_transform(f, "transform 2 (double)", &double_plugin, NULL);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(kept.n, 40);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(kept.ids[i], i / 2 * 2 + 2);
    stats = &f->stats.resources[0];
    assert_int_equal(counted(&stats->rows_read), 40);
    assert_int_equal(counted(&stats->rows_filtered), 20);
    assert_int_equal(counted(&stats->rows_added), 20);
    assert_int_equal(counted(&stats->rows_loaded), 40);
    flow_done_with(f);
}

static enum weir_status measure(struct weir_stage *stage, struct weir_batch *batch)
{
    *(size_t *)stage->state = weir_arena_size(batch->arena);
    return WEIR_OK;
}

static const struct weir_plugin measure_plugin = {.name = "measure", .load = measure};

/* Of 4000 rows half are left; with room for those that went it would be more than 64 KiB. */
static void the_loader_holds_what_is_left(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 4000, .unit = 4000};
    size_t size = 0;

    add_transform(f, "transform 1 (keep_even)", &keep_even_plugin, NULL);
    run_stages(f, &numbers_plugin, &numbers, &measure_plugin, &size);
    check_went_well(f);
    assert_in_range(
        size, 2000 * sizeof(struct weir_value), 2000 * sizeof(struct weir_value) + 4000 + 8192);
    flow_done_with(f);
}

static void a_batch_without_rows_goes_no_further(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 1};
    struct passing passing = {0};

    add_transform(f, "transform 1 (keep_even)", &keep_even_plugin, NULL);
    add_transform(f, "transform 2 (passing)", &passing_plugin, &passing);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(passing.calls, 5);
    assert_int_equal(kept.loads, 5);
    flow_done_with(f);
}

/* Rows for both resources in turns. */
static enum weir_status turns_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct numbers *numbers = stage->state;

    batch->resource = stage->resources[numbers->given % 2];
    return numbers_extract(stage, batch);
}

static const struct weir_plugin turns_plugin = {
    .header = WEIR_HEADER,
    .name = "turns",
    .extract = turns_extract,
};

static void a_transform_takes_only_its_resources(void **state)
{
    struct flow_fixture *f = *state;
    static const bool takes_second[] = {false, true};
    struct numbers numbers = {.rows = 100, .unit = 1};
    struct passing passing = {0};

    f->plan.n_resources = 2;
    add_transform(f, "transform 1 (passing)", &passing_plugin, &passing);
    f->transforms[0].takes = takes_second;
    run_stages(f, &turns_plugin, &numbers, &kept_plugin, &kept);
    check_went_well(f);
    assert_int_equal(passing.calls, 50);
    check_ids(&kept, 100);
    assert_int_equal(counted(&f->stats.resources[0].rows_committed), 50);
    assert_int_equal(counted(&f->stats.resources[1].rows_committed), 50);
    flow_done_with(f);
}

static void a_transform_that_fails_ends_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 1000, .unit = 10};
    struct passing first = {0}, second = {.fail_at = 351};

    add_transform(f, "transform 1 (passing)", &passing_plugin, &first);
    add_transform(f, "transform 2 (passing)", &passing_plugin, &second);
    run_stages(f, &numbers_plugin, &numbers, &kept_plugin, &kept);
    check_failed(f, "transform 2 (passing)", "E-PASSING");
    assert_true(kept.n >= 350);
    assert_int_equal(kept.n % 10, 0);
    for (size_t i = 0; i < kept.n; i++)
        assert_false(kept.ids[i] > 350 && kept.ids[i] <= 360);
    assert_int_equal(kept.committed, kept.n);
    flow_done_with(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_unit_that_fails_leaves_the_others, setup),
        cmocka_unit_test_setup(decode_that_fails_ends_the_run, setup),
        cmocka_unit_test_setup(a_batch_of_no_resource_is_a_fault_of_the_plugin, setup),
        cmocka_unit_test_setup(decode_runs_side_by_side, setup),
        cmocka_unit_test_setup(a_parallel_transform_is_entered_by_several, setup),
        cmocka_unit_test_setup(any_other_transform_is_entered_by_one, setup),
        cmocka_unit_test_setup(transforms_follow_each_other_and_rows_are_counted, setup),
        cmocka_unit_test_setup(the_loader_holds_what_is_left, setup),
        cmocka_unit_test_setup(a_batch_without_rows_goes_no_further, setup),
        cmocka_unit_test_setup(a_transform_takes_only_its_resources, setup),
        cmocka_unit_test_setup(a_transform_that_fails_ends_the_run, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
