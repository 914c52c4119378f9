/* Rows of one table as a part of a script. */
#include "inside.h"
#include "merge.h"
#include "query/copy_in.h"
#include "query/sql.h"

#include <stdlib.h>
#include <string.h>

static enum weir_status send_rows(void *arg)
{
    struct loading *loading = arg;
    size_t n_sent;
    enum weir_status status = copy_send(loading, loading->refs, loading->n_refs, &n_sent);

    if (status != WEIR_OK || n_sent == loading->n_refs)
        return status;
    /* More bytes than one COPY may have. */
    copy_in_cancel(loading->connection);
    return WEIR_REJECT;
}

/* Rows that bring the same follow each other from now on. */
static bool group(struct loading *loading, size_t n_batches)
{
    struct row_ref *sorted;

    for (size_t b = 1; b < n_batches && !loading->n_ranks; b++)
        if (!mapping_is_same(&loading->mappings[0], &loading->mappings[b]))
            mapping_rank(loading, n_batches);
    if (loading->n_ranks < 2)
        return true;
    if (loading->merge && !loading->merge->order_column.len)
        return false;
    sorted = refs_by_rank(loading, loading->refs, loading->n_refs);
    memcpy(loading->refs, sorted, loading->n_refs * sizeof(*sorted));
    free(sorted);
    return true;
}

static size_t count_same(const struct loading *loading, size_t first)
{
    const struct mapping *mapping = mapping_of(loading, &loading->refs[first]);
    size_t n = 1;

    while (first + n < loading->n_refs &&
           mapping_is_same(mapping, mapping_of(loading, &loading->refs[first + n])))
        n++;
    return n;
}

static bool add_copy(struct script *script, const struct loading *loading, size_t first, size_t n)
{
    const struct mapping *mapping = mapping_of(loading, &loading->refs[first]);
    struct loading *part = weir_new(loading->arena, struct loading);
    struct weir_buf sql;

    if (!mapping->n || n > COPY_ROWS_MAX)
        return false;
    *part = *loading;
    part->refs += first;
    part->n_refs = n;
    sql_init(&sql);
    copy_append_statement(&sql, part, mapping);
    script_add_copy(script, sql.ptr, (struct script_copy){send_rows, part});
    weir_buf_done(&sql);
    return script->fits;
}

static bool add(struct script *script, const struct loading *loading)
{
    size_t n;

    for (size_t i = 0; i < loading->n_refs; i += n) {
        n = count_same(loading, i);
        if (!add_copy(script, loading, i, n))
            return false;
    }
    if (loading->merge)
        script_add_text(script, loading->merge->upsert);
    table_script_confirm(script, loading->filled, loading->fills, loading->arena);
    return true;
}

bool rows_script(struct rows *rows, struct connection *connection, struct table *table,
    struct weir_batch *const *batches, size_t n, struct script *script, struct weir_arena *arena)
{
    struct loading *loading = weir_new(arena, struct loading);

    *loading = (struct loading){
        .rows = rows,
        .connection = connection,
        .table = table,
        .filled = table->staged ? table->staged : table,
        .batches = batches,
        .refs = weir_new_array(arena, loading_count_rows(batches, n), struct row_ref),
        .arena = arena,
    };
    loading_list_rows(loading, n);
    if (!loading->n_refs || loading_map(loading, n) != WEIR_OK)
        return false;
    if (table->resource->disposition == WEIR_MERGE && !merge_is_ready(loading, n))
        return false;
    return group(loading, n) && add(script, loading);
}
