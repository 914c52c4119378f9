/* What a pipeline file may say to the http extractor: the connection, and each resource. */
#ifndef WEIR_HTTP_OPTIONS_H
#define WEIR_HTTP_OPTIONS_H

#include "cache/cache_options.h"
#include "client/proxy.h"
#include "client/retry.h"
#include "job/job_options.h"

#include <weir/option.h>
#include <weir/version.h>

struct http_source;

struct http_concurrency {
    int64_t max;
    int64_t per_host; /* 0: as many as max */
    bool adaptive;
};

struct http_timeout {
    uint64_t connect; /* ms */
    uint64_t stall;   /* ms */
};

struct http_tls {
    const char *ca_file;
    const char *cert_file;
    const char *key_file; /* NULL: in cert_file */
    struct weir_secret key_password;
    bool insecure;
};

enum http_addresses { HTTP_ADDRESSES_ANY, HTTP_ADDRESSES_PUBLIC };

enum http_version_choice { HTTP_VERSION_ONE, HTTP_VERSION_AUTO };

enum http_follow { HTTP_FOLLOW_HOME, HTTP_FOLLOW_ANY };

/* The state of the stage: what stands under `extract` itself. */
struct http_options {
    const char *base_url;
    struct http_concurrency concurrency;
    struct weir_groups rate_limits; /* of struct http_limit */
    struct http_timeout timeout;
    struct http_tls tls;
    int follow;       /* enum http_follow */
    int addresses;    /* enum http_addresses */
    int http_version; /* enum http_version_choice */
    struct weir_secret proxy;
    const char *user_agent;
    uint64_t max_response_size;
    struct http_cache_options cache;
    struct http_source *source; /* no option: what is at work, from start to stop */
};

/* Shared with the loader, whose state begins with the struct above. */
extern const struct weir_option http_timeout_options[];
extern const struct weir_option http_tls_options[];
extern const struct weir_choice http_addresses_choices[];

#define HTTP_CONNECTION_OPTIONS                                                                    \
    WEIR_GROUP(struct http_options, timeout, struct http_timeout, http_timeout_options,            \
        .tuning = true, .help = "How long to wait for the server."),                               \
        WEIR_GROUP(struct http_options, tls, struct http_tls, http_tls_options, .tuning = true,    \
            .help = "Whose certificates to trust, and which one to show."),                        \
        WEIR_CHOICE(struct http_options, addresses, http_addresses_choices, .tuning = true,        \
            .initial = "any", .help = "Where connections may lead to."),                           \
        WEIR_SECRET(struct http_options, proxy, .tuning = true, .is_public = http_proxy_is_public, \
            .example = "http://proxy.example.org:3128",                                            \
            .help =                                                                                \
                "A proxy that all requests go through, `http://[USER:PASSWORD@]HOST:PORT` or "     \
                "https. "                                                                          \
                "`env`: what the environment names (http_proxy, https_proxy, no_proxy), which is " \
                "ignored otherwise."),                                                             \
        WEIR_TEXT(struct http_options, user_agent, .tuning = true,                                 \
            .initial = "weir/" WEIR_VERSION, .min = 1, .help = "What the User-Agent header says.")

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT };
enum http_on_error { HTTP_FAIL, HTTP_CONTINUE, HTTP_SKIP_PARTITION };

struct http_resource_options {
    const struct weir_template *url;
    const struct weir_template *path;
    int method; /* enum http_method */
    struct weir_templates params;
    struct weir_templates headers;
    const struct weir_document *json;
    const struct weir_document *data;
    struct weir_variant format;
    const struct weir_path *data_selector; /* NULL: the whole answer */
    const struct weir_node *partitions;
    const struct weir_node *include_from_parent;
    struct weir_variant paginator;
    struct http_job_options job; /* where the file has it: see http_job_is_used */
    bool stream;
    struct weir_variant auth;
    struct http_retry_options retry;
    bool conditional;
    struct weir_groups response_actions; /* of struct http_action */
    int on_error;                        /* enum http_on_error */
    const char *max_failed_partitions;   /* "3" or "5%"; NULL: no limit */
};

extern const struct weir_option http_option_table[];
extern const struct weir_option http_resource_option_table[];

/* What max_failed_partitions says; the share is of a hundred, or the number is of partitions. */
struct http_allowance {
    double number;
    bool is_share;
};

/* False when text is neither a whole number nor a percentage from 0% to 100%. */
bool http_allowance_parse(const char *text, struct http_allowance *ret_allowance);
/* The most partitions that may fail of so many. */
uint64_t http_allowance_of(const struct http_allowance *allowance, uint64_t n_partitions);

const char *http_method_name(int method);

#endif
