/*
 * Where a chain stands in a job, as the text that the state keeps as its `next`: what
 * names the job, and which of its parts is to be asked for. The URLs of parts are not
 * in it: they expire, and some are secret in themselves. Any thread.
 */
#ifndef WEIR_HTTP_JOB_PLACE_H
#define WEIR_HTTP_JOB_PLACE_H

#include "values.h"

struct http_job_place {
    struct http_job_values values; /* of the answer that created it */
    const char *poll_url;          /* what its Location header said; or NULL */
    int64_t created_ms;            /* since 1970 */
    uint64_t part;                 /* of the result, from 0 */
    uint64_t n_parts;              /* in all; 0: not known yet */
    uint64_t page;                 /* of that part, from 0 */
    const char *at;                /* what names the page, or NULL */
};

/* Both in the arena. E-STATE where the text is none. */
const char *http_job_place_write(const struct http_job_place *place, struct weir_arena *arena);
enum weir_status http_job_place_read(const char *text, const struct http_job_names *names,
    struct weir_arena *arena, struct http_job_place *ret_place,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
