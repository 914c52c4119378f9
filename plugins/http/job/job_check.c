/* What can be known of a job before anything is asked for. */
#include "job.h"

#include "answer/actions.h"
#include "auth/credential.h"
#include "check.h"
#include "request/header.h"

#include <string.h>
#include <strings.h>

enum { MOST_POLLS = 10000 }; /* of a job */

struct subject {
    const struct weir_resource *resource;
    const struct http_resource_options *options;
    const struct http_options *connection;
    const struct weir_node *node; /* of the job */
    struct http_check_names *names;
    struct weir_mistakes *mistakes;
};

/* The node of a key of a group, or of the group, or of the job. */
static const struct weir_node *node_of(const struct subject *s, const char *group, const char *key)
{
    const struct weir_node *node = weir_node_get(s->node, group);
    const struct weir_node *inner = weir_node_get(node, key);

    return inner ? inner : node ? node : s->node;
}

/* --- requests ------------------------------------------------------------------------------- */

static void check_headers(struct subject *s, const struct weir_templates *headers)
{
    const char *login = http_credential_header_name(&s->options->auth);

    for (size_t i = 0; i < headers->n; i++) {
        const struct weir_named_template *header = &headers->items[i];

        http_check_template(s->names, header->value, header->node);
        if (!http_header_name_is_valid(header->name))
            weir_mistake(s->mistakes, header->node, 0, "E-HEADER",
                "'%s' cannot be the name of a header", header->name);
        else if (http_header_is_reserved(header->name))
            weir_mistake(s->mistakes, header->node, 0, "E-HEADER", "'%s' is set by weir itself",
                header->name);
        else if (login && strcasecmp(header->name, login) == 0)
            weir_mistake(s->mistakes, header->node, 0, "E-HEADER", "'%s' is set here and by auth",
                header->name);
    }
}

static void check_address(struct subject *s, const char *group, const struct weir_template *path,
    const struct weir_template *url)
{
    if (path && url)
        weir_mistake(s->mistakes, node_of(s, group, "url"), 0, "E-VALUE",
            "'url' and 'path' exclude each other: 'url' is the whole address, 'path' what stands "
            "behind 'base_url'");
    if (path && !s->connection->base_url)
        weir_mistake(s->mistakes, node_of(s, group, "path"), 0, "E-REQUIRED",
            "'path' needs 'base_url' under extract; or write the whole address as 'url'");
    if (path)
        http_check_template(s->names, path, node_of(s, group, "path"));
    if (url)
        http_check_template(s->names, url, node_of(s, group, "url"));
}

static void check_poll(struct subject *s)
{
    const struct http_job_poll *poll = &s->options->job.poll;

    check_address(s, "poll", poll->path, poll->url);
    check_headers(s, &poll->headers);
    if (poll->json)
        http_check_document(s->names, poll->json, node_of(s, "poll", "json"));
    if (poll->json && poll->method == HTTP_GET)
        weir_mistake(s->mistakes, node_of(s, "poll", "json"), 0, "E-VALUE",
            "a GET carries no body; say method: POST");
    if (poll->timeout < poll->interval)
        weir_mistake(s->mistakes, node_of(s, "poll", "timeout"), 0, "E-VALUE",
            "'timeout' is shorter than 'interval', so no job could be waited for");
    else if (poll->timeout / poll->interval > MOST_POLLS)
        weir_mistake(s->mistakes, node_of(s, "poll", "interval"), 0, "E-VALUE",
            "with this 'timeout' a job would be asked about more than %d times; give a longer "
            "'interval'",
            MOST_POLLS);
}

static void check_download(struct subject *s)
{
    const struct http_job_download *download = &s->options->job.download;
    struct http_job_urls_place place;

    check_address(s, "download", download->path, download->url);
    check_headers(s, &download->headers);
    http_paginator_check_hosts(
        &download->allow_hosts, weir_node_get(s->node, "download"), s->mistakes);
    if (download->urls_path &&
        !http_job_urls_split(download->urls_path, s->mistakes->arena, &place))
        weir_mistake(s->mistakes, node_of(s, "download", "urls_path"), 0, "E-VALUE",
            "behind [*] only names can stand, as in files[*].url");
    if (download->login && !download->allow_hosts.n)
        weir_mistake_warn(s->mistakes, node_of(s, "download", "login"), "E-VALUE",
            "'login' does nothing without 'allow_hosts'");
}

