/*
 * conditional: answers that are the same as in the last complete pass are not loaded again.
 *
 * What a pass has to know of an answer is a note (note.h), which the loader commits with the
 * answer's rows. So whatever is noted is loaded, however runs end. The request asks by it, or by
 * what the cache holds, where something needs the body of an answer that has not changed: the
 * next page, the children, a table that is replaced. An unchanged unit has no rows, and bears its
 * note again. Of the loop's thread, but for what says so.
 */
#ifndef WEIR_HTTP_PAST_H
#define WEIR_HTTP_PAST_H

#include "cache_key.h"
#include "note.h"

#include <weir/stage.h>

struct http_facts;
struct http_page;
struct http_resource;
struct http_unit;

/* Of a resource with `conditional`; NULL instead: it has none. */
struct http_pasts {
    struct http_cache_key common;
    bool needs_bodies; /* also of answers that have not changed */
};

/* Of a page that is asked for, and of its unit. */
struct http_past {
    const char *text;     /* what was noted of it, for this request; NULL: nothing */
    struct http_note was; /* the same */
    struct http_note is;  /* what is to be noted now */
    bool is_asked;        /* the request asks by what was noted */
    bool is_same;         /* the body is that of then */
    bool has_no_body;     /* nothing came but that it is still the same */
};

/* `has_cache`: the file has one. */
void http_past_check(
    const struct weir_resource *resource, bool has_cache, struct weir_mistakes *mistakes);
void http_past_start(struct http_resource *resource, struct weir_arena *arena);

/* Finds what was noted, in the page's arena, and asks by it where the cache does not. */
void http_past_ask(struct http_page *page, struct http_request *request);
bool http_past_is_confirmed(const struct http_page *page, const struct http_response *response);
/* The page's answer is this one: it came, or was kept. */
void http_past_learn(struct http_page *page, const struct http_response *response);
/* It is what was noted, and no body is there. */
void http_past_take(struct http_page *page);

/* For the page's unit, in the batch's arena; NULL: nothing. */
struct http_past *http_past_hand(const struct http_page *page, struct weir_arena *arena);
/* What the answer said about the pages to come. Any thread. */
void http_past_facts(const struct http_past *past, struct http_facts *ret_facts);
/* The body that came, or was kept. Any thread. */
void http_past_read(struct http_past *past, struct weir_str body);
/* Its rows are there already. */
bool http_past_leaves_out(const struct http_past *past, const struct weir_resource *resource);
/* The unit's note; NULL: none. */
const char *http_past_note(
    struct http_past *past, const struct http_facts *facts, struct weir_arena *arena);

#endif
