/* What a run did, at its end: as a few lines for people, and as JSON for programs. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "flow/flow.h"

#include <stdio.h>

struct report {
    const struct plan *plan;
    const struct stats *stats;
    const struct flow_result *result;
    int exit_code;
};

/* All that people read; of a run that failed before anything was asked for, the first line only. */
void report_print(const struct report *report, FILE *out);
/* The first line alone: how it ended, and the sums. */
void report_sum_up(const struct report *report, char *out, size_t size);
/* What was given up, as warnings, where nobody gets to see the report. */
void report_log_failures(const struct report *report);
/*
 * Whether a report can go there, asked before a run and not only behind it. What
 * has other contents than a report is not overwritten: it may be the database.
 */
bool report_may_write(const char *path, struct weir_error *ret_error);

/* "-" is stdout. False and an error when the file cannot be written. */
bool report_write_json(const struct report *report, const char *path, struct weir_error *ret_error);

/*
 * Where the data stands and what to do now, for the last error line: "N rows are committed; run again
 * to continue". Rows that are to replace others are not in their table before the pass is done.
 */
enum { REPORT_STANDING_SIZE = 256 };
void report_tell_standing(const struct report *report, char out[REPORT_STANDING_SIZE]);

#endif
