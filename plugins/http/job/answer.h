/* What answers say of a job: how far it is, and where its result stands. Any thread. */
#ifndef WEIR_HTTP_JOB_ANSWER_H
#define WEIR_HTTP_JOB_ANSWER_H

#include "values.h"

enum http_job_state {
    HTTP_JOB_RUNNING,
    HTTP_JOB_COMPLETED,
    HTTP_JOB_FAILED,
    HTTP_JOB_UNKNOWN, /* an error: it does not say */
};

enum { HTTP_JOB_PARTS_MAX = 10000 };

/* `status` is the answer's own, a good one. What it says in the job's words goes to *ret_word, in
 * the arena, where it says it so; "" else. */
enum http_job_state http_job_judge(const struct http_job_status *said, int status,
    struct weir_str body, struct weir_arena *arena, const char **ret_word,
    struct weir_error *ret_error);
/* Why a job failed, as the answer says at the path; NULL: nothing there. In the arena. */
const char *http_job_reason(
    const struct weir_path *path, struct weir_str body, struct weir_arena *arena);

/* Where the URLs of parts stand: `list` holds them, each as a text, or at `key` of an object. */
struct http_job_urls_place {
    const char *text; /* as the file has it */
    const struct weir_path *list;
    const char *key; /* names with dots between them; NULL: the texts themselves */
};

/* False where the path has more than one [*], or behind it something else than names. */
bool http_job_urls_split(const struct weir_path *path, struct weir_arena *arena,
    struct http_job_urls_place *ret_place) WEIR_MUST_CHECK;
/* The URLs, as they are written, in the arena. E-JOB-RESULT where there is no such place, or what
 * stands there is no text. */
enum weir_status http_job_urls(const struct http_job_urls_place *place, struct weir_str body,
    struct weir_arena *arena, const char *const **ret_urls, size_t *ret_n,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
