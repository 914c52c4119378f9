#include "proxy.h"

#include <curl/curl.h>
#include <string.h>

const char http_proxy_of_environment[] = "env";

bool http_proxy_is_of_environment(const char *proxy)
{
    return strcmp(proxy, http_proxy_of_environment) == 0;
}

/* A copy of one part of the address; NULL where it has none. */
static const char *part_of(CURLU *url, CURLUPart part, unsigned flags, struct weir_arena *arena)
{
    char *text = NULL;
    const char *copy = NULL;

    if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
        copy = weir_copy_text(arena, text);
    curl_free(text);
    return copy;
}

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

static bool parse(CURLU *url, struct weir_arena *arena, struct http_proxy *ret_proxy)
{
    const char *scheme = part_of(url, CURLUPART_SCHEME, 0, arena);
    const char *host = part_of(url, CURLUPART_HOST, 0, arena);
    const char *port = part_of(url, CURLUPART_PORT, 0, arena);

    *ret_proxy = (struct http_proxy){
        .user = part_of(url, CURLUPART_USER, CURLU_URLDECODE, arena),
        .password = part_of(url, CURLUPART_PASSWORD, CURLU_URLDECODE, arena),
        .raw_password = part_of(url, CURLUPART_PASSWORD, 0, arena),
    };
    if (!(is(scheme, "http") || is(scheme, "https")) || !host || !*host || !port)
        return false;
    ret_proxy->host = weir_printf(arena, "%s:%s", host, port);
    return is(part_of(url, CURLUPART_PATH, 0, arena), "/") &&
           !part_of(url, CURLUPART_QUERY, 0, arena) && !part_of(url, CURLUPART_FRAGMENT, 0, arena);
}

bool http_proxy_parse(const char *text, struct weir_arena *arena, struct http_proxy *ret_proxy)
{
    CURLU *url = curl_url();
    bool ok = url &&
              curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
              parse(url, arena, ret_proxy);

    curl_url_cleanup(url);
    return ok;
}

bool http_proxy_is_public(const char *text)
{
    return !strchr(text, '@');
}
