/* Places: where each chain of an open generation stands. No row: at its beginning. */
#ifndef STATE_PLACES_H
#define STATE_PLACES_H

#include "state.h"

/*
 * How far the reading of state has come, so that one which was cut by a lost connection goes on
 * where it was, and nothing is told twice. All zero at first.
 */
struct reading_at {
    size_t generation; /* its index in the pass */
    bool has_chain;    /* told already, of this generation: */
    struct weir_id chain;
};

/* Tells those of a generation behind `at`; its index in the pass is at->generation. There may be
 * millions: they come in the order of their chains, a row at a time. */
enum weir_status places_read(struct connection *control, int64_t generation, struct reading_at *at,
    const struct weir_reading *reading) WEIR_MUST_CHECK;
/* What `weir state show` tells of a generation. */
enum weir_status places_show(struct connection *control, const struct weir_generation *generation,
    const struct weir_showing *showing) WEIR_MUST_CHECK;

/* In a transaction of the control connection. */
enum weir_status places_forget(
    struct connection *control, const int64_t *generations, size_t n) WEIR_MUST_CHECK;
enum weir_status places_forget_pass(struct connection *control, int64_t pass) WEIR_MUST_CHECK;

#endif
