#include "format.h"

const struct http_format *http_format_find(
    const struct http_resource_options *options, const char *content_type)
{
    (void)options;
    (void)content_type;
    return &http_format_json;
}
