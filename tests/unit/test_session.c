/* A run's dealings with the loader's store, which here is a list of what it is to answer and of
 * what it was asked. */
#include "flow_checks.h"

#include <stdio.h>
#include <stdlib.h>

#include "state/session.h"

enum { CALLS_SIZE = 256, PLACES_MAX = 8 };

/* The store: what it answers, and what it was told. */
static struct fake {
    struct weir_pass *open, *keyed;
    enum weir_status on_open, on_begin, on_read, on_finish;
    struct weir_place places[PLACES_MAX];
    size_t n_places;
    struct weir_gap gaps[PLACES_MAX];
    size_t n_gaps;
    /* what happened */
    char calls[CALLS_SIZE];
    struct weir_run run;
    struct weir_pass begun;
    struct weir_generation begun_generations[2];
    const struct weir_pass *abandoned;
    struct weir_ending ending;
    char summary[256];
} fake;

static void called(const char *name)
{
    size_t n = strlen(fake.calls);

    (void)snprintf(fake.calls + n, sizeof(fake.calls) - n, "%s ", name);
}

static enum weir_status fake_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    (void)stage;
    (void)arena;
    called("open");
    fake.run = *run;
    *ret_found = (struct weir_found){fake.open, fake.keyed};
    return fake.on_open;
}

static enum weir_status fake_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    (void)stage;
    called("begin");
    fake.abandoned = old;
    if (!pass)
        return fake.on_begin;
    fake.begun = *pass;
    for (size_t i = 0; i < pass->n_generations && i < 2; i++)
        fake.begun_generations[i] = pass->generations[i];
    if (!pass->id)
        pass->id = 100;
    return fake.on_begin;
}

static enum weir_status fake_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    (void)stage;
    (void)pass;
    called("read");
    for (size_t i = 0; i < fake.n_places; i++)
        reading->place(reading->arg, &fake.places[i]);
    for (size_t i = 0; i < fake.n_gaps; i++)
        reading->gap(reading->arg, &fake.gaps[i]);
    return fake.on_read;
}

static enum weir_status fake_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    (void)stage;
    called("finish");
    fake.ending = *ending;
    (void)snprintf(fake.summary, sizeof(fake.summary), "%s", ending->summary);
    return fake.on_finish;
}

static const struct weir_store fake_store = {
    .size = sizeof(struct weir_store),
    .open = fake_open,
    .begin = fake_begin,
    .read = fake_read,
    .finish = fake_finish,
};

/* --- a run of two resources --------------------------------------------------------------- */

struct run_fixture {
    struct flow_fixture *flow;
    struct weir_plugin extract, load;
    struct weir_node *config;
    struct session *session;
    struct weir_error error;
    /* an open pass, for tests that want one */
    struct weir_pass pass;
    struct weir_generation generations[2];
};

static int setup(void **state)
{
    static struct run_fixture r;
    static const char *const modes[] = {"append", "append"};
    void *flow;

    (void)flow_setup(&flow);
    memset(&fake, 0, sizeof(fake));
    r = (struct run_fixture){.flow = flow, .extract = numbers_plugin, .load = kept_plugin};
    r.extract.flags = WEIR_HAS_POSITIONS;
    r.load.store = &fake_store;
    r.flow->plan.arena = weir_arena_new();
    r.flow->plan.n_resources = 2;
    r.config = weir_node_map(r.flow->plan.arena);
    put_stage(r.flow, &r.flow->plan.extract, "extract", &r.extract, NULL);
    put_stage(r.flow, &r.flow->plan.load, "load", &r.load, NULL);
    r.flow->plan.extract.stage.config = r.config;
    for (size_t i = 0; i < 2; i++) {
        r.flow->resources[i].config = r.config;
        r.generations[i] = (struct weir_generation){.id = 11 + (int64_t)i,
            .name = r.flow->resources[i].name,
            .table = r.flow->resources[i].table,
            .mode = modes[i]};
    }
    r.pass = (struct weir_pass){.id = 5,
        .started_at = "2024-01-02T03:04:05Z",
        .generations = r.generations,
        .n_generations = 2};
    *state = &r;
    return 0;
}

static int teardown(void **state)
{
    struct run_fixture *r = *state;

    session_free(r->session);
    weir_arena_free(r->flow->plan.arena);
    return 0;
}

static enum weir_status open_run(struct run_fixture *r)
{
    session_free(r->session);
    r->session = session_new(&r->flow->plan);
    memset(fake.calls, 0, sizeof(fake.calls));
    memset(&r->error, 0, sizeof(r->error));
    return session_open(r->session, &r->error);
}

