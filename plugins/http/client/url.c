#include "url.h"

#include <curl/curl.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = 64 * 1024 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of "https" in "https:..."; 0 where the text does not begin with a scheme. */
static size_t scheme_length(const char *text)
{
    size_t n = 0;

    if (!is_letter(text[0]))
        return 0;
    while (is_letter(text[n]) || is_digit(text[n]) || text[n] == '+' || text[n] == '-' ||
           text[n] == '.')
        n++;
    return text[n] == ':' ? n : 0;
}

static bool is_http(const char *url, size_t scheme)
{
    return (scheme == 4 && strncasecmp(url, "http", 4) == 0) ||
           (scheme == 5 && strncasecmp(url, "https", 5) == 0);
}

char *http_url_join(struct weir_arena *arena, const char *base, const char *path)
{
    size_t n = strlen(base);
    size_t scheme = scheme_length(path);

    if (scheme && strncmp(path + scheme, "://", 3) == 0)
        return weir_copy_text(arena, path);
    if (*path == '\0' || *path == '?' || *path == '#')
        return weir_printf(arena, "%s%s", base, path);
    while (n > 0 && base[n - 1] == '/')
        n--;
    path += strspn(path, "/");
    return weir_printf(arena, "%.*s/%s", (int)n, base, path);
}

/* Four numbers below 256, written as libcurl would: 127.1 and 0x7f.0.0.1 are its affair. */
static bool is_plain_ip(const char *host, size_t n)
{
    unsigned number = 0, digits = 0, dots = 0;

    for (size_t i = 0; i < n; i++) {
        if (host[i] == '.') {
            if (digits == 0)
                return false;
            dots++;
            digits = number = 0;
            continue;
        }
        if (!is_digit(host[i]) || (digits && number == 0))
            return false;
        number = number * 10 + (unsigned)(host[i] - '0');
        if (++digits > 3 || number > 255)
            return false;
    }
    return dots == 3 && digits > 0;
}

/*
 * Whether a URL begins so plainly that libcurl need not be asked, which takes
 * longer than all else here: no login, a host of letters, digits, dots and
 * dashes, and perhaps a port. Gives the host and what follows it.
 */
static bool is_plain(const char *url, struct weir_str *ret_host, const char **ret_port)
{
    size_t scheme = scheme_length(url);
    const char *host = url + scheme + 3;
    const char *p = host;
    unsigned port = 0;

    if (!is_http(url, scheme) || strncmp(url + scheme, "://", 3) != 0)
        return false;
    while (is_letter(*p) || is_digit(*p) || *p == '.' || *p == '-')
        p++;
    *ret_host = (struct weir_str){host, (size_t)(p - host)};
    *ret_port = p;
    if (!is_letter(*host) && !is_plain_ip(host, ret_host->len))
        return false;
    if (*p == ':') {
        for (p++; is_digit(*p) && port <= UINT16_MAX; p++)
            port = port * 10 + (unsigned)(*p - '0');
        if (port == 0 || port > UINT16_MAX || (*ret_port)[1] == '0')
            return false;
    }
    return *p == '\0' || *p == '/' || *p == '?' || *p == '#';
}

static CURLU *parse(const char *url, unsigned flags)
{
    CURLU *parts = curl_url();

    if (parts && curl_url_set(parts, CURLUPART_URL, url, flags) == CURLUE_OK)
        return parts;
    curl_url_cleanup(parts);
    return NULL;
}

