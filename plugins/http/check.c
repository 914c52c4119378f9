#include "check.h"

#include "answer/actions.h"
#include "auth/credential.h"
#include "cache/cache_options.h"
#include "cache/past.h"
#include "client/url.h"
#include "family/fanout.h"
#include "family/take.h"
#include "format/format.h"
#include "job/job.h"
#include "options.h"
#include "paging/paginator.h"
#include "politeness/limits.h"
#include "request/data.h"
#include "request/header.h"
#include "stream/stream.h"

#include <string.h>
#include <strings.h>
#include <weir/partition.h>

/* One resource as it is checked. */
struct subject {
    const struct http_options *connection;
    const struct weir_resource *resource;
    const struct http_resource_options *options;
    const struct weir_node *config;
    struct http_check_names names;
};

/* The node of an option, or where the resource stands. */
static const struct weir_node *node_of(const struct subject *s, const char *key)
{
    const struct weir_node *node = weir_node_get(s->config, key);

    return node ? node : s->config;
}

/* A text that is known already: nothing is left to be filled in. */
static bool constant_text(
    const struct weir_template *t, struct weir_arena *arena, struct weir_str *ret_text)
{
    struct weir_error ignored = {0};

    return weir_template_roots(t) == 0 && weir_template_fill(t, arena, WEIR_ENCODE_NONE, NULL, NULL,
                                              ret_text, &ignored) == WEIR_OK;
}

static void check_url(struct weir_mistakes *mistakes, const struct weir_node *at, const char *url)
{
    struct weir_error error = {0};

    if (http_url_check(url, &error) != WEIR_OK)
        weir_mistake(
            mistakes, at, 0, weir_copy_text(mistakes->arena, error.code), "%s", error.text);
}

static void check_address(struct subject *s, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = s->options;
    struct weir_str text;

    if (!o->url && !o->path)
        weir_mistake(mistakes, s->config, 0, "E-REQUIRED",
            "%s needs 'url', or 'path' with 'base_url'", s->resource->name);
    if (o->url && o->path)
        weir_mistake(mistakes, node_of(s, "url"), 0, "E-VALUE",
            "'url' and 'path' exclude each other: 'url' is the whole address, 'path' what stands "
            "behind 'base_url'");
    if (o->path && !o->url && !s->connection->base_url)
        weir_mistake(mistakes, node_of(s, "path"), 0, "E-REQUIRED",
            "'path' needs 'base_url' under extract; or write the whole address as 'url'");
    if (o->url && constant_text(o->url, s->names.arena, &text))
        check_url(mistakes, node_of(s, "url"), text.ptr);
    if (o->url)
        http_check_template(&s->names, o->url, node_of(s, "url"));
    if (o->path)
        http_check_template(&s->names, o->path, node_of(s, "path"));
}

static void check_header(struct subject *s, size_t i, struct weir_mistakes *mistakes)
{
    const struct weir_named_template *headers = s->options->headers.items;
    const struct weir_named_template *header = &headers[i];
    const char *login = http_credential_header_name(&s->options->auth);
    struct weir_str text;

    if (!http_header_name_is_valid(header->name))
        weir_mistake(mistakes, header->node, 0, "E-HEADER", "'%s' cannot be the name of a header",
            header->name);
    else if (http_header_is_reserved(header->name))
        weir_mistake(mistakes, header->node, 0, "E-HEADER", "'%s' is set by weir itself%s",
            header->name, strcasecmp(header->name, "User-Agent") == 0 ? "; see user_agent" : "");
    else if (login && strcasecmp(header->name, login) == 0)
        weir_mistake(
            mistakes, header->node, 0, "E-HEADER", "'%s' is set here and by auth", header->name);
    for (size_t k = 0; k < i; k++)
        if (strcasecmp(headers[k].name, header->name) == 0)
            weir_mistake(mistakes, header->node, 0, "E-HEADER",
                "'%s' is here already as '%s': names of headers have no case", header->name,
                headers[k].name);
    if (constant_text(header->value, s->names.arena, &text) && !http_header_value_is_valid(text))
        weir_mistake(mistakes, header->node, 0, "E-HEADER",
            "the value for '%s' holds a line break or another control byte", header->name);
    http_check_template(&s->names, header->value, header->node);
}

