/* The kinds of credentials and their options; private to this folder. */
#ifndef WEIR_HTTP_CREDENTIAL_KINDS_H
#define WEIR_HTTP_CREDENTIAL_KINDS_H

#include "credential.h"

struct http_bearer {
    struct weir_secret token;
};

enum http_key_location { HTTP_KEY_IN_HEADER, HTTP_KEY_IN_QUERY, HTTP_KEY_IN_COOKIE };

struct http_api_key {
    const char *name;
    struct weir_secret api_key;
    int location; /* enum http_key_location */
};

struct http_basic {
    const char *username;
    struct weir_secret password;
};

struct http_digest {
    const char *username;
    struct weir_secret password;
};

struct http_token_pool {
    struct weir_strs tokens;
    const char *file;
    const char *name;
    const char *scheme;
    const char *remaining_header;
    const char *reset_header;
    int64_t reserve;
    uint64_t max_wait; /* ms */
};

struct http_challenge;

struct http_jwt {
    int algorithm; /* enum http_jwt_algorithm */
    struct weir_secret key;
    const char *key_file;
    const struct weir_document *headers;
    const struct weir_document *claims;
    uint64_t lifetime; /* ms */
    const char *exchange;
};

struct http_refresh_store {
    const char *path;
    struct weir_secret key;
};

struct http_refresh_token {
    const char *access_token_url;
    const char *client_id;
    struct weir_secret client_secret;
    int client_auth; /* enum http_client_auth */
    struct weir_secret refresh_token;
    struct http_refresh_store store;
    struct weir_pairs access_token_request_data;
    uint64_t default_token_expiration; /* ms */
};

struct http_session_login {
    const char *path;
    int method; /* enum http_method */
    const struct weir_document *json;
    struct weir_pairs data;
    struct weir_pairs headers;
};

struct http_session {
    struct http_session_login login;
    const struct weir_path *token_path;
    const char *token_header;
    bool cookie;
    uint64_t expires_in; /* ms; 0: unknown */
    struct weir_variant use;
};

struct http_client_credentials {
    const char *access_token_url;
    const char *client_id;
    struct weir_secret client_secret;
    int client_auth; /* where they stand */
    struct weir_pairs access_token_request_data;
    uint64_t default_token_expiration; /* ms */
};

extern const struct weir_option http_bearer_options[];
extern const struct weir_option http_api_key_options[];
extern const struct weir_option http_basic_options[];

extern const struct weir_option http_client_credentials_options[];
extern const struct weir_option http_session_options[];
extern const struct weir_option http_refresh_token_options[];
extern const struct weir_option http_jwt_options[];
extern const struct weir_option http_digest_options[];
extern const struct weir_option http_token_pool_options[];
extern const struct weir_choice http_key_locations[];

extern const struct http_credential_kind http_bearer_kind;
extern const struct http_credential_kind http_api_key_kind;
extern const struct http_credential_kind http_basic_kind;
extern const struct http_credential_kind http_client_credentials_kind;
extern const struct http_credential_kind http_session_kind;
extern const struct http_credential_kind http_refresh_token_kind;
extern const struct http_credential_kind http_jwt_kind;
extern const struct http_credential_kind http_digest_kind;
extern const struct http_credential_kind http_token_pool_kind;

/* Meets a challenge for the count-th time: the header. For tests. */
const char *http_digest_header(const struct http_digest *options,
    const struct http_challenge *challenge, uint32_t count, const char *cnonce, const char *method,
    const char *target, struct weir_arena *arena);

/* For the kinds' checks: an address that cannot be sent to; a secret that is empty or cannot be
 * part of a header. */
void http_credential_check_url(
    const char *url, const char *key, const struct weir_node *node, struct weir_mistakes *mistakes);
void http_credential_check_key_name(
    const char *name, int location, const struct weir_node *node, struct weir_mistakes *mistakes);
/* Can the text be the value of a cookie? */
bool http_cookie_value_is_valid(const char *text);
void http_credential_check_secret(const struct weir_secret *secret, const char *key,
    const struct weir_node *node, struct weir_mistakes *mistakes);

#endif
