/* JSON Web Tokens that weir signs itself (RFC 7519), sent as they are or exchanged (RFC 7523). */
#include "jwt_sign.h"

#include "base64.h"
#include "credential_kinds.h"
#include "form.h"
#include "oauth_client.h"
#include "token_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <weir/template.h>

enum {
    MOST_KEY = 64 * 1024,
    DEFAULT_EXPIRATION_MS = 3600 * 1000, /* of an exchanged token, where the answer is silent */
};

static const struct weir_choice algorithms[] = {
    {"HS256", HTTP_HS256, "A secret that both sides know."},
    {"RS256", HTTP_RS256, "An RSA key."},
    {"ES256", HTTP_ES256, "A key of the curve P-256."},
    {0},
};

const struct weir_option http_jwt_options[] = {
    WEIR_CHOICE(struct http_jwt, algorithm, algorithms, .required = true,
        .help = "How the token is signed."),
    WEIR_SECRET(struct http_jwt, key, .example = "${SIGNING_KEY}",
        .help = "The secret of `HS256`, or the private key (PEM)."),
    WEIR_TEXT(struct http_jwt, key_file, .min = 1, .example = "/run/secrets/key.pem",
        .help = "A file that holds the private key instead."),
    WEIR_DOCUMENT(struct http_jwt, headers, .sensitive = true, .example = "{ kid: key-1 }",
        .help = "More of the token's header; `alg` and `typ` are there."),
    WEIR_DOCUMENT(struct http_jwt, claims, .sensitive = true,
        .example = "{ iss: me, aud: \"https://api.example.org\" }",
        .help = "What the token says; `iat` and `exp` are there."),
    WEIR_DURATION(struct http_jwt, lifetime, .initial = "5m", .min = 10000,
        .max = 24LL * 3600 * 1000, .help = "How long a token is good: `exp` less `iat`."),
    WEIR_TEXT(struct http_jwt, exchange, .min = 1, .example = "https://oauth2.example.org/token",
        .help = "Where the token is exchanged for the one that is sent (the grant "
                "`jwt-bearer` of OAuth 2)."),
    {0},
};

/* --- check -------------------------------------------------------------------------------- */

/* A map, without what weir puts there. */
static void check_map(const struct weir_document *document, const struct weir_node *at,
    const char *const own[2], struct weir_mistakes *mistakes)
{
    struct weir_error error = {0};
    const struct weir_node *map = NULL;
    struct weir_str json;

    if (!document)
        return;
    if (weir_document_fill(document, mistakes->arena, NULL, NULL, &json, &error) == WEIR_OK)
        map = weir_node_from_json(mistakes->arena, json, &error);
    if (!map || map->kind != WEIR_NODE_MAP)
        weir_mistake(mistakes, at, 0, "E-VALUE", "a map of names and values is needed");
    for (size_t i = 0; map && i < 2; i++)
        if (weir_node_get(map, own[i]))
            weir_mistake(mistakes, at, 0, "E-VALUE", "'%s' is set by weir itself", own[i]);
}

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    static const char *const own_headers[2] = {"alg", "typ"}, *const own_claims[2] = {"iat", "exp"};
    const struct http_jwt *o = options;
    const struct weir_node *at = weir_node_get(node, "key");
    struct weir_error error = {0};

    if (!o->key.text == !o->key_file)
        weir_mistake(mistakes, node, 0, "E-REQUIRED",
            "a jwt needs either 'key' or 'key_file', to sign with");
    if (o->key.text && http_jwt_check_key(o->algorithm, o->key.text, &error) != WEIR_OK)
        weir_mistake(mistakes, at ? at : node, 0, "E-VALUE", "'key': %s", error.text);
    at = weir_node_get(node, "headers");
    check_map(o->headers, at ? at : node, own_headers, mistakes);
    at = weir_node_get(node, "claims");
    check_map(o->claims, at ? at : node, own_claims, mistakes);
    http_credential_check_url(o->exchange, "exchange", node, mistakes);
}

/* --- the token ---------------------------------------------------------------------------- */

