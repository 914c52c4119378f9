/* postgres://user:password@host:5432/name?sslmode=require : as libpq reads URIs. */
#include "dsn.h"

#include <ctype.h>
#include <string.h>

/* The piece without its %NN; NULL with a problem. */
static const char *decode(struct dsn_reader *reader, const char *at, size_t len)
{
    char *text = weir_alloc(reader->arena, len + 1), *out = text;
    const char *end = at + len;

    for (; at < end; at++) {
        int byte = (unsigned char)*at;

        if (byte == '%') {
            if (end - at < 3 || !isxdigit((unsigned char)at[1]) ||
                !isxdigit((unsigned char)at[2])) {
                (void)dsn_refuse(
                    reader, at, "behind this % no two hexadecimal digits follow; write a % as %25");
                return NULL;
            }
            byte = weir_hex_digit(at[1]) * 16 + weir_hex_digit(at[2]);
            if (byte == 0) {
                (void)dsn_refuse(reader, at, "here stands a NUL");
                return NULL;
            }
            at += 2;
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    if (weir_str_utf8_error(weir_str(text)) < (size_t)(out - text)) {
        (void)dsn_refuse(reader, end - len, "what is percent-encoded here is not UTF-8");
        return NULL;
    }
    return text;
}

/* Nothing is said by nothing. */
static bool take(struct dsn_reader *reader, const char *at, size_t len, enum dsn_key key)
{
    const char *value;

    if (len == 0)
        return true;
    value = decode(reader, at, len);
    return value && dsn_set(reader, at, key, value);
}

/* Behind the login, if there is one; NULL with a problem. */
static const char *read_login(struct dsn_reader *reader, const char *at)
{
    size_t len = strcspn(at, "@/"), user = strcspn(at, ":@/");

    if (at[len] != '@')
        return at;
    if (!take(reader, at, user, DSN_USER))
        return NULL;
    if (user < len && !take(reader, at + user + 1, len - user - 1, DSN_PASSWORD))
        return NULL;
    return at + len + 1;
}

/* Behind the address; NULL with a problem. */
static const char *read_host(struct dsn_reader *reader, const char *at)
{
    size_t len;

    if (*at == '[') {
        len = strcspn(at, "]/?");
        if (at[len] != ']' || !memchr(":/?", at[len + 1], 4)) {
            (void)dsn_refuse(reader, at, "the [ here does not end in ] before port or name");
            return NULL;
        }
        if (!take(reader, at + 1, len - 1, DSN_HOST))
            return NULL;
        at += len + 1;
    } else {
        len = strcspn(at, ":/?");
        if (!take(reader, at, len, DSN_HOST))
            return NULL;
        at += len;
    }
    if (*at != ':')
        return at;
    len = strcspn(at + 1, "/?");
    return take(reader, at + 1, len, DSN_PORT) ? at + 1 + len : NULL;
}

/* JDBC's way to say it, which libpq knows, too. */
static bool is_jdbc_ssl(const char *name, const char *value)
{
    return strcmp(name, "ssl") == 0 && strcmp(value, "true") == 0;
}

static bool read_param(struct dsn_reader *reader, const char *at, size_t len)
{
    const char *equals = memchr(at, '=', len), *name, *value;
    size_t n = equals ? (size_t)(equals - at) : 0;
    enum dsn_key key;

    if (!equals)
        return dsn_refuse(reader, at, "here no = follows; in a user or password write ? as %3F");
    name = decode(reader, at, n);
    value = name ? decode(reader, equals + 1, len - n - 1) : NULL;
    if (!value)
        return false;
    if (is_jdbc_ssl(name, value))
        return dsn_set(reader, at, DSN_SSLMODE, "require");
    key = dsn_find_key(name, strlen(name));
    if (key == DSN_NONE)
        return dsn_refuse_key(reader, at, name);
    return dsn_set(reader, at, key, value);
}

static bool read_params(struct dsn_reader *reader, const char *at)
{
    while (*at) {
        size_t len = strcspn(at, "&");

        if (len && !read_param(reader, at, len))
            return false;
        at += len + (at[len] == '&');
    }
    return true;
}

bool dsn_read_uri(struct dsn_reader *reader, const char *at)
{
    const char *stray;

    at = read_login(reader, at);
    if (!at)
        return false;
    /* A second one is a password's that was not encoded; what stands before it is secret. */
    stray = strchr(at, '@');
    if (stray)
        return dsn_refuse(reader, stray,
            "an @ or / of a user or password is not encoded; write @ as %40, / as %2F");
    at = read_host(reader, at);
    if (!at)
        return false;
    if (*at == '/') {
        size_t len = strcspn(at + 1, "?");

        if (memchr(at + 1, '/', len))
            return dsn_refuse(reader, at, "a / in the name of a database is written %2F");
        if (!take(reader, at + 1, len, DSN_DBNAME))
            return false;
        at += 1 + len;
    }
    return *at != '?' || read_params(reader, at + 1);
}
