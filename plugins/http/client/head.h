/*
 * The head of an answer, line by line as it arrives: all its fields, to be asked
 * for by name, and what says where the body ends.
 */
#ifndef WEIR_HTTP_HEAD_H
#define WEIR_HTTP_HEAD_H

#include "framing.h"

#include <weir/buf.h>

enum {
    HTTP_HEAD_MAX = 128 * 1024,      /* bytes of all head lines of an answer together */
    HTTP_HEAD_MAX_INFORMATIONAL = 4, /* answers of 1xx before the real one */
};

enum http_head_place {
    HTTP_HEAD_STATUS_LINE, /* nothing yet, or only 1xx so far */
    HTTP_HEAD_LINES,
    HTTP_HEAD_WHOLE, /* what comes now is the body, or trailers */
};

struct http_head {
    enum http_head_place place;
    int status;      /* 0: none yet */
    int minor;       /* the 1 of HTTP/1.1 */
    bool may_be_two; /* "HTTP/2" is no lie; the user's to set */
    bool is_two;     /* it came by HTTP/2 */
    unsigned n_informational;
    size_t bytes;
    bool was_important; /* the line before: it may not go on in the next one */
    struct http_framing framing;
    struct weir_buf fields; /* name, NUL, value, NUL, and so on, in the order they came */
    struct weir_buf links;  /* all Link values, joined by commas */
};

void http_head_init(struct http_head *head);
void http_head_done(struct http_head *head);
/* For the next answer; keeps the memory. */
void http_head_reset(struct http_head *head);

/*
 * Takes a line, its line break included. Fails with E-HTTP-PROTOCOL where it is
 * none of HTTP, E-HTTP-HEADERS where the head grows beyond the limits above.
 * Lines behind the head (trailers) are only counted.
 */
enum weir_status http_head_add(
    struct http_head *head, struct weir_str line, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The first value of a field, whatever the case of its name; NULL: there is none. Good until the
 * head changes. The fields of trailers are not among them. */
const char *http_head_find(const struct http_head *head, const char *name);

#endif