/* --- what it says of statuses --------------------------------------------------------------- */

static void check_apart(struct subject *s, const struct weir_strs *words, const char *name,
    const struct weir_strs *others, const char *other)
{
    for (size_t i = 0; i < words->n; i++)
        for (size_t k = 0; k < others->n; k++)
            if (strcmp(words->items[i], others->items[k]) == 0)
                weir_mistake(s->mistakes, node_of(s, "status", other), 0, "E-VALUE",
                    "'%s' is among '%s' already", words->items[i], name);
}

static void check_status(struct subject *s)
{
    const struct http_job_status *status = &s->options->job.status;

    if (status->path && !status->completed.n)
        weir_mistake(s->mistakes, node_of(s, "status", "path"), 0, "E-REQUIRED",
            "'path' needs 'completed': the statuses of a job that is done, such as [Completed]");
    if (!status->path && (status->completed.n || status->failed.n || status->running.n))
        weir_mistake(s->mistakes, node_of(s, "status", "completed"), 0, "E-REQUIRED",
            "'completed', 'failed' and 'running' need 'path': where the answer holds the status");
    check_apart(s, &status->completed, "completed", &status->failed, "failed");
    check_apart(s, &status->completed, "completed", &status->running, "running");
    check_apart(s, &status->failed, "failed", &status->running, "running");
}

/* --- what it cannot be had together with ------------------------------------------------------ */

static bool is_any(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* Its pages cannot begin anew but with another job. */
static void check_actions(struct subject *s)
{
    const struct http_action *actions = s->options->response_actions.items;
    const struct weir_node *node = weir_node_get(s->resource->config, "response_actions");

    for (size_t i = 0; i < s->options->response_actions.n; i++)
        if (actions[i].action == HTTP_RESET)
            weir_mistake(s->mistakes, node ? node : s->node, 0, "E-VALUE",
                "'reset_pagination' cannot be had together with 'job'; use retry");
}

/* Pages of a part are named by the page before, and the request that carries the name has no body. */
static void check_paginator(struct subject *s)
{
    static const char *const fit[] = {
        "single_page", "cursor", "header_cursor", "json_link", "header_link", NULL};
    const struct weir_node *node = weir_node_get(s->resource->config, "paginator");
    const struct weir_variant_type *type = s->options->paginator.type;

    if (type && !is_any(type->name, fit))
        weir_mistake(s->mistakes, node ? node : s->node, 0, "E-VALUE",
            "a job's result cannot be read with the paginator '%s'; its parts may have pages by "
            "cursor, header_cursor, json_link or header_link",
            type->name);
    else if (weir_node_get(node, "cursor_body_path"))
        weir_mistake(s->mistakes, weir_node_get(node, "cursor_body_path"), 0, "E-VALUE",
            "the result of a job is asked for without a body; say cursor_param, cursor_header or "
            "path_param");
}

void http_job_check(const struct weir_resource *resource, const struct http_options *connection,
    struct http_check_names *names, struct weir_mistakes *mistakes)
{
    struct subject s = {resource, resource->options, connection,
        weir_node_get(resource->config, "job"), names, mistakes};
    struct http_job_names job_names;

    if (!http_job_is_used(resource))
        return;
    if (s.options->conditional)
        weir_mistake(mistakes, weir_resource_node(resource, "conditional"), 0, "E-VALUE",
            "'conditional' cannot be had together with 'job', which each pass creates anew; say "
            "conditional: false");
    http_job_names_find(&job_names, &s.options->job, s.node, mistakes->arena, mistakes);
    check_poll(&s);
    check_status(&s);
    check_download(&s);
    check_paginator(&s);
    check_actions(&s);
}
