#include "report.h"

#include "log.h"
#include "words.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_FAILURES = 10 };

/* The sums of all resources, in the units of the counters. */
struct sums {
    uint64_t read, filtered, added, committed;
    uint64_t requests, retries, failures, bytes, network_us, backoff_us;
};

static struct sums sum_up(const struct report *report)
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

static uint64_t wall_us(const struct report *report)
{
    return (report->stats->finished_ns - report->stats->started_ns) / 1000;
}

static uint64_t peak_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* --- for people -------------------------------------------------------------------------- */

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
        "  time spent: network %s, back-off %s (summed over requests); decoding %s, transforming "
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

        if (p->from_cache || p->not_modified)
            fprintf(out, "  %s: %s from the cache, %s answered with 'not modified'\n",
                resource->name, words_counted(p->from_cache, "answer", kept, sizeof(kept)),
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

static const char *outcome(const struct report *report)
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

void report_sum_up(const struct report *report, char *out, size_t size)
{
    struct sums s = sum_up(report);
    char rows[WORDS_COUNTED_SIZE], time[WORDS_SIZE], bytes[WORDS_SIZE], memory[WORDS_SIZE];

    snprintf(out, size, "%s: %s; %s loaded in %s, %s received, peak memory %s", report->plan->name,
        outcome(report), words_counted(s.committed, "row", rows, sizeof(rows)),
        words_time(wall_us(report), time, sizeof(time)), words_bytes(s.bytes, bytes, sizeof(bytes)),
        words_bytes(peak_memory(), memory, sizeof(memory)));
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
        fprintf(out, "  given up: %s failed again; the next run begins anew\n", gaps);
}

void report_print(const struct report *report, FILE *out)
{
    struct sums s = sum_up(report);
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

/* --- for programs ------------------------------------------------------------------------ */

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* Redacted and in valid UTF-8, which jansson insists on. */
static json_t *safe_string(const char *text)
{
    char *copy = strdup(text), out[4096];
    json_t *string;

    if (copy)
        log_redact(copy);
    weir_str_printable(weir_str(copy ? copy : ""), out, sizeof(out));
    string = json_string(out);
    free(copy);
    return string;
}

static json_t *rows_object(const struct resource_stats *stats)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "read", number(counted(&stats->rows_read)), "filtered",
        number(counted(&stats->rows_filtered)), "added", number(counted(&stats->rows_added)),
        "loaded", number(counted(&stats->rows_committed)));
}

static json_t *requests_object(const struct weir_progress *p)
{
    json_t *object = json_pack("{s:o, s:o, s:o, s:o}", "done", number(p->requests), "retries",
        number(p->retries), "failed", number(p->failures), "bytes", number(p->bytes));

    if (p->allowed_in_flight)
        json_object_set_new(object, "allowed_in_flight", number(p->allowed_in_flight));
    if (p->from_cache || p->not_modified) {
        json_object_set_new(object, "from_cache", number(p->from_cache));
        json_object_set_new(object, "not_modified", number(p->not_modified));
    }
    return object;
}

static json_t *resources_array(const struct report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->plan->n_resources; i++) {
        const struct weir_resource *resource = &report->plan->resources[i];

        json_array_append_new(array,
            json_pack("{s:o, s:o, s:o, s:o}", "name", safe_string(resource->name), "table",
                safe_string(resource->table), "rows", rows_object(&report->stats->resources[i]),
                "requests", requests_object(resource->progress)));
    }
    return array;
}

static json_t *failures_array(const struct report *report)
{
    json_t *array = json_array();

    for (const struct failure *f = report->stats->failures; f; f = f->next)
        json_array_append_new(
            array, json_pack("{s:o, s:o, s:i, s:s, s:o}", "resource", safe_string(f->resource),
                       "what", safe_string(f->what), "attempts", (int)f->attempts, "code",
                       f->error.code, "reason", safe_string(f->error.text)));
    return array;
}

