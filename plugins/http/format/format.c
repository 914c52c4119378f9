#include "format.h"

#include "paging/paginator.h"

#include <string.h>
#include <strings.h>

enum { FORMAT_AUTO, FORMAT_JSON, FORMAT_NDJSON };

const struct weir_variant_type http_format_variants[] = {
    {"auto", "By the answer's Content-Type; what it does not name is JSON.", FORMAT_AUTO, NULL, 0},
    {"json", "One JSON document.", FORMAT_JSON, NULL, 0},
    {"ndjson",
        "JSON Lines: a JSON document on each line, in each of which `data_selector` is looked for.",
        FORMAT_NDJSON, NULL, 0},
    {0},
};

static const struct {
    const char *type;
    const struct http_format *format;
} types[] = {
    {"application/x-ndjson", &http_format_ndjson},
    {"application/ndjson", &http_format_ndjson},
    {"application/jsonl", &http_format_ndjson},
    {"application/x-jsonlines", &http_format_ndjson},
    {"application/jsonlines", &http_format_ndjson},
    {"application/stream+json", &http_format_ndjson},
    {"text/x-ndjson", &http_format_ndjson},
    {"text/ndjson", &http_format_ndjson},
    {"text/jsonl", &http_format_ndjson},
};

/* NULL: each answer says it. */
static const struct http_format *named_format(const struct http_resource_options *options)
{
    switch (options->format.type ? options->format.type->value : FORMAT_AUTO) {
    case FORMAT_JSON:
        return &http_format_json;
    case FORMAT_NDJSON:
        return &http_format_ndjson;
    default:
        return NULL;
    }
}

const struct http_format *http_format_find(
    const struct http_resource_options *options, const char *content_type)
{
    const struct http_format *named = named_format(options);
    size_t length = strcspn(content_type, "; \t");

    for (size_t i = 0; !named && i < sizeof(types) / sizeof(*types); i++)
        if (strlen(types[i].type) == length &&
            strncasecmp(types[i].type, content_type, length) == 0)
            named = types[i].format;
    return named ? named : &http_format_json;
}

bool http_format_hides_cuts(const struct http_resource_options *options)
{
    const struct http_format *named = named_format(options);

    return named && named != &http_format_json;
}

void http_format_check(const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    const struct http_format *named = named_format(options);
    const struct weir_node *node = weir_node_get(config, "paginator");
    struct http_paginator paginator;

    if (!named || named->pick)
        return;
    http_paginator_init(&paginator, &options->paginator);
    if (paginator.next_path || paginator.total_path || paginator.has_more_path)
        weir_mistake(mistakes, node ? node : config, 0, "E-VALUE",
            "this paginator looks into the answer, but %s has nothing beside its rows; use "
            "header_link, or page_number or offset without paths",
            named->shown);
}
