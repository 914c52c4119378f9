/*
 * Where a redirect leads, and what may go along.
 *
 * At home, that is at the origin that was asked, everything does. Another origin
 * is asked only where the file says `follow: any`, and then as by a stranger: by
 * GET, without login, certificate, body and headers but those that say what is
 * accepted. Whoever sent us there may not send us back as ourselves either: a
 * request that has left stays a stranger's until the page is tried again.
 */
#ifndef WEIR_HTTP_REDIRECT_H
#define WEIR_HTTP_REDIRECT_H

#include "auth/credential.h"
#include "client/client.h"

struct http_redirect {
    const char *url; /* in the arena */
    bool is_away;    /* it leads to another origin, or has been there */
};

/* What was asked, and how. */
struct http_redirect_from {
    const char *url;
    bool is_away;
    bool may_leave; /* follow: any */
    const struct http_credential *credential;
};

/* WEIR_FAIL and E-ORIGIN, E-URL or E-URL-SCHEME where it may not be followed. */
enum weir_status http_redirect_find(const struct http_redirect_from *from,
    const struct http_response *response, struct weir_arena *arena,
    struct http_redirect *ret_redirect, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Does a request of this method go on as a GET without a body after this status? */
bool http_redirect_becomes_get(int status, const char *method);
/* Makes a stranger's request of it. */
void http_redirect_disguise(struct http_request *request, struct weir_arena *arena);

#endif
