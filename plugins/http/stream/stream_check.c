/* What `stream` cannot be had together with. */
#include "stream.h"

#include "answer/actions.h"
#include "format/format.h"
#include "job/job.h"
#include "paging/paginator.h"
#include "split.h"

#include <string.h>

static const struct weir_node *node_of(const struct weir_resource *resource, const char *key)
{
    const struct weir_node *node = weir_node_get(resource->config, key);

    return node ? node : resource->config;
}

static bool is_good_status(const char *pattern)
{
    return *pattern == '2';
}

/* Rows of an answer are loaded before all of it can be looked at. */
static bool looks_into_rows(const struct http_action *action)
{
    bool may_be_good = action->status_code.n == 0;

    for (size_t i = 0; i < action->status_code.n; i++)
        may_be_good |= is_good_status(action->status_code.items[i]);
    return may_be_good && (action->content || action->when);
}

static void check_actions(const struct weir_resource *resource,
    const struct http_resource_options *options, struct weir_mistakes *mistakes)
{
    const struct http_action *actions = options->response_actions.items;

    for (size_t i = 0; i < options->response_actions.n; i++)
        if (looks_into_rows(&actions[i]))
            weir_mistake(mistakes, node_of(resource, "response_actions"), 0, "E-VALUE",
                "with 'stream' the rows of a good answer are loaded before it is all there, so "
                "'content' and 'when' can decide about errors only: give them a status_code such "
                "as 4xx");
}

static void check_format(const struct weir_resource *resource,
    const struct http_resource_options *options, struct weir_mistakes *mistakes)
{
    int format = options->format.type ? options->format.type->value : HTTP_FORMAT_AUTO;
    const struct http_format_options *said = options->format.options;

    if (format == HTTP_FORMAT_XML || format == HTTP_FORMAT_JSON_SEQ)
        weir_mistake(mistakes, node_of(resource, "format"), 0, "E-VALUE",
            "'stream' cannot cut %s into pieces; it can json, ndjson and csv",
            format == HTTP_FORMAT_XML ? "XML" : "sequences of JSON texts");
    if (format == HTTP_FORMAT_JSON && said && said->schema_path)
        weir_mistake(mistakes, node_of(resource, "format"), 0, "E-VALUE",
            "'schema_path' needs the whole answer, which 'stream' never has; list the names "
            "under 'columns'");
    if (options->data_selector && !http_split_takes(options->data_selector))
        weir_mistake(mistakes, node_of(resource, "data_selector"), 0, "E-VALUE",
            "'stream' finds the array of the rows by keys alone, such as data.items");
}

void http_stream_check(const struct weir_resource *resource,
    const struct http_resource_options *options, struct weir_mistakes *mistakes)
{
    struct http_paginator paginator;

    if (!options->stream)
        return;
    http_paginator_init(&paginator, &options->paginator);
    if (paginator.max_pages != 1)
        weir_mistake(mistakes, node_of(resource, "paginator"), 0, "E-VALUE",
            "'stream' is for one large answer, and pages are no such; leave one of the two out");
    if (resource->n_children)
        weir_mistake(mistakes, node_of(resource, "stream"), 0, "E-VALUE",
            "'%s' is read for rows of '%s', which would open more than is bounded while it is "
            "streamed; leave 'stream' out",
            resource->children[0]->name, resource->name);
    if (http_job_is_used(resource))
        weir_mistake(mistakes, node_of(resource, "stream"), 0, "E-VALUE",
            "'stream' is for answers, and the results of a 'job' are read as wholes; leave one of "
            "the two out");
    if (options->conditional)
        weir_mistake(mistakes, node_of(resource, "conditional"), 0, "E-VALUE",
            "'conditional' is for answers that are units, and with 'stream' the pieces are; leave "
            "one of the two out");
    check_format(resource, options, mistakes);
    check_actions(resource, options, mistakes);
}