static void check_body(struct subject *s, const char *key, const struct weir_document *body,
    struct weir_mistakes *mistakes)
{
    if (!body)
        return;
    http_check_document(&s->names, body, node_of(s, key));
    if (s->options->method == HTTP_GET)
        weir_mistake(
            mistakes, node_of(s, key), 0, "E-VALUE", "a GET carries no body; say method: POST");
}

static void check_request(struct subject *s, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *o = s->options;

    s->names.may_be_left_out = true;
    for (size_t i = 0; i < o->params.n; i++)
        http_check_template(&s->names, o->params.items[i].value, o->params.items[i].node);
    s->names.may_be_left_out = false;
    for (size_t i = 0; i < o->headers.n; i++)
        check_header(s, i, mistakes);
    check_body(s, "json", o->json, mistakes);
    check_body(s, "data", o->data, mistakes);
    if (o->data)
        http_data_check(o->data, node_of(s, "data"), mistakes);
    if (o->data && o->json)
        weir_mistake(mistakes, node_of(s, "data"), 0, "E-VALUE",
            "'json' and 'data' exclude each other: a request has one body");
}

static void check_partitions(struct subject *s, struct weir_mistakes *mistakes)
{
    const struct weir_node *node = s->options->partitions;
    struct http_fanout fanout;

    if (!node)
        return;
    s->names.partitions_node = node;
    s->names.partitions_are_sound = http_fanout_parse(node, s->names.arena, mistakes, &fanout);
    if (fanout.lists)
        s->names.partitions_are_sound &=
            weir_partitions_parse(s->names.arena, fanout.lists, mistakes) != NULL;
}

static void check_failures(const struct subject *s, struct weir_mistakes *mistakes)
{
    const char *text = s->options->max_failed_partitions;
    struct http_allowance allowance;

    http_retry_check(&s->options->retry, node_of(s, "retry"), mistakes);
    if (!text)
        return;
    if (!http_allowance_parse(text, &allowance))
        weir_mistake(mistakes, node_of(s, "max_failed_partitions"), 0, "E-VALUE",
            "'max_failed_partitions' needs a whole number, or a percentage from 0%% to 100%%, got "
            "'%s'",
            text);
    else if (s->options->on_error == HTTP_FAIL)
        weir_mistake_warn(mistakes, node_of(s, "max_failed_partitions"), "E-VALUE",
            "'max_failed_partitions' does nothing with on_error: fail, where the first failure "
            "ends the run");
}

static void check_resource(
    struct weir_stage *stage, const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    struct subject s = {.connection = stage->state,
        .resource = resource,
        .options = resource->options,
        .config = resource->config,
        .names = {.arena = mistakes->arena,
            .mistakes = mistakes,
            .incremental = resource->incremental,
            .incremental_node = weir_node_get(resource->config, "incremental")}};

    http_takes_check(resource, mistakes);
    check_partitions(&s, mistakes);
    check_address(&s, mistakes);
    check_request(&s, mistakes);
    http_format_check(s.options, s.config, mistakes);
    http_credential_check(&s.options->auth, s.connection->base_url, mistakes);
    http_paginator_check(&(struct http_paging_site){s.options, s.config,
                             http_credential_header_name(&s.options->auth)},
        mistakes);
    http_job_check(resource, s.connection, &s.names, mistakes);
    http_stream_check(resource, s.options, mistakes);
    check_failures(&s, mistakes);
    http_past_check(resource, weir_node_get(stage->config, "cache") != NULL, mistakes);
    http_actions_check(resource, http_credential_renews(&s.options->auth),
        node_of(&s, "response_actions"), mistakes);
    if (s.names.partitions_are_sound && !s.names.partitions_are_used)
        weir_mistake_warn(mistakes, s.names.partitions_node, "E-VALUE",
            "no placeholder uses these partitions, so each asks for the same");
}

static size_t count_gets(const struct weir_stage *stage)
{
    size_t n = 0;

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct http_resource_options *options = stage->resources[i]->options;

        n += options->method == HTTP_GET && !options->stream &&
             !http_job_is_used(stage->resources[i]);
    }
    return n;
}

void http_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct http_options *options = stage->state;

    if (options->base_url)
        check_url(mistakes, weir_node_get(stage->config, "base_url"), options->base_url);
    http_check_connection(options, stage->config, mistakes);
    http_limits_check(&options->rate_limits, weir_node_get(stage->config, "rate_limits"), mistakes);
    for (size_t i = 0; i < stage->n_resources; i++)
        check_resource(stage, stage->resources[i], mistakes);
    http_cache_check(stage->config, count_gets(stage), mistakes);
}
