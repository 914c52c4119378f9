/* For tests of a loader on the loop: a run with the plugin `patient`, as the engine opens it. */
#ifndef PATIENT_CHECKS_H
#define PATIENT_CHECKS_H

#include "flow_checks.h"

#include "../plugins/patient.h"
#include "registry/load.h"

struct patient_fixture {
    struct flow_fixture *flow;
    struct weir_plugin load, extract;
    struct patient patient;
    struct numbers numbers;
};

static inline int patient_setup(void **state)
{
    static struct patient_fixture p;
    struct weir_error error = {0};
    void *flow;

    (void)flow_setup(&flow);
    memset(&p, 0, sizeof(p));
    p.flow = flow;
    if (plugin_load(TEST_PLUGIN_DIR "/patient_load.so", ROLE_LOAD, &p.load, &error) != WEIR_OK)
        fail_msg("%s", error.text);
    p.extract = numbers_plugin;
    p.numbers = (struct numbers){.rows = 200, .unit = 10};
    p.flow->plan.arena = weir_arena_new();
    for (size_t i = 0; i < 2; i++)
        p.flow->resources[i].config = weir_node_map(p.flow->plan.arena);
    *state = &p;
    return 0;
}

static inline int patient_teardown(void **state)
{
    struct patient_fixture *p = *state;

    flow_done_with(p->flow);
    weir_arena_free(p->flow->plan.arena);
    return 0;
}

static inline void run_patient(
    struct patient_fixture *p, const struct weir_plugin *extract, void *extract_state)
{
    struct flow_fixture *f = p->flow;

    put_stage(f, &f->plan.extract, "extract", extract, extract_state);
    put_stage(f, &f->plan.load, "load", &p->load, &p->patient);
    f->plan.extract.stage.config = f->resources[0].config;
    stats_init(&f->stats, f->plan.n_resources);
    flow_run(&f->plan, &f->stats, NULL, &f->result);
    assert_int_equal(p->patient.stops, 1);
    assert_int_equal(p->patient.patience.mistakes, 0);
}

static inline void run_numbers(struct patient_fixture *p)
{
    run_patient(p, &p->extract, &p->numbers);
}

/* The ids from 1 to n, each once and in order. */
static inline void check_taken(const struct patient_fixture *p, int64_t n)
{
    assert_int_equal(p->patient.rows, n);
    for (int64_t i = 0; i < n; i++)
        assert_int_equal(p->patient.ids[i], i + 1);
}

static inline void check_counted(
    const struct patient_fixture *p, uint64_t n_loaded, uint64_t n_committed)
{
    const struct resource_stats *stats = &p->flow->stats.resources[0];

    assert_int_equal(counted(&stats->rows_loaded), n_loaded);
    assert_int_equal(counted(&stats->rows_committed), n_committed);
}

#define PATIENT(name) cmocka_unit_test_setup_teardown(name, patient_setup, patient_teardown)

#endif
