/* For tests of what is told about a run: one that never ran, with numbers of the test's choice. */
#ifndef RUN_CHECKS_H
#define RUN_CHECKS_H

#include "output_checks.h"

#include "flow/flow.h"

enum { RUN_RESOURCES = 30 };

struct run_fixture {
    char names[RUN_RESOURCES][64];
    struct weir_resource resources[RUN_RESOURCES];
    struct weir_progress progress[RUN_RESOURCES];
    struct plan plan;
    struct stats stats;
    struct flow_result result;
};

static inline int run_setup(void **state)
{
    static struct run_fixture r;

    memset(&r, 0, sizeof(r));
    for (int i = 0; i < RUN_RESOURCES; i++) {
        snprintf(r.names[i], sizeof(r.names[i]), "resource_%d", i + 1);
        r.resources[i] = (struct weir_resource){
            .name = r.names[i], .table = r.names[i], .progress = &r.progress[i]};
    }
    r.plan = (struct plan){.name = "test", .resources = r.resources, .n_resources = 1};
    stats_init(&r.stats, RUN_RESOURCES);
    *state = &r;
    return 0;
}

static inline int run_teardown(void **state)
{
    struct run_fixture *r = *state;

    stats_done(&r->stats);
    return 0;
}

#endif
