#include "options.h"

#include "answer/actions.h"
#include "auth/credential.h"
#include "client/proxy.h"
#include "format/format.h"
#include "paging/paginator.h"
#include "politeness/limits.h"

#include <stdlib.h>
#include <string.h>
#include <weir/version.h>

static const struct weir_option concurrency_options[] = {
    WEIR_INT(struct http_concurrency, max, .initial = "16", .min = 1, .max = 1024,
        .help = "The most requests in flight at once, over all resources."),
    WEIR_INT(struct http_concurrency, per_host, .min = 1, .max = 1024,
        .help = "The most requests in flight to one scheme, host and port; as `max` when absent."),
    WEIR_BOOL(struct http_concurrency, adaptive, .initial = "false",
        .help =
            "Find out how many of them each server bears: one more as long as it goes well, half "
            "as many when it answers 429 or 503, not in time, or ever more slowly."),
    {0},
};

const struct weir_option http_timeout_options[] = {
    WEIR_DURATION(struct http_timeout, connect, .initial = "10s", .min = 1, .max = 600000,
        .help = "The longest time for finding the host, connecting and TLS."),
    WEIR_DURATION(struct http_timeout, stall, .initial = "30s", .min = 1, .max = 3600000,
        .help = "The longest time without a byte sent or received. There is no limit on the "
                "whole of a request: what is slow but moves may go on."),
    {0},
};

const struct weir_option http_tls_options[] = {
    WEIR_TEXT(struct http_tls, ca_file, .min = 1, .example = "/etc/ssl/private-ca.pem",
        .help = "A file of certificates (PEM) to trust instead of the system's."),
    WEIR_TEXT(struct http_tls, cert_file, .min = 1, .example = "/etc/weir/client.pem",
        .help = "Our certificate (PEM), with those between it and its authority behind it, for "
                "servers that ask who we are (mTLS)."),
    WEIR_TEXT(struct http_tls, key_file, .min = 1, .example = "/etc/weir/client.key",
        .help = "The private key (PEM) of `cert_file`; it stands in that file when absent."),
    WEIR_SECRET(struct http_tls, key_password, .example = "${KEY_PASSWORD}",
        .help = "What the private key is encrypted with."),
    WEIR_BOOL(struct http_tls, insecure, .initial = "false",
        .help = "Check no certificates. Whoever sits on the line can read and change everything, "
                "so each run warns."),
    {0},
};

const struct weir_choice http_addresses_choices[] = {
    {"any", HTTP_ADDRESSES_ANY, NULL},
    {"public", HTTP_ADDRESSES_PUBLIC,
        "Not to this machine nor into a private network, whatever a name or a link says."},
    {0},
};

static const struct weir_choice version_choices[] = {
    {"1.1", HTTP_VERSION_ONE, NULL},
    {"auto", HTTP_VERSION_AUTO,
        "HTTP/2 where the server has it, over https: many requests share one connection. What it "
        "cannot give is asked for by 1.1."},
    {0},
};

static const struct weir_choice follow_choices[] = {
    {"home", HTTP_FOLLOW_HOME, "To the origin that was asked; to another one is E-ORIGIN."},
    {"any", HTTP_FOLLOW_ANY,
        "To any origin, but another one is asked as by a stranger: by GET, without login, "
        "certificate, body and headers of the file but Accept, Accept-Charset and "
        "Accept-Language."},
    {0},
};

const struct weir_option http_option_table[] = {
    WEIR_TEXT(struct http_options, base_url, .min = 1, .example = "https://api.example.org/v1",
        .help = "What the `path` of each resource is joined to."),
    WEIR_GROUP(struct http_options, concurrency, struct http_concurrency, concurrency_options,
        .tuning = true, .help = "How much is asked for at once."),
    WEIR_GROUPS(struct http_options, rate_limits, struct http_limit, http_limit_options,
        .tuning = true,
        .help = "How often a server may be asked: counted for each scheme, host and port, and for "
                "each login, over all resources."),
    HTTP_CONNECTION_OPTIONS,
    WEIR_CHOICE(struct http_options, http_version, version_choices, .tuning = true,
        .initial = "1.1", .help = "Which HTTP to speak."),
    WEIR_CHOICE(struct http_options, follow, follow_choices, .tuning = true, .initial = "home",
        .help = "Where redirects may lead to, ten in a row at most."),
    WEIR_SIZE(struct http_options, max_response_size, .tuning = true, .initial = "32MiB",
        .min = 1024, .max = 1024LL * 1024 * 1024,
        .help = "The largest answer, decompressed; a larger one is an error (E-LIMIT-BODY)."),
    WEIR_GROUP(struct http_options, cache, struct http_cache_options, http_cache_option_table,
        .tuning = true,
        .help = "Keep answers to GET in a folder, and ask for them again only when they are too "
                "old. Without it none is kept."),
    {0},
};

static const struct weir_choice method_choices[] = {
    {"GET", HTTP_GET, NULL},
    {"POST", HTTP_POST, "For searches and GraphQL; it is retried like a GET."},
    {"PUT", HTTP_PUT, NULL},
    {0},
};

static const struct weir_choice on_error_choices[] = {
    {"fail", HTTP_FAIL, "Stop the run; what was complete by then is loaded."},
    {"continue", HTTP_CONTINUE,
        "Leave the page out and go on with the next one, where its place is known without the "
        "page that failed (page_number, offset); else as skip_partition."},
    {"skip_partition", HTTP_SKIP_PARTITION,
        "Leave out the rest of the partition and go on with the next one."},
    {0},
};