/* A copy of a part in the arena, or NULL. */
static char *part(struct weir_arena *arena, CURLU *parts, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    char *copy = NULL;

    if (parts && curl_url_get(parts, which, &text, flags) == CURLUE_OK)
        copy = weir_copy_text(arena, text);
    curl_free(text);
    return copy;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

static char *plain_origin(
    struct weir_arena *arena, const char *url, struct weir_str host, const char *port)
{
    bool is_tls = url[4] == 's' || url[4] == 'S';
    size_t digits = *port == ':' ? strspn(port + 1, "0123456789") : 0;
    char *origin;

    if (digits)
        origin = weir_printf(arena, "%s://%.*s:%.*s", is_tls ? "https" : "http", WEIR_STR_ARG(host),
            (int)digits, port + 1);
    else
        origin = weir_printf(arena, "%s://%.*s:%s", is_tls ? "https" : "http", WEIR_STR_ARG(host),
            is_tls ? "443" : "80");
    lower(origin);
    return origin;
}

char *http_url_origin(struct weir_arena *arena, const char *url)
{
    struct weir_str plain;
    const char *behind;
    char *scheme, *host, *port, *origin;
    CURLU *parts;

    if (is_plain(url, &plain, &behind))
        return plain_origin(arena, url, plain, behind);
    parts = parse(url, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS);
    scheme = part(arena, parts, CURLUPART_SCHEME, 0);
    host = part(arena, parts, CURLUPART_HOST, 0);
    port = part(arena, parts, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    curl_url_cleanup(parts);
    if (!scheme || !host)
        return weir_copy_text(arena, "");
    origin = weir_printf(arena, "%s://%s:%s", scheme, host, port ? port : "");
    lower(origin);
    return origin;
}

static enum weir_status refuse(
    struct weir_error *ret_error, const char *code, const char *url, const char *why)
{
    char shown[200];

    http_url_redact(url, shown, sizeof(shown));
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, code, "'%s' %s", shown, why);
}

/* The offset of the first blank or control byte, or the length. */
static size_t plain_length(const char *url)
{
    size_t n = 0;

    while ((unsigned char)url[n] > 0x20 && url[n] != 0x7f)
        n++;
    return n;
}

static enum weir_status check_size(const char *url, struct weir_error *ret_error)
{
    if (*url == '\0')
        return weir_error_set(
            ret_error, WEIR_FAULT_SOURCE, "E-URL", "there is no address: it is empty");
    if (strnlen(url, URL_MAX + 1) > URL_MAX)
        return refuse(ret_error, "E-URL", url, "is no address: it has more than 64 KiB");
    return WEIR_OK;
}

static bool has_login(const char *authority)
{
    return memchr(authority, '@', strcspn(authority, "/?#")) != NULL;
}

enum weir_status http_url_check(const char *url, struct weir_error *ret_error)
{
    size_t scheme = scheme_length(url);
    struct weir_str host;
    const char *behind;
    CURLU *parts;

    if (check_size(url, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (scheme && !is_http(url, scheme))
        return refuse(ret_error, "E-URL-SCHEME", url, "is neither http nor https");
    if (!scheme || strncmp(url + scheme, "://", 3) != 0)
        return refuse(ret_error, "E-URL", url,
            "is no whole address: it must begin with http:// or "
            "https://");
    if (url[plain_length(url)] != '\0')
        return refuse(ret_error, "E-URL", url,
            "has a blank or a control byte; write it as %20 or "
            "the like");
    if (is_plain(url, &host, &behind))
        return WEIR_OK;
    /* It would travel in a header that nobody sees here, so nobody could keep it out of outputs. */
    if (has_login(url + scheme + 3))
        return refuse(
            ret_error, "E-URL", url, "has a login in it; use auth: { type: http_basic, ... }");
    /* libcurl would look for the host behind more slashes. */
    parts = strchr("/?#", url[scheme + 3]) ? NULL : parse(url, 0);
    if (!parts)
        return refuse(ret_error, "E-URL", url, "is no valid address");
    curl_url_cleanup(parts);
    return WEIR_OK;
}

char *http_url_resolve(
    struct weir_arena *arena, const char *base, const char *reference, struct weir_error *ret_error)
{
    size_t scheme = scheme_length(reference);
    CURLU *parts;
    char *url = NULL;

    if (check_size(reference, ret_error) != WEIR_OK)
        return NULL;
    /* Not to be read as a path, as libcurl would where no slashes follow. */
    if (scheme && !is_http(reference, scheme)) {
        (void)refuse(ret_error, "E-URL-SCHEME", reference, "is neither http nor https");
        return NULL;
    }
    /* libcurl would take the base's directory. */
    if (*reference == '#')
        return weir_printf(arena, "%.*s%s", (int)strcspn(base, "#"), base, reference);
    parts = parse(base, 0);
    if (parts && curl_url_set(parts, CURLUPART_URL, reference, CURLU_URLENCODE) == CURLUE_OK)
        url = part(arena, parts, CURLUPART_URL, 0);
    curl_url_cleanup(parts);
    if (!url)
        (void)refuse(ret_error, "E-URL", reference, "is no valid address");
    return url;
}

/* All but the unreserved characters of RFC 3986. */
static char *encode(char *out, struct weir_str text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            *out++ = c;
            continue;
        }
        *out++ = '%';
        *out++ = hex[(unsigned char)c >> 4];
        *out++ = hex[(unsigned char)c & 15];
    }
    return out;
}

char *http_url_add_param(
    struct weir_arena *arena, const char *url, const char *name, struct weir_str value)
{
    size_t length = strlen(url);
    size_t head = strcspn(url, "#");
    struct weir_str key = weir_str(name);
    char *whole = weir_alloc(arena, length + 3 * (key.len + value.len) + 3);
    char *out = whole + head;

    memcpy(whole, url, head);
    if (!memchr(url, '?', head))
        *out++ = '?';
    else if (url[head - 1] != '?' && url[head - 1] != '&')
        *out++ = '&';
    out = encode(out, key);
    *out++ = '=';
    out = encode(out, value);
    memcpy(out, url + head, length - head + 1);
    return whole;
}
