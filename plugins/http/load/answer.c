#include "answer.h"

#include "client/url.h"
#include "request/excerpt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUSY_WITH_KEY = 409,
    TOO_EARLY = 425,
    SHORTEST_HIDDEN = 3, /* bytes of a value */
    SEARCHED = 4096,     /* bytes of a body: more than a message shows */
    URL_SHOWN = 256,
};

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

/* A success whose body cannot be read is one: nobody needs the body. But one that was cut may come from
 * something between us and the server. */
static enum http_load_verdict judge_broken(const struct http_response *response)
{
    if (response->retryable)
        return HTTP_AGAIN;
    return is_success(response->status) ? HTTP_TAKEN : HTTP_REFUSED;
}

enum http_load_verdict http_load_judge(
    const struct http_retry_options *retry, const struct http_response *response)
{
    int status = response->status;

    if (weir_error_is_set(&response->error))
        return judge_broken(response);
    if (http_retry_status(retry, status) || status == BUSY_WITH_KEY || status == TOO_EARLY)
        return status == 429 || response->retry_after ? HTTP_SLOWER : HTTP_AGAIN;
    if (is_success(status))
        return HTTP_TAKEN;
    return status == 401 ? HTTP_LOGIN : HTTP_REFUSED;
}

/* --- values --------------------------------------------------------------------------------- */

static void hide(struct weir_str secret, char *text, size_t len)
{
    char *at = text;

    if (secret.len < SHORTEST_HIDDEN)
        return;
    while ((at = memmem(at, len - (size_t)(at - text), secret.ptr, secret.len))) {
        memset(at, '*', secret.len);
        at += secret.len;
    }
}

/* Where a word of JSON ends: a string at its quote, a number at what cannot be one. */
static size_t word_length(const char *text, size_t len, bool is_string)
{
    size_t n = 0;

    while (n < len && (is_string ? text[n] != '"' : !strchr(",]}: \t\r\n", text[n])))
        n += is_string && text[n] == '\\' && n + 1 < len ? 2 : 1;
    return n < len ? n : len;
}

/* Strings and numbers inside, as they are written there. */
static void hide_nested(struct weir_str json, char *text, size_t len)
{
    for (size_t i = 0; i < json.len;) {
        bool is_string = json.ptr[i] == '"';
        size_t begin = i + is_string;
        size_t n;

        if (!is_string && strchr(",[]{}: \t\r\n", json.ptr[i])) {
            i++;
            continue;
        }
        n = word_length(json.ptr + begin, json.len - begin, is_string);
        hide((struct weir_str){json.ptr + begin, n}, text, len);
        i = begin + n + is_string;
    }
}

/* As a person writes it, and as JSON does, without its quotes. */
static void hide_value(
    const struct weir_value *value, struct weir_arena *arena, char *text, size_t len)
{
    struct weir_str json;

    if (value->kind == WEIR_NULL || value->kind == WEIR_BOOL)
        return;
    if (value->kind == WEIR_JSON) {
        hide_nested(weir_value_str(value), text, len);
        return;
    }
    hide(weir_value_format(value, arena, false), text, len);
    json = weir_value_format(value, arena, true);
    if (json.len > 2 && *json.ptr == '"')
        hide((struct weir_str){json.ptr + 1, json.len - 2}, text, len);
}

void http_hide_rows(const struct http_rows *rows, char *text, size_t len)
{
    struct weir_arena *arena;

    for (size_t row = rows->first; row < rows->first + rows->n; row++) {
        arena = weir_arena_new();
        for (size_t i = 0; i < rows->batch->n_columns; i++)
            hide_value(&rows->batch->columns[i].values[row], arena, text, len);
        weir_arena_free(arena);
    }
}

/* --- errors --------------------------------------------------------------------------------- */

static const char *remedy(int status)
{
    switch (status) {
    case 401:
        return "; check the login under auth";
    case 403:
        return "; the login may not write this: check auth and headers";
    case 404:
        return "; check url";
    case 405:
        return "; check method and url";
    case 413:
        return "; send less at once: lower batch.rows or batch.bytes";
    case 415:
        return "; check body.format, and Content-Type under headers";
    case 429:
        return "; ask more slowly: lower concurrency.max, or raise retry.max_interval and "
               "retry.max_attempts";
    default:
        return "";
    }
}

static void tell_redirect(const struct http_response *response, const struct http_request *request,
    struct weir_error *ret_error)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_error ignored = {0};
    char shown[URL_SHOWN] = "an address that cannot be understood";
    const char *to = http_url_resolve(arena, request->url, response->location, &ignored);

    if (to)
        (void)http_url_redact(to, shown, sizeof(shown));
    weir_arena_free(arena);
    weir_error_set(ret_error, WEIR_FAULT_DESTINATION, "E-HTTP-REDIRECT",
        "status %d leads to %s; rows are not sent on: if that is right, write it as url",
        response->status, shown);
}

/* The server understood the request, and will not have what is in it. */
static bool is_about_rows(int status)
{
    return status == 400 || status == 413 || status == 422;
}

void http_load_error(struct http_response *response, const struct http_credential *credential,
    const struct http_request *request, const struct http_rows *rows, struct weir_error *ret_error)
{
    size_t n = response->body.len < SEARCHED ? response->body.len : SEARCHED;
    char excerpt[HTTP_EXCERPT];

    if (weir_error_is_set(&response->error)) {
        enum weir_fault fault = response->error.fault;

        weir_error_set(ret_error, fault == WEIR_FAULT_SOURCE ? WEIR_FAULT_DESTINATION : fault,
            response->error.code, "%s", response->error.text);
        return;
    }
    if (response->status >= 300 && response->status <= 399 && response->location) {
        tell_redirect(response, request, ret_error);
        return;
    }
    if (n)
        http_hide_rows(rows, response->body.ptr, n);
    http_excerpt(response, credential, request, excerpt);
    weir_error_set(ret_error,
        is_about_rows(response->status) ? WEIR_FAULT_DATA : WEIR_FAULT_DESTINATION, "E-HTTP-STATUS",
        "status %d%s%s", response->status, excerpt, remedy(response->status));
}
