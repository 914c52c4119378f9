/*
 * Where a paginator's value goes in a request: a parameter of the query, a header,
 * a place in the JSON body or a field of the form, or the path.
 */
#ifndef WEIR_HTTP_PLACE_H
#define WEIR_HTTP_PLACE_H

#include <weir/option.h>

enum { HTTP_MARK_MAX = 64 * 1024 }; /* bytes of what a server names a page by */

struct http_request;
struct http_paging_site;

/* What the file says about one value: at most one of the three. None of them: it stands in the
 * paginator's path_param. */
struct http_place {
    const char *key;    /* "page": it is {page} in path_param */
    const char *prefix; /* "page_": its options are page_param, page_header, ... */
    const char *param;
    const char *header;
    const struct weir_path *body_path;
};

/* A value at its place. In a body it goes as JSON, elsewhere as text. */
struct http_placed {
    struct http_place place;
    struct weir_str text;
};

/* The default for `param`: it holds unless something else is said. */
const char *http_place_param(
    const struct http_place *place, const char *path_param, const char *initial);
/* Puts them all into the request; what is changed is in the arena. `path_param` may be NULL. */
void http_place_values(const struct http_placed *values, size_t n, const char *path_param,
    struct weir_arena *arena, struct http_request *request);
/* Can values be put into this request's body? A value of a partition may have made it one of those
 * that are not read. */
enum weir_status http_place_check_body(const struct http_request *request, struct weir_arena *arena,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Can a value that a server gave stand there? */
enum weir_status http_place_accepts(const struct http_place *place, struct weir_str text,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* What cannot work: two places for one value, a header or parameter that is taken, a body that is
 * not sent. `node` is the paginator's. */
void http_place_check(const struct http_place *place, const char *path_param,
    const struct weir_node *node, const struct http_paging_site *site,
    struct weir_mistakes *mistakes);
/* The placeholders in path_param are those of the places, each once. */
void http_place_check_path(const struct http_place *places, size_t n, const char *path_param,
    const struct weir_node *node, struct weir_mistakes *mistakes);

#endif
