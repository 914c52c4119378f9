/* The part that all exchanges of OAuth 2 have in common: who asks, and where. */
#ifndef WEIR_HTTP_OAUTH_CLIENT_H
#define WEIR_HTTP_OAUTH_CLIENT_H

#include "login.h"

enum http_client_auth { HTTP_CLIENT_IN_BODY, HTTP_CLIENT_IN_HEADER };

/* As options have it. */
struct http_oauth_client {
    const char *url;
    const char *id;     /* NULL: nobody in particular */
    const char *secret; /* NULL: a public client */
    int place;          /* enum http_client_auth */
    const struct weir_pairs *data;
};

extern const struct weir_choice http_client_auth_choices[];

/* Tells of addresses and secrets that cannot be sent, and fields that are weir's own. */
void http_oauth_client_check(const struct http_oauth_client *client, const struct weir_node *node,
    struct weir_mistakes *mistakes);
/* Sends `form`, in which `secret` is not to be shown (NULL: nothing), and who asks. */
void http_oauth_client_request(const struct http_oauth_client *client, const char *form,
    const char *secret, struct weir_arena *arena, struct http_exchange *ret_exchange);

#endif
