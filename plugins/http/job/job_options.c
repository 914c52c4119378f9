#include "job_options.h"

#include "options.h"

enum {
    ROOTS = WEIR_ROOT_PARTITION | WEIR_ROOT_INCREMENTAL | WEIR_ROOT_RESOURCES | WEIR_ROOT_JOB,
};

static const struct weir_choice method_choices[] = {
    {"GET", HTTP_GET, NULL},
    {"POST", HTTP_POST, "For GraphQL."},
    {0},
};

static const struct weir_option poll_options[] = {
    WEIR_TEMPLATE(struct http_job_poll, path, .roots = ROOTS, .example = "\"/jobs/{job.id}\"",
        .help = "Where to ask how far it is, behind `base_url`. Without `path` and `url` it is the "
                "Location header of the answer that created it."),
    WEIR_TEMPLATE(struct http_job_poll, url, .roots = ROOTS, .example = "\"{job.status_url}\"",
        .help = "The same, as a whole address."),
    WEIR_CHOICE(
        struct http_job_poll, method, method_choices, .initial = "GET", .help = "How to ask."),
    WEIR_DOCUMENT(struct http_job_poll, json, .roots = ROOTS, .sensitive = true,
        .example = "{ query: \"query($id: ID!) { node(id: $id) { status } }\" }",
        .help = "The body of that request, sent as JSON. Needs `method: POST`."),
    WEIR_TEMPLATES(struct http_job_poll, headers, .roots = ROOTS, .sensitive = true,
        .example = "{ Accept: application/json }",
        .help = "Headers of that request, besides those of the resource or in their place."),
    WEIR_DURATION(struct http_job_poll, interval, .tuning = true, .initial = "5s", .min = 10,
        .max = 3600000,
        .help = "How long to wait between two polls; longer where the answer has a "
                "Retry-After."),
    WEIR_DURATION(struct http_job_poll, timeout, .tuning = true, .initial = "1h", .min = 100,
        .max = 604800000,
        .help = "How long a job may take, from its creation on; beyond it is E-JOB-TIMEOUT."),
    {0},
};

static const struct weir_option status_options[] = {
    WEIR_PATH(struct http_job_status, path, .example = "state",
        .help = "Where the answer to a poll holds the job's status. When absent, the status of the "
                "answer itself says it: 202 that the job is running, any other 2xx that it is "
                "completed."),
    WEIR_TEXTS(struct http_job_status, completed, .example = "[JobComplete]",
        .help = "The statuses of a job whose result is there. Required with `path`."),
    WEIR_TEXTS(struct http_job_status, failed, .example = "[Failed, Aborted]",
        .help = "Those of a job that will have none (E-JOB-FAILED)."),
    WEIR_TEXTS(struct http_job_status, running, .example = "[Queued, InProgress]",
        .help = "Those of one that is under way; any other is then an error (E-JOB-STATUS). When "
                "absent, all that are neither completed nor failed."),
    {0},
};

static const struct weir_option download_options[] = {
    WEIR_TEMPLATE(struct http_job_download, path, .roots = ROOTS,
        .example = "\"/jobs/{job.id}/results\"",
        .help =
            "Where the result is, behind `base_url`; with `urls_path`, where it is said where."),
    WEIR_TEMPLATE(struct http_job_download, url, .roots = ROOTS, .example = "\"{job.result_url}\"",
        .help = "The same, as a whole address."),
    WEIR_TEMPLATES(struct http_job_download, headers, .roots = ROOTS, .sensitive = true,
        .example = "{ Accept: text/csv }",
        .help = "Headers of downloads, besides those of the resource or in their place; `Accept` "
                "is `*/*` when absent."),
    WEIR_PATH(struct http_job_download, urls_path, .example = "\"files[*].url\"",
        .help = "Where the URLs of the result's parts stand: in the answer to `path`, or without "
                "one in that which said that the job is completed. A text, a list of texts, or "
                "with [*] one in each object of a list. Null or an empty list: there are no rows."),
    WEIR_TEXTS(struct http_job_download, allow_hosts, .tuning = true,
        .example = "[bucket.s3.amazonaws.com]",
        .help = "Hosts, as `host` or `host:port`, that those URLs may lead to besides the one that "
                "was asked. They are asked as by a stranger: by GET, without login, and with no "
                "header but Accept, Accept-Charset and Accept-Language."),
    WEIR_BOOL(struct http_job_download, login, .tuning = true, .initial = "false",
        .help = "Send login and headers to `allow_hosts`, too."),
    {0},
};

const struct weir_option http_job_option_table[] = {
    WEIR_GROUP(struct http_job_options, poll, struct http_job_poll, poll_options,
        .help = "How to learn how far it is."),
    WEIR_GROUP(struct http_job_options, status, struct http_job_status, status_options,
        .help = "What the answers to that say."),
    WEIR_PATH(struct http_job_options, error_path, .tuning = true, .example = "errorMessage",
        .help = "Where the answer of a job that failed says why. When absent, messages show the "
                "answer's beginning."),
    WEIR_GROUP(struct http_job_options, download, struct http_job_download, download_options,
        .help = "Where its result is. When absent, the answer that says that it is completed has "
                "the rows."),
    WEIR_INT(struct http_job_options, max, .tuning = true, .initial = "4", .min = 1, .max = 1024,
        .help = "The most jobs of this resource that are under way at the server at once."),
    {0},
};
