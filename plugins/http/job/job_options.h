/* What a pipeline file may say of jobs: rows that a server takes time to make. */
#ifndef WEIR_HTTP_JOB_OPTIONS_H
#define WEIR_HTTP_JOB_OPTIONS_H

#include <weir/option.h>

struct http_job_poll {
    const struct weir_template *path;
    const struct weir_template *url;
    int method; /* enum http_method */
    const struct weir_document *json;
    struct weir_templates headers;
    uint64_t interval; /* ms */
    uint64_t timeout;  /* ms, since it was created */
};

struct http_job_status {
    const struct weir_path *path; /* NULL: the answer's own status */
    struct weir_strs completed;
    struct weir_strs failed;
    struct weir_strs running; /* none: all that is neither */
};

struct http_job_download {
    const struct weir_template *path;
    const struct weir_template *url;
    struct weir_templates headers;
    const struct weir_path *urls_path;
    struct weir_strs allow_hosts;
    bool login;
};

struct http_job_options {
    struct http_job_poll poll;
    struct http_job_status status;
    const struct weir_path *error_path;
    struct http_job_download download;
    int64_t max;
};

extern const struct weir_option http_job_option_table[];

#endif