/* As an earlier run of the same file left it. */
static void leave_open_pass(struct run_fixture *r)
{
    assert_int_equal(open_run(r), WEIR_OK);
    for (size_t i = 0; i < 2; i++)
        r->generations[i].config = fake.begun_generations[i].config;
    fake.open = &r->pass;
}

static struct session_result result_of(const struct run_fixture *r)
{
    struct session_result result;

    session_result(r->session, &result);
    return result;
}

static void finish(struct run_fixture *r, bool complete, int exit_code)
{
    const struct session_end end = {.complete = complete, .exit_code = exit_code, .n_rows = 42};

    assert_int_equal(session_finish(r->session, &end), fake.on_finish);
}

static void check_ending(
    const struct run_fixture *r, bool done, bool abandon, int exit_code, const char *outcome)
{
    struct session_result result = result_of(r);

    assert_int_equal(fake.ending.done, done);
    assert_int_equal(fake.ending.abandon, abandon);
    assert_int_equal(fake.ending.exit_code, exit_code);
    assert_string_equal(session_outcome_word(result.outcome), outcome);
}

/* Units of one batch, one letter each: n next, e end, w wait, h a hole, f filled, F not filled,
 * v void. */
static void load_units(struct run_fixture *r, const char *units)
{
    struct weir_batch *batch = weir_batch_new(&r->flow->resources[0]);

    for (const char *unit = units; *unit; unit++) {
        struct weir_position *position = weir_new(batch->arena, struct weir_position);

        position->follow = *unit == 'e'                   ? WEIR_FOLLOW_END
                           : *unit == 'w'                 ? WEIR_FOLLOW_WAIT
                           : *unit == 'f' || *unit == 'F' ? WEIR_FOLLOW_FILL
                                                          : WEIR_FOLLOW_NEXT;
        position->left_out = strchr("whF", *unit);
        weir_batch_add_unit(batch, NULL)->position = *unit == 'v' ? NULL : position;
    }
    session_note(r->session, batch);
    weir_batch_free(batch);
}

static struct weir_id chain_of(const char *name)
{
    return weir_id_of(weir_str(name));
}

static void leave_gap(size_t generation, const char *chain, uint64_t number, bool alone)
{
    fake.gaps[fake.n_gaps++] = (struct weir_gap){
        .generation = generation, .chain = chain_of(chain), .number = number, .alone = alone};
}

static void leave_place(size_t generation, const char *chain, uint64_t number, const char *next)
{
    fake.places[fake.n_places++] = (struct weir_place){
        .generation = generation, .chain = chain_of(chain), .number = number, .next = next};
}

/* --- without state ------------------------------------------------------------------------ */

static void without_a_store_every_run_is_the_first(void **state)
{
    struct run_fixture *r = *state;
    struct weir_id chain = chain_of("a");
    struct weir_resume resume;

    r->load.store = NULL;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_false(session_is_open(r->session));
    assert_false(session_resume(r->session, &r->flow->resources[0], &chain, &resume));
    assert_false(session_is_read(r->session, &r->flow->resources[0]));
    assert_int_equal(strlen(session_now(r->session)), strlen("2024-01-02T03:04:05Z"));
    finish(r, true, 0);
    assert_int_equal(result_of(r).outcome, SESSION_NONE);
    assert_string_equal(fake.calls, "");
}

/* --- a new pass --------------------------------------------------------------------------- */

static void a_first_run_begins_a_pass(void **state)
{
    struct run_fixture *r = *state;

    r->flow->resources[1].disposition = WEIR_REPLACE;
    r->flow->resources[1].table = "other";
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_equal(fake.calls, "open begin read ");
    assert_true(session_is_open(r->session));
    assert_int_equal(fake.begun.id, 0);
    assert_null(fake.begun.key);
    assert_null(fake.abandoned);
    assert_string_equal(fake.begun.started_at, fake.run.started_at);
    assert_int_equal(fake.begun.n_generations, 2);
    assert_string_equal(fake.begun_generations[0].name, "first");
    assert_string_equal(fake.begun_generations[0].table, "first");
    assert_string_equal(fake.begun_generations[0].mode, "append");
    assert_string_equal(fake.begun_generations[1].table, "other");
    assert_string_equal(fake.begun_generations[1].mode, "replace");
    assert_non_null(fake.begun_generations[1].config);
    assert_int_equal(fake.begun_generations[0].id, 0);
    assert_false(result_of(r).resumed);
    assert_int_equal(result_of(r).outcome, SESSION_OPEN);
}

