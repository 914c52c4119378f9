/*
 * What answers usually say about further pages: the places where links, cursors and
 * totals stand in many APIs. For the paginator `auto`.
 */
#ifndef WEIR_HTTP_SIGNS_H
#define WEIR_HTTP_SIGNS_H

#include <weir/json.h>

/* A value, and the path at which it was found; path NULL: at none of the usual ones. */
struct http_sign {
    const char *path;
    const char *text;  /* of a link or cursor; NULL: null, empty, or no text */
    const char *param; /* what the next request carries it in */
    int64_t number;    /* of a count; -1: none */
};

struct http_signs {
    struct http_sign link;
    struct http_sign cursor;
    struct http_sign page, n_pages;        /* this page, and how many there are */
    struct http_sign offset, limit, total; /* rows before this page, in it, and in all */
    struct http_sign more;                 /* number 1: another page is said to follow */
};

/* The paths as they are looked for: in the arena, once. */
struct http_sign_paths;
const struct http_sign_paths *http_sign_paths_new(struct weir_arena *arena);
/* Is it a parameter that the paginator may send? `text` need not end behind it. */
bool http_sign_is_param(struct weir_str text);
const char *http_sign_param(size_t i); /* NULL behind the last */

/* Reads them from a JSON document. On workers. In the arena. */
enum weir_status http_signs_read(const struct http_sign_paths *paths,
    struct weir_json_reader *reader, struct weir_str body, struct weir_arena *arena,
    struct http_signs *ret_signs, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
