/*
 * What a run has done so far, counted where it happens and read by the progress
 * view and the report. Counters are atomic: workers, the loader and the loop
 * count at the same time.
 */
#ifndef FLOW_STATS_H
#define FLOW_STATS_H

#include <stdatomic.h>
#include <stdint.h>
#include <uv.h>
#include <weir/stage.h>

enum { STATS_MAX_FAILURES = 1000 };

typedef atomic_uint_fast64_t counter;

struct resource_stats {
    counter rows_read;      /* out of decode */
    counter rows_filtered;  /* taken away by transforms */
    counter rows_added;     /* added by transforms */
    counter rows_loaded;    /* written, perhaps not committed yet */
    counter rows_committed; /* durable */
};

/* Something that was given up while the run went on. */
struct failure {
    struct failure *next;
    const char *resource;
    char *what;
    unsigned attempts;
    struct weir_error error;
};

struct stats {
    struct resource_stats *resources; /* by index */
    size_t n_resources;
    counter decode_us;
    counter transform_us;
    counter load_us;
    counter commit_us;
    counter commits;
    uint64_t started_ns; /* uv_hrtime */
    uint64_t finished_ns;
    /* guarded by the mutex */
    uv_mutex_t mutex;
    struct failure *failures, **failures_end; /* the first STATS_MAX_FAILURES */
    size_t n_failures;                        /* all of them */
};

void stats_init(struct stats *stats, size_t n_resources);
void stats_done(struct stats *stats);
/* Sums over all resources: rows out of decode, rows written. */
uint64_t stats_rows_read(const struct stats *stats);
uint64_t stats_rows_loaded(const struct stats *stats);
/* From any thread; copies. */
void stats_add_failure(struct stats *stats, const struct weir_resource *resource, const char *what,
    unsigned attempts, const struct weir_error *error);

/* For time spent: of no meaning but against another one. */
static inline uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

static inline void count(counter *c, uint64_t n)
{
    atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static inline uint64_t counted(const counter *c)
{
    return atomic_load_explicit((counter *)c, memory_order_relaxed);
}

#endif
