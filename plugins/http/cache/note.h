/*
 * What `conditional` wants to know of an answer in a later pass, as the text of a note: what its
 * server calls it by, which request it was for, and what it said about the pages to come, so that
 * one that has not changed can be judged without its body. Any thread.
 */
#ifndef WEIR_HTTP_NOTE_H
#define WEIR_HTTP_NOTE_H

#include "paging/paginator.h"
#include "validators.h"

enum { HTTP_NOTE_HASH = 17 };

struct http_note {
    char request[HTTP_NOTE_HASH]; /* a hash, in hexadecimal */
    char body[HTTP_NOTE_HASH];    /* the same of the answer's body; "": it was not read */
    struct http_validators validators;
    uint64_t n_rows;
    int64_t total;
    enum http_more more;
    bool stops;
};

/* In the arena; NULL: the body was not read, or it would be too long. */
const char *http_note_text(const struct http_note *note, struct weir_arena *arena);
/* In the arena; false: it is none. */
bool http_note_read(const char *text, struct weir_arena *arena, struct http_note *ret_note);

#endif
