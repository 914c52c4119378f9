/* How a run's session begins: what the store has left, and what the run makes of it. */
#include "session_checks.h"

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

/* --- a store that waits ------------------------------------------------------------------- */

/* All that is done once is done once, however often the store is asked. */
static void each_question_may_be_asked_again(void **state)
{
    struct run_fixture *r = *state;
    struct weir_resume resume;
    struct weir_id chain = chain_of("a");

    fake.waits = 3;
    leave_open_pass(r);
    leave_place(0, "a", 7, "page 7");
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_equal(fake.calls, "open begin read ");
    assert_true(session_is_open(r->session));
    assert_true(result_of(r).resumed);
    assert_int_equal(fake.begun.id, 5);
    assert_true(session_resume(r->session, &r->flow->resources[0], &chain, &resume));
    assert_int_equal(resume.number, 7);
}

static void a_store_that_waited_may_refuse(void **state)
{
    struct run_fixture *r = *state;

    fake.waits = 2;
    fake.on_begin = WEIR_FAIL;
    assert_int_equal(open_run(r), WEIR_FAIL);
    assert_string_equal(fake.calls, "open begin ");
    assert_false(session_is_open(r->session));
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
    r->generations[0].rows = 1;
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

static const char *noted(
    const struct run_fixture *r, size_t resource, const char *chain, uint64_t number)
{
    struct weir_id id = chain_of(chain);

    return session_noted(r->session, &r->flow->plan.resources[resource], &id, number);
}

static void it_tells_what_was_noted(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    leave_note(r->pass.generations[0].name, NULL, "a", 3, "v1");
    leave_note("one that the file has no more", NULL, "a", 4, "v1");
    assert_int_equal(open_run(r), WEIR_OK);
    assert_string_equal(noted(r, 0, "a", 3), "v1");
    assert_null(noted(r, 0, "a", 4));
    assert_null(noted(r, 0, "b", 3));
    assert_null(noted(r, 1, "a", 3));
}

static void what_another_file_noted_is_not_told(void **state)
{
    struct run_fixture *r = *state;

    assert_int_equal(open_run(r), WEIR_OK);
    leave_note(r->pass.generations[0].name, "{\"path\":\"0\"}", "a", 3, "v1");
    assert_int_equal(open_run(r), WEIR_OK);
    assert_null(noted(r, 0, "a", 3));
}

static void what_is_read_needs_no_notes(void **state)
{
    struct run_fixture *r = *state;

    leave_open_pass(r);
    r->generations[0].done = true;
    leave_note(r->pass.generations[0].name, NULL, "a", 3, "v1");
    assert_int_equal(open_run(r), WEIR_OK);
    assert_null(noted(r, 0, "a", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(without_a_store_every_run_is_the_first),
        CASE(each_question_may_be_asked_again),
        CASE(a_store_that_waited_may_refuse),
        CASE(a_first_run_begins_a_pass),
        CASE(a_run_says_who_it_is),
        CASE(what_the_store_refuses_ends_the_run),
        CASE(an_open_pass_is_gone_on_with),
        CASE(generations_are_told_apart_by_name),
        CASE(chains_go_on_where_they_stand),
        CASE(a_changed_file_is_refused),
        CASE(restarting_abandons_the_open_pass),
        CASE(what_its_key_names_is_done_already),
        CASE(a_replay_works_on_no_pass),
        CASE(a_replay_into_what_is_being_replaced_is_refused),
        CASE(it_tells_what_was_noted),
        CASE(what_another_file_noted_is_not_told),
        CASE(what_is_read_needs_no_notes),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
