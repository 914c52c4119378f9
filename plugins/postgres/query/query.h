/*
 * Statements on a connection. All of these wait, so they run in a fiber; after a
 * failure connection->error says why.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "connect/connection.h"

#include <weir/position.h>
#include <weir/str.h>

/* A value for a place in a statement; the statement says its type with $1::type. Arrays are for
 * unnest. What is pointed to must live until the statement has run. */
struct bound {
    enum {
        BOUND_NULL,
        BOUND_BOOL,
        BOUND_INTEGER,       /* bigint */
        BOUND_TEXT,          /* text, or anything written as such */
        BOUND_BYTES,         /* bytea */
        BOUND_INTEGER_ARRAY, /* bigint[] */
        BOUND_TEXT_ARRAY,    /* text[]; an item with ptr NULL is null */
        BOUND_BYTES_ARRAY,   /* bytea[]; the same */
        BOUND_BOOL_ARRAY,    /* boolean[] */
    } kind;
    int64_t integer;
    struct weir_str text;
    const int64_t *integers;
    const struct weir_str *texts;
    const bool *booleans;
    size_t n;
};

static inline struct bound bind_null(void)
{
    return (struct bound){.kind = BOUND_NULL};
}

static inline struct bound bind_bool(bool boolean)
{
    return (struct bound){.kind = BOUND_BOOL, .integer = boolean};
}

static inline struct bound bind_integer(int64_t integer)
{
    return (struct bound){.kind = BOUND_INTEGER, .integer = integer};
}

static inline struct bound bind_str(struct weir_str text)
{
    return (struct bound){.kind = BOUND_TEXT, .text = text};
}

/* NULL becomes null. */
static inline struct bound bind_text(const char *text)
{
    return text ? bind_str(weir_str(text)) : bind_null();
}

static inline struct bound bind_bytes(struct weir_str bytes)
{
    return (struct bound){.kind = BOUND_BYTES, .text = bytes};
}

static inline struct bound bind_id(const struct weir_id *id)
{
    return bind_bytes((struct weir_str){(const char *)id->bytes, WEIR_ID_SIZE});
}

static inline struct bound bind_integers(const int64_t *items, size_t n)
{
    return (struct bound){.kind = BOUND_INTEGER_ARRAY, .integers = items, .n = n};
}

static inline struct bound bind_texts(const struct weir_str *items, size_t n)
{
    return (struct bound){.kind = BOUND_TEXT_ARRAY, .texts = items, .n = n};
}

static inline struct bound bind_bytes_array(const struct weir_str *items, size_t n)
{
    return (struct bound){.kind = BOUND_BYTES_ARRAY, .texts = items, .n = n};
}

static inline struct bound bind_bools(const bool *items, size_t n)
{
    return (struct bound){.kind = BOUND_BOOL_ARRAY, .booleans = items, .n = n};
}

#define BOUND_LIST(...)                                                                            \
    (const struct bound[]){__VA_ARGS__},                                                           \
        sizeof((const struct bound[]){__VA_ARGS__}) / sizeof(struct bound)

/* One statement without values, or several in a row, whose rows nobody wants. */
bool query_script(struct connection *connection, const char *sql) WEIR_MUST_CHECK;
/* Begins a transaction with the statement that says how; as connection_fail where it cannot. */
enum weir_status query_begin(struct connection *connection, const char *sql) WEIR_MUST_CHECK;
/* One statement with values: its rows as texts (PQgetvalue, bytea with query_bytes), or NULL. The
 * result is the caller's: PQclear. */
#define query_get(connection, sql, ...) query_get_with((connection), (sql), BOUND_LIST(__VA_ARGS__))
PGresult *query_get_with(struct connection *connection, const char *sql, const struct bound *values,
    size_t n_values) WEIR_MUST_CHECK;
/* The same where the rows do not matter. *ret_n may be NULL, else how many rows were changed. */
#define query_run(connection, ret_n, sql, ...)                                                     \
    query_run_with((connection), (ret_n), (sql), BOUND_LIST(__VA_ARGS__))
bool query_run_with(struct connection *connection, uint64_t *ret_n, const char *sql,
    const struct bound *values, size_t n_values) WEIR_MUST_CHECK;
/* Rows one by one, as they come, so that memory stays small; the row is number 0 of `result`, good
 * until `row` returns. */
bool query_each(struct connection *connection, const char *sql, const struct bound *values,
    size_t n_values, void (*row)(void *arg, const PGresult *result), void *arg) WEIR_MUST_CHECK;

/* Fields of a result. */
const char *query_text(const PGresult *result, int row, int column); /* NULL for null */
int64_t query_integer(const PGresult *result, int row, int column);
bool query_bool(const PGresult *result, int row, int column);
/* A bytea, copied into the arena; false when it is none. ptr NULL for null. */
bool query_bytes(const PGresult *result, int row, int column, struct weir_arena *arena,
    struct weir_str *ret_bytes);
bool query_id(const PGresult *result, int row, int column, struct weir_id *ret_id);

#endif
