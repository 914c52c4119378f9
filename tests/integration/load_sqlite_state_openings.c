/* The sqlite loader's openings: what a parent's unit opens is there with its rows, or not at all. */
#include "state_checks.h"

/* Resource 0 is the parent "t", 1 the child "u". */
static void begin(struct fixture *f)
{
    struct run r = {0};

    (void)stage_resource(&f->s, "t", NULL);
    (void)stage_resource(&f->s, "u", NULL);
    start(f);
    begin_run(f, &r, NULL);
}

/* The unit opens these chains of the child, a letter for each. */
static void open_chains(
    const struct fixture *f, struct weir_batch *batch, struct weir_unit *unit, const char *letters)
{
    struct weir_position *position = (struct weir_position *)unit->position;
    size_t n = strlen(letters);
    struct weir_opening *openings = weir_new_array(batch->arena, n, struct weir_opening);

    for (size_t i = 0; i < n; i++)
        openings[i] = (struct weir_opening){.resource = &f->s.resources[1],
            .chain = id_of(letters[i]),
            .next = weir_printf(batch->arena, "with %c", letters[i])};
    position->openings = openings;
    position->n_openings = n;
}

static void take_parent(struct fixture *f, uint64_t number, const char *letters)
{
    struct weir_batch *batch = new_batch(f);

    open_chains(f, batch, add_unit(batch, 'a', number, WEIR_FOLLOW_NEXT), letters);
    take(f, batch);
}

static struct weir_batch *child_batch(
    struct fixture *f, char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_batch *batch = weir_batch_new(&f->s.resources[1]);

    (void)add_unit(batch, chain, number, follow);
    return batch;
}

static void what_is_opened_stands_at_its_beginning(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_parent(f, 0, "xy");
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|1|after 0|0\nx|0|with x|0\ny|0|with y|0");
    assert_answer(f, ALL_ROWS, "a00 a01");
}

static void what_is_opened_twice_stays_where_it_is(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_parent(f, 0, "xyy");
    take(f, child_batch(f, 'x', 0, WEIR_FOLLOW_NEXT));
    take(f, child_batch(f, 'y', 0, WEIR_FOLLOW_END));
    take_parent(f, 1, "yxz");
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|2|after 1|0\nx|1|after 0|0\ny|1|NULL|1\nz|0|with z|0");
    assert_answer(f, "SELECT count(*) FROM u", "4");
}

static void a_unit_that_is_done_opens_nothing(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_parent(f, 0, "x");
    take_parent(f, 0, "z");
    f->s.stopping = true;
    take_parent(f, 5, "y");
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|1|after 0|0\nx|0|with x|0");
}

static void a_unit_that_is_given_up_opens_nothing(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    open_chains(f, batch, add_left_out(batch, 'a', 0, WEIR_FOLLOW_NEXT), "x");
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|1|after 0|0");
}

static void a_hole_that_is_filled_opens(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    begin(f);
    batch = new_batch(f);
    (void)add_left_out(batch, 'a', 0, WEIR_FOLLOW_NEXT);
    take(f, batch);
    batch = new_batch(f);
    open_chains(f, batch, add_unit(batch, 'a', 0, WEIR_FOLLOW_FILL), "x");
    take(f, batch);
    /* It is none any more. */
    batch = new_batch(f);
    open_chains(f, batch, add_unit(batch, 'a', 0, WEIR_FOLLOW_FILL), "y");
    take(f, batch);
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|1|after 0|0\nx|0|with x|0");
    assert_answer(f, ALL_ROWS, "a00 a01");
}

static void a_refused_batch_opens_nothing(void **state)
{
    struct fixture *f = *state;
    struct weir_batch *batch;

    database_do(f, "CREATE TABLE t (name TEXT CHECK (name NOT LIKE 'b%')) STRICT");
    begin(f);
    take_parent(f, 0, "x");
    batch = new_batch(f);
    open_chains(f, batch, add_unit(batch, 'b', 0, WEIR_FOLLOW_NEXT), "xy");
    assert_int_equal(stage_load(&f->s, batch), WEIR_FAIL);
    commit_and_stop(f);
    assert_answer(f, ALL_PLACES, "a|1|after 0|0\nx|0|with x|0");
}

static void tell_place(void *arg, const struct weir_place *place)
{
    char *out = arg;

    (void)sprintf(out + strlen(out), "%zu %c %llu %s%s\n", place->generation, place->chain.bytes[0],
        (unsigned long long)place->number, place->next ? place->next : "-",
        place->done ? " done" : "");
}

static void the_next_run_is_told(void **state)
{
    struct fixture *f = *state;
    char told[1024] = "";
    const struct weir_reading reading = {.place = tell_place, .arg = told};
    struct run r = {0};

    begin(f);
    take_parent(f, 0, "xy");
    /* Its hole needs what it was opened with. */
    take(f, child_batch(f, 'y', 0, WEIR_FOLLOW_NEXT));
    {
        struct weir_batch *batch = child_batch(f, 'y', 1, WEIR_FOLLOW_END);

        ((struct weir_position *)batch->units[0].position)->next = "with y still";
        take(f, batch);
    }
    end_run(f, false);
    again(f);
    begin_run(f, &r, NULL);
    must(f, store_of(f)->read(&f->s.stage, &r.pass, &reading));
    assert_string_equal(told, "0 a 1 after 0\n1 x 0 with x\n1 y 2 with y still done\n");
    commit_and_stop(f);
}

static void a_pass_that_is_done_forgets_them(void **state)
{
    struct fixture *f = *state;

    begin(f);
    take_parent(f, 0, "x");
    take(f, child_batch(f, 'x', 0, WEIR_FOLLOW_END));
    end_run(f, true);
    assert_answer(f, "SELECT count(*) FROM _weir_place", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_opened_stands_at_its_beginning, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_opened_twice_stays_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_that_is_done_opens_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unit_that_is_given_up_opens_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hole_that_is_filled_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_batch_opens_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_run_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pass_that_is_done_forgets_them, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
