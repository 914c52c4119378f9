/*
 * A connection string, taken apart: postgres://user:password@host:5432/name?sslmode=require
 * or "host=... dbname=... password='...'".
 *
 * No message shows any of it, not even a key word that is not known: it may be a
 * piece of a password in which a character was not escaped.
 */
#ifndef CONNECT_DSN_H
#define CONNECT_DSN_H

#include <weir/arena.h>

enum dsn_key {
    DSN_HOST,
    DSN_HOSTADDR,
    DSN_PORT,
    DSN_USER,
    DSN_PASSWORD,
    DSN_DBNAME,
    DSN_SSLMODE,
    DSN_SSLROOTCERT,
    DSN_SSLCERT,
    DSN_SSLKEY,
    DSN_CHANNEL_BINDING,
    DSN_OPTIONS,
    DSN_APPLICATION_NAME,
    DSN_CONNECT_TIMEOUT,
    DSN_TARGET_SESSION_ATTRS,
    DSN_N_KEYS,
    DSN_NONE = DSN_N_KEYS,
};

struct dsn {
    const char *values[DSN_N_KEYS]; /* NULL: not said. In the arena, as is the problem */
    const char *problem;            /* NULL: none; else what is wrong, in words */
    size_t at;                      /* bytes into the text: where */
};

/* False with a problem. */
bool dsn_parse(struct weir_arena *arena, const char *text, struct dsn *ret_dsn);

/* What is wrong with a value, in words; NULL: nothing. */
const char *dsn_problem_of(enum dsn_key key, const char *value);

/* For the two readers. */
struct dsn_reader {
    struct weir_arena *arena;
    const char *text; /* the whole */
    struct dsn *dsn;
};

bool dsn_read_uri(struct dsn_reader *reader, const char *at);
bool dsn_read_words(struct dsn_reader *reader);
/* The problem, at that place of the text; false. */
bool dsn_refuse(struct dsn_reader *reader, const char *at, const char *problem);
bool dsn_set(struct dsn_reader *reader, const char *at, enum dsn_key key, const char *value);
/* DSN_NONE, and what is near it, when it is not known. */
enum dsn_key dsn_find_key(const char *name, size_t len);
bool dsn_refuse_key(struct dsn_reader *reader, const char *at, const char *name);
const char *dsn_key_name(enum dsn_key key);

#endif