static void a_run_says_who_it_is(void **state)
{
    struct run_fixture *r = *state;
    char first[64];

    r->flow->plan.state = (struct plan_state){.run_key = "nightly", .takeover = true};
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_equal(fake.run.pipeline, "test");
    assert_string_equal(fake.run.key, "nightly");
    assert_string_equal(fake.begun.key, "nightly");
    assert_true(fake.run.takeover);
    assert_true(fake.run.pid > 0);
    assert_non_null(fake.run.host);
    assert_non_null(fake.run.version);
    assert_int_equal(strlen(fake.run.id), 36);
    (void)snprintf(first, sizeof(first), "%s", fake.run.id);
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_not_equal(fake.run.id, first);
}

static void what_the_store_refuses_ends_the_run(void **state)
{
    struct run_fixture *r = *state;

    fake.on_open = WEIR_FAIL;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(fake.calls, "open ");
    fake.on_open = WEIR_OK;
    fake.on_begin = WEIR_FAIL;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(fake.calls, "open begin ");
    fake.on_begin = WEIR_OK;
    fake.on_read = WEIR_FAIL;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_false(session_is_open(r->session));
    assert_false(weir_error_is_set(&r->error));
    finish(r, false, 5);
    assert_string_equal(fake.calls, "open begin read ");
}

/* --- an open pass ------------------------------------------------------------------------- */

static void an_open_pass_is_gone_on_with(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->pass.key = "nightly";
    r->generations[1].done = true;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_int_equal(fake.begun.id, 5);
    assert_string_equal(fake.begun.key, "nightly");
    assert_int_equal(fake.begun_generations[0].id, 11);
    assert_int_equal(fake.begun_generations[1].id, 12);
    assert_null(fake.abandoned);
    assert_true(result_of(r).resumed);
    assert_false(session_is_read(r->session, &r->flow->resources[0]));
    assert_true(session_is_read(r->session, &r->flow->resources[1]));
    assert_string_equal(session_now(r->session), "2024-01-02T03:04:05Z");
}

/* Found in another order, and one of them not yet there. */
static void generations_are_told_apart_by_name(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->generations[0] = r->generations[1];
    r->pass.n_generations = 1;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_int_equal(fake.begun_generations[0].id, 0);
    assert_int_equal(fake.begun_generations[1].id, 12);
}

static void chains_go_on_where_they_stand(void **state)
{
    struct run_fixture *r = *state;
    struct weir_id chain = chain_of("a");
    struct weir_resume resume;

    leave_open_pass(r);
    leave_place(1, "a", 3, "page 4");
    leave_gap(1, "a", 1, true);
    leave_gap(1, "a", 3, false);
    assert_int_equal(open_run(r), WEIR_OK);
    assert_false(session_resume(r->session, &r->flow->resources[0], &chain, &resume));
    assert_true(session_resume(r->session, &r->flow->resources[1], &chain, &resume));
    assert_int_equal(resume.number, 3);
    assert_string_equal(resume.next, "page 4");
    assert_int_equal(resume.n_holes, 1);
    assert_int_equal(resume.holes[0], 1);
    chain = chain_of("b");
    assert_false(session_resume(r->session, &r->flow->resources[1], &chain, &resume));
}

static void a_changed_file_is_refused(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->flow->resources[1].table = "elsewhere";
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(r->error.code, "E-STATE-CONFIG");
    assert_string_equal(fake.calls, "open ");
    assert_false(session_is_open(r->session));
}

static void restarting_abandons_the_open_pass(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->flow->plan.state.restart = true;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_ptr_equal(fake.abandoned, &r->pass);
    assert_int_equal(fake.begun.id, 0);
    assert_false(result_of(r).resumed);
    r->generations[0].rows = 3;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(r->error.code, "E-STATE-PARTIAL");
    r->flow->plan.state.keep_partial = true;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_ptr_equal(fake.abandoned, &r->pass);
}

static void what_its_key_names_is_done_already(void **state)
{
    struct run_fixture *r = *state;

    r->pass.status = WEIR_PASS_DONE;
    fake.keyed = &r->pass;
    r->flow->plan.state.run_key = "nightly";
    assert_int_equal(open_run(r), WEIR_END);
    assert_string_equal(fake.calls, "open ");
    assert_false(session_is_open(r->session));
    assert_int_equal(result_of(r).outcome, SESSION_NOTHING);
    assert_string_equal(session_outcome_word(SESSION_NOTHING), "done already");
}

/* --- the end ------------------------------------------------------------------------------ */

static void a_complete_run_is_done(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "nnevf");
    finish(r, true, 0);
    check_ending(r, true, false, 0, "done");
    assert_non_null(fake.ending.finished_at);
    assert_non_null(strstr(fake.summary, "\"outcome\":\"done\",\"rows\":42,\"gaps\":0"));
}

