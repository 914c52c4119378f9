/* The transforms of a batch, and the search for the rows that make one fail. */
#include "flow_checks.h"

#include <signal.h>

enum { ROW_TEXT_SIZE = 64, MOST_REJECTS = 2000 };

/* --- a loader that also remembers what was set aside -------------------------------------- */

static struct {
    size_t n;
    struct told {
        size_t number;
        uint32_t stage;
        char row[ROW_TEXT_SIZE];
        char code[WEIR_ERROR_CODE_SIZE];
        char text[ROW_TEXT_SIZE];
    } rejects[MOST_REJECTS];
    char units[256]; /* of the first batch: rows of each, and where its position is */
} seen;

static struct kept kept;

static void note_units(const struct weir_batch *batch)
{
    size_t rows = 0;

    if (seen.units[0])
        return;
    for (size_t u = 0; u < batch->n_units && u < 10; u++) {
        assert_int_equal(batch->units[u].first_row, rows);
        rows += batch->units[u].n_rows;
        (void)snprintf(seen.units + strlen(seen.units), 16, "%zu@%d ", batch->units[u].n_rows,
            batch->units[u].position ? (int)batch->units[u].position->number : -1);
    }
    assert_int_equal(rows, batch->n_rows);
}

static enum weir_status note_load(struct weir_stage *stage, struct weir_batch *batch)
{
    note_units(batch);
    for (const struct weir_reject *r = batch->rejects; r; r = r->next) {
        struct told *told = &seen.rejects[seen.n++];

        assert_true(seen.n <= MOST_REJECTS);
        assert_true(r->unit < batch->n_units);
        told->number = r->number;
        told->stage = r->stage;
        (void)snprintf(told->code, sizeof(told->code), "%s", r->error.code);
        (void)snprintf(told->text, sizeof(told->text), "%s", r->error.text);
        (void)snprintf(told->row, sizeof(told->row), "%s", r->row.ptr);
    }
    return kept_load(stage, batch);
}

static const struct weir_plugin loader = {
    .header = WEIR_HEADER, .name = "noting", .load = note_load, .commit = kept_commit};

/* --- an extractor of several units in a batch, each with a position ----------------------- */

static enum weir_status units_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct numbers *numbers = stage->state;

    if (numbers->given >= numbers->rows)
        return WEIR_END;
    for (int u = 0; u < 4; u++) {
        struct weir_position *position = weir_new(batch->arena, struct weir_position);

        add_numbers(batch, &numbers->given, u == 1 ? 0 : numbers->unit);
        position->number = (uint64_t)u + 10;
        batch->units[u].position = position;
    }
    batch->stage = (uint32_t)numbers->fail_after; /* of rows that are put back */
    return WEIR_OK;
}

static const struct weir_plugin units_plugin = {
    .header = WEIR_HEADER, .name = "units", .extract = units_extract};

/* --- transforms --------------------------------------------------------------------------- */

/* Edits the ids in place, and fails at some of them. */
struct picky {
    int64_t every; /* as it came, at each multiple of it; 0: never */
    int64_t base;  /* what was added to the ids before */
    int64_t adds;
    const char *code;
    bool rejects; /* these rows itself, instead of failing */
    atomic_int calls;
};

static enum weir_status picky_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    struct picky *picky = stage->state;

    atomic_fetch_add(&picky->calls, 1);
    for (size_t r = 0; r < batch->n_rows; r++) {
        struct weir_value *id = &batch->columns[0].values[r];
        bool is_bad = picky->every && (id->integer - picky->base) % picky->every == 0;

        if (is_bad && !picky->rejects)
            return weir_fail(stage, WEIR_FAULT_DATA, picky->code ? picky->code : "E-PICKY",
                "%d is bad", (int)id->integer);
        if (is_bad && weir_reject(stage, batch, r, "id", WEIR_FAULT_DATA, "E-ROW", "mine") != 0)
            return WEIR_FAIL;
        id->integer += picky->adds;
    }
    return WEIR_OK;
}

static const struct weir_plugin picky_plugin = {.name = "picky",
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .transform = picky_transform};

static enum weir_status keep_even(struct weir_stage *stage, struct weir_batch *batch)
{
    bool *marks = weir_new_array(batch->arena, batch->n_rows, bool);

