/* The report for programs. */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include "report.h"

#include <jansson.h>

/* The caller's, to be given back by json_decref. NULL: there is no memory. */
json_t *report_json(const struct report *report);

#endif
