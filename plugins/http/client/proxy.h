/* The address of a proxy: what it may be, and what of it is secret. */
#ifndef WEIR_HTTP_PROXY_H
#define WEIR_HTTP_PROXY_H

#include <stdbool.h>
#include <weir/arena.h>

/* Instead of an address: the proxy that the environment names, if any, for each URL. */
extern const char http_proxy_of_environment[]; /* "env" */
bool http_proxy_is_of_environment(const char *proxy);

/* What a proxy's address says. */
struct http_proxy {
    const char *host;         /* "proxy.example.org:3128" */
    const char *user;         /* decoded; NULL: no login */
    const char *password;     /* decoded, or NULL */
    const char *raw_password; /* as the address has it, or NULL */
};

/* False when it is none: scheme http or https, a host, a port, perhaps a login, and nothing else.
 * What could be read of it is there all the same. */
bool http_proxy_parse(const char *text, struct weir_arena *arena, struct http_proxy *ret_proxy);

/* Is nothing in it a secret, so that it may be shown? */
bool http_proxy_is_public(const char *text);

#endif
