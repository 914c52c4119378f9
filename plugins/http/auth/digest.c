/*
 * Digest (RFC 7616): a name and a password that is never sent, only what a server
 * can check it by. Each request is answered for alone, with the challenge that the
 * server gave last; the first one has none, so the others wait for what comes of it.
 */
#include "challenge.h"
#include "credential_kinds.h"
#include "request/header.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct digest {
    struct http_credential credential;
    struct weir_arena *arena; /* of the challenge, or NULL */
    struct http_challenge challenge;
    uint32_t n_used; /* how often it was met */
};

const struct weir_option http_digest_options[] = {
    WEIR_TEXT(struct http_digest, username, .required = true, .help = "The name."),
    WEIR_SECRET(struct http_digest, password, .required = true, .example = "${API_PASSWORD}",
        .help = "The password. It is not sent."),
    {0},
};

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_digest *o = options;
    const struct weir_node *at = weir_node_get(node, "username");

    http_credential_check_secret(&o->password, "password", node, mistakes);
    if (o->username && !http_header_value_is_valid(weir_str(o->username)))
        weir_mistake(mistakes, at ? at : node, 0, "E-HEADER",
            "'username' holds a line break or another control byte");
}

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_digest *o = options;

    (void)arena;
    credential->secrets[0] = o->password.text;
    /* The first request brings the challenge. */
    credential->is_suspect = true;
}

/* --- what is sent ------------------------------------------------------------------------- */

/* The digest of a text, in hexadecimal. */
static const char *hash(const struct digest *digest, struct weir_arena *arena, const char *format,
    ...) WEIR_PRINTF(3, 4);

static const char *hash(
    const struct digest *digest, struct weir_arena *arena, const char *format, ...)
{
    bool is_md5 = digest->challenge.algorithm == HTTP_DIGEST_MD5;
    unsigned char bytes[EVP_MAX_MD_SIZE] = {0};
    unsigned n = 0;
    char *text, *hex;
    int length;
    va_list args;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = weir_alloc(arena, (size_t)length + 1);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    (void)EVP_Digest(text, (size_t)length, bytes, &n, is_md5 ? EVP_md5() : EVP_sha256(), NULL);
    hex = weir_alloc_zero(arena, 1, 2 * (size_t)n + 1);
    for (unsigned i = 0; i < n; i++)
        (void)snprintf(hex + (size_t)2 * i, 3, "%02x", bytes[i]);
    return hex;
}

/* Path and query as they go on the line; NULL: the URL has none that can be told. */
static const char *target_of(const char *url, struct weir_arena *arena)
{
    CURLU *parts = curl_url();
    char *path = NULL, *query = NULL;
    const char *target = NULL;

    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        (void)curl_url_get(parts, CURLUPART_QUERY, &query, 0);
        target = weir_printf(arena, "%s%s%s", path, query ? "?" : "", query ? query : "");
    }
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(parts);
    return target;
}

/* In quotes, as a header has it. */
static const char *quote(struct weir_arena *arena, const char *text)
{
    char *out = weir_alloc_zero(arena, 1, 2 * strlen(text) + 3), *at = out;

    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '"';
    return out;
}

static const char *nonce_of_ours(struct weir_arena *arena)
{
    unsigned char bytes[16];
    char *hex = weir_alloc_zero(arena, 1, 2 * sizeof(bytes) + 1);

    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        memset(bytes, 0, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return hex;
}

const char *http_digest_header(const struct http_digest *o, const struct http_challenge *challenge,
    uint32_t count, const char *cnonce, const char *method, const char *target,
    struct weir_arena *arena)
{
    const struct digest digest = {.challenge = *challenge};
    const char *a1 =
        hash(&digest, arena, "%s:%s:%s", o->username, challenge->realm, o->password.text);
    const char *a2 = hash(&digest, arena, "%s:%s", method, target);
    const char *response, *more = "";

    if (challenge->is_session)
        a1 = hash(&digest, arena, "%s:%s:%s", a1, challenge->nonce, cnonce);
    if (challenge->has_qop) {
        response =
            hash(&digest, arena, "%s:%s:%08x:%s:auth:%s", a1, challenge->nonce, count, cnonce, a2);
        more = weir_printf(arena, ", qop=auth, nc=%08x, cnonce=\"%s\"", count, cnonce);
    } else {
        response = hash(&digest, arena, "%s:%s:%s", a1, challenge->nonce, a2);
        if (challenge->is_session)
            more = weir_printf(arena, ", cnonce=\"%s\"", cnonce);
    }
    return weir_printf(arena,
        "Authorization: Digest username=%s, realm=%s, nonce=%s, uri=%s, algorithm=%s%s, "
        "response=\"%s\"%s%s%s",
        quote(arena, o->username), quote(arena, challenge->realm), quote(arena, challenge->nonce),
        quote(arena, target), challenge->algorithm == HTTP_DIGEST_MD5 ? "MD5" : "SHA-256",
        challenge->is_session ? "-sess" : "", response, more, challenge->opaque ? ", opaque=" : "",
        challenge->opaque ? quote(arena, challenge->opaque) : "");
}

static const char *header_for(struct http_credential *credential,
    const struct http_request *request, struct weir_arena *arena)
{
    struct digest *digest = (struct digest *)(void *)credential;
    const char *target = digest->arena ? target_of(request->url, arena) : NULL;
    const char *header;

    if (!target)
        return NULL;
    header = http_digest_header(credential->options, &digest->challenge, ++digest->n_used,
        nonce_of_ours(arena), request->method, target, arena);
    return http_header_value_is_valid(weir_str(header)) ? header : NULL;
}

/* --- what comes back ---------------------------------------------------------------------- */

static bool refused(struct http_credential *credential, uint64_t number, unsigned n,
    const struct http_response *response)
{
    struct digest *digest = (struct digest *)(void *)credential;
    struct weir_arena *arena;
    struct http_challenge challenge;

    (void)n;
    /* A later challenge is there already. */
    if (number != credential->login)
        return true;
    arena = weir_arena_new();
    challenge = http_challenge_find(response, arena);
    if (challenge.algorithm == HTTP_DIGEST_NONE) {
        weir_arena_free(arena);
        return false;
    }
    weir_arena_free(digest->arena);
    digest->arena = arena;
    digest->challenge = challenge;
    digest->n_used = 0;
    credential->login++;
    return true;
}

static void stop(struct http_credential *credential)
{
    struct digest *digest = (struct digest *)(void *)credential;

    weir_arena_free(digest->arena);
    digest->arena = NULL;
}

const struct http_credential_kind http_digest_kind = {
    .size = sizeof(struct digest),
    .check = check,
    .init = init,
    .header_for = header_for,
    .refused = refused,
    .stop = stop,
};