enum { ROOTS = WEIR_ROOT_PARTITION | WEIR_ROOT_INCREMENTAL | WEIR_ROOT_RESOURCES };

const struct weir_option http_resource_option_table[] = {
    WEIR_TEMPLATE(struct http_resource_options, url, .roots = ROOTS,
        .example = "https://api.example.org/items/{partition.id}",
        .help = "The address, whole. Either this or `path` is needed."),
    WEIR_TEMPLATE(struct http_resource_options, path, .roots = ROOTS, .example = "/items",
        .help = "The address behind `base_url`."),
    WEIR_CHOICE(struct http_resource_options, method, method_choices, .initial = "GET",
        .help = "How to ask."),
    WEIR_TEMPLATES(struct http_resource_options, params, .roots = ROOTS, .sensitive = true,
        .example = "{ per_page: 100 }", .help = "Parameters of the query, each percent-encoded."),
    WEIR_TEMPLATES(struct http_resource_options, headers, .roots = ROOTS, .sensitive = true,
        .example = "{ Accept: application/json }", .help = "Headers of the request."),
    WEIR_DOCUMENT(struct http_resource_options, json, .roots = ROOTS, .sensitive = true,
        .example = "{ query: \"{ users { id } }\" }",
        .help = "The body of the request, sent as JSON. Needs `method: POST` or `PUT`."),
    WEIR_DOCUMENT(struct http_resource_options, data, .roots = ROOTS, .sensitive = true,
        .example = "{ region: eu }",
        .help = "The body instead, where it is no JSON: a map is sent as a form, a text as it is."),
    WEIR_VARIANT(struct http_resource_options, format, http_format_variants, .initial = "auto",
        .help = "What answers are written in."),
    WEIR_PATH(struct http_resource_options, data_selector, .example = "data.items",
        .help = "Where the rows stand in the answer: an array gives a row for each object in it, "
                "an object is one row. The whole answer when absent."),
    WEIR_NODE(struct http_resource_options, partitions, .example = "{ region: [eu, us] }",
        .help = "Ask once for each value, as `{partition.NAME}`: a list, a range `{ from: 1, to: "
                "9 }`, or the lines of a file `{ file: urls.txt }`; several names make a product. "
                "`{ resource: "
                "orders, field: id, group: 100 }`: a column of another resource's rows, so many of "
                "them at once."),
    WEIR_NODE(struct http_resource_options, include_from_parent, .example = "[id]",
        .help = "Columns of the parent's row that each of its rows gets: a list, whose columns are "
                "named `PARENT_COLUMN`, or a map that names them, `{ repo_id: id }`."),
    WEIR_VARIANT(struct http_resource_options, paginator, http_paginator_variants,
        .initial = "single_page", .help = "How an answer leads to the next page."),
    WEIR_GROUP(struct http_resource_options, job, struct http_job_options, http_job_option_table,
        .help = "The request creates a job, and its rows are what comes of that."),
    WEIR_BOOL(struct http_resource_options, stream, .initial = "false",
        .help =
            "Load rows while the rest of the answer is still arriving, so that it may be larger "
            "than memory: `max_response_size` does not hold for it. See large answers, below."),
    WEIR_VARIANT(struct http_resource_options, auth, http_auth_variants, .tuning = true,
        .initial = "none", .help = "How to log in."),
    WEIR_GROUP(struct http_resource_options, retry, struct http_retry_options,
        http_retry_option_table, .tuning = true, .help = "When a failed request is tried again."),
    WEIR_BOOL(struct http_resource_options, conditional, .tuning = true, .initial = "false",
        .help = "Ask only for what has changed since the last complete pass, by ETag and "
                "Last-Modified; what has not is not loaded again."),
    WEIR_GROUPS(struct http_resource_options, response_actions, struct http_action,
        http_action_options, .tuning = true,
        .help = "What to do about certain answers; the first that fits counts, before all else "
                "that is said here about statuses."),
    WEIR_CHOICE(struct http_resource_options, on_error, on_error_choices, .tuning = true,
        .initial = "fail",
        .help = "What to do about a request that failed for good, or an answer that cannot be "
                "read."),
    WEIR_TEXT(struct http_resource_options, max_failed_partitions, .tuning = true, .min = 1,
        .example = "5%",
        .help = "With another `on_error` than fail: the run fails when more partitions than "
                "this have gaps; a whole number, or a percentage of all partitions."),
    {0},
};

bool http_allowance_parse(const char *text, struct http_allowance *ret_allowance)
{
    size_t digits = strspn(text, "0123456789");
    char *end;
    double number;

    if (digits == 0 || digits > 15)
        return false;
    number = strtod(text, &end);
    if (end < text + digits || strspn(text, "0123456789.%") != strlen(text))
        return false;
    *ret_allowance = (struct http_allowance){number, *end == '%'};
    if (*end == '%')
        return end[1] == '\0' && number <= 100;
    return *end == '\0' && end == text + digits;
}

uint64_t http_allowance_of(const struct http_allowance *allowance, uint64_t n_partitions)
{
    if (!allowance->is_share)
        return (uint64_t)allowance->number;
    return (uint64_t)(allowance->number / 100 * (double)n_partitions);
}

const char *http_method_name(int method)
{
    return method == HTTP_POST ? "POST" : method == HTTP_PUT ? "PUT" : "GET";
}
