/* Keys in the query: links out of answers may carry them already, and no state may hold them. */
#include "credential.h"

#include "client/url.h"

#include <ctype.h>
#include <string.h>
#include <weir/str.h>

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

const char *http_credential_url(
    const struct http_credential *credential, struct weir_arena *arena, const char *url)
{
    if (!credential->param || has_param(url, credential->param))
        return url;
    return http_url_add_param(arena, url, credential->param, weir_str(credential->value));
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

const char *http_credential_strip(
    const struct http_credential *credential, struct weir_arena *arena, const char *url)
{
    size_t name = credential->param && credential->value ? strlen(credential->param) : 0;
    const char *at = strchr(url, '?');
    char *copy, *out;

    if (!name || !at)
        return url;
    copy = weir_copy_text(arena, url);
    out = copy + (at - url);
    while (*at && *at != '#') {
        size_t len = 1 + strcspn(at + 1, "&#");

        if (strncmp(at + 1, credential->param, name) != 0 || at[1 + name] != '=' ||
            !is_value(at + name + 2, len - name - 2, credential->value)) {
            memmove(out, at, len);
            *out = out == copy + strcspn(url, "?") ? '?' : '&';
            out += len;
        }
        at += len;
    }
    memmove(out, at, strlen(at) + 1);
    return copy;
}
