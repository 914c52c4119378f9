#include "rows.h"

#include "inside.h"
#include "merge.h"

#include <stdlib.h>

void rows_init(struct rows *rows)
{
    weir_buf_init(&rows->chunk, ROWS_CHUNK_MAX, 1);
    rows->private = weir_calloc(1, sizeof(struct prepared));
}

void rows_done(struct rows *rows)
{
    struct prepared *prepared = rows->private;

    weir_buf_done(&rows->chunk);
    while (prepared && prepared->merges) {
        struct merge *merge = prepared->merges;

        prepared->merges = merge->next;
        merge_free(merge);
    }
    if (prepared)
        free(prepared->refs);
    free(prepared);
    rows->private = NULL;
}

/* --- which rows ------------------------------------------------------------------------------- */

static void reserve_refs(struct prepared *prepared, size_t n)
{
    if (n <= prepared->refs_capacity)
        return;
    free(prepared->refs);
    prepared->refs = weir_malloc(n * sizeof(*prepared->refs));
    prepared->refs_capacity = n;
}

size_t loading_count_rows(struct weir_batch *const *batches, size_t n_batches)
{
    size_t n = 0;

    for (size_t b = 0; b < n_batches; b++)
        n += batches[b]->n_rows;
    return n;
}

void loading_list_rows(struct loading *loading, size_t n_batches)
{
    for (size_t b = 0; b < n_batches; b++)
        for (size_t row = 0; row < loading->batches[b]->n_rows; row++)
            if (!weir_batch_is_rejected(loading->batches[b], row))
                loading->refs[loading->n_refs++] =
                    (struct row_ref){.batch = (uint32_t)b, .row = (uint32_t)row};
}

static void note_filled(struct loading *loading, const struct mapping *mapping)
{
    for (size_t i = 0; i < mapping->n; i++)
        loading->fills[mapping->columns[i] - loading->filled->columns] = true;
}

enum weir_status loading_map(struct loading *loading, size_t n_batches)
{
    enum weir_status status = WEIR_OK;
    bool has_variants = false;

    loading->mappings = weir_new_array(loading->arena, n_batches, struct mapping);
    loading->fills = weir_new_array(loading->arena, loading->filled->n_columns, bool);
    for (size_t b = 0; b < n_batches && status == WEIR_OK; b++) {
        if (!loading->batches[b]->n_rows)
            continue;
        status = mapping_make(loading, b);
        note_filled(loading, &loading->mappings[b]);
        mapping_split(loading, b);
        has_variants = has_variants || loading->mappings[b].forms;
    }
    if (has_variants)
        mapping_rank(loading, n_batches);
    return status;
}

/* --- rows into the table ------------------------------------------------------------------------ */

static enum weir_status copy_all(struct loading *loading, const struct row_ref *refs, size_t n)
{
    enum weir_status status = WEIR_OK;
    size_t n_sent;

    for (size_t i = 0; i < n && status == WEIR_OK; i += n_sent)
        status = copy_rows(loading, refs + i, n - i, &n_sent);
    return status;
}

/* Where the order of rows is of no matter: rows that bring the same go into one COPY. */
static enum weir_status copy_by_rank(struct loading *loading, const struct row_ref *refs, size_t n)
{
    struct row_ref *sorted;
    enum weir_status status;

    if (loading->n_ranks < 2)
        return copy_all(loading, refs, n);
    sorted = refs_by_rank(loading, refs, n);
    status = copy_all(loading, sorted, n);
    free(sorted);
    return status;
}

enum weir_status loading_try(struct loading *loading, const struct row_ref *refs, size_t n)
{
    enum weir_status status;

    if (loading->merge)
        status = staging_clear(loading);
    else
        return copy_all(loading, refs, n);
    if (status == WEIR_OK)
        status = loading->merge->order_column.len ? copy_by_rank(loading, refs, n)
                                                  : copy_all(loading, refs, n);
    return status == WEIR_OK ? merge_run(loading, n) : status;
}

