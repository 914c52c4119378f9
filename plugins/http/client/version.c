#include "version.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <weir/arena.h>

enum { FAILURES_MAX = 8 };

bool http_version_is_safe(const char *url)
{
    return strncasecmp(url, "https://", strlen("https://")) == 0;
}

static bool is_of(const char *origin, const char *url)
{
    size_t n = strlen(origin);

    return strncmp(origin, url, n) == 0 && strchr("/?#", url[n]);
}

static struct http_version_origin *find(const struct http_versions *versions, const char *url)
{
    for (size_t i = 0; i < versions->n; i++)
        if (is_of(versions->origins[i].name, url))
            return (struct http_version_origin *)&versions->origins[i];
    return NULL;
}

bool http_versions_has_two(const struct http_versions *versions, const char *url)
{
    const struct http_version_origin *origin = find(versions, url);

    return !origin || origin->failures < FAILURES_MAX;
}

static struct http_version_origin *add(struct http_versions *versions, const char *name)
{
    struct http_version_origin *origin = find(versions, name);

    if (origin)
        return origin;
    if (versions->n == HTTP_VERSION_ORIGINS) {
        free(versions->origins[0].name);
        memmove(versions->origins, versions->origins + 1,
            (HTTP_VERSION_ORIGINS - 1) * sizeof(*versions->origins));
        versions->n--;
    }
    origin = &versions->origins[versions->n++];
    origin->name = weir_malloc(strlen(name) + 1);
    memcpy(origin->name, name, strlen(name) + 1);
    origin->failures = 0;
    return origin;
}

void http_versions_give_up(struct http_versions *versions, const char *origin)
{
    add(versions, origin)->failures = FAILURES_MAX;
}

void http_versions_failed(struct http_versions *versions, const char *origin)
{
    add(versions, origin)->failures++;
}

void http_versions_done(struct http_versions *versions)
{
    for (size_t i = 0; i < versions->n; i++)
        free(versions->origins[i].name);
    versions->n = 0;
}

/*
 * With 2 a request waits for a connection that is being made, to learn whether it can
 * share it; or as many would be opened at the start as there are requests.
 */
CURLcode http_version_set(CURL *easy, bool two)
{
    CURLcode rc = curl_easy_setopt(
        easy, CURLOPT_HTTP_VERSION, two ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);

    return rc == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PIPEWAIT, two ? 1L : 0L) : rc;
}

/* A server may write "HTTP/2" into an answer by 1.1, but not a header that is none. */
bool http_version_is_two(CURL *easy)
{
    struct curl_header *header;

    return curl_easy_header(easy, ":status", 0, CURLH_PSEUDO, -1, &header) == CURLHE_OK;
}
