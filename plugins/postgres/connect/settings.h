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
    const char *dsn; /* a URI or key words */
    const char *host;
    int64_t port;
    const char *user;
    const char *password;
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

/*
 * Rows of an option table, for a struct that has `struct settings settings` among its members:
 *
 *     static const struct weir_option options[] = {
 *         SETTINGS_OPTIONS(struct postgres_load),
 *         ...
 */
#define SETTINGS_OPTIONS(type) SETTINGS_OPTIONS_ARE_TO_BE_WRITTEN(type)

/* What can be known without connecting; no text of it shows a value that may be secret. */
void settings_check(const struct weir_stage *stage, const struct settings *settings,
    struct weir_mistakes *mistakes);

#endif
