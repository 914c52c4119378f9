#include "auth.h"

#include "client/url.h"
#include "header.h"

#include <ctype.h>
#include <string.h>

enum auth_kind { AUTH_NONE, AUTH_BEARER, AUTH_API_KEY, AUTH_HTTP_BASIC };
enum key_location { KEY_IN_HEADER, KEY_IN_QUERY };

struct bearer {
    struct weir_secret token;
};

struct api_key {
    const char *name;
    struct weir_secret api_key;
    int location; /* enum key_location */
};

struct http_basic {
    const char *username;
    struct weir_secret password;
};

static const struct weir_option bearer_options[] = {
    WEIR_SECRET(struct bearer, token, .required = true, .example = "${API_TOKEN}",
        .help = "Sent as `Authorization: Bearer TOKEN`."),
    {0},
};

static const struct weir_choice locations[] = {
    {"header", KEY_IN_HEADER, NULL},
    {"query", KEY_IN_QUERY, "Keys in URLs end up in the logs of servers; prefer a header."},
    {0},
};

static const struct weir_option api_key_options[] = {
    WEIR_TEXT(struct api_key, name, .initial = "Authorization", .min = 1, .example = "X-Api-Key",
        .help = "The header or parameter that carries the key."),
    WEIR_SECRET(
        struct api_key, api_key, .required = true, .example = "${API_KEY}", .help = "The key."),
    WEIR_CHOICE(
        struct api_key, location, locations, .initial = "header", .help = "Where the key travels."),
    {0},
};

static const struct weir_option http_basic_options[] = {
    WEIR_TEXT(struct http_basic, username, .required = true, .help = "The name, without a colon."),
    WEIR_SECRET(struct http_basic, password, .required = true, .example = "${API_PASSWORD}",
        .help = "The password."),
    {0},
};

const struct weir_variant_type http_auth_variants[] = {
    {"none", "No login.", AUTH_NONE, NULL, 0},
    {"bearer", "A token in the Authorization header.", AUTH_BEARER, bearer_options,
        sizeof(struct bearer)},
    {"api_key", "A key in a header or in the query.", AUTH_API_KEY, api_key_options,
        sizeof(struct api_key)},
    {"http_basic", "A name and a password.", AUTH_HTTP_BASIC, http_basic_options,
        sizeof(struct http_basic)},
    {0},
};

static void check_secret(const struct weir_secret *secret, const char *key,
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

void http_auth_check(const struct weir_variant *variant, struct weir_mistakes *mistakes)
{
    const struct weir_node *node = variant->node;

    if (!variant->type)
        return;
    if (variant->type->value == AUTH_BEARER) {
        const struct bearer *bearer = variant->options;

        check_secret(&bearer->token, "token", node, mistakes);
    } else if (variant->type->value == AUTH_API_KEY) {
        const struct api_key *key = variant->options;

        check_secret(&key->api_key, "api_key", node, mistakes);
        if (key->location == KEY_IN_HEADER && key->name && !http_header_name_is_valid(key->name))
            weir_mistake(mistakes, weir_node_get(node, "name"), 0, "E-HEADER",
                "'%s' cannot be the name of a header", key->name);
    } else if (variant->type->value == AUTH_HTTP_BASIC) {
        const struct http_basic *basic = variant->options;

        check_secret(&basic->password, "password", node, mistakes);
        if (basic->username && strchr(basic->username, ':'))
            weir_mistake(mistakes, weir_node_get(node, "username"), 0, "E-VALUE",
                "'username' may hold no colon: HTTP ends the name at the first one");
    }
}

const char *http_auth_header_name(const struct weir_variant *variant)
{
    const struct api_key *key = variant->options;

    if (!variant->type || variant->type->value == AUTH_NONE)
        return NULL;
    if (variant->type->value == AUTH_API_KEY)
        return key->location == KEY_IN_HEADER ? key->name : NULL;
    return "Authorization";
}

static char *base64(struct weir_arena *arena, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(text);
    char *out = weir_alloc(arena, (n + 2) / 3 * 4 + 1);
    char *o = out;

    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t three = (uint32_t)(unsigned char)text[i] << 16;

        if (have > 1)
            three |= (uint32_t)(unsigned char)text[i + 1] << 8;
        if (have > 2)
            three |= (unsigned char)text[i + 2];
        *o++ = digits[three >> 18];
        *o++ = digits[three >> 12 & 63];
        *o++ = have > 1 ? digits[three >> 6 & 63] : '=';
        *o++ = have > 2 ? digits[three & 63] : '=';
    }
    *o = '\0';
    return out;
}