static void a_run_that_failed_leaves_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "nn");
    finish(r, false, 3);
    check_ending(r, false, false, 3, "open");
}

static void a_finish_that_fails_leaves_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "e");
    fake.on_finish = WEIR_FAIL;
    finish(r, true, 0);
    assert_int_equal(result_of(r).outcome, SESSION_OPEN);
}

static void any_gap_leaves_the_pass_open(void **state)
{
    static const char *const loads[] = {"nnw", "nhe", "eF"};
    struct run_fixture *r = *state;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(open_run(r), WEIR_OK);
        load_units(r, loads[i]);
        finish(r, true, 0);
        check_ending(r, false, false, 9, "open");
        assert_int_equal(result_of(r).n_gaps, 1);
    }
}

static void a_failure_is_told_rather_than_a_gap(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, false, 5);
    check_ending(r, false, false, 5, "open");
}

/* --- gaps that stay ----------------------------------------------------------------------- */

static void leave_two_gaps(struct run_fixture *r)
{
    leave_open_pass(r);
    leave_place(0, "a", 5, NULL);
    leave_gap(0, "a", 2, true);
    leave_gap(0, "a", 5, false);
    r->pass.n_gaps = 2;
    assert_int_equal(open_run(r), WEIR_OK);
}

static void what_fails_twice_is_abandoned(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "F");
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, true, 9, "abandoned");
}

static void what_was_filled_keeps_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "fw");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
}

static void gaps_that_are_filled_end_the_pass(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "fne");
    finish(r, true, 0);
    check_ending(r, true, false, 0, "done");
}

/* One that fails for the first time is asked for once more. */
static void a_new_gap_keeps_the_pass_open(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "Fww");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
}

static void a_run_that_was_stopped_abandons_nothing(void **state)
{
    struct run_fixture *r = *state;

    leave_two_gaps(r);
    load_units(r, "Fw");
    finish(r, false, 3);
    check_ending(r, false, false, 3, "open");
}

/* Other resources of the pass could still be read to their end. */
static void a_run_of_some_resources_abandons_nothing(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    leave_gap(0, "a", 0, false);
    r->pass.n_gaps = 1;
    r->flow->plan.n_resources = 1;
    r->flow->plan.is_partial = true;
    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, false, 9, "open");
    r->generations[1].done = true;
    assert_int_equal(open_run(r), WEIR_OK);
    load_units(r, "w");
    finish(r, true, 0);
    check_ending(r, false, true, 9, "abandoned");
}

/* --- putting back ------------------------------------------------------------------------- */

static void a_replay_works_on_no_pass(void **state)
{
    struct run_fixture *r = *state;
    struct weir_id chain = chain_of("a");
    struct weir_resume resume;

    leave_open_pass(r);
    r->generations[1].done = true;
    r->flow->plan.state.replays = true;
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_equal(fake.calls, "open begin ");
    assert_false(session_resume(r->session, &r->flow->resources[0], &chain, &resume));
    assert_false(session_is_read(r->session, &r->flow->resources[1]));
    finish(r, true, 0);
    check_ending(r, false, false, 0, "replay");
}

static void a_replay_into_what_is_being_replaced_is_refused(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->generations[0].mode = "replace";
    r->flow->plan.state.replays = true;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(r->error.code, "E-STATE-OPEN");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_a_store_every_run_is_the_first),
        CASE(a_first_run_begins_a_pass),
        CASE(a_run_says_who_it_is),
        CASE(what_the_store_refuses_ends_the_run),
        CASE(an_open_pass_is_gone_on_with),
        CASE(generations_are_told_apart_by_name),
        CASE(chains_go_on_where_they_stand),
        CASE(a_changed_file_is_refused),
        CASE(restarting_abandons_the_open_pass),
        CASE(what_its_key_names_is_done_already),
        CASE(a_complete_run_is_done),
        CASE(a_run_that_failed_leaves_the_pass_open),
        CASE(a_finish_that_fails_leaves_the_pass_open),
        CASE(any_gap_leaves_the_pass_open),
        CASE(a_failure_is_told_rather_than_a_gap),
        CASE(what_fails_twice_is_abandoned),
        CASE(what_was_filled_keeps_the_pass_open),
        CASE(gaps_that_are_filled_end_the_pass),
        CASE(a_new_gap_keeps_the_pass_open),
        CASE(a_run_that_was_stopped_abandons_nothing),
        CASE(a_run_of_some_resources_abandons_nothing),
        CASE(a_replay_works_on_no_pass),
        CASE(a_replay_into_what_is_being_replaced_is_refused),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
