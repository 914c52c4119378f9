/*
 * Logging in: what requests carry to show who asks.
 *
 * A credential is of a kind, as paginators are. Some kinds know what to send from
 * the file; others have to log in first, and again when the server refuses what
 * they got, so a request is given its login when it is sent and not before.
 *
 * Of the loop's thread.
 */
#ifndef WEIR_HTTP_CREDENTIAL_H
#define WEIR_HTTP_CREDENTIAL_H

#include "client/client.h"

#include <weir/option.h>

struct http_credential;

extern const struct weir_variant_type http_auth_variants[];

enum { HTTP_CREDENTIAL_SECRETS = 3 };

struct http_credential_kind {
    /* Mistakes that a table cannot tell; may be NULL. */
    void (*check)(
        const void *options, const struct weir_node *node, struct weir_mistakes *mistakes);
    /* The header that it sets, or NULL; NULL instead of a function: Authorization. */
    const char *(*header_name)(const void *options);
    /* Fills what is known from the file. May be NULL. */
    void (*init)(struct http_credential *credential, const void *options, struct weir_arena *arena);
    /* NULL: a request may be sent at any time. */
    enum weir_status (*prepare)(struct http_credential *credential, struct weir_error *ret_error);
    /* NULL: what was sent is all that there is, and a refusal is for good. */
    bool (*refused)(struct http_credential *credential, uint64_t login);
};

struct http_credential {
    const struct http_credential_kind *kind;
    const void *options;
    const char *header;                           /* "Authorization: Bearer ...", or NULL */
    const char *param;                            /* the query parameter of the key, or NULL */
    const char *value;                            /* its value */
    const char *secrets[HTTP_CREDENTIAL_SECRETS]; /* in every form they travel in; NULL: none */
    uint64_t login;                               /* counts those that were got */
};

/* Mistakes that a table cannot tell: empty or impossible credentials. */
void http_credential_check(const struct weir_variant *variant, struct weir_mistakes *mistakes);
/* The name of the header that it sets, or NULL. */
const char *http_credential_header_name(const struct weir_variant *variant);

void http_credential_init(struct http_credential *credential, const struct weir_variant *variant,
    struct weir_arena *arena);
/* May a request be sent? WEIR_AGAIN: a login is under way, and whoever waits for it is told;
 * WEIR_FAIL: it failed for good. */
enum weir_status http_credential_prepare(
    struct http_credential *credential, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Gives the request the login, in the arena; returns which one it is. */
uint64_t http_credential_apply(const struct http_credential *credential,
    struct http_request *request, struct weir_arena *arena);
/* The server refused the login that a request was sent with. True: another try may go better, for
 * there will be, or is already, another login. */
bool http_credential_refused(struct http_credential *credential, uint64_t login);

/* The URL with the key in its query, unless it carries it already, as next links often do. */
const char *http_credential_url(
    const struct http_credential *credential, struct weir_arena *arena, const char *url);
/* The URL without that key, so that it may be stored; http_credential_url brings it back. */
const char *http_credential_strip(
    const struct http_credential *credential, struct weir_arena *arena, const char *url);
/* Writes *** over every secret in text, in place. */
void http_credential_hide(const struct http_credential *credential, char *text, size_t len);

#endif
