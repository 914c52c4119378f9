/*
 * How many rows may be set aside before the run fails.
 *
 * Some bad rows among many are a nuisance; many are a sign that the source has
 * changed, and then setting them aside quietly would be wrong.
 */
#ifndef FLOW_DEAD_LETTERS_H
#define FLOW_DEAD_LETTERS_H

#include <stdint.h>
#include <weir/status.h>

/* So many rows must have been seen before their share says something. */
enum { DEAD_LETTERS_TELLING_ROWS = 1000 };

struct dead_letters {
    uint64_t max_rows; /* that may be set aside; 0: no limit */
    double max_ratio;  /* of the rows seen, 0 to 1; negative: no limit */
    uint64_t seen;     /* rows so far, those that were set aside included */
    uint64_t set_aside;
    const struct weir_error *last; /* why the last one was; NULL: not known */
};

/* WEIR_FAIL with E-DEAD-LETTERS where there are too many. `at_end`: there will be no more rows, so
 * that the share counts however few they are. */
enum weir_status dead_letters_judge(
    const struct dead_letters *letters, bool at_end, struct weir_error *ret_error);

#endif
