#include "format.h"

#include "paging/paginator.h"

#include <string.h>
#include <strings.h>
#include <weir/mend.h>

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
    {"application/json-seq", &http_format_json_seq},
    {"text/csv", &http_format_csv},
    {"application/csv", &http_format_csv},
    {"application/xml", &http_format_xml},
    {"text/xml", &http_format_xml},
    {"application/atom+xml", &http_format_xml},
    {"application/rss+xml", &http_format_xml},
};

/* NULL: each answer says it. */
static const struct http_format *named_format(const struct http_resource_options *options)
{
    switch (options->format.type ? options->format.type->value : HTTP_FORMAT_AUTO) {
    case HTTP_FORMAT_JSON:
        return &http_format_json;
    case HTTP_FORMAT_NDJSON:
        return &http_format_ndjson;
    case HTTP_FORMAT_JSON_SEQ:
        return &http_format_json_seq;
    case HTTP_FORMAT_CSV:
        return &http_format_csv;
    case HTTP_FORMAT_XML:
        return &http_format_xml;
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

struct weir_str http_format_mend(const struct http_resource_options *options,
    const struct http_format *format, struct weir_str body, struct weir_arena *arena)
{
    const struct http_format_options *said = options->format.options;
    const struct weir_mend mend = {.nul = (enum weir_nul)said->nul,
        .replaces_bytes = said->invalid_utf8 == HTTP_UTF8_REPLACE,
        .is_json = format->has_escapes};

    return weir_mend(arena, body, &mend);
}

bool http_format_hides_cuts(const struct http_resource_options *options)
{
    const struct http_format *named = named_format(options);

    return named && named != &http_format_json;
}

static void check_paginator(const struct http_format *format,
    const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    const struct weir_node *node = weir_node_get(config, "paginator");
    struct http_paginator paginator;

    http_paginator_init(&paginator, &options->paginator);
    if (paginator.next_path || paginator.total_path || paginator.has_more_path)
        weir_mistake(mistakes, node ? node : config, 0, "E-VALUE",
            "this paginator looks into the answer, but %s has nothing beside its rows; use "
            "header_link, or page_number or offset without paths",
            format->shown);
}

void http_format_check(const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    const struct http_format *named = named_format(options);
    const struct weir_node *node = weir_node_get(config, "format");

    if (named && !named->pick)
        check_paginator(named, options, config, mistakes);
    if (named == &http_format_json)
        http_json_check(options->format.options, node ? node : config, mistakes);
    if (named == &http_format_xml)
        http_xml_check(options, config, mistakes);
    if (named != &http_format_csv)
        return;
    if (options->data_selector)
        weir_mistake(mistakes, weir_node_get(config, "data_selector"), 0, "E-VALUE",
            "CSV has nothing but rows, so there is nothing to select");
    http_csv_check(options->format.options, node ? node : config, mistakes);
}
