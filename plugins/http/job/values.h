/*
 * What the placeholders {job.x} stand for: values of the answer that created a job,
 * or of the one that said that it is completed. Any thread.
 */
#ifndef WEIR_HTTP_JOB_VALUES_H
#define WEIR_HTTP_JOB_VALUES_H

#include "job_options.h"

#include <weir/batch.h>
#include <weir/json.h>

enum {
    HTTP_JOB_NAMES_MAX = 32,
    HTTP_JOB_VALUE_MAX = 2 * 1024,     /* bytes of one, which the state keeps */
    HTTP_JOB_ANSWER_MAX = 1024 * 1024, /* of an answer that is looked into */
};

/* All placeholders of a job, each once. */
struct http_job_names {
    const char *names[HTTP_JOB_NAMES_MAX];
    const struct weir_path *paths[HTTP_JOB_NAMES_MAX];
    size_t n;
};

/* As many as there are names; null: not known (yet). */
struct http_job_values {
    const struct http_job_names *names;
    struct weir_value values[HTTP_JOB_NAMES_MAX];
};

/* Tells of those that are no path, where there is somebody to be told. In the arena. */
void http_job_names_find(struct http_job_names *names, const struct http_job_options *options,
    const struct weir_node *node, struct weir_arena *arena, struct weir_mistakes *mistakes);
/* Is it a single value that could be told by? */
bool http_job_is_value(const struct weir_value *value);
/* For templates. */
bool http_job_lookup(
    const struct http_job_values *values, struct weir_str name, struct weir_value *ret_value);

/* Looks into the body of an answer: values[i] is that of paths[i], in the arena. E-LIMIT-BODY beyond
 * HTTP_JOB_ANSWER_MAX. */
enum weir_status http_job_look(struct weir_str body, const struct weir_path *const *paths, size_t n,
    struct weir_arena *arena, struct weir_value *values, bool *found,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Adds what the answer knows of what is not known yet. */
enum weir_status http_job_values_add(struct http_job_values *values, struct weir_str body,
    struct weir_arena *arena, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
