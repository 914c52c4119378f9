/* What the files of this folder share while rows of one table are sent; nobody else includes it. */
#ifndef ROWS_INSIDE_H
#define ROWS_INSIDE_H

#include "rows.h"

/* One row: which batch, and which row of it. */
struct row_ref {
    uint32_t batch;
    uint32_t row;
};

/* What rows of one batch bring: the columns of the table that they fill, in the table's order, and
 * their values. Rows with the same columns go into one COPY. */
struct mapping {
    size_t n;
    const struct column **columns;
    const struct type **types; /* of the columns */
    const struct weir_value **values;
    const struct weir_value *versions; /* merge: those of order_by; NULL: it brings none */
    bool is_binary;
    uint32_t rank; /* is the same where columns are; once some rows lack columns with defaults */
    /* Of the whole batch: for each row which variant it is; NULL: all rows bring all of it. */
    uint32_t *forms;
    struct mapping *variants;
    size_t n_variants;
};

enum { ROWS_CHUNK_MAX = 1 << 30 }; /* bytes; PostgreSQL takes no field that is larger */

struct merge;

/* What a lane keeps from one call to the next: rows->private. */
struct prepared {
    struct merge *merges;
    unsigned n_staging; /* names of temporary tables that were given out */
    struct row_ref *refs;
    size_t refs_capacity;
};

/* One call of rows_load. */
struct loading {
    struct rows *rows;
    struct connection *connection;
    struct table *table;  /* as messages name it */
    struct table *filled; /* that rows are put into: where they wait, if they do */
    struct weir_batch *const *batches;
    struct mapping *mappings; /* one for each batch */
    size_t n_ranks;           /* 0: no row lacks a column with a default */
    bool *fills;              /* for each column of the table: does any of them fill it? */
    struct row_ref *refs;     /* the rows that are to be loaded, in their order */
    size_t n_refs;
    struct row_ref *orphans; /* that refer to a row which is not there, or not yet */
    size_t n_orphans;
    bool orphans_are_bad; /* none of them will find what it refers to */
    struct merge *merge;  /* NULL: rows are added */
    const char *before;   /* sent with the next COPY, to save a round trip; NULL: nothing is */
    bool is_searching;    /* something of this call has failed before */
    struct weir_arena *arena;
    struct rows_fault *fault;
};

/* map.c */
enum weir_status mapping_make(struct loading *loading, size_t batch) WEIR_MUST_CHECK;
bool mapping_is_same(const struct mapping *a, const struct mapping *b);

/* lacks.c: variants for the rows that lack columns with defaults. */
void mapping_split(struct loading *loading, size_t batch);
/* Behind that, where there are any. */
void mapping_rank(struct loading *loading, size_t n_batches);
/* The same rows, those together that bring the same, else in their order; to be freed. */
struct row_ref *refs_by_rank(const struct loading *loading, const struct row_ref *refs, size_t n);

static inline struct mapping *mapping_of(const struct loading *loading, const struct row_ref *ref)
{
    struct mapping *mapping = &loading->mappings[ref->batch];

    return mapping->forms ? &mapping->variants[mapping->forms[ref->row]] : mapping;
}

/*
 * copy.c: one COPY, of as many of the rows as it may hold; *ret_n of them. WEIR_REJECT: the server
 * has refused a row, and connection->error says why; what follows the last savepoint is void.
 */
enum weir_status copy_rows(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n) WEIR_MUST_CHECK;
/* The last call on the connection has failed: WEIR_REJECT where that is for a row, else as
 * connection_fail has it. */
enum weir_status loading_failed(struct loading *loading) WEIR_MUST_CHECK;

/* Parts of that: the statement, and what goes behind it once it has begun. */
void copy_append_statement(
    struct weir_buf *sql, const struct loading *loading, const struct mapping *mapping);
enum weir_status copy_send(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n) WEIR_MUST_CHECK;

/* rows.c: which rows there are, into loading->refs, which has room for so many; what columns they
 * fill. */
size_t loading_count_rows(struct weir_batch *const *batches, size_t n_batches);
void loading_list_rows(struct loading *loading, size_t n_batches);
enum weir_status loading_map(struct loading *loading, size_t n_batches) WEIR_MUST_CHECK;
/* All of these rows; WEIR_REJECT as above. */
enum weir_status loading_try(
    struct loading *loading, const struct row_ref *refs, size_t n) WEIR_MUST_CHECK;

/* search.c. A savepoint is open behind the first COPY of a call, and what failed is behind it. */
#define SAVEPOINT_BEGIN "SAVEPOINT weir_rows"
#define SAVEPOINT_RENEW "RELEASE SAVEPOINT weir_rows; SAVEPOINT weir_rows"
enum weir_status savepoint_renew(struct loading *loading) WEIR_MUST_CHECK;
enum weir_status savepoint_return(struct loading *loading) WEIR_MUST_CHECK;
/* These rows have failed together: loads the good ones, and tells of the others. */
enum weir_status search_rows(
    struct loading *loading, const struct row_ref *refs, size_t n) WEIR_MUST_CHECK;
/* Behind all rows: those that referred to one which was not there, once more. */
enum weir_status search_orphans(struct loading *loading) WEIR_MUST_CHECK;

#endif
