#include "verdict.h"

#include "client/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    EXCERPT = 200,           /* bytes of a body that a message shows */
    EXCERPT_SEARCHED = 4096, /* bytes that are searched for secrets before it is cut */
};

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum http_verdict http_judge(
    const struct http_retry_options *retry, const struct http_response *response)
{
    if (weir_error_is_set(&response->error))
        return response->retryable ? HTTP_RETRY : HTTP_BAD;
    if (http_retry_status(retry, response->status))
        return response->status == 429 ? HTTP_RATE_LIMITED : HTTP_RETRY;
    if (is_redirect(response->status) && response->location)
        return HTTP_REDIRECTED;
    /* A part of an answer was never asked for, so 206 is no success. */
    if (response->status >= 200 && response->status <= 299 && response->status != 206)
        return HTTP_GOOD;
    return response->status == 401 ? HTTP_REFRESH_AUTH : HTTP_BAD;
}

static const char *remedy(int status, bool is_later_page)
{
    switch (status) {
    case 206:
    case 304:
        return "; nothing asked for that: a cache on the way may be broken";
    case 401:
        return "; check the login under auth";
    case 403:
        return "; the login may not see this, or the server refuses this client: check auth and "
               "headers";
    case 404:
        return is_later_page ? "; if the server ends its pages so, give the paginator total_path "
                               "or a maximum, or say response_actions: [{ status_code: 404, "
                               "action: stop }]"
                             : "; check base_url, path and url";
    case 429:
        return "; ask more slowly: lower concurrency.max, or raise retry.max_interval and "
               "retry.max_attempts";
    default:
        return "";
    }
}

/* Values of headers that a user wrote may be secrets too; short ones and media types are not. */
static void hide_headers(const char *const *headers, char *text, size_t len)
{
    for (; headers && *headers; headers++) {
        const char *value = strchr(*headers, ':');
        struct http_credential one = {.secrets = {value ? value + 2 : NULL}};

        if (value && strlen(value) > 8 && strncasecmp(*headers, "Accept:", 7) != 0 &&
            strncasecmp(*headers, "Content-Type:", 13) != 0)
            http_credential_hide(&one, text, len);
    }
}

static void percent_decode(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        char digits[3] = {in[0] == '%' ? in[1] : '\0', '\0', '\0'};

        if (isxdigit((unsigned char)digits[0]) && isxdigit((unsigned char)in[2])) {
            digits[1] = in[2];
            *out++ = (char)strtol(digits, NULL, 16);
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}

/* Values in the query that a log may not show, a body may not either: raw and decoded. */
static void hide_query(const char *url, char *text, size_t len)
{
    const char *at = strchr(url, '?');

    while (at && at[1]) {
        size_t n = strcspn(at + 1, "&#");
        char pair[256], shown[512];
        char *value;

        (void)snprintf(pair, sizeof(pair), "http://h/?%.*s", (int)(n < 200 ? n : 200), at + 1);
        http_url_redact(pair, shown, sizeof(shown));
        value = strchr(pair, '=');
        at = at[1 + n] == '&' ? at + 1 + n : NULL;
        if (!value || !strstr(shown, "***"))
            continue;
        http_credential_hide(&(struct http_credential){.secrets = {value + 1}}, text, len);
        percent_decode(value + 1);
        http_credential_hide(&(struct http_credential){.secrets = {value + 1}}, text, len);
    }
}

void http_status_error(const struct http_response *response,
    const struct http_credential *credential, const struct http_request *request,
    bool is_later_page, struct weir_error *ret_error)
{
    size_t n = response->body.len < EXCERPT_SEARCHED ? response->body.len : EXCERPT_SEARCHED;
    char *copy = weir_malloc(n + 1);
    char excerpt[EXCERPT + 4];

    if (n)
        memcpy(copy, response->body.ptr, n);
    http_credential_hide(credential, copy, n);
    hide_headers(request->headers, copy, n);
    hide_query(request->url, copy, n);
    weir_str_printable(
        (struct weir_str){copy, n < EXCERPT ? n : EXCERPT}, excerpt, sizeof(excerpt));
    free(copy);
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-STATUS", "status %d%s%s%s%s",
        response->status, *excerpt ? ", '" : "", excerpt, *excerpt ? "'" : "",
        remedy(response->status, is_later_page));
}

const char *http_redirect_target(const char *url, const struct http_response *response,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const char *to = http_url_resolve(arena, url, response->location, ret_error);
    const char *from_origin, *to_origin;

    if (!to || http_url_check(to, ret_error) != WEIR_OK)
        return NULL;
    from_origin = http_url_origin(arena, url);
    to_origin = http_url_origin(arena, to);
    if (strcmp(from_origin, to_origin) == 0)
        return to;
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ORIGIN",
        "status %d leads to %s, another origin, which gets neither the login nor a request; if "
        "that is right, write it as base_url or url",
        response->status, to_origin);
    return NULL;
}

bool http_redirect_becomes_get(int status, const char *method)
{
    bool is_post = strcmp(method, "POST") == 0;

    return (status == 303 && strcmp(method, "GET") != 0) ||
           ((status == 301 || status == 302) && is_post);
}
