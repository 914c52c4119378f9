#include "note.h"

#include "request/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <weir/position.h>

const char *http_note_text(const struct http_note *note, struct weir_arena *arena)
{
    const struct http_validators *by = &note->validators;
    const char *text;

    if (!*note->body)
        return NULL;
    text = weir_printf(arena, "1 %s %s %" PRIu64 " %" PRId64 " %d %d\n%s\n%s", note->request,
        note->body, note->n_rows, note->total, (int)note->more, note->stops, by->tag ? by->tag : "",
        by->time ? by->time : "");
    return strlen(text) <= WEIR_NOTE_MAX ? text : NULL;
}

/* What stands before the next line break, or NULL where that is nothing. */
static const char *take_line(char **at)
{
    char *line = *at, *end = line ? strchr(line, '\n') : NULL;

    *at = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return line && *line ? line : NULL;
}

/* What comes out of a database goes into a request only if it can be part of one. */
static const char *header_of(const char *text)
{
    return text && http_header_value_is_valid(weir_str(text)) ? text : NULL;
}

bool http_note_read(const char *text, struct weir_arena *arena, struct http_note *ret_note)
{
    char *at = weir_copy_text(arena, text);
    const char *first = take_line(&at);
    int more = 0, stops = 0, length = 0;

    *ret_note = (struct http_note){.total = -1};
    if (!first || !at ||
        sscanf(first, "1 %16[0-9a-f] %16[0-9a-f] %" SCNu64 " %" SCNd64 " %d %d%n",
            ret_note->request, ret_note->body, &ret_note->n_rows, &ret_note->total, &more, &stops,
            &length) != 6 ||
        first[length] != '\0' || more < HTTP_MORE_UNKNOWN || more > HTTP_MORE_YES)
        return false;
    ret_note->more = (enum http_more)more;
    ret_note->stops = stops != 0;
    ret_note->validators.tag = header_of(take_line(&at));
    ret_note->validators.time = header_of(take_line(&at));
    return true;
}
