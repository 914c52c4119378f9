/* What both forms of the report say: sums over all resources, and how the run ended. */
#ifndef REPORT_SUMS_H
#define REPORT_SUMS_H

#include "report.h"

#include <stdint.h>

/* In the units of the counters. */
struct sums {
    uint64_t read, filtered, added, committed;
    uint64_t requests, retries, failures, bytes, network_us, backoff_us;
};

struct sums report_sums(const struct report *report);
uint64_t report_wall_us(const struct report *report);
/* Bytes. */
uint64_t report_peak_memory(void);
/* "done", "failed", ... */
const char *report_outcome(const struct report *report);

#endif
