/*
 * A run while it runs: on a terminal a line a resource, drawn again and again;
 * elsewhere a plain line now and then.
 */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "flow/flow.h"

enum progress_form {
    PROGRESS_NONE,
    PROGRESS_PLAIN, /* a line every ten seconds */
    PROGRESS_LIVE,  /* five times a second, for terminals */
};

struct progress {
    enum progress_form form;
    int columns; /* of the terminal */
};

struct flow_observer progress_observer(struct progress *progress);
/* Takes the live lines away. */
void progress_end(struct progress *progress);

#endif
