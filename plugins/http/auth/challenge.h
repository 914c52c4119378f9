/* What a server demands with 401 (RFC 7616): the Digest challenge among its WWW-Authenticate. */
#ifndef WEIR_HTTP_CHALLENGE_H
#define WEIR_HTTP_CHALLENGE_H

#include "client/client.h"

#include <weir/arena.h>

enum http_digest_algorithm { HTTP_DIGEST_NONE, HTTP_DIGEST_MD5, HTTP_DIGEST_SHA256 };

struct http_challenge {
    enum http_digest_algorithm algorithm; /* HTTP_DIGEST_NONE: there is none that can be met */
    bool is_session;                      /* MD5-sess, SHA-256-sess */
    bool has_qop;                         /* auth is among them; else the older form */
    const char *realm, *nonce;
    const char *opaque; /* or NULL */
};

/* The strongest one that can be met. In the arena. */
struct http_challenge http_challenge_find(
    const struct http_response *response, struct weir_arena *arena);
/* Adds the challenges of one header to what was found so far. */
void http_challenge_read(
    struct http_challenge *challenge, const char *header, struct weir_arena *arena);

#endif
