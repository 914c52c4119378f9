/*
 * Which version of HTTP an origin is asked with: 2 over TLS where the server has it,
 * as long as it serves; else 1.1.
 *
 * What a stream of HTTP/2 cannot give is asked for by 1.1 instead, and so is the
 * whole origin from then on. That is a large answer, and one that must pause, which
 * would hold up all that share its connection; one whose end nothing proves, since the client
 * library takes some streams that were cut for whole ones; and a server whose
 * HTTP/2 fails again and again.
 */
#ifndef WEIR_HTTP_VERSION_H
#define WEIR_HTTP_VERSION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

enum { HTTP_VERSION_ORIGINS = 64 }; /* remembered; the oldest are forgotten, and tried anew */

struct http_version_origin {
    char *name;
    unsigned failures;
};

struct http_versions {
    struct http_version_origin origins[HTTP_VERSION_ORIGINS]; /* with which something failed */
    size_t n;
};

/* An origin is "https://host:port", as the URL has it; the URL may go on behind it. */
bool http_versions_has_two(const struct http_versions *versions, const char *url);
/* From now on this origin is asked by 1.1. */
void http_versions_give_up(struct http_versions *versions, const char *origin);
/* Its HTTP/2 failed; when it did so often enough, it is given up. */
void http_versions_failed(struct http_versions *versions, const char *origin);
void http_versions_done(struct http_versions *versions);

/* "https" is at the front: only there can both sides agree on a version. */
bool http_version_is_safe(const char *url);
CURLcode http_version_set(CURL *easy, bool two);
/* Does the answer whose head begins come by HTTP/2, whatever its first line says? */
bool http_version_is_two(CURL *easy);

#endif
