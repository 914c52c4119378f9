/*
 * Statements that are prepared when they are first needed, and kept.
 *
 * The text of a statement stands for it, so it must be the same pointer each time.
 * What is bound must live until the statement has run.
 */
#ifndef STATE_QUERY_H
#define STATE_QUERY_H

#include <sqlite3.h>
#include <weir/position.h>
#include <weir/str.h>

enum { QUERIES_MAX = 128 }; /* more than there are */

struct queries {
    sqlite3 *connection;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } items[QUERIES_MAX];
    size_t n;
};

void queries_init(struct queries *queries, sqlite3 *connection);
/* Before the connection is closed. */
void queries_done(struct queries *queries);

/* A value for a place in a statement. */
struct bound {
    enum { BOUND_NULL, BOUND_INTEGER, BOUND_TEXT, BOUND_BYTES } kind;
    int64_t integer;
    struct weir_str text;
};

static inline struct bound bind_integer(int64_t integer)
{
    return (struct bound){.kind = BOUND_INTEGER, .integer = integer};
}

/* NULL becomes null. */
static inline struct bound bind_text(const char *text)
{
    if (!text)
        return (struct bound){.kind = BOUND_NULL};
    return (struct bound){.kind = BOUND_TEXT, .text = weir_str(text)};
}

static inline struct bound bind_bytes(struct weir_str bytes)
{
    return (struct bound){.kind = BOUND_BYTES, .text = bytes};
}

static inline struct bound bind_str(struct weir_str text)
{
    return (struct bound){.kind = BOUND_TEXT, .text = text};
}

static inline struct bound bind_id(const struct weir_id *id)
{
    return bind_bytes((struct weir_str){(const char *)id->bytes, WEIR_ID_SIZE});
}

/* When a statement runs, in SQL: RFC 3339, UTC. */
#define QUERY_NOW "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"

/* Runs a statement that gives no rows: SQLite's code. */
#define query_run(queries, sql, ...)                                                               \
    query_run_with((queries), (sql), (const struct bound[]){__VA_ARGS__},                          \
        sizeof((const struct bound[]){__VA_ARGS__}) / sizeof(struct bound))
int query_run_with(
    struct queries *queries, const char *sql, const struct bound *values, size_t n_values);

/*
 * Makes a query ready to be stepped through. Afterwards query_end: SQLITE_OK, or why the last step
 * failed. NULL when it cannot be prepared, which both of these take.
 */
#define query_begin(queries, sql, ...)                                                             \
    query_begin_with((queries), (sql), (const struct bound[]){__VA_ARGS__},                        \
        sizeof((const struct bound[]){__VA_ARGS__}) / sizeof(struct bound))
sqlite3_stmt *query_begin_with(
    struct queries *queries, const char *sql, const struct bound *values, size_t n_values);
bool query_step(sqlite3_stmt *query);
int query_end(sqlite3_stmt *query);

/* What a column of the row holds, until the next step. */
struct weir_str query_bytes(sqlite3_stmt *query, int column);
const char *query_text(sqlite3_stmt *query, int column);
/* False where it has another length. */
bool query_id(sqlite3_stmt *query, int column, struct weir_id *ret_id);

#endif
