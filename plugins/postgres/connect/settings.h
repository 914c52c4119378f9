/*
 * How to reach the database: what the pipeline file says, the same for extract and
 * load, and what becomes of it.
 *
 * libpq's own messages about a connection string show parts of the password, so
 * weir reads the string itself and hands libpq one value for each key word.
 */
#ifndef CONNECT_SETTINGS_H
#define CONNECT_SETTINGS_H

#include <weir/option.h>
#include <weir/stage.h>

/* Filled from the options; zero or NULL where nothing is said. */
struct settings {
    struct weir_secret dsn; /* a URI or key words */
    const char *host;
    int64_t port;
    const char *user;
    struct weir_secret password;
    const char *password_file;
    const char *dbname;
    bool passfile; /* look into ~/.pgpass */
    const char *sslmode;
    const char *sslrootcert;
    const char *sslcert;
    const char *sslkey;
    uint64_t connect_timeout; /* ms */
    uint64_t lock_wait;       /* ms */
    uint64_t retry;           /* ms: how long a database that is away is waited for */
};

/* Is it a connection string without a password, which anybody may see? */
bool settings_is_public(const char *dsn);

/*
 * Rows of an option table, for a struct that has `struct settings settings` among its members:
 *
 *     static const struct weir_option options[] = {
 *         SETTINGS_OPTIONS(struct postgres_load),
 *         ...
 */
#define SETTINGS_ROW(T, field, ctype, kind, ...)                                                   \
    {                                                                                              \
        .name = #field, .type = (kind), .offset = WEIR_OFFSET(T, settings.field, ctype),           \
        __VA_ARGS__                                                                                \
    }
#define SETTINGS_TEXT(T, f, ...) SETTINGS_ROW(T, f, const char *, WEIR_OPTION_TEXT, __VA_ARGS__)
#define SETTINGS_SECRET(T, f, ...)                                                                 \
    SETTINGS_ROW(T, f, struct weir_secret, WEIR_OPTION_SECRET, __VA_ARGS__)
#define SETTINGS_DURATION(T, f, ...)                                                               \
    SETTINGS_ROW(T, f, uint64_t, WEIR_OPTION_DURATION, .tuning = true, __VA_ARGS__)

/* clang-format off */
#define SETTINGS_OPTIONS(T)                                                                        \
    SETTINGS_SECRET(T, dsn, .is_public = settings_is_public,                                       \
        .example = "postgres://weir@db.example/shop",                                              \
        .help = "The database: a URI, or key words as in `host=db.example dbname=shop user=weir`. " \
                "In a URI, percent-encode `@ : / ?` in user and password."),                       \
    SETTINGS_TEXT(T, host, .min = 1, .example = "db.example",                                      \
        .help = "Its host, or the folder of its socket, in place of `dsn`; "                       \
                "a socket in the usual folder when absent."),                                      \
    SETTINGS_ROW(T, port, int64_t, WEIR_OPTION_INT, .min = 1, .max = 65535, .example = "5432",     \
        .help = "Its port; 5432 when absent."),                                                    \
    SETTINGS_TEXT(T, user, .min = 1, .example = "weir", .help = "Whom to log in as."),             \
    SETTINGS_SECRET(T, password, .example = "${DB_PASSWORD}", .help = "The password."),            \
    SETTINGS_TEXT(T, password_file, .min = 1, .example = "/run/secrets/db_password",               \
        .help = "A file that holds the password, which nobody else may read. "                     \
                "It is read anew for each connection."),                                           \
    SETTINGS_TEXT(T, dbname, .min = 1, .example = "shop", .help = "The database's name."),         \
    SETTINGS_ROW(T, passfile, bool, WEIR_OPTION_BOOL,                                              \
        .help = "Look for the password in `~/.pgpass`."),                                          \
    SETTINGS_TEXT(T, sslmode, .example = "verify-full",                                            \
        .help = "`verify-full`, `verify-ca`, `require`, `prefer`, `allow` or `disable`, as libpq " \
                "has them. When absent: `verify-full`; `disable` for a socket, `localhost` and "   \
                "loopback addresses. Only the first two make sure that it is the right server."),  \
    SETTINGS_TEXT(T, sslrootcert, .min = 1, .example = "/etc/ssl/private-ca.pem",                  \
        .help = "Certificates that the server's is checked against; the system's when absent."),   \
    SETTINGS_TEXT(T, sslcert, .min = 1, .example = "/etc/weir/client.crt",                         \
        .help = "The certificate to log in with."),                                                \
    SETTINGS_TEXT(T, sslkey, .min = 1, .example = "/etc/weir/client.key",                          \
        .help = "Its key."),                                                                       \
    SETTINGS_DURATION(T, connect_timeout, .initial = "10s", .min = 1, .max = 3600000,              \
        .help = "How long one try to connect may take."),                                          \
    SETTINGS_DURATION(T, lock_wait, .initial = "30s", .max = 86400000,                             \
        .help = "How long to wait for a lock that another session holds."),                        \
    SETTINGS_DURATION(T, retry, .initial = "60s", .max = 86400000,                                 \
        .help = "How long to try again while the server is away, starts or shuts down.")
/* clang-format on */

/* What can be known without connecting; no text of it shows a value that may be secret. */
void settings_check(const struct weir_stage *stage, const struct settings *settings,
    struct weir_mistakes *mistakes);

#endif
