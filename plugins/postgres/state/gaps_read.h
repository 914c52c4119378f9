/* Gaps as the control connection sees them: told, and forgotten. The lanes write them: gaps.c. */
#ifndef STATE_GAPS_READ_H
#define STATE_GAPS_READ_H

#include "state.h"

/* What has been told of a generation already. All zero at first. */
struct gaps_at {
    bool is_set;
    struct weir_id chain;
    uint64_t number;
};

/* Those of a generation behind `at`, in the order of chains and numbers; `index` is the generation's
 * place in the pass. */
enum weir_status gaps_read(struct connection *control, int64_t generation, size_t index,
    struct gaps_at *at, void (*tell)(void *arg, const struct weir_gap *gap),
    void *arg) WEIR_MUST_CHECK;

/* In a transaction of the control connection. */
enum weir_status gaps_exist(
    struct connection *control, int64_t generation, bool *ret_exist) WEIR_MUST_CHECK;
enum weir_status gaps_forget(struct connection *control, int64_t generation) WEIR_MUST_CHECK;
enum weir_status gaps_forget_pass(struct connection *control, int64_t pass) WEIR_MUST_CHECK;

#endif
