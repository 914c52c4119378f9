#include "encoding.h"

#include <string.h>
#include <strings.h>

static const struct http_encoding *const encodings[] = {
    &http_encoding_gzip,
    &http_encoding_brotli,
    &http_encoding_zstd,
};

static bool is_called(const char *name, struct weir_str value)
{
    return name && strlen(name) == value.len && strncasecmp(name, value.ptr, value.len) == 0;
}

const struct http_encoding *http_encoding_find(struct weir_str name)
{
    for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
        if (is_called(encodings[i]->name, name) || is_called(encodings[i]->alias, name))
            return encodings[i];
    return NULL;
}
