#include "excerpt.h"

#include "client/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SHOWN = 200,     /* bytes of a body that a message shows */
    SEARCHED = 4096, /* bytes that are searched for secrets before it is cut */
};

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

void http_excerpt(const struct http_response *response, const struct http_credential *credential,
    const struct http_request *request, char out[HTTP_EXCERPT])
{
    size_t n = response->body.len < SEARCHED ? response->body.len : SEARCHED;
    char *copy = weir_malloc(n + 1);
    char shown[SHOWN + 4];

    if (n)
        memcpy(copy, response->body.ptr, n);
    http_credential_hide(credential, copy, n);
    hide_headers(request->headers, copy, n);
    hide_query(request->url, copy, n);
    weir_str_printable((struct weir_str){copy, n < SHOWN ? n : SHOWN}, shown, sizeof(shown));
    free(copy);
    *out = '\0';
    if (*shown)
        (void)snprintf(out, HTTP_EXCERPT, ", '%s'", shown);
}
