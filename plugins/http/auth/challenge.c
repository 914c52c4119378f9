#include "challenge.h"

#include "client/head.h"

#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t,");
}

/* name=value or name="value"; behind it, or NULL where none stands. */
static const char *read_param(
    const char *at, struct weir_arena *arena, struct weir_str *ret_name, char **ret_value)
{
    size_t length = strcspn(at, " \t,=\"");
    char *out;

    *ret_name = (struct weir_str){at, length};
    at += length + strspn(at + length, " \t");
    if (length == 0 || *at != '=')
        return NULL;
    at++;
    at += strspn(at, " \t");
    out = *ret_value = weir_alloc_zero(arena, 1, strlen(at) + 1);
    if (*at != '"') {
        length = strcspn(at, " \t,");
        memcpy(out, at, length);
        return at + length;
    }
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        *out++ = *at;
    }
    return *at == '"' ? at + 1 : NULL;
}

static bool is(struct weir_str name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.ptr, text, name.len) == 0;
}

static void set_algorithm(struct http_challenge *challenge, const char *text)
{
    static const char tail[] = "-sess";
    size_t length = strlen(text);

    challenge->is_session =
        length > strlen(tail) && strcasecmp(text + length - strlen(tail), tail) == 0;
    if (challenge->is_session)
        length -= strlen(tail);
    challenge->algorithm = is((struct weir_str){text, length}, "MD5")       ? HTTP_DIGEST_MD5
                           : is((struct weir_str){text, length}, "SHA-256") ? HTTP_DIGEST_SHA256
                                                                            : HTTP_DIGEST_NONE;
}

/* "auth" in a list such as "auth,auth-int". */
static bool lists_auth(const char *list)
{
    while (*(list = skip_blanks(list))) {
        size_t length = strcspn(list, " \t,");

        if (is((struct weir_str){list, length}, "auth"))
            return true;
        list += length;
    }
    return false;
}

/* Behind "Digest": its parameters, up to the next scheme or the end. */
static const char *read_digest(
    const char *at, struct weir_arena *arena, struct http_challenge *found)
{
    bool has_other_qop = false;
    struct weir_str name;
    const char *behind;
    char *value;

    found->algorithm = HTTP_DIGEST_MD5;
    while ((behind = read_param(skip_blanks(at), arena, &name, &value))) {
        at = behind;
        if (is(name, "realm"))
            found->realm = value;
        else if (is(name, "nonce"))
            found->nonce = value;
        else if (is(name, "opaque"))
            found->opaque = value;
        else if (is(name, "algorithm"))
            set_algorithm(found, value);
        else if (is(name, "qop")) {
            found->has_qop = lists_auth(value);
            has_other_qop = !found->has_qop;
        }
    }
    if (!found->realm || !found->nonce || has_other_qop)
        found->algorithm = HTTP_DIGEST_NONE;
    return at;
}

void http_challenge_read(
    struct http_challenge *challenge, const char *header, struct weir_arena *arena)
{
    const char *at = skip_blanks(header);

    while (*at) {
        size_t length = strcspn(at, " \t,");
        struct http_challenge found = {.algorithm = HTTP_DIGEST_NONE};

        if (is((struct weir_str){at, length}, "Digest"))
            at = read_digest(at + length, arena, &found);
        else
            at += length;
        if (found.algorithm > challenge->algorithm)
            *challenge = found;
        at = skip_blanks(at);
    }
}

struct http_challenge http_challenge_find(
    const struct http_response *response, struct weir_arena *arena)
{
    struct http_challenge challenge = {.algorithm = HTTP_DIGEST_NONE};
    const struct weir_buf *fields = response && response->head ? &response->head->fields : NULL;
    const char *at = fields ? fields->ptr : NULL;

    while (at && at < fields->ptr + fields->len) {
        const char *value = at + strlen(at) + 1;

        if (value >= fields->ptr + fields->len)
            break;
        if (strcasecmp(at, "WWW-Authenticate") == 0)
            http_challenge_read(&challenge, value, arena);
        at = value + strlen(value) + 1;
    }
    return challenge;
}
