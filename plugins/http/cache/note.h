/*
 * What `conditional` wants to know of an answer in a later pass, as the text of a note: what its
 * server calls it by, which request it was for, and what it said about the pages to come, so that
 * one that has not changed can be judged without its body.
 */
#ifndef WEIR_HTTP_NOTE_H
#define WEIR_HTTP_NOTE_H

#include "paging/paginator.h"
#include "validators.h"

enum { HTTP_NOTE_REQUEST = 17 };

struct http_note {
    char request[HTTP_NOTE_REQUEST]; /* a hash, in hexadecimal */
    struct http_validators validators;
    uint64_t n_rows;
    int64_t total;
    enum http_more more;
    bool stops;
};

/* In the arena; NULL: there is nothing to ask by, or it would be too long. */
const char *http_note_text(const struct http_note *note, struct weir_arena *arena);
/* In the arena; false: it is none. */
bool http_note_read(const char *text, struct weir_arena *arena, struct http_note *ret_note);

#endif
