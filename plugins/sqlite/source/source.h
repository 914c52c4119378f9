/* A SQLite database as a source: what the files of the extractor share. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <sqlite3.h>
#include <weir/chunks.h>

/* What a resource says. */
struct source_resource {
    const char *from;
    const char *query;
    struct weir_strs key;
};

struct source {
    const char *path;
    uint64_t lock_wait;
    /* private */
    struct weir_stage *stage;
    sqlite3 *connection;
    int64_t wait_until;          /* ms; while SQLite may wait for a lock */
    struct source_table *tables; /* in the order of stage->resources */
    struct weir_chunks *chunks;  /* NULL until something is asked for */
};

enum { SOURCE_KEY_MAX = 16 };

/* What a resource reads, and in which order. */
struct source_table {
    struct source *source;
    const struct weir_resource *resource;
    const char *origin; /* in a FROM */
    const char *keys[SOURCE_KEY_MAX];
    size_t n_keys;
    const char *cursor; /* of `incremental`; NULL: all rows are read */
    sqlite3_stmt *statement;
    unsigned shape; /* which conditions the statement has */
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

/* key.c: the values of a row's key as a text that source_bind_key reads back exactly. */
const char *source_key_text(sqlite3_stmt *row, int first, size_t n, struct weir_arena *arena);
/* To the places from `first` on; false when the text is none of these. */
bool source_bind_key(sqlite3_stmt *statement, int first, size_t n, const char *text);

#endif
