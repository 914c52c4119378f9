#include "target.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

const char *settings_value(
    const struct settings *settings, enum dsn_key key, struct weir_arena *arena)
{
    switch (key) {
    case DSN_HOST:
        return settings->host;
    case DSN_PORT:
        return settings->port ? weir_printf(arena, "%" PRId64, settings->port) : NULL;
    case DSN_USER:
        return settings->user;
    case DSN_PASSWORD:
        return settings->password.text;
    case DSN_DBNAME:
        return settings->dbname;
    case DSN_SSLMODE:
        return settings->sslmode;
    case DSN_SSLROOTCERT:
        return settings->sslrootcert;
    case DSN_SSLCERT:
        return settings->sslcert;
    case DSN_SSLKEY:
        return settings->sslkey;
    default:
        return NULL;
    }
}

bool target_is_socket(const struct target *target)
{
    const char *host = target->dsn.values[DSN_HOST];

    return !target->dsn.values[DSN_HOSTADDR] && (!host || !*host || *host == '/');
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_local(const struct target *target)
{
    const char *host = target->dsn.values[DSN_HOSTADDR];

    return target_is_socket(target) || is_loopback(host ? host : target->dsn.values[DSN_HOST]);
}

/* Printable, and a socket's folder in place of the host. */
static const char *name_of(struct weir_arena *arena, const struct target *target)
{
    const char *const *values = target->dsn.values;
    const char *host = values[DSN_HOST] ? values[DSN_HOST] : values[DSN_HOSTADDR];
    bool is_v6 = host && strchr(host, ':');
    char *name = weir_printf(arena, "postgres://%s%s%s:%s/%s", is_v6 ? "[" : "", host ? host : "",
        is_v6 ? "]" : "", values[DSN_PORT], values[DSN_DBNAME] ? values[DSN_DBNAME] : "");
    size_t size = 4 * strlen(name) + 1;
    char *printable = weir_alloc(arena, size);

    (void)weir_str_printable(weir_str(name), printable, size);
    return printable;
}

struct target *target_make(struct weir_arena *arena, const struct settings *settings)
{
    struct target *target = weir_new(arena, struct target);
    const char **values = target->dsn.values;

    if (settings->dsn.text && !dsn_parse(arena, settings->dsn.text, &target->dsn))
        target->problem = target->dsn.problem;
    for (enum dsn_key key = 0; key < DSN_N_KEYS; key++)
        if (!values[key])
            values[key] = settings_value(settings, key, arena);
    if (!values[DSN_PORT])
        values[DSN_PORT] = "5432";
    target->is_local = is_local(target);
    if (!values[DSN_SSLMODE])
        values[DSN_SSLMODE] = target->is_local ? "disable" : "verify-full";
    target->name = target->problem ? "postgres" : name_of(arena, target);
    return target;
}

void target_hide(const char *password, char *text)
{
    size_t n = password ? strlen(password) : 0;

    /* A shorter one would black out ordinary words. */
    if (n < 4)
        return;
    for (char *at = text; (at = strstr(at, password)); at += 3) {
        memcpy(at, "***", 3);
        memmove(at + 3, at + n, strlen(at + n) + 1);
    }
}
