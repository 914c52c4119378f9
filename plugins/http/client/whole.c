#include "whole.h"

static const char order_mark[] = "\xef\xbb\xbf";

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void open_or_close(struct http_whole *whole, char c)
{
    whole->depth += c == '{' || c == '[';
    whole->depth -= c == '}' || c == ']';
    if (whole->depth == 0)
        whole->place = HTTP_WHOLE_BEHIND;
}

static void begin(struct http_whole *whole, char c)
{
    enum { MARK_SIZE = sizeof(order_mark) - 1 };

    if (whole->n < MARK_SIZE && c == order_mark[whole->n]) {
        whole->n++;
        return;
    }
    /* A part of the mark is no mark; behind anything else none may stand. */
    if (whole->n > 0 && whole->n < MARK_SIZE) {
        whole->place = HTTP_WHOLE_NEVER;
        return;
    }
    whole->n = MARK_SIZE;
    if (is_blank(c))
        return;
    whole->place = c == '{' || c == '[' ? HTTP_WHOLE_INSIDE : HTTP_WHOLE_NEVER;
    if (whole->place == HTTP_WHOLE_INSIDE)
        open_or_close(whole, c);
}

/* How many bytes of a string's inside need no look. */
static size_t plain(const char *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && bytes[i] != '"' && bytes[i] != '\\')
        i++;
    return i;
}

static void take(struct http_whole *whole, char c)
{
    switch (whole->place) {
    case HTTP_WHOLE_BEFORE:
        begin(whole, c);
        break;
    case HTTP_WHOLE_INSIDE:
        if (c == '"')
            whole->place = HTTP_WHOLE_STRING;
        else
            open_or_close(whole, c);
        break;
    case HTTP_WHOLE_STRING:
        whole->place = c == '"'    ? HTTP_WHOLE_INSIDE
                       : c == '\\' ? HTTP_WHOLE_ESCAPE
                                   : HTTP_WHOLE_STRING;
        break;
    case HTTP_WHOLE_ESCAPE:
        whole->place = HTTP_WHOLE_STRING;
        break;
    case HTTP_WHOLE_BEHIND:
        if (!is_blank(c))
            whole->place = HTTP_WHOLE_NEVER;
        break;
    case HTTP_WHOLE_NEVER:
        break;
    }
}

void http_whole_add(struct http_whole *whole, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && whole->place != HTTP_WHOLE_NEVER; i++) {
        if (whole->place == HTTP_WHOLE_STRING)
            i += plain(bytes + i, n - i);
        if (i < n)
            take(whole, bytes[i]);
    }
}

bool http_whole_is(const struct http_whole *whole)
{
    return whole->place == HTTP_WHOLE_BEHIND;
}

bool http_json_is_whole(struct weir_str text)
{
    struct http_whole whole = {0};

    http_whole_add(&whole, text.ptr, text.len);
    return http_whole_is(&whole);
}
