#include "report_json.h"

#include "log.h"
#include "sums.h"

#include <stdlib.h>
#include <string.h>

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
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "wall_us",
        number(report_wall_us(report)), "network_us", number(s->network_us), "backoff_us",
        number(s->backoff_us), "decode_us", number(counted(&report->stats->decode_us)),
        "transform_us", number(counted(&report->stats->transform_us)), "load_us",
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

json_t *report_json(const struct report *report)
{
    struct sums s = report_sums(report);

    return json_pack("{s:o, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "pipeline",
        safe_string(report->plan->name), "outcome", report_outcome(report), "exit_code",
        report->exit_code, "signal", report->result->signal, "rows_loaded", number(s.committed),
        "commits", number(counted(&report->stats->commits)), "peak_memory_bytes",
        number(report_peak_memory()), "state", state_object(&report->result->state), "time",
        times_object(report, &s), "error", error_object(report->result), "resources",
        resources_array(report), "failures", failures_array(report));
}