static json_t *times_object(const struct report *report, const struct sums *s)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "wall_us", number(wall_us(report)),
        "network_us", number(s->network_us), "backoff_us", number(s->backoff_us), "decode_us",
        number(counted(&report->stats->decode_us)), "transform_us",
        number(counted(&report->stats->transform_us)), "load_us",
        number(counted(&report->stats->load_us)), "commit_us",
        number(counted(&report->stats->commit_us)));
}

static json_t *error_object(const struct flow_result *result)
{
    if (result->status == WEIR_OK)
        return json_null();
    return json_pack("{s:s, s:o, s:o}", "code", result->error.code, "text",
        safe_string(result->error.text), "stage",
        result->stage ? json_string(result->stage) : json_null());
}

static json_t *state_object(const struct session_result *state)
{
    return json_pack("{s:s, s:b, s:o, s:o}", "pass", session_outcome_word(state->outcome),
        "resumed", (int)state->resumed, "gaps", number(state->n_gaps), "dead_letters",
        number(state->n_dead_letters));
}

static json_t *report_object(const struct report *report)
{
    struct sums s = sum_up(report);

    return json_pack("{s:o, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "pipeline",
        safe_string(report->plan->name), "outcome", outcome(report), "exit_code", report->exit_code,
        "signal", report->result->signal, "rows_loaded", number(s.committed), "commits",
        number(counted(&report->stats->commits)), "peak_memory_bytes", number(peak_memory()),
        "state", state_object(&report->result->state), "time", times_object(report, &s), "error",
        error_object(report->result), "resources", resources_array(report), "failures",
        failures_array(report));
}

static bool is_standard_output(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* The folder that a new file would stand in. */
static bool folder_is_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    bool writable = folder && *path && access(folder, W_OK | X_OK) == 0;

    if (!*path)
        errno = ENOENT;
    free(folder);
    return writable;
}

/* An older report may be replaced, and an empty file. */
static bool holds_no_more_than_a_report(const char *path)
{
    static const char begin[] = "{\n  \"pipeline\": ";
    char found[sizeof(begin) - 1];
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return true; /* whoever may write and not read knows what is there */
    n = fread(found, 1, sizeof(found), file);
    (void)fclose(file);
    return n == 0 || (n == sizeof(found) && memcmp(found, begin, n) == 0);
}

static bool fail_to_write(const char *path, const char *why, struct weir_error *ret_error)
{
    weir_error_set(
        ret_error, WEIR_FAULT_USAGE, "E-REPORT", "cannot write the report to '%s': %s", path, why);
    return false;
}

bool report_may_write(const char *path, struct weir_error *ret_error)
{
    struct stat file;

    if (is_standard_output(path))
        return true;
    if (stat(path, &file) != 0)
        return (errno == ENOENT && folder_is_writable(path)) ||
               fail_to_write(path, strerror(errno), ret_error);
    if (S_ISDIR(file.st_mode))
        return fail_to_write(path, "it is a folder; name a file in it", ret_error);
    if (access(path, W_OK) != 0)
        return fail_to_write(path, strerror(errno), ret_error);
    if (S_ISREG(file.st_mode) && !holds_no_more_than_a_report(path))
        return fail_to_write(path,
            "there is a file that is no report, and it would be lost; choose another name",
            ret_error);
    return true;
}

static bool write_text(const char *text, const char *path)
{
    FILE *file = is_standard_output(path) ? stdout : fopen(path, "w");
    bool written;

    if (!file)
        return false;
    written = fputs(text, file) >= 0 && fputc('\n', file) != EOF && fflush(file) == 0;
    if (file != stdout && fclose(file) != 0)
        written = false;
    return written;
}

bool report_write_json(const struct report *report, const char *path, struct weir_error *ret_error)
{
    json_t *object;
    char *text;
    bool written;

    if (!report_may_write(path, ret_error))
        return false;
    object = report_object(report);
    text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    written = text && write_text(text, path);
    if (!written)
        (void)fail_to_write(path, strerror(errno), ret_error);
    free(text);
    json_decref(object);
    return written;
}
