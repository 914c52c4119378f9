/* Logging in: what a resource's requests carry to show who asks. */
#ifndef WEIR_HTTP_AUTH_H
#define WEIR_HTTP_AUTH_H

#include <weir/option.h>

extern const struct weir_variant_type http_auth_variants[];

enum { HTTP_AUTH_SECRETS = 3 };

/* Read-only once made; one for each resource. */
struct http_auth {
    const char *header;                     /* "Authorization: Bearer ...", or NULL */
    const char *param;                      /* the query parameter that carries the key, or NULL */
    const char *value;                      /* its value */
    const char *secrets[HTTP_AUTH_SECRETS]; /* in every form they travel in; NULL: none */
};

/* Mistakes that a table cannot tell: empty or impossible credentials. */
void http_auth_check(const struct weir_variant *variant, struct weir_mistakes *mistakes);
/* The name of the header that it sets, or NULL. */
const char *http_auth_header_name(const struct weir_variant *variant);

void http_auth_init(
    struct http_auth *auth, const struct weir_variant *variant, struct weir_arena *arena);
/* The URL with the key in its query, unless it carries it already, as next links often do. */
const char *http_auth_url(const struct http_auth *auth, struct weir_arena *arena, const char *url);
/* The URL without that key, so that it may be stored; http_auth_url brings it back. */
const char *http_auth_strip(
    const struct http_auth *auth, struct weir_arena *arena, const char *url);
/* Writes *** over every secret in text, in place. */
void http_auth_hide(const struct http_auth *auth, char *text, size_t len);

#endif
