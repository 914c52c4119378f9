/*
 * What is kept of a page's answer: looked for when the page comes to the gate, asked about when
 * it has become too old, taken for the answer, or made of one that came.
 *
 * An answer to GET is kept when it is a success, came from the address that was asked, and its
 * server does not forbid it (no-store). One that is young enough stands for a request. A chain
 * whose pages are not all young is asked about from there on, so that pages of before and after a
 * change are not mixed where it can be helped.
 *
 * Of the loop's thread; what becomes of bodies on workers is keep.h's.
 */
#ifndef WEIR_HTTP_KEPT_H
#define WEIR_HTTP_KEPT_H

#include "client/client.h"
#include "folder.h"

struct http_batch_kept;
struct http_credential;
struct http_page;
struct http_resource;
struct http_source;
struct weir_batch;

/* What all requests of a resource have in common; NULL instead: nothing of it is kept. */
struct http_keeping {
    struct http_folder *folder;
    struct http_cache_key common;
    const char **fields; /* of heads, that are kept; NULL ends it */
};

enum http_kept_state {
    HTTP_KEPT_NOTHING,
    HTTP_KEPT_OLD,   /* the server has to be asked whether it still holds */
    HTTP_KEPT_YOUNG, /* stands for the answer */
    HTTP_KEPT_TAKEN, /* is the answer */
    HTTP_KEPT_NEW,   /* an answer that came, to be kept once it is found good */
};

struct http_kept {
    enum http_kept_state state;
    bool is_asked; /* the request says what is there */
    struct http_cache_key key;
    struct http_entry *entry; /* NULL: nothing */
};

/* What all requests of a resource have in common, as a hash: who asks, and which fields of heads are
 * looked at; NULL ends them. */
struct http_cache_key http_kept_common(
    const struct http_resource *resource, const char *const *fields);
/* Opens the folder, if the file says so. */
void http_kept_start(struct http_source *source);

/* Looks for it, once. True: the page needs no request. */
bool http_kept_look(struct http_page *page);
/* Bytes of memory that its body will take; 0: it is not known from here. */
size_t http_kept_size(const struct http_page *page);
/* Adds to the request, that is about to be sent, what is there already. */
void http_kept_ask(struct http_page *page, struct http_request *request);
/* The server says that what is there still holds. */
bool http_kept_is_confirmed(const struct http_page *page, const struct http_response *response);
/* Does what is there name the page that such an answer names? Many servers leave links out of a tag, so
 * what was the last page is the same, and is the last one no more. */
bool http_kept_leads_on(struct http_page *page, const struct http_response *response);
/* It is the page's answer. */
void http_kept_take(struct http_page *page, bool is_confirmed);
/* A good answer came instead. */
void http_kept_renew(struct http_page *page, const struct http_response *response);
/* What the batch needs of it to read the body, or to keep it; NULL: nothing. */
struct http_batch_kept *http_kept_hand(struct http_page *page, struct weir_batch *batch);
/* The page is to be looked for anew, or goes. */
void http_kept_forget(struct http_page *page);

#endif