/* The key, as it is now: a file may have been changed for another one. */
static const char *read_key(
    const struct http_jwt *o, struct weir_arena *arena, struct weir_error *ret_error)
{
    FILE *file = fopen(o->key_file, "rbe");
    char *text;
    size_t n;

    if (!file) {
        weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-FILE", "key_file '%s' cannot be read: %s",
            o->key_file, strerror(errno));
        return NULL;
    }
    text = weir_alloc_zero(arena, 1, MOST_KEY + 1);
    n = fread(text, 1, MOST_KEY, file);
    (void)fclose(file);
    /* The line break at the end of a file is no part of a secret. */
    while (o->algorithm == HTTP_HS256 && n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = '\0';
    return text;
}

/* `own`, which ends without a brace, and what the document has. */
static enum weir_status join(const char *own, const struct weir_document *document,
    struct weir_arena *arena, const char **ret_json, struct weir_error *ret_error)
{
    struct weir_str more = {"{}", 2};

    if (document && weir_document_fill(document, arena, NULL, NULL, &more, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    /* The document is a map: behind its brace stands a name, or the other brace. */
    *ret_json = weir_printf(
        arena, "%s%s%.*s", own, more.ptr[1] == '}' ? "" : ",", (int)more.len - 1, more.ptr + 1);
    return WEIR_OK;
}

static enum weir_status make_token(const struct http_jwt *o, struct weir_arena *arena,
    const char **ret_token, struct weir_error *ret_error)
{
    const char *key = o->key.text ? o->key.text : read_key(o, arena, ret_error);
    int64_t now = (int64_t)time(NULL);
    const char *head, *claims, *text, *signature;

    if (!key ||
        join(weir_printf(
                 arena, "{\"alg\":\"%s\",\"typ\":\"JWT\"", http_jwt_algorithm_name(o->algorithm)),
            o->headers, arena, &head, ret_error) != WEIR_OK ||
        join(weir_printf(arena, "{\"iat\":%" PRId64 ",\"exp\":%" PRId64, now,
                 now + (int64_t)(o->lifetime / 1000)),
            o->claims, arena, &claims, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    text = weir_printf(arena, "%s.%s", http_base64url(arena, weir_str(head)),
        http_base64url(arena, weir_str(claims)));
    if (http_jwt_sign(o->algorithm, key, weir_str(text), arena, &signature, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_token = weir_printf(arena, "%s.%s", text, signature);
    return WEIR_OK;
}

/* --- the credential ----------------------------------------------------------------------- */

static enum weir_status make(struct http_login *login, struct weir_arena *arena,
    struct http_grant *ret_grant, struct weir_error *ret_error)
{
    const struct http_jwt *o = login->credential.options;
    const char *token;

    if (make_token(o, arena, &token, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_grant = (struct http_grant){.secret = token,
        .header = weir_printf(arena, "Authorization: Bearer %s", token),
        .lifetime = o->lifetime};
    return WEIR_OK;
}

static enum weir_status request(struct http_login *login, struct weir_arena *arena,
    struct http_exchange *ret_exchange, struct weir_error *ret_error)
{
    static const struct weir_pairs no_data = {0};
    const struct http_jwt *o = login->credential.options;
    const struct http_oauth_client client = {.url = o->exchange, .data = &no_data};
    const char *token, *form;

    if (make_token(o, arena, &token, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    weir_secret(login->credential.context->stage, token);
    form = http_form_add(arena, "", "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    form = http_form_add(arena, form, "assertion", token);
    http_oauth_client_request(&client, form, token, arena, ret_exchange);
    return WEIR_OK;
}

static enum weir_status read_answer(struct http_login *login, const struct http_response *response,
    struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error)
{
    const struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};

    (void)login;
    return http_token_answer(body, DEFAULT_EXPIRATION_MS, arena, ret_grant, ret_error);
}

static const struct http_login_kind by_itself = {.make = make};
static const struct http_login_kind by_exchange = {.request = request, .read = read_answer};

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_jwt *o = options;

    (void)arena;
    if (o->algorithm == HTTP_HS256)
        credential->secrets[0] = o->key.text;
    http_login_init(
        (struct http_login *)(void *)credential, o->exchange ? &by_exchange : &by_itself);
}

const struct http_credential_kind http_jwt_kind = {
    .size = sizeof(struct http_login),
    .check = check,
    .init = init,
    .prepare = http_login_prepare,
    .refused = http_login_refused,
    .stop = http_login_stop,
};
