/*
 * A login that is got from a server, and got again: before it expires, and when
 * it is refused.
 *
 * However many pages wait for it, one exchange is under way. It is tried again as
 * requests of the resource are (retry); what fails for good is kept, for no page
 * can be asked for without a login. Redirects are not followed: secrets go to the
 * address in the file and nowhere else.
 */
#ifndef WEIR_HTTP_LOGIN_H
#define WEIR_HTTP_LOGIN_H

#include "credential.h"

#include <uv.h>

struct http_login;

/* What is sent to get it. */
struct http_exchange {
    struct http_request request;
    const char *const *hidden; /* what no message may show of it; NULL-terminated, or NULL */
};

/* What a server has given. */
struct http_grant {
    const char *header; /* as it is sent: "Authorization: Bearer ...", or NULL */
    const char *param;  /* or as a parameter of the query */
    const char *value;
    const char *secret;        /* what is secret in it */
    const char *refresh_token; /* for the next login, or NULL */
    uint64_t lifetime;         /* ms; 0: until it is refused */
};

struct http_login_kind {
    /* Makes it without asking anybody; NULL: by the exchange that the others are of. */
    enum weir_status (*make)(struct http_login *login, struct weir_arena *arena,
        struct http_grant *ret_grant, struct weir_error *ret_error);
    /* The exchange, in the arena. WEIR_AGAIN: something is held by others, so a little later. */
    enum weir_status (*request)(struct http_login *login, struct weir_arena *arena,
        struct http_exchange *ret_exchange, struct weir_error *ret_error);
    /* What a good answer gives. */
    enum weir_status (*read)(struct http_login *login, const struct http_response *response,
        struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error);
    /* The exchange is over, or given up. May be NULL. */
    void (*release)(struct http_login *login);
    /* A better word for a refusal with this status; may be NULL. */
    bool (*explain)(struct http_login *login, int status, struct weir_error *ret_error);
};

/* The first part of a credential that logs in. */
struct http_login {
    struct http_credential credential;
    const struct http_login_kind *how;
    struct http_transfer *transfer; /* of the exchange, or NULL */
    uv_timer_t timer;               /* until the next try of it */
    bool has_timer;
    struct weir_arena *arena; /* of the exchange under way, or NULL */
    struct http_exchange exchange;
    unsigned attempts;
    uint64_t began_ms;
    struct weir_arena *granted; /* what the credential sends now; NULL: nothing */
    struct weir_arena *earlier; /* what it sent before, for answers that are still under way */
    uint64_t renew_ms;          /* from then on another one is got; UINT64_MAX: never */
    unsigned uses;              /* since the engine was told that it is secret */
    struct weir_error error;    /* it failed for good */
};

/* For kinds: their init calls the first one, the others are callbacks of credentials. */
void http_login_init(struct http_login *login, const struct http_login_kind *how);
enum weir_status http_login_prepare(
    struct http_credential *credential, struct weir_error *ret_error) WEIR_MUST_CHECK;
bool http_login_refused(struct http_credential *credential, uint64_t number, unsigned n,
    const struct http_response *response);
/* How long the exchange under way takes already, in ms. */
uint64_t http_login_waited(const struct http_login *login);
void http_login_stop(struct http_credential *credential);

#endif
