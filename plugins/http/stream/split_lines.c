/* Records that end with their line, and not in quotes, where the format has such. */
#include "split.h"

#include <string.h>

/* Behind the next end of a line; NULL: none comes. */
static const char *next_end(struct http_split *split, const char *at, const char *end)
{
    if (!split->form.has_quotes) {
        at = memchr(at, '\n', (size_t)(end - at));
        return at ? at + 1 : NULL;
    }
    while (at < end) {
        if (split->in_quotes) {
            at = memchr(at, '"', (size_t)(end - at));
            if (!at)
                return NULL;
        }
        while (at < end && *at != '"' && *at != '\n')
            at++;
        if (at == end)
            return NULL;
        if (*at++ == '\n')
            return at;
        /* A doubled quote ends the text and begins it again. */
        split->in_quotes = !split->in_quotes;
    }
    return NULL;
}

static size_t look(struct http_split *split, const char *bytes, size_t n)
{
    bool in_header = split->form.has_header && !split->has_header;
    const char *at = bytes;

    while ((at = next_end(split, at, bytes + n))) {
        split->record = split->prefix.bytes + (uint64_t)(at - bytes);
        split->is_cut = !in_header && split->record >= split->goal;
        if (split->is_cut || in_header)
            return (size_t)(at - bytes);
    }
    return n;
}

const struct http_split_kind http_split_lines = {.look = look};
