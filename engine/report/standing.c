/* Where the data stands when a run ended early, and what to do now: the end of the last line. */
#include "report.h"

#include "words.h"

#include <stdio.h>

/* What the run has brought into the database. */
struct rows {
    uint64_t there;   /* in their tables */
    uint64_t waiting; /* beside tables whose rows they are to replace */
    bool replace;     /* is any table one of those? */
};

/* A loader that keeps no state has no pass at whose end it could replace anything. */
static bool has_pass(const struct report *report)
{
    enum session_outcome outcome = report->result->state.outcome;

    return outcome == SESSION_OPEN || outcome == SESSION_ABANDONED;
}

static struct rows sum_up(const struct report *report)
{
    struct rows rows = {0};

    for (size_t i = 0; i < report->plan->n_resources; i++) {
        uint64_t n = counted(&report->stats->resources[i].rows_committed);

        if (has_pass(report) && report->plan->resources[i].disposition == WEIR_REPLACE) {
            rows.replace = true;
            rows.waiting += n;
        } else {
            rows.there += n;
        }
    }
    return rows;
}

/* A loader that keeps state said no before anything began. */
static bool was_refused(const struct report *report)
{
    return report->result->status != WEIR_OK && report->plan->load.plugin->store &&
           report->result->state.outcome == SESSION_NONE;
}

static const char *what_next(const struct flow_result *result)
{
    if (result->status == WEIR_OK && !result->signal)
        return "";
    if (result->state.outcome == SESSION_OPEN && result->error.fault == WEIR_FAULT_DATA)
        return "; once that is mended, run again to continue";
    return result->state.outcome == SESSION_OPEN        ? "; run again to continue"
           : result->state.outcome == SESSION_ABANDONED ? "; the next run begins anew"
                                                        : "";
}

/* Of tables whose rows are to be replaced; "" where that is not worth a word. */
static void tell_of_tables(
    const struct report *report, const struct rows *rows, char *out, size_t size)
{
    char waiting[WORDS_COUNTED_SIZE];

    out[0] = '\0';
    if (rows->replace && report->result->state.outcome == SESSION_ABANDONED)
        snprintf(out, size, "nothing was replaced, and the old rows stay");
    else if (rows->waiting)
        snprintf(out, size, "%s %s to replace the old ones",
            words_counted(rows->waiting, "row", waiting, sizeof(waiting)),
            rows->waiting == 1 ? "waits" : "wait");
}

static void tell_of_rows(const struct report *report, char *out, size_t size)
{
    struct rows rows = sum_up(report);
    char tables[64];
    char there[WORDS_COUNTED_SIZE];

    tell_of_tables(report, &rows, tables, sizeof(tables));
    if (tables[0] && !rows.there)
        snprintf(out, size, "%s", tables);
    else
        snprintf(out, size, "%s %s committed%s%s",
            words_counted(rows.there, "row", there, sizeof(there)), rows.there == 1 ? "is" : "are",
            tables[0] ? "; " : "", tables);
}

void report_tell_standing(const struct report *report, char out[REPORT_STANDING_SIZE])
{
    char rows[128];

    if (was_refused(report)) {
        snprintf(out, REPORT_STANDING_SIZE, "nothing was asked for");
        return;
    }
    tell_of_rows(report, rows, sizeof(rows));
    snprintf(out, REPORT_STANDING_SIZE, "%s%s", rows, what_next(report->result));
}