static void init_api_key(
    struct http_auth *auth, const struct api_key *key, struct weir_arena *arena)
{
    const char *text = key->api_key.text;

    auth->secrets[0] = text;
    if (key->location == KEY_IN_HEADER) {
        auth->header = weir_printf(arena, "%s: %s", key->name, text);
        return;
    }
    auth->param = key->name;
    auth->value = text;
    auth->secrets[1] = weir_url_encode(arena, weir_str(text)).ptr;
}

static void init_http_basic(
    struct http_auth *auth, const struct http_basic *basic, struct weir_arena *arena)
{
    const char *both = weir_printf(arena, "%s:%s", basic->username, basic->password.text);
    const char *coded = base64(arena, both);

    auth->header = weir_printf(arena, "Authorization: Basic %s", coded);
    auth->secrets[0] = coded;
    auth->secrets[1] = basic->password.text;
}

void http_auth_init(
    struct http_auth *auth, const struct weir_variant *variant, struct weir_arena *arena)
{
    *auth = (struct http_auth){0};
    if (!variant->type)
        return;
    if (variant->type->value == AUTH_BEARER) {
        const struct bearer *bearer = variant->options;

        auth->header = weir_printf(arena, "Authorization: Bearer %s", bearer->token.text);
        auth->secrets[0] = bearer->token.text;
    } else if (variant->type->value == AUTH_API_KEY) {
        init_api_key(auth, variant->options, arena);
    } else if (variant->type->value == AUTH_HTTP_BASIC) {
        init_http_basic(auth, variant->options, arena);
    }
}

static bool has_param(const char *url, const char *name)
{
    size_t len = strlen(name);
    const char *at = strchr(url, '?');

    while (at && at[1]) {
        at++;
        if (strncmp(at, name, len) == 0 && (at[len] == '=' || at[len] == '&' || !at[len]))
            return true;
        at = strchr(at, '&');
    }
    return false;
}

const char *http_auth_url(const struct http_auth *auth, struct weir_arena *arena, const char *url)
{
    if (!auth->param || has_param(url, auth->param))
        return url;
    return http_url_add_param(arena, url, auth->param, weir_str(auth->value));
}

/* Is the text, percent-encoded in whatever way, the value? */
static bool is_value(const char *text, size_t len, const char *value)
{
    for (size_t i = 0; i < len; i++, value++) {
        char c = text[i];

        if (c == '%' && i + 2 < len && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            c = (char)(weir_hex_digit(text[i + 1]) * 16 + weir_hex_digit(text[i + 2]));
            i += 2;
        }
        if (c != *value && !(c == '+' && *value == ' '))
            return false;
    }
    return *value == '\0';
}

const char *http_auth_strip(const struct http_auth *auth, struct weir_arena *arena, const char *url)
{
    size_t name = auth->param ? strlen(auth->param) : 0;
    const char *at = strchr(url, '?');
    char *copy, *out;

    if (!name || !at)
        return url;
    copy = weir_copy_text(arena, url);
    out = copy + (at - url);
    while (*at && *at != '#') {
        size_t len = 1 + strcspn(at + 1, "&#");

        if (strncmp(at + 1, auth->param, name) != 0 || at[1 + name] != '=' ||
            !is_value(at + name + 2, len - name - 2, auth->value)) {
            memmove(out, at, len);
            *out = out == copy + strcspn(url, "?") ? '?' : '&';
            out += len;
        }
        at += len;
    }
    memmove(out, at, strlen(at) + 1);
    return copy;
}

/* How many bytes of text are the secret as JSON writes it; 0: text does not begin with it. */
static size_t length_in_json(const char *text, size_t len, const char *secret)
{
    size_t n = 0;

    for (; *secret; secret++, n++) {
        if (strchr("\"\\/", *secret) && n + 1 < len && text[n] == '\\' && text[n + 1] == *secret)
            n++;
        if (n >= len || text[n] != *secret)
            return 0;
    }
    return n;
}

void http_auth_hide(const struct http_auth *auth, char *text, size_t len)
{
    for (size_t i = 0; i < HTTP_AUTH_SECRETS; i++) {
        const char *secret = auth->secrets[i];
        size_t n = secret ? strlen(secret) : 0;

        for (size_t at = 0; n && at < len;) {
            bool is_raw = len - at >= n && memcmp(text + at, secret, n) == 0;
            size_t found = is_raw ? n : length_in_json(text + at, len - at, secret);

            memset(text + at, '*', found);
            at += found ? found : 1;
        }
    }
}
