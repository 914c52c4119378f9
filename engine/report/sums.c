#include "sums.h"

#include <sys/resource.h>

struct sums report_sums(const struct report *report)
{
    struct sums s = {0};

    for (size_t i = 0; i < report->plan->n_resources; i++) {
        const struct resource_stats *stats = &report->stats->resources[i];
        const struct weir_progress *p = report->plan->resources[i].progress;

        s.read += counted(&stats->rows_read);
        s.filtered += counted(&stats->rows_filtered);
        s.added += counted(&stats->rows_added);
        s.committed += counted(&stats->rows_committed);
        s.requests += p->requests;
        s.retries += p->retries;
        s.failures += p->failures;
        s.bytes += p->bytes;
        s.network_us += p->network_us;
        s.backoff_us += p->backoff_us;
    }
    return s;
}

uint64_t report_wall_us(const struct report *report)
{
    return (report->stats->finished_ns - report->stats->started_ns) / 1000;
}

uint64_t report_peak_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

const char *report_outcome(const struct report *report)
{
    if (report->result->status != WEIR_OK)
        return "failed";
    if (report->result->signal)
        return "stopped";
    if (report->result->state.outcome == SESSION_NOTHING)
        return "done already";
    if (report->stats->n_failures || report->result->state.n_gaps)
        return "done, with gaps";
    return report->result->state.n_dead_letters ? "done, with rows set aside" : "done";
}