    (void)stage;
    for (size_t r = 0; r < batch->n_rows; r++)
        marks[r] = batch->columns[0].values[r].integer % 2 == 0;
    weir_batch_keep(batch, marks);
    return WEIR_OK;
}

static const struct weir_plugin keep_even_plugin = {
    .name = "keep_even", .flags = WEIR_ROW_BY_ROW, .transform = keep_even};

static int setup(void **state)
{
    struct flow_fixture *f;
    int status = flow_setup(state);

    f = *state;
    f->resources[0].sets_aside = true;
    memset(&kept, 0, sizeof(kept));
    memset(&seen, 0, sizeof(seen));
    return status;
}

/* Ids from 1 to n without the multiples of `bad`, with `added`. */
static void check_good_ids(int64_t n, int64_t bad, int64_t added)
{
    size_t at = 0;

    for (int64_t id = 1; id <= n; id++)
        if (id % bad)
            assert_int_equal(kept.ids[at++], id + added);
    assert_int_equal(kept.n, at);
}

/* --- rows at fault ------------------------------------------------------------------------ */

static void bad_rows_are_set_aside_and_cost_no_other(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 1000, .unit = 100};
    struct picky first = {.adds = 1000}, second = {.every = 70, .base = 1000, .adds = 5};
    const struct resource_stats *stats;

    add_transform(f, "transform 1 (picky)", &picky_plugin, &first);
    add_transform(f, "transform 2 (picky)", &picky_plugin, &second);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    check_good_ids(1000, 70, 1005);
    assert_int_equal(seen.n, 14);
    for (size_t i = 0; i < 14; i++) {
        char row[ROW_TEXT_SIZE];
        int id;

        assert_int_equal(sscanf(seen.rejects[i].row, "{\"id\":%d}", &id), 1);
        assert_int_equal(id % 70, 0);
        assert_int_equal(seen.rejects[i].number, (id - 1) % 100 + 1);
        assert_int_equal(seen.rejects[i].stage, 0);
        assert_string_equal(seen.rejects[i].code, "E-PICKY");
        (void)snprintf(row, sizeof(row), "transform 2 (picky): %d is bad", id + 1000);
        assert_string_equal(seen.rejects[i].text, row);
    }
    stats = &f->stats.resources[0];
    assert_int_equal(counted(&stats->rows_read), 1000);
    assert_int_equal(counted(&stats->rows_filtered), 0);
    assert_int_equal(counted(&stats->rows_added), 0);
    assert_int_equal(counted(&stats->rows_loaded), 986);
    flow_done_with(f);
}

static void filters_count_what_they_did_in_the_end(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 100, .unit = 50};
    struct picky picky = {.every = 10};
    const struct resource_stats *stats;

    add_transform(f, "transform 1 (keep_even)", &keep_even_plugin, NULL);
    add_transform(f, "transform 2 (picky)", &picky_plugin, &picky);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(kept.n, 40);
    assert_int_equal(seen.n, 10);
    stats = &f->stats.resources[0];
    assert_int_equal(counted(&stats->rows_read), 100);
    assert_int_equal(counted(&stats->rows_filtered), 50);
    flow_done_with(f);
}

static void units_keep_their_borders_and_positions(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 15, .unit = 5};
    struct picky picky = {.every = 4};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    run_stages(f, &units_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    check_good_ids(15, 4, 0);
    assert_string_equal(seen.units, "4@10 0@11 4@12 4@13 ");
    assert_int_equal(seen.n, 3);
    flow_done_with(f);
}

static void all_rows_may_be_bad(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 150, .unit = 50};
    struct picky picky = {.every = 1};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    run_stages(f, &units_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(kept.n, 0);
    assert_int_equal(kept.loads, 1);
    assert_int_equal(seen.n, 150);
    assert_string_equal(seen.units, "0@10 0@11 0@12 0@13 ");
    flow_done_with(f);
}

static void a_good_batch_is_passed_once(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 100, .unit = 10};
    struct picky picky = {.adds = 1};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(atomic_load(&picky.calls), 10);
    assert_int_equal(kept.n, 100);
    flow_done_with(f);
}

