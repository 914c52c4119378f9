/* The state of the plugin `patient`, for tests that look at what it did. */
#ifndef PATIENT_H
#define PATIENT_H

#include "patience.h"
#include "positions.h"

enum { PATIENT_KEPT_MAX = 256, PATIENT_IDS_MAX = 20000 };

struct patient {
    struct positions positions; /* first: its options are shared */
    uint64_t wait;
    uint64_t hold;
    int64_t keep;
    bool newest_first;
    const char *fail_in;
    int64_t fail_after;
    const char *signal_in;
    int64_t enough_after;
    int64_t refuse;
    bool loses;
    bool hoards;
    /* not options */
    struct patience patience;
    uv_timer_t *timer; /* of what is kept */
    struct weir_batch *kept[PATIENT_KEPT_MAX];
    size_t n_kept;
    bool is_full, has_failed;
    /* what happened */
    int starts, stops, loads, commits, finishes;
    size_t most_kept, given_back, left_at_stop;
    int64_t rows;                              /* of batches that it took */
    int64_t ids[PATIENT_IDS_MAX];              /* of these: the integers of the first column */
    int64_t first_given_back[PATIENT_IDS_MAX]; /* the first id of each batch, in that order */
    bool was_incomplete;                       /* asked in stop */
    struct weir_ending ending;
};

#endif
