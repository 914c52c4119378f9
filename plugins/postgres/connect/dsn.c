#include "dsn.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <weir/node.h>

enum { DSN_LENGTH_MAX = 8 << 10 };

static const char *const names[DSN_N_KEYS] = {
    [DSN_HOST] = "host",
    [DSN_HOSTADDR] = "hostaddr",
    [DSN_PORT] = "port",
    [DSN_USER] = "user",
    [DSN_PASSWORD] = "password",
    [DSN_DBNAME] = "dbname",
    [DSN_SSLMODE] = "sslmode",
    [DSN_SSLROOTCERT] = "sslrootcert",
    [DSN_SSLCERT] = "sslcert",
    [DSN_SSLKEY] = "sslkey",
    [DSN_CHANNEL_BINDING] = "channel_binding",
    [DSN_OPTIONS] = "options",
    [DSN_APPLICATION_NAME] = "application_name",
    [DSN_CONNECT_TIMEOUT] = "connect_timeout",
    [DSN_TARGET_SESSION_ATTRS] = "target_session_attrs",
};

const char *dsn_key_name(enum dsn_key key)
{
    return names[key];
}

enum dsn_key dsn_find_key(const char *name, size_t len)
{
    enum dsn_key key = DSN_HOST;

    while (key < DSN_N_KEYS && !(strlen(names[key]) == len && memcmp(names[key], name, len) == 0))
        key++;
    return key;
}

bool dsn_refuse(struct dsn_reader *reader, const char *at, const char *problem)
{
    reader->dsn->problem = problem;
    reader->dsn->at = (size_t)(at - reader->text);
    return false;
}

static const char *candidate(const void *candidates, size_t i)
{
    (void)candidates;
    return names[i];
}

bool dsn_refuse_key(struct dsn_reader *reader, const char *at, const char *name)
{
    return dsn_refuse(reader, at,
        weir_printf(reader->arena,
            "here stands a key word that weir does not know%s; a blank, &, ? or @ in a value has "
            "to be escaped",
            weir_did_you_mean(reader->arena, name, candidate, NULL, DSN_N_KEYS)));
}

/* A name, an address, or the folder of a socket: nothing that a piece of a password could be. */
static const char several_hosts[] =
    "several hosts are given: weir takes one, since two may be two databases";

static const char *problem_of_host(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (host[0] == '/')
        return NULL;
    if (strchr(host, ','))
        return several_hosts;
    if (host[0] == '\0' || inet_pton(AF_INET6, host, address) == 1)
        return NULL;
    for (const char *c = host; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-._", *c) && (unsigned char)*c < 0x80)
            return "the host holds a character that no host has; in a user or password write "
                   "@ as %40, / as %2F, : as %3A";
    return NULL;
}

/* `choices` ends with NULL. */
static bool is_one_of(const char *value, const char *const *choices)
{
    while (*choices && strcmp(*choices, value) != 0)
        choices++;
    return *choices != NULL;
}

static bool is_number(const char *value, long max)
{
    char *end;
    long number = strtol(value, &end, 10);

    return isdigit((unsigned char)value[0]) && !*end && number > 0 && number <= max;
}

static bool is_address(const char *value)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, value, address) == 1 || inet_pton(AF_INET6, value, address) == 1;
}

const char *dsn_problem_of(enum dsn_key key, const char *value)
{
    static const char *const modes[] = {
        "disable", "allow", "prefer", "require", "verify-ca", "verify-full", NULL};
    static const char *const bindings[] = {"disable", "prefer", "require", NULL};
    static const char *const sessions[] = {
        "any", "read-write", "read-only", "primary", "standby", "prefer-standby", NULL};

    switch (key) {
    case DSN_HOST:
        return problem_of_host(value);
    case DSN_HOSTADDR:
        return is_address(value) ? NULL : "hostaddr is no IP address";
    case DSN_PORT:
        return is_number(value, 65535) ? NULL
               : strchr(value, ',')    ? several_hosts
                                       : "the port is no number from 1 to 65535; in a user or "
                                         "password write @ as %40, / as %2F, : as %3A";
    case DSN_CONNECT_TIMEOUT:
        return is_number(value, 3600) ? NULL
                                      : "connect_timeout is no number of seconds from 1 to 3600";
    case DSN_SSLMODE:
        return is_one_of(value, modes)
                   ? NULL
                   : "sslmode is none of disable, allow, prefer, require, verify-ca, verify-full";
    case DSN_CHANNEL_BINDING:
        return is_one_of(value, bindings) ? NULL
                                          : "channel_binding is none of disable, prefer, require";
    case DSN_TARGET_SESSION_ATTRS:
        return is_one_of(value, sessions)
                   ? NULL
                   : "target_session_attrs is none of any, read-write, read-only, primary, "
                     "standby, prefer-standby";
    default:
        return NULL;
    }
}

bool dsn_set(struct dsn_reader *reader, const char *at, enum dsn_key key, const char *value)
{
    const char *problem = dsn_problem_of(key, value);

    if (problem)
        return dsn_refuse(reader, at, problem);
    if (reader->dsn->values[key])
        return dsn_refuse(
            reader, at, weir_printf(reader->arena, "here '%s' is given a second time", names[key]));
    reader->dsn->values[key] = value;
    return true;
}

bool dsn_parse(struct weir_arena *arena, const char *text, struct dsn *ret_dsn)
{
    static const char *const schemes[] = {"postgres://", "postgresql://"};
    struct dsn_reader reader = {arena, text, ret_dsn};

    *ret_dsn = (struct dsn){0};
    if (strlen(text) > DSN_LENGTH_MAX)
        return dsn_refuse(&reader, text, "it is longer than 8 KiB");
    if (weir_str_utf8_error(weir_str(text)) < strlen(text))
        return dsn_refuse(&reader, text, "it is not valid UTF-8");
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return dsn_refuse(&reader, c,
                "here stands a line break or another control byte; is it read from a file that "
                "ends in one?");
    for (size_t i = 0; i < 2; i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            return dsn_read_uri(&reader, text + strlen(schemes[i]));
    if (strstr(text, "://") && !strchr(text, '\''))
        return dsn_refuse(&reader, text, "it has to begin with postgres:// or postgresql://");
    return dsn_read_words(&reader);
}
