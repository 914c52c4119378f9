/*
 * A PostgreSQL database as a source: what the files of the extractor share.
 *
 * A fiber reads the rows that a COPY sends, in the order of a key and in one snapshot,
 * and pauses with each chunk until `extract` takes it; workers turn the texts of the
 * server into values.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "query/query.h"

#include <weir/buf.h>
#include <weir/chunks.h>

enum { SOURCE_KEY_MAX = 32, SOURCE_ROW_MAX = 256 << 20 };

/* A column of what is read. */
struct source_column {
    const char *name;
    const char *type;   /* as SQL has it */
    const char *schema; /* of the type, and of the operators that compare it */
    uint32_t oid;
    bool as_json; /* an array or a row of its own: the server writes it as JSON */
};

/* What a resource reads, and in which order. */
struct source_table {
    const struct weir_resource *resource;
    const char *origin; /* in a FROM */
    struct source_column *columns;
    size_t n_columns;
    const struct source_column *keys[SOURCE_KEY_MAX];
    size_t n_keys;
    bool is_key_declared; /* nothing but the pipeline file says that it tells rows apart */
    const struct source_column *cursor; /* of `incremental`; NULL: all rows are read */
    bool is_known;
};

/* Rows on their way to a worker, in the batch's arena: its payload. */
struct source_chunk {
    const struct source_table *table;
    char *lines;
    size_t n_rows;
};

struct source {
    struct settings settings; /* first: its options are shared with load */
    const char *schema;
    /* private */
    struct weir_stage *stage;
    struct connection connection;
    struct fiber *fiber;
    struct weir_chunks *chunks;
    struct source_table *tables; /* in the order of stage->resources */
    char *line;                  /* the next one, looked at and not yet taken; libpq's, or NULL */
    size_t line_size;
    struct weir_buf lines;            /* of the chunk */
    size_t n_rows;                    /* in it */
    size_t last_line;                 /* where its last one begins */
    char *last_key;                   /* of the chunk; on the heap, or NULL */
    const struct source_table *ready; /* whose chunk waits to be taken, or NULL */
    size_t reserved;                  /* bytes of the budget */
    bool is_last;                     /* `ready` ends its part */
    bool has_begun;
    bool has_moved;  /* rows have come over this connection */
    bool is_waiting; /* the fiber, for its turn */
    bool has_ended;
    bool has_failed;
    bool is_stopped;
};

/* reader.c: the fiber. */
void source_read_all(void *arg);
/* What the server said when it would not give the rows: as connection_fail. */
enum weir_status source_fail(
    struct source *source, const struct source_table *table) WEIR_MUST_CHECK;

/* describe.c: what the resource reads, its columns, and what tells its rows apart. */
enum weir_status source_describe(struct source *source, struct source_table *table) WEIR_MUST_CHECK;

/* select.c: the SELECT for what is left of a part. False: the place where it was left is no key of
 * it. `sql` is the caller's in any case. */
bool source_select(struct weir_buf *sql, const struct source_table *table,
    const struct weir_chunk_part *part) WEIR_MUST_CHECK;
/* How many fields of its rows are behind the columns: the key, and whether the row before has it too. */
size_t source_select_behind(const struct source_table *table);

/* cursor.c: the condition that keeps rows to the window, in parentheses; false: there is none. */
bool source_cursor_condition(struct weir_buf *sql, const struct source_table *table,
    const struct weir_chunk_part *part) WEIR_MUST_CHECK;

/* key.c: a row's key as a text, on the heap, and back. NULL: a null in it, or it is too long. */
char *source_key_text(const struct weir_str *items, size_t n);
bool source_key_read(const char *text, struct weir_str *items, size_t n, struct weir_arena *arena);

/* line.c */
/* The next field, read in place, NUL behind it; ptr NULL: null. *at goes on behind it. */
struct weir_str source_line_next(char **at);
/* The last n fields of a line whose newline is its last byte. */
char *source_line_tail(char *line, size_t size, size_t n);
bool source_line_has_null(const char *fields);

/* decode.c: on workers. */
enum weir_status source_decode(struct weir_stage *stage, struct weir_batch *batch);

#endif