/* What a transform sets aside itself goes no further, and is told once, also where another fails. */
static void a_transform_may_set_rows_aside_itself(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 60, .unit = 30};
    struct picky first = {.every = 2, .rejects = true}, second = {.every = 5};
    size_t own = 0;

    add_transform(f, "transform 1 (picky)", &picky_plugin, &first);
    add_transform(f, "transform 2 (picky)", &picky_plugin, &second);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(kept.n, 24);
    assert_int_equal(seen.n, 36);
    for (size_t i = 0; i < seen.n; i++)
        own += strcmp(seen.rejects[i].code, "E-ROW") == 0;
    assert_int_equal(own, 30);
    assert_int_equal(counted(&f->stats.resources[0].rows_filtered), 0);
    flow_done_with(f);
}

/* Renames old to id; a batch with both has no place for it. */
static enum weir_status rename_old(struct weir_stage *stage, struct weir_batch *batch)
{
    size_t old = weir_batch_find(batch, weir_str("old"));

    if (old == SIZE_MAX)
        return WEIR_OK;
    if (weir_batch_find(batch, weir_str("id")) != SIZE_MAX)
        return weir_fail(stage, WEIR_FAULT_DATA, "E-COLUMN-COLLISION", "both are there");
    batch->columns[old].name = weir_str("id");
    return WEIR_OK;
}

/* Rows 1 to 4 have an id, 5 and 6 an old one, 7 has both. */
static enum weir_status mixed_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct numbers *numbers = stage->state;
    size_t id, old;

    if (numbers->given)
        return WEIR_END;
    (void)weir_batch_add_unit(batch, NULL);
    id = weir_batch_column(batch, weir_str("id"));
    old = weir_batch_column(batch, weir_str("old"));
    for (int64_t i = 1; i <= 7; i++) {
        size_t row = weir_batch_add_row(batch);

        batch->columns[id].values[row] = batch->columns[old].values[row] = weir_absent();
        if (i <= 4 || i == 7)
            weir_batch_set(batch, id, weir_int(i));
        if (i >= 5)
            weir_batch_set(batch, old, weir_int(i));
    }
    numbers->given = 1;
    return WEIR_OK;
}

static void rows_that_fail_only_together_are_passed_apart(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {0};
    const struct weir_plugin extract = {.name = "mixed", .extract = mixed_extract};
    const struct weir_plugin rename = {
        .name = "rename_old", .flags = WEIR_ROW_BY_ROW, .transform = rename_old};

    add_transform(f, "transform 1 (rename_old)", &rename, NULL);
    run_stages(f, &extract, &numbers, &loader, &kept);
    check_went_well(f);
    check_ids(&kept, 6);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.rejects[0].row, "{\"id\":7,\"old\":7}");
    flow_done_with(f);
}

/* Rows that are put back have passed the first transform already. */
static void passed_transforms_are_not_passed_again(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 15, .unit = 5, .fail_after = 1};
    struct picky first = {.every = 1}, second = {.every = 4, .adds = 7};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &first);
    add_transform(f, "transform 2 (picky)", &picky_plugin, &second);
    run_stages(f, &units_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(atomic_load(&first.calls), 0);
    check_good_ids(15, 4, 7);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.rejects[0].stage, 1);
    flow_done_with(f);
}

/* --- no row's fault ----------------------------------------------------------------------- */

static void without_setting_aside_the_run_fails(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct picky picky = {.every = 5};

    f->resources[0].sets_aside = false;
    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_failed(f, "transform 1 (picky)", "E-PICKY");
    assert_string_equal(f->result.error.text, "5 is bad");
    assert_int_equal(kept.n, 0);
    assert_int_equal(atomic_load(&picky.calls), 1);
    flow_done_with(f);
}

static void a_transform_of_all_rows_together_fails_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct picky picky = {.every = 5};
    struct passing passing = {0};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    add_transform(f, "transform 2 (passing)", &passing_plugin, &passing);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_failed(f, "transform 1 (picky)", "E-PICKY");
    assert_int_equal(atomic_load(&picky.calls), 1);
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

/* One that other resources pass does not count. */
static void only_transforms_that_take_the_resource_count(void **state)
{
    static const bool takes_second[] = {false, true};
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct picky picky = {.every = 5};
    struct passing passing = {0};

    add_transform(f, "transform 1 (passing)", &passing_plugin, &passing);
    add_transform(f, "transform 2 (picky)", &picky_plugin, &picky);
    f->transforms[0].takes = takes_second;
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(kept.n, 8);
    assert_int_equal(passing.calls, 0);
    flow_done_with(f);
}