/* Why it was asked may still have to be told. */
static enum weir_status confirm(struct loading *loading)
{
    struct pg_error error = loading->connection->error;
    enum weir_status status = table_confirm(loading->filled, loading->connection, loading->fills);

    if (status == WEIR_OK)
        loading->connection->error = error;
    return status;
}

/* What one savepoint holds: a COPY, or all rows that are merged together. */
static enum weir_status load_piece(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n)
{
    enum weir_status status;

    if (!loading->merge) {
        status = copy_rows(loading, refs, n, ret_n);
    } else {
        *ret_n = n;
        status = loading_try(loading, refs, n);
    }
    if (status != WEIR_REJECT)
        return status;
    status = savepoint_return(loading);
    /* No row is to blame where the table is another one. */
    if (status == WEIR_OK && !loading->is_searching)
        status = confirm(loading);
    return status == WEIR_OK ? search_rows(loading, refs, *ret_n) : status;
}

/* WEIR_REJECT: nothing of it is there, and a savepoint is open. Of two rows that cannot be there
 * together the later one is the bad one, so rows then go in their order. */
static enum weir_status try_by_rank(struct loading *loading, const struct row_ref *refs, size_t n)
{
    enum weir_status status;

    loading->before = SAVEPOINT_BEGIN "; ";
    status = copy_by_rank(loading, refs, n);
    if (status != WEIR_REJECT)
        return status;
    status = savepoint_return(loading);
    return status == WEIR_OK ? WEIR_REJECT : status;
}

static enum weir_status load_all(struct loading *loading, const struct row_ref *refs, size_t n)
{
    bool has_savepoint = !loading->merge && loading->n_ranks > 1;
    enum weir_status status = has_savepoint ? try_by_rank(loading, refs, n) : WEIR_REJECT;
    size_t n_done;

    if (status != WEIR_REJECT)
        return status;
    status = WEIR_OK;
    for (size_t i = 0; i < n && status == WEIR_OK; i += n_done) {
        loading->before = i || has_savepoint ? SAVEPOINT_RENEW "; " : SAVEPOINT_BEGIN "; ";
        status = load_piece(loading, refs + i, n - i, &n_done);
    }
    /* The last savepoint ends with the transaction: to release it would be a round trip more. */
    return status == WEIR_OK ? search_orphans(loading) : status;
}

static enum weir_status merge_all(struct loading *loading)
{
    enum weir_status status = WEIR_OK;
    size_t n;

    for (size_t i = 0; i < loading->n_refs && status == WEIR_OK; i += n) {
        status = merge_begin(loading, loading->refs + i, loading->n_refs - i, &n);
        if (status == WEIR_OK)
            status = load_all(loading, loading->refs + i, n);
    }
    return status;
}

static enum weir_status load(struct loading *loading)
{
    if (loading->table->resource->disposition == WEIR_MERGE)
        return merge_all(loading);
    return load_all(loading, loading->refs, loading->n_refs);
}

enum weir_status rows_load(struct rows *rows, struct connection *connection, struct table *table,
    struct weir_batch *const *batches, size_t n, struct rows_fault *ret_fault)
{
    struct loading loading = {
        .rows = rows,
        .connection = connection,
        .table = table,
        .filled = table->staged ? table->staged : table,
        .batches = batches,
        .arena = weir_arena_new(),
        .fault = ret_fault,
    };
    enum weir_status status;

    *ret_fault = (struct rows_fault){.is_set = false};
    reserve_refs(rows->private, loading_count_rows(batches, n));
    loading.refs = ((struct prepared *)rows->private)->refs;
    loading_list_rows(&loading, n);
    status = loading_map(&loading, n);
    if (status == WEIR_OK && loading.n_refs)
        status = load(&loading);
    if (status == WEIR_OK && loading.n_refs)
        status = confirm(&loading);
    free(loading.orphans);
    weir_arena_free(loading.arena);
    return status;
}
