#include "report.h"

#include "log.h"
#include "sums.h"
#include "words.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_FAILURES = 10 };

static int name_width(const struct plan *plan)
{
    int width = 8;

    for (size_t i = 0; i < plan->n_resources; i++)
        if ((int)strlen(plan->resources[i].name) > width)
            width = (int)strlen(plan->resources[i].name);
    return width;
}

static void print_count(uint64_t n, int width, FILE *out)
{
    char words[WORDS_SIZE];

    fprintf(out, " %*s", width, words_count(n, words, sizeof(words)));
}

/* Hardly any run adds rows, and a column of zeros would be noise; where one does, the sum needs it.
 */
static void print_resources(const struct report *report, bool with_added, FILE *out)
{
    int width = name_width(report->plan);

    fprintf(out, "  %-*s %12s %12s", width, "resource", "rows read", "filtered");
    if (with_added)
        fprintf(out, " %12s", "added");
    fprintf(out, " %12s %10s %8s %8s\n", "loaded", "requests", "retried", "failed");
    for (size_t i = 0; i < report->plan->n_resources; i++) {
        const struct resource_stats *stats = &report->stats->resources[i];
        const struct weir_progress *p = report->plan->resources[i].progress;

        fprintf(out, "  %-*s", width, report->plan->resources[i].name);
        print_count(counted(&stats->rows_read), 12, out);
        print_count(counted(&stats->rows_filtered), 12, out);
        if (with_added)
            print_count(counted(&stats->rows_added), 12, out);
        print_count(counted(&stats->rows_committed), 12, out);
        print_count(p->requests, 10, out);
        print_count(p->retries, 8, out);
        print_count(p->failures, 8, out);
        fputc('\n', out);
    }
}

static void print_times(const struct report *report, const struct sums *s, FILE *out)
{
    char network[WORDS_SIZE], backoff[WORDS_SIZE], decode[WORDS_SIZE], transform[WORDS_SIZE],
        load[WORDS_SIZE];

    fprintf(out,
        "  time spent: network %s, waiting %s (summed over requests); decoding %s, transforming "
        "%s, loading %s\n",
        words_time(s->network_us, network, sizeof(network)),
        words_time(s->backoff_us, backoff, sizeof(backoff)),
        words_time(counted(&report->stats->decode_us), decode, sizeof(decode)),
        words_time(counted(&report->stats->transform_us), transform, sizeof(transform)),
        words_time(counted(&report->stats->load_us) + counted(&report->stats->commit_us), load,
            sizeof(load)));
}

/* What concurrency came to where it was found out. */
static void print_allowed(const struct report *report, FILE *out)
{
    for (size_t i = 0; i < report->plan->n_resources; i++) {
        const struct weir_resource *resource = &report->plan->resources[i];

        if (resource->progress->allowed_in_flight)
            fprintf(out, "  %s: up to %" PRIu64 " requests in flight at the end\n", resource->name,
                resource->progress->allowed_in_flight);
    }
}

/* What was not sent again. */
static void print_unchanged(const struct report *report, FILE *out)
{
    for (size_t i = 0; i < report->plan->n_resources; i++) {
        const struct weir_resource *resource = &report->plan->resources[i];
        const struct weir_progress *p = resource->progress;
        char kept[WORDS_COUNTED_SIZE], same[WORDS_COUNTED_SIZE];

        if (!p->from_cache && !p->not_modified)
            continue;
        fprintf(out, "  %s: ", resource->name);
        if (p->from_cache)
            fprintf(out, "%s from the cache%s",
                words_counted(p->from_cache, "answer", kept, sizeof(kept)),
                p->not_modified ? ", " : "\n");
        if (p->not_modified)
            fprintf(out, "%s answered with 'not modified'\n",
                words_counted(p->not_modified, "request", same, sizeof(same)));
    }
}

/* Calls say(arg, line) for the first failures, and for how many there are besides. */
static void tell_failures(
    const struct report *report, void (*say)(void *arg, const char *line), void *arg)
{
    const struct failure *failure = report->stats->failures;
    char line[2048];

    for (int i = 0; failure && i < SHOWN_FAILURES; i++, failure = failure->next) {
        snprintf(line, sizeof(line), "gave up: %s: %s after %u attempt%s: [%s] %s",
            failure->resource, failure->what, failure->attempts, failure->attempts == 1 ? "" : "s",
            failure->error.code, failure->error.text);
        say(arg, line);
    }
    if (report->stats->n_failures > SHOWN_FAILURES) {
        snprintf(line, sizeof(line), "and %zu more; --report FILE lists them",
            report->stats->n_failures - SHOWN_FAILURES);
        say(arg, line);
    }
}

static void print_failure(void *arg, const char *line)
{
    char copy[2048];

    snprintf(copy, sizeof(copy), "%s", line);
    log_redact(copy);
    fprintf((FILE *)arg, "  %s\n", copy);
}

static void log_failure(void *arg, const char *line)
{
    (void)arg;
    log_event(WEIR_LOG_WARNING, NULL, line);
}

void report_log_failures(const struct report *report)
{
    tell_failures(report, log_failure, NULL);
}

void report_sum_up(const struct report *report, char *out, size_t size)
{
    struct sums s = report_sums(report);
    char rows[WORDS_COUNTED_SIZE], time[WORDS_SIZE], bytes[WORDS_SIZE], memory[WORDS_SIZE];

    snprintf(out, size, "%s: %s; %s loaded in %s, %s received, peak memory %s", report->plan->name,
        report_outcome(report), words_counted(s.committed, "row", rows, sizeof(rows)),
        words_time(report_wall_us(report), time, sizeof(time)),
        words_bytes(s.bytes, bytes, sizeof(bytes)),
        words_bytes(report_peak_memory(), memory, sizeof(memory)));
}

/* Such a run failed before it began, or had nothing to do: all that could be printed are zeros. */
static bool nothing_happened(const struct report *report, const struct sums *s)
{
    if (report->result->state.outcome == SESSION_NOTHING)
        return true;
    return report->result->status != WEIR_OK && !s->read && !s->committed && !s->requests &&
           !s->retries && !s->failures;
}

static void print_state(const struct report *report, FILE *out)
{
    const struct session_result *state = &report->result->state;
    char gaps[WORDS_COUNTED_SIZE], rows[WORDS_COUNTED_SIZE];

    words_counted(state->n_gaps, "gap", gaps, sizeof(gaps));
    if (state->n_dead_letters)
        fprintf(out, "  set aside: %s, with reasons; mend the file, then weir replay\n",
            words_counted(state->n_dead_letters, "row", rows, sizeof(rows)));
    if (state->n_gaps && state->outcome == SESSION_OPEN)
        fprintf(out, "  left open: %s; the next run asks for %s again, and for nothing else\n",
            gaps, state->n_gaps == 1 ? "it" : "them");
    if (state->n_gaps && state->outcome == SESSION_ABANDONED)
        fprintf(out, "  not read: %s failed again; the next run reads everything anew\n", gaps);
}

void report_print(const struct report *report, FILE *out)
{
    struct sums s = report_sums(report);
    char line[1024];

    report_sum_up(report, line, sizeof(line));
    fprintf(out, "%s\n", line);
    if (nothing_happened(report, &s))
        return;
    print_resources(report, s.added > 0, out);
    print_times(report, &s, out);
    print_allowed(report, out);
    print_unchanged(report, out);
    tell_failures(report, print_failure, out);
    print_state(report, out);
}
