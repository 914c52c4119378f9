/* Credentials that are known from the file: bearer, api_key and http_basic. */
#include "base64.h"
#include "credential_kinds.h"
#include "request/header.h"

#include <string.h>

/* --- bearer ------------------------------------------------------------------------------- */

const struct weir_option http_bearer_options[] = {
    WEIR_SECRET(struct http_bearer, token, .required = true, .example = "${API_TOKEN}",
        .help = "Sent as `Authorization: Bearer TOKEN`."),
    {0},
};

static void check_bearer(
    const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_bearer *bearer = options;

    http_credential_check_secret(&bearer->token, "token", node, mistakes);
}

static void init_bearer(
    struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_bearer *bearer = options;

    credential->header = weir_printf(arena, "Authorization: Bearer %s", bearer->token.text);
    credential->secrets[0] = bearer->token.text;
}

const struct http_credential_kind http_bearer_kind = {
    .check = check_bearer,
    .init = init_bearer,
};

/* --- api_key ------------------------------------------------------------------------------ */

const struct weir_choice http_key_locations[] = {
    {"header", HTTP_KEY_IN_HEADER, NULL},
    {"query", HTTP_KEY_IN_QUERY, "Keys in URLs end up in the logs of servers; prefer a header."},
    {"cookie", HTTP_KEY_IN_COOKIE, "No other cookies are sent."},
    {0},
};

const struct weir_option http_api_key_options[] = {
    WEIR_TEXT(struct http_api_key, name, .initial = "Authorization", .min = 1,
        .example = "X-Api-Key", .help = "The header, parameter or cookie that carries the key."),
    WEIR_SECRET(struct http_api_key, api_key, .required = true, .example = "${API_KEY}",
        .help = "The key."),
    WEIR_CHOICE(struct http_api_key, location, http_key_locations, .initial = "header",
        .help = "Where the key travels."),
    {0},
};

void http_credential_check_key_name(
    const char *name, int location, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(node, "name");

    if (name && location != HTTP_KEY_IN_QUERY && !http_header_name_is_valid(name))
        weir_mistake(mistakes, at ? at : node, 0, "E-HEADER", "'%s' cannot be the name of a %s",
            name, location == HTTP_KEY_IN_HEADER ? "header" : "cookie");
}

bool http_cookie_value_is_valid(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= 0x20 || *c == 0x7f || strchr("\",;\\", *c))
            return false;
    return true;
}

static void check_api_key(
    const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_api_key *key = options;

    http_credential_check_secret(&key->api_key, "api_key", node, mistakes);
    http_credential_check_key_name(key->name, key->location, node, mistakes);
    if (key->location == HTTP_KEY_IN_COOKIE && key->api_key.text &&
        !http_cookie_value_is_valid(key->api_key.text))
        weir_mistake(mistakes, weir_node_get(node, "api_key"), 0, "E-HEADER",
            "'api_key' cannot be the value of a cookie: it holds a blank, a comma, a semicolon, a "
            "quote or a backslash");
}

static const char *api_key_header_name(const void *options)
{
    const struct http_api_key *key = options;

    if (key->location == HTTP_KEY_IN_COOKIE)
        return "Cookie";
    return key->location == HTTP_KEY_IN_HEADER ? key->name : NULL;
}

static void init_api_key(
    struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_api_key *key = options;
    const char *text = key->api_key.text;

    credential->secrets[0] = text;
    if (key->location == HTTP_KEY_IN_HEADER) {
        credential->header = weir_printf(arena, "%s: %s", key->name, text);
    } else if (key->location == HTTP_KEY_IN_COOKIE) {
        credential->header = weir_printf(arena, "Cookie: %s=%s", key->name, text);
    } else {
        credential->param = key->name;
        credential->value = text;
        credential->secrets[1] = weir_url_encode(arena, weir_str(text)).ptr;
    }
}

const struct http_credential_kind http_api_key_kind = {
    .check = check_api_key,
    .header_name = api_key_header_name,
    .init = init_api_key,
};

/* --- http_basic --------------------------------------------------------------------------- */

const struct weir_option http_basic_options[] = {
    WEIR_TEXT(struct http_basic, username, .required = true, .help = "The name, without a colon."),
    WEIR_SECRET(struct http_basic, password, .required = true, .example = "${API_PASSWORD}",
        .help = "The password."),
    {0},
};

static void check_basic(
    const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_basic *basic = options;

    http_credential_check_secret(&basic->password, "password", node, mistakes);
    if (basic->username && strchr(basic->username, ':'))
        weir_mistake(mistakes, weir_node_get(node, "username"), 0, "E-VALUE",
            "'username' may hold no colon: HTTP ends the name at the first one");
}

static void init_basic(
    struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_basic *basic = options;
    const char *both = weir_printf(arena, "%s:%s", basic->username, basic->password.text);
    const char *coded = http_base64(arena, both);

    credential->header = weir_printf(arena, "Authorization: Basic %s", coded);
    credential->secrets[0] = coded;
    credential->secrets[1] = basic->password.text;
}

const struct http_credential_kind http_basic_kind = {
    .check = check_basic,
    .init = init_basic,
};
