#include "credential_kinds.h"

#include "client/url.h"

#include <string.h>

enum { MOST_REFUSALS = 100 };

static const char *no_header_name(const void *options)
{
    (void)options;
    return NULL;
}

static const struct http_credential_kind none_kind = {.header_name = no_header_name};

enum {
    NONE,
    BEARER,
    API_KEY,
    HTTP_BASIC,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    SESSION,
    JWT,
    DIGEST,
    TOKEN_POOL
};

static const struct http_credential_kind *const kinds[] = {
    [NONE] = &none_kind,
    [BEARER] = &http_bearer_kind,
    [API_KEY] = &http_api_key_kind,
    [HTTP_BASIC] = &http_basic_kind,
    [CLIENT_CREDENTIALS] = &http_client_credentials_kind,
    [REFRESH_TOKEN] = &http_refresh_token_kind,
    [SESSION] = &http_session_kind,
    [JWT] = &http_jwt_kind,
    [DIGEST] = &http_digest_kind,
    [TOKEN_POOL] = &http_token_pool_kind,
};

const struct weir_variant_type http_auth_variants[] = {
    {"none", "No login.", NONE, NULL, 0},
    {"bearer", "A token in the Authorization header.", BEARER, http_bearer_options,
        sizeof(struct http_bearer)},
    {"api_key", "A key in a header, in the query or in a cookie.", API_KEY, http_api_key_options,
        sizeof(struct http_api_key)},
    {"http_basic", "A name and a password.", HTTP_BASIC, http_basic_options,
        sizeof(struct http_basic)},
    {"oauth2_client_credentials",
        "A token got from an authorization server (OAuth 2), for a program of its own.",
        CLIENT_CREDENTIALS, http_client_credentials_options,
        sizeof(struct http_client_credentials)},
    {"oauth2_refresh_token", "A token got for one that a user has given the program (OAuth 2).",
        REFRESH_TOKEN, http_refresh_token_options, sizeof(struct http_refresh_token)},
    {"session", "A token or cookie that the server itself gives for a name and a password.",
        SESSION, http_session_options, sizeof(struct http_session)},
    {"jwt", "A token that is signed here, sent as it is or exchanged for another one.", JWT,
        http_jwt_options, sizeof(struct http_jwt)},
    {"digest", "A name and a password that is not sent (RFC 7616).", DIGEST, http_digest_options,
        sizeof(struct http_digest)},
    {"token_pool", "Several tokens in turn, each with a quota of its own.", TOKEN_POOL,
        http_token_pool_options, sizeof(struct http_token_pool)},
    {0},
};

static const struct http_credential_kind *kind_of(const struct weir_variant *variant)
{
    return kinds[variant->type ? variant->type->value : NONE];
}

void http_credential_check_secret(const struct weir_secret *secret, const char *key,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(node, key);

    if (!secret->text)
        return;
    if (*secret->text == '\0')
        weir_mistake(mistakes, at ? at : node, 0, "E-VALUE", "'%s' is empty", key);
    for (const char *c = secret->text; *c; c++) {
        if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            continue;
        weir_mistake(mistakes, at ? at : node, 0, "E-HEADER",
            "'%s' holds a line break or another control byte; is it read from a file that ends "
            "in one?",
            key);
        break;
    }
}

void http_credential_check_url(
    const char *url, const char *key, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(node, key);
    struct weir_error error = {0};

    if (url && http_url_check(url, &error) != WEIR_OK)
        weir_mistake(mistakes, at ? at : node, 0, weir_copy_text(mistakes->arena, error.code),
            "'%s': %s", key, error.text);
}

void http_credential_check(
    const struct weir_variant *variant, const char *base_url, struct weir_mistakes *mistakes)
{
    const struct http_credential_kind *kind = kind_of(variant);

    if (kind->check)
        kind->check(variant->options, variant->node, mistakes);
    if (!base_url && kind->is_relative && kind->is_relative(variant->options))
        weir_mistake(mistakes, variant->node, 0, "E-REQUIRED",
            "'path' of the login needs 'base_url' under extract; or write the whole address");
}

