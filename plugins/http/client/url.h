/* URLs: joining, checking, taking apart, and showing without secrets. */
#ifndef WEIR_HTTP_URL_H
#define WEIR_HTTP_URL_H

#include <weir/arena.h>
#include <weir/status.h>

/*
 * base + path: exactly one slash between them, whatever each has. An absolute
 * path (with a scheme) is taken as it is.
 */
char *http_url_join(struct weir_arena *arena, const char *base, const char *path);
/* A reference resolved against the URL it came from (RFC 3986, section 5); NULL and E-URL if it cannot be. */
char *http_url_resolve(struct weir_arena *arena, const char *base, const char *reference,
    struct weir_error *ret_error);
/* Appends name=value, both percent-encoded, with ? or & as needed, before any fragment. */
char *http_url_add_param(
    struct weir_arena *arena, const char *url, const char *name, struct weir_str value);
/* Absolute, http or https, with a host, without control bytes and spaces, at most 64 KiB;
 * else WEIR_FAIL with E-URL or E-URL-SCHEME and the URL redacted. */
enum weir_status http_url_check(const char *url, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* "https://host:port" in lower case with the default port filled in: what a limit per host counts by,
 * and what a next link is held to. In the arena. */
char *http_url_origin(struct weir_arena *arena, const char *url);
/* For messages: no user info, values of parameters whose names speak of secrets (token, key,
 * secret, password, sig, auth, code ...) as ***, printable. */
size_t http_url_redact(const char *url, char *out, size_t size);

#endif
