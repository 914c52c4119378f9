/*
 * For tests of a run's session: a store that is a list of what it is to answer and
 * of what it was asked, and a run of two resources that has it.
 */
#ifndef SESSION_CHECKS_H
#define SESSION_CHECKS_H

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
    struct weir_note notes[PLACES_MAX];
    size_t n_notes;
    int waits; /* so often each callback answers WEIR_AGAIN first */
    /* what happened */
    int waited;
    const void *waits_with;
    char calls[CALLS_SIZE];
    struct weir_run run;
    struct weir_pass begun;
    struct weir_generation begun_generations[2];
    const struct weir_pass *abandoned;
    struct weir_ending ending;
    char summary[256];
} fake;

static inline void called(const char *name)
{
    size_t n = strlen(fake.calls);

    (void)snprintf(fake.calls + n, sizeof(fake.calls) - n, "%s ", name);
}

/* Is WEIR_AGAIN to be answered? What it was called with has to be the same each time. */
static inline bool fake_waits(const void *with)
{
    if (fake.waited)
        assert_ptr_equal(fake.waits_with, with);
    fake.waits_with = with;
    if (fake.waited++ < fake.waits)
        return true;
    fake.waited = 0;
    return false;
}

static inline enum weir_status fake_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    (void)stage;
    (void)arena;
    if (fake_waits(ret_found))
        return WEIR_AGAIN;
    called("open");
    fake.run = *run;
    *ret_found = (struct weir_found){fake.open, fake.keyed};
    return fake.on_open;
}

static inline enum weir_status fake_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    (void)stage;
    if (fake_waits(pass))
        return WEIR_AGAIN;
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

static inline enum weir_status fake_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    (void)stage;
    (void)pass;
    /* What there is may be told before the last answer. */
    for (size_t i = 0; i < fake.n_places && !fake.waited; i++)
        reading->place(reading->arg, &fake.places[i]);
    if (fake_waits(reading))
        return WEIR_AGAIN;
    called("read");
    for (size_t i = 0; i < fake.n_gaps; i++)
        reading->gap(reading->arg, &fake.gaps[i]);
    for (size_t i = 0; i < fake.n_notes; i++)
        reading->note(reading->arg, &fake.notes[i]);
    return fake.on_read;
}

static inline enum weir_status fake_finish(
    struct weir_stage *stage, const struct weir_ending *ending)
{
    (void)stage;
    if (fake_waits(ending))
        return WEIR_AGAIN;
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

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
    struct run_fixture *r = *state;

    session_free(r->session);
    weir_arena_free(r->flow->plan.arena);
    return 0;
}

static inline enum weir_status open_again(struct run_fixture *r)
{
    enum weir_status status;
    int n = 0;

    while ((status = session_open(r->session, &r->error)) == WEIR_AGAIN)
        n++;
    assert_int_equal(n % (fake.waits ? fake.waits : 1), 0);
    return status;
}

static inline enum weir_status open_run(struct run_fixture *r)
{
    session_free(r->session);
    r->session = session_new(&r->flow->plan);
    memset(fake.calls, 0, sizeof(fake.calls));
    memset(&r->error, 0, sizeof(r->error));
    return open_again(r);
}

/* As an earlier run of the same file left it. */
static inline void leave_open_pass(struct run_fixture *r)
{
    assert_int_equal(open_run(r), WEIR_OK);
    for (size_t i = 0; i < 2; i++)
        r->generations[i].config = fake.begun_generations[i].config;
    fake.open = &r->pass;
}

static inline struct session_result result_of(const struct run_fixture *r)
{
    struct session_result result;

    session_result(r->session, &result);
    return result;
}

static inline void finish(struct run_fixture *r, bool complete, int exit_code)
{
    const struct session_end end = {.complete = complete, .exit_code = exit_code, .n_rows = 42};

    for (int i = 0; i < fake.waits; i++)
        assert_int_equal(session_finish(r->session, &end), WEIR_AGAIN);
    assert_int_equal(session_finish(r->session, &end), fake.on_finish);
}

static inline struct weir_id chain_of(const char *name)
{
    return weir_id_of(weir_str(name));
}

static inline void leave_gap(size_t generation, const char *chain, uint64_t number, bool alone)
{
    fake.gaps[fake.n_gaps++] = (struct weir_gap){
        .generation = generation, .chain = chain_of(chain), .number = number, .alone = alone};
}

static inline void leave_place(
    size_t generation, const char *chain, uint64_t number, const char *next)
{
    fake.places[fake.n_places++] = (struct weir_place){
        .generation = generation, .chain = chain_of(chain), .number = number, .next = next};
}

/* `config` NULL: that of the file. */
static inline void leave_note(
    const char *resource, const char *config, const char *chain, uint64_t number, const char *text)
{
    fake.notes[fake.n_notes++] = (struct weir_note){.resource = resource,
        .config = config ? config : fake.begun_generations[0].config,
        .chain = chain_of(chain),
        .number = number,
        .text = text};
}

static inline void check_ending(
    const struct run_fixture *r, bool done, bool abandon, int exit_code, const char *outcome)
{
    struct session_result result = result_of(r);

    assert_int_equal(fake.ending.done, done);
    assert_int_equal(fake.ending.abandon, abandon);
    assert_int_equal(fake.ending.exit_code, exit_code);
    assert_string_equal(session_outcome_word(result.outcome), outcome);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