const char *http_credential_header_name(const struct weir_variant *variant)
{
    const struct http_credential_kind *kind = kind_of(variant);

    return kind->header_name ? kind->header_name(variant->options) : "Authorization";
}

bool http_credential_renews(const struct weir_variant *variant)
{
    return kind_of(variant)->refused != NULL;
}

struct http_credential *http_credential_use(struct http_credentials *all,
    const struct weir_variant *variant, const struct http_retry_options *retry,
    struct weir_arena *arena)
{
    const struct http_credential_kind *kind = kind_of(variant);
    size_t size = kind->size ? kind->size : sizeof(struct http_credential);
    struct http_credential *credential;

    for (credential = all->first; credential && variant->node; credential = credential->next)
        if (credential->node == variant->node)
            return credential;
    credential = weir_alloc_zero(arena, 1, size);
    credential->kind = kind;
    credential->context = &all->context;
    credential->retry = retry;
    credential->node = variant->node;
    credential->options = variant->options;
    credential->next = all->first;
    all->first = credential;
    if (kind->init)
        kind->init(credential, variant->options, arena);
    return credential;
}

void http_credentials_stop(struct http_credentials *all)
{
    for (struct http_credential *credential = all->first; credential; credential = credential->next)
        if (credential->kind->stop)
            credential->kind->stop(credential);
}

enum weir_status http_credential_prepare(
    struct http_credential *credential, struct weir_error *ret_error)
{
    const struct http_credential_kind *kind = credential->kind;
    enum weir_status status = kind->prepare ? kind->prepare(credential, ret_error) : WEIR_OK;

    return status == WEIR_OK && credential->is_suspect && credential->is_probed ? WEIR_AGAIN
                                                                                : status;
}

static void add_header(struct http_request *request, const char *header, struct weir_arena *arena)
{
    const char **lines;
    size_t n = 0;

    while (request->headers && request->headers[n])
        n++;
    lines = weir_new_array(arena, n + 2, const char *);
    if (n)
        memcpy(lines, request->headers, n * sizeof(*lines));
    lines[n] = header;
    request->headers = lines;
}

uint64_t http_credential_apply(
    struct http_credential *credential, struct http_request *request, struct weir_arena *arena)
{
    const char *header;

    request->url = http_credential_url(credential, arena, request->url);
    header = credential->kind->header_for ? credential->kind->header_for(credential, request, arena)
                                          : credential->header;
    if (header)
        add_header(request, header, arena);
    credential->is_probed = true;
    return credential->login;
}

bool http_credential_leave(struct http_credential *credential, uint64_t login)
{
    if (!credential->is_suspect || login != credential->login)
        return false;
    credential->is_probed = false;
    return true;
}

bool http_credential_answered(
    struct http_credential *credential, uint64_t login, const struct http_response *response)
{
    const struct http_credential_kind *kind = credential->kind;

    return kind->answered && login && response->status &&
           kind->answered(credential, login, response);
}

void http_credential_accepted(struct http_credential *credential, uint64_t login)
{
    if (login > credential->accepted)
        credential->accepted = login;
    if (login == credential->login)
        credential->is_suspect = false;
}

bool http_credential_refused(struct http_credential *credential, uint64_t login, unsigned n,
    const struct http_response *response)
{
    const struct http_credential_kind *kind = credential->kind;

    if (!kind->refused || n > MOST_REFUSALS)
        return false;
    if (kind->is_many)
        return kind->refused(credential, login, n, response);
    /* Who is refused with a login that has served nobody before has no right; one that served others
     * may just have come to its end. */
    if (n > 1 && login > credential->accepted)
        return false;
    if (login == credential->login) {
        credential->is_suspect = true;
        credential->is_probed = false;
    }
    return kind->refused(credential, login, n, response);
}
