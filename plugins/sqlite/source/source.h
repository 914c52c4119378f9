/* A SQLite database as a source: what the files of the extractor share. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <sqlite3.h>
#include <weir/buf.h>
#include <weir/chunks.h>

struct source {
    const char *path;
    uint64_t lock_wait;
    /* private */
    struct weir_stage *stage;
    sqlite3 *connection;
    bool is_utf8;                /* the texts of the database, in the order of their bytes */
    int64_t wait_until;          /* ms; while SQLite may wait for a lock */
    struct source_table *tables; /* in the order of stage->resources */
    struct weir_chunks *chunks;  /* NULL until something is asked for */
};

enum {
    SOURCE_KEY_MAX = 16,
    SOURCE_CHUNK_ROWS = 10000,
    SOURCE_LIMIT = SOURCE_CHUNK_ROWS + 1000, /* of a statement: see is_border */
};

/* What a resource reads, and in which order. */
struct source_table {
    struct source *source;
    const struct weir_resource *resource;
    const char *origin; /* in a FROM */
    const char *keys[SOURCE_KEY_MAX];
    size_t n_keys;
    bool is_key_declared;    /* nothing but the pipeline file says that it tells rows apart */
    const char *cursor_name; /* of `incremental`; NULL: all rows are read */
    const char *cursor;      /* quoted */
    sqlite3_stmt *statement;
    unsigned shape;                  /* which conditions the statement has; 0: there is none */
    struct weir_buf key, key_before; /* of rows beside each other */
};

/* The window of a part, as SQLite can look for it. */
struct source_bounds {
    struct weir_chunk_bounds at;
    char first_day[WEIR_CHUNK_DAY_SIZE];
    char last_day[WEIR_CHUNK_DAY_SIZE];
};

/* open.c: a database that is there; nothing is written to it. */
enum weir_status source_open(struct source *source) WEIR_MUST_CHECK;
void source_close(struct source *source);
/* The next statement may wait for a lock for so long. */
void source_may_wait(struct source *source);
/* Fails with what SQLite said. */
enum weir_status source_fail(struct source *source, const char *format, ...) WEIR_PRINTF(2, 3);

/* table.c: finds out what tells rows apart, and that the table is there. */
enum weir_status source_table_read(struct source_table *table) WEIR_MUST_CHECK;

/* chunk.c: the next rows of the part, as a unit of the batch. */
enum weir_status source_read_chunk(struct source *source, const struct weir_chunk_part *part,
    struct weir_batch *batch) WEIR_MUST_CHECK;

/* statement.c: makes table->statement that of the part, with its values. */
enum weir_status source_statement(
    struct source_table *table, const struct weir_chunk_part *part) WEIR_MUST_CHECK;

/* value.c: is the column declared to hold flags? */
bool source_is_flag(sqlite3_stmt *row, int column);
/* False: a text that is no UTF-8. */
bool source_read_value(sqlite3_stmt *row, int column, bool is_flag, struct weir_arena *arena,
    struct weir_value *ret_value) WEIR_MUST_CHECK;

/* key.c: the values of a row's key as a text that source_bind_key reads back exactly. False: a
 * null in it, a NUL, or it is too long. */
void source_key_init(struct weir_buf *key);
bool source_key_text(struct weir_buf *key, sqlite3_stmt *row, int first, size_t n) WEIR_MUST_CHECK;
/* To the places from `first` on; false when the text is none of these. */
bool source_bind_key(
    sqlite3_stmt *statement, int first, size_t n, const char *text) WEIR_MUST_CHECK;
/* Keys that some order of SQLite takes for one have one text here; so may others. */
const char *source_key_sorted(const char *text, struct weir_arena *arena);

#endif
