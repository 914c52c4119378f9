/* Rows of one table as a part of a script. */
#include "inside.h"
#include "merge.h"
#include "query/copy_in.h"
#include "query/sql.h"

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

static bool is_one_copy(const struct loading *loading, size_t n_batches)
{
    if (loading->n_ranks > 1)
        return false;
    for (size_t b = 0; b < n_batches; b++)
        if (!mapping_is_same(&loading->mappings[0], &loading->mappings[b]))
            return false;
    return loading->n_refs > 0 && loading->n_refs <= COPY_ROWS_MAX && loading->mappings[0].n > 0;
}

static void add(struct script *script, struct loading *loading)
{
    struct weir_buf sql;

    sql_init(&sql);
    copy_append_statement(&sql, loading, &loading->mappings[0]);
    script_add_copy(script, sql.ptr, (struct script_copy){send_rows, loading});
    weir_buf_done(&sql);
    if (loading->merge)
        script_add_text(script, loading->merge->upsert);
    table_script_confirm(script, loading->filled, loading->fills, loading->arena);
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
    if (loading_map(loading, n) != WEIR_OK || !is_one_copy(loading, n))
        return false;
    if (table->resource->disposition == WEIR_MERGE && !merge_is_ready(loading, n))
        return false;
    add(script, loading);
    return true;
}
