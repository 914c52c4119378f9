#include "state.h"

#include "fence.h"
#include "lock.h"

void state_init(struct state *state, struct weir_stage *stage, const char *schema, size_t n_lanes)
{
    *state = (struct state){.stage = stage, .schema = schema, .n_lanes = n_lanes};
}

enum weir_status state_enter(struct connection *control, struct state *state)
{
    enum weir_status status = WEIR_OK;

    if (state->is_open)
        status = lock_hold(control, state, state->run.pipeline, state->run.takeover);
    /* What a guard has waited for, it must then see, whatever the database's own setting. */
    if (status == WEIR_OK)
        status = query_begin(control, "BEGIN ISOLATION LEVEL READ COMMITTED");
    if (status == WEIR_OK && state->is_open)
        status = fence_check(control, state);
    return status;
}
