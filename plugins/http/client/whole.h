/*
 * Is a text one whole JSON document? Looked at as it arrives, so that a large one
 * costs no long look at its end.
 *
 * It is an object or an array that is closed where the text ends; what stands
 * between is the reader's to judge.
 */
#ifndef WEIR_HTTP_WHOLE_H
#define WEIR_HTTP_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <weir/str.h>

enum http_whole_place {
    HTTP_WHOLE_BEFORE, /* nothing yet but a mark of the byte order, or blanks */
    HTTP_WHOLE_INSIDE,
    HTTP_WHOLE_STRING,
    HTTP_WHOLE_ESCAPE, /* behind a backslash in a string */
    HTTP_WHOLE_BEHIND,
    HTTP_WHOLE_NEVER, /* it is something else */
};

/* Zeroed, it has seen nothing. */
struct http_whole {
    enum http_whole_place place;
    size_t depth;
    size_t n; /* bytes of the mark that were seen, or need not be waited for */
};

void http_whole_add(struct http_whole *whole, const char *bytes, size_t n);
bool http_whole_is(const struct http_whole *whole);
/* The same of a text that is all there. */
bool http_json_is_whole(struct weir_str text);

#endif
