/*
 * Logging in: what requests carry to show who asks.
 *
 * A credential is of a kind, as paginators are. Some kinds know what to send from
 * the file; others have to log in first, and again when the server refuses what
 * they got, so a request is given its login when it is sent and not before. One
 * that stands once in the file, for several resources, logs in once for all.
 *
 * Of the loop's thread.
 */
#ifndef WEIR_HTTP_CREDENTIAL_H
#define WEIR_HTTP_CREDENTIAL_H

#include "client/client.h"
#include "client/retry.h"

#include <weir/option.h>
#include <weir/stage.h>

struct http_credential;

extern const struct weir_variant_type http_auth_variants[];

enum { HTTP_CREDENTIAL_SECRETS = 6 };

/* What credentials that log in need of whom they work for. */
struct http_credential_context {
    struct weir_stage *stage;
    const char *base_url; /* or NULL */
    struct http_client *client;
    void (*changed)(void *arg); /* a login has ended, well or not */
    void *arg;
};

struct http_credential_kind {
    size_t size; /* of its struct, which begins with the credential; 0: it has none */
    /* Mistakes that a table cannot tell; may be NULL. */
    void (*check)(
        const void *options, const struct weir_node *node, struct weir_mistakes *mistakes);
    /* It needs a base_url; NULL: never. */
    bool (*is_relative)(const void *options);
    /* The header that it sets, or NULL; NULL instead of a function: Authorization. */
    const char *(*header_name)(const void *options);
    /* Fills what is known from the file. May be NULL. */
    void (*init)(struct http_credential *credential, const void *options, struct weir_arena *arena);
    /* NULL: a request may be sent at any time. */
    enum weir_status (*prepare)(struct http_credential *credential, struct weir_error *ret_error);
    /* The header of one request, in the arena, or NULL; NULL instead of a function: credential.header. */
    const char *(*header_for)(struct http_credential *credential,
        const struct http_request *request, struct weir_arena *arena);
    /* NULL: what was sent is all that there is, and a refusal is for good. The response may be NULL. */
    bool (*refused)(struct http_credential *credential, uint64_t login, unsigned n,
        const struct http_response *response);
    /* There are several logins at a time, and `refused` judges each. */
    bool is_many;
    /* Is told every answer. True: the login's quota is used up, and another one may do better. May be
     * NULL. */
    bool (*answered)(
        struct http_credential *credential, uint64_t login, const struct http_response *response);
    /* Ends what is under way, closes what is open. May be NULL. */
    void (*stop)(struct http_credential *credential);
};

struct http_credential {
    const struct http_credential_kind *kind;
    const struct http_credential_context *context;
    const struct http_retry_options *retry;
    struct http_credential *next; /* of the source's */
    const struct weir_node *node; /* where it stands */
    const void *options;
    const char *header;                           /* "Authorization: Bearer ...", or NULL */
    const char *param;                            /* the query parameter of the key, or NULL */
    const char *value;                            /* its value */
    const char *secrets[HTTP_CREDENTIAL_SECRETS]; /* in every form they travel in; NULL: none */
    uint64_t login;                               /* counts those that were got */
    uint64_t accepted;                            /* the latest that the server has taken */
    bool is_suspect; /* the one before was refused: one request has to show that this is better */
    bool is_probed;  /* and that one is under way */
};

/* All that are at work. Zeroed but for the context, there is none. */
struct http_credentials {
    struct http_credential *first;
    struct http_credential_context context;
};

/* Mistakes that a table cannot tell: empty or impossible credentials. */
void http_credential_check(
    const struct weir_variant *variant, const char *base_url, struct weir_mistakes *mistakes);
/* The name of the header that it sets, or NULL. */
const char *http_credential_header_name(const struct weir_variant *variant);
/* Can another login be got when the server refuses one? */
bool http_credential_renews(const struct weir_variant *variant);

/* The credential of a resource, in the arena; perhaps it is another one's too. */
struct http_credential *http_credential_use(struct http_credentials *all,
    const struct weir_variant *variant, const struct http_retry_options *retry,
    struct weir_arena *arena);
void http_credentials_stop(struct http_credentials *all);

/* May a request be sent? WEIR_AGAIN: a login is under way, and whoever waits for it is told;
 * WEIR_FAIL: it failed for good. */
enum weir_status http_credential_prepare(
    struct http_credential *credential, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Gives the request the login, in the arena; returns which one it is. */
uint64_t http_credential_apply(
    struct http_credential *credential, struct http_request *request, struct weir_arena *arena);
/* A request that was sent with the login is over, however it ended. True: others waited for that. */
bool http_credential_leave(struct http_credential *credential, uint64_t login);
/* An answer to a request that was sent with the login. True: it was turned away since the login's
 * quota is used up. */
bool http_credential_answered(
    struct http_credential *credential, uint64_t login, const struct http_response *response);
/* The server took the login that a request was sent with. */
void http_credential_accepted(struct http_credential *credential, uint64_t login);
/* The server refused it, for the n-th time for the same page. True: another try may go better, for
 * there will be, or is already, another login. `response` is NULL where only its body told. */
bool http_credential_refused(struct http_credential *credential, uint64_t login, unsigned n,
    const struct http_response *response);

/* The URL with the key in its query, unless it carries it already, as next links often do. */
const char *http_credential_url(
    const struct http_credential *credential, struct weir_arena *arena, const char *url);
/* The URL without that key, so that it may be stored; http_credential_url brings it back. */
const char *http_credential_strip(
    const struct http_credential *credential, struct weir_arena *arena, const char *url);
/* Writes *** over every secret in text, in place. */
void http_credential_hide(const struct http_credential *credential, char *text, size_t len);

#endif