static void a_limit_is_no_rows_fault(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    struct picky picky = {.every = 5, .code = "E-LIMIT"};

    add_transform(f, "transform 1 (picky)", &picky_plugin, &picky);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_failed(f, "transform 1 (picky)", "E-LIMIT");
    assert_int_equal(atomic_load(&picky.calls), 1);
    flow_done_with(f);
}

static enum weir_status say_nothing(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_FAIL;
}

static void a_transform_that_does_not_say_why_is_at_fault_itself(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    const struct weir_plugin silent = {
        .name = "silent", .flags = WEIR_ROW_BY_ROW, .transform = say_nothing};

    add_transform(f, "transform 1 (silent)", &silent, NULL);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_failed(f, "transform 1 (silent)", "E-PLUGIN");
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

/* It promised the same for the same: what goes well as a trial may not fail behind it. */
static enum weir_status fail_now_and_then(struct weir_stage *stage, struct weir_batch *batch)
{
    int *calls = stage->state;

    (void)batch;
    return ++*calls == 2 ? WEIR_OK
                         : weir_fail(stage, WEIR_FAULT_DATA, "E-MOODY", "call %d", *calls);
}

static void a_transform_that_changes_its_mind_fails_the_run(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    int calls = 0;
    const struct weir_plugin moody = {
        .name = "moody", .flags = WEIR_ROW_BY_ROW, .transform = fail_now_and_then};

    add_transform(f, "transform 1 (moody)", &moody, &calls);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_failed(f, "transform 1 (moody)", "E-MOODY");
    assert_string_equal(f->result.error.text, "call 3");
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

static enum weir_status fail_when_stopped(struct weir_stage *stage, struct weir_batch *batch)
{
    int *calls = stage->state;

    (void)batch;
    if (++*calls == 1 && raise(SIGINT) != 0)
        return WEIR_FAIL;
    while (!weir_stopping(stage))
        sleep_ms(1);
    return weir_fail(stage, WEIR_FAULT_DATA, "E-DATA", "told to fail");
}

static void a_run_that_is_stopped_does_not_wait_for_the_search(void **state)
{
    struct flow_fixture *f = *state;
    struct numbers numbers = {.rows = 10, .unit = 10};
    int calls = 0;
    const struct weir_plugin stopped = {
        .name = "stopped", .flags = WEIR_ROW_BY_ROW, .transform = fail_when_stopped};

    add_transform(f, "transform 1 (stopped)", &stopped, &calls);
    run_stages(f, &numbers_plugin, &numbers, &loader, &kept);
    check_went_well(f);
    assert_int_equal(f->result.signal, SIGINT);
    assert_int_equal(calls, 1);
    assert_int_equal(seen.n, 0);
    assert_int_equal(kept.n, 0);
    flow_done_with(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bad_rows_are_set_aside_and_cost_no_other, setup),
        cmocka_unit_test_setup(filters_count_what_they_did_in_the_end, setup),
        cmocka_unit_test_setup(units_keep_their_borders_and_positions, setup),
        cmocka_unit_test_setup(all_rows_may_be_bad, setup),
        cmocka_unit_test_setup(a_good_batch_is_passed_once, setup),
        cmocka_unit_test_setup(a_transform_may_set_rows_aside_itself, setup),
        cmocka_unit_test_setup(rows_that_fail_only_together_are_passed_apart, setup),
        cmocka_unit_test_setup(passed_transforms_are_not_passed_again, setup),
        cmocka_unit_test_setup(without_setting_aside_the_run_fails, setup),
        cmocka_unit_test_setup(a_transform_of_all_rows_together_fails_the_run, setup),
        cmocka_unit_test_setup(only_transforms_that_take_the_resource_count, setup),
        cmocka_unit_test_setup(a_limit_is_no_rows_fault, setup),
        cmocka_unit_test_setup(a_transform_that_does_not_say_why_is_at_fault_itself, setup),
        cmocka_unit_test_setup(a_transform_that_changes_its_mind_fails_the_run, setup),
        cmocka_unit_test_setup(a_run_that_is_stopped_does_not_wait_for_the_search, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
