/*
 * A PostgreSQL database as a source: what the files of the extractor share.
 *
 * A fiber reads from a cursor, in the order of a key and in one snapshot, and pauses
 * with each chunk until `extract` takes it; workers turn the texts of the server
 * into values.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "query/query.h"

#include <weir/buf.h>
#include <weir/chunks.h>

/* What a resource says. */
struct source_resource {
    const char *from;
    const char *query;
    struct weir_strs key;
};

enum { SOURCE_KEY_MAX = 32 };

/* A column of what is read. */
struct source_column {
    const char *name;
    const char *type; /* as SQL has it */
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
    const struct source_column *cursor; /* of `incremental`; NULL: all rows are read */
    size_t row_bytes;                   /* of a row, as far as they were read; 0: none was */
    bool is_known;
};

/* Rows on their way to a worker: the payload of a batch. */
struct source_chunk {
    const struct source_table *table;
    PGresult *result;
    size_t reserved; /* bytes of the budget */
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
    struct source_chunk *ready;  /* read, and not taken yet */
    const char *last_key;        /* of the part, as far as it was read; on the heap, or NULL */
    bool is_last;                /* `ready` ends its part */
    bool is_waiting;             /* the fiber, for its turn */
    bool has_ended;
    bool has_failed;
    bool is_stopped;
};

/* reader.c: the fiber. */
void source_read_all(void *arg);

/* describe.c: what the resource reads, its columns, and what tells its rows apart. */
enum weir_status source_describe(struct source *source, struct source_table *table) WEIR_MUST_CHECK;

/* select.c: the SELECT for what is left of a part, with its values. */
struct source_select {
    struct weir_buf sql;
    struct bound values[SOURCE_KEY_MAX + 2];
    size_t n_values;
};
/* False: the place where it was left is no key of it. Texts live in the arena. */
bool source_select(struct source_select *select, const struct source_table *table,
    const struct weir_chunk_part *part, struct weir_arena *arena) WEIR_MUST_CHECK;

/* key.c: a row's key as a text, and back. NULL: a null in it. On the heap. */
char *source_key_text(const PGresult *result, int row, int first, size_t n);
bool source_key_read(const char *text, struct weir_str *items, size_t n, struct weir_arena *arena);

/* decode.c: on workers. */
enum weir_status source_decode(struct weir_stage *stage, struct weir_batch *batch);
void source_chunk_free(void *chunk);

#endif
