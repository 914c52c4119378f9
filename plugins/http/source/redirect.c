#include "redirect.h"

#include "client/url.h"

#include <string.h>
#include <strings.h>

enum { LEAST_SECRET = 4 }; /* bytes; shorter ones are found anywhere */

/* As it is, and percent-encoded. */
static bool holds_login(
    const struct http_credential *credential, struct weir_arena *arena, const char *url)
{
    for (size_t i = 0; i < HTTP_CREDENTIAL_SECRETS; i++) {
        const char *secret = credential->secrets[i];

        if (!secret || strlen(secret) < LEAST_SECRET)
            continue;
        if (strstr(url, secret) || strstr(url, weir_url_encode(arena, weir_str(secret)).ptr))
            return true;
    }
    return false;
}

static enum weir_status refuse(const struct http_response *response, const char *origin,
    const char *why, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ORIGIN", "status %d leads to %s, %s",
        response->status, origin, why);
}

/* The key of `auth` that the server may have put into the address again is not for others. */
static enum weir_status leave(const struct http_redirect_from *from,
    const struct http_response *response, const char *origin, struct weir_arena *arena,
    struct http_redirect *redirect, struct weir_error *ret_error)
{
    if (!from->may_leave)
        return refuse(response, origin,
            "another origin, which gets neither the login nor a request; if that is right, write "
            "it as base_url or url, or say follow: any",
            ret_error);
    if (strncasecmp(from->url, "https:", 6) == 0 && strncasecmp(origin, "https:", 6) != 0)
        return refuse(response, origin, "from https to http, which is never followed", ret_error);
    redirect->url = http_credential_strip(from->credential, arena, redirect->url);
    if (holds_login(from->credential, arena, redirect->url))
        return refuse(
            response, origin, "another origin, and would take the login there", ret_error);
    redirect->is_away = true;
    return WEIR_OK;
}

enum weir_status http_redirect_find(const struct http_redirect_from *from,
    const struct http_response *response, struct weir_arena *arena,
    struct http_redirect *ret_redirect, struct weir_error *ret_error)
{
    const char *to = http_url_resolve(arena, from->url, response->location, ret_error);
    const char *origin;

    if (!to || http_url_check(to, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_redirect = (struct http_redirect){to, from->is_away};
    origin = http_url_origin(arena, to);
    if (strcmp(http_url_origin(arena, from->url), origin) == 0)
        return WEIR_OK;
    return leave(from, response, origin, arena, ret_redirect, ret_error);
}

bool http_redirect_becomes_get(int status, const char *method)
{
    bool is_post = strcmp(method, "POST") == 0;

    return (status == 303 && strcmp(method, "GET") != 0) ||
           ((status == 301 || status == 302) && is_post);
}

/* Says what is accepted, and nothing else: no other header of that beginning is meant. */
static bool may_go_along(const char *line)
{
    static const char *const names[] = {"Accept:", "Accept-Charset:", "Accept-Language:"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

void http_redirect_disguise(struct http_request *request, struct weir_arena *arena)
{
    const char *const *headers = request->headers;
    const char **kept;
    size_t n = 0;

    while (headers && headers[n])
        n++;
    kept = weir_new_array(arena, n + 1, const char *);
    n = 0;
    for (; headers && *headers; headers++)
        if (may_go_along(*headers))
            kept[n++] = *headers;
    request->headers = kept;
    request->method = "GET";
    request->body = (struct weir_str){NULL, 0};
    request->is_strange = true;
}
