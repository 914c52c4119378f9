#include "merge.h"

#include "query/sql.h"

#include <stdlib.h>

void merge_free(struct merge *merge)
{
    if (!merge)
        return;
    weir_arena_free(merge->scratch);
    weir_arena_free(merge->arena);
    free(merge);
}

/* --- what is prepared --------------------------------------------------------------------- */

/* What tells versions apart is written even where no row brings it: those have no version then. */
static void list_columns(struct merge *merge)
{
    const struct table *table = merge->table;
    const char *name = table->resource->order_by;

    merge->order = name ? table_find(table, weir_str(name)) : NULL;
    merge->columns = weir_new_array(merge->arena, table->n_columns, const struct column *);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];

        if (!column->is_generated && (column == merge->order || brought_has(table, column->name)))
            merge->columns[merge->n_columns++] = column;
    }
}

static struct weir_str free_name(const struct merge *merge, const char *name)
{
    while (table_find(merge->table, weir_str(name)))
        name = weir_printf(merge->arena, "%s_", name);
    return weir_str(name);
}

static enum weir_status prepare(struct merge *merge, struct loading *loading, size_t n_brought)
{
    enum weir_status status;

    weir_arena_free(merge->arena);
    *merge = (struct merge){
        .next = merge->next,
        .table = loading->filled,
        .version = 0, /* not ready yet */
        .arena = weir_arena_new(),
        .scratch = merge->scratch,
        .n_brought = n_brought,
    };
    list_columns(merge);
    merge->cursor = version_cursor(merge->table, merge->order, merge->arena);
    if (merge->cursor)
        merge->key_column = free_name(merge, "_weir_version");
    if (merge->n_columns + 1 + (merge->cursor != NULL) <= TABLE_COLUMNS_MAX)
        merge->order_column = free_name(merge, "_weir_order");
    status = keys_find_operators(merge, loading->connection);
    if (status == WEIR_OK)
        status = staging_plan(merge, loading);
    if (status != WEIR_OK)
        return status;
    merge_build(merge);
    merge->version = merge->table->version;
    merge->n_opened = loading->connection->n_opened;
    return WEIR_OK;
}

/* NULL: nothing is prepared. */
static struct merge *look_up(const struct loading *loading)
{
    const struct prepared *prepared = loading->rows->private;
    struct merge *merge = prepared->merges;

    while (merge && merge->table != loading->filled)
        merge = merge->next;
    return merge;
}

static struct merge *find_merge(struct loading *loading)
{
    struct prepared *prepared = loading->rows->private;
    struct merge *merge = look_up(loading);

    if (merge)
        return merge;
    merge = weir_calloc(1, sizeof(*merge));
    merge->table = loading->filled;
    merge->next = prepared->merges;
    prepared->merges = merge;
    return merge;
}

static void drop_staging(const struct merge *merge, struct loading *loading, bool *ok)
{
    const char *text = NULL;
    PGresult *result;

    *ok = true;
    if (!merge->staging || merge->n_opened != loading->connection->n_opened)
        return;
    result = query_get(
        loading->connection, "SELECT to_regclass($1::text)::text", bind_text(merge->staging));
    *ok = result != NULL;
    if (result)
        text = query_text(result, 0, 0);
    if (text) {
        struct weir_buf sql;

        sql_init(&sql);
        sql_printf(&sql, "DROP TABLE %s", merge->staging);
        *ok = sql_run(loading->connection, &sql);
    }
    PQclear(result);
}

static enum weir_status make_ready(struct loading *loading, size_t n_brought)
{
    struct merge *merge = find_merge(loading);
    enum weir_status status = WEIR_OK;
    bool ok;

    if (merge->version != loading->filled->version ||
        merge->n_opened != loading->connection->n_opened || merge->n_brought != n_brought) {
        drop_staging(merge, loading, &ok);
        if (!ok)
            return connection_fail(loading->connection, "cannot drop a temporary table");
        status = prepare(merge, loading, n_brought);
    }
    loading->merge = merge;
    return status == WEIR_OK ? staging_begin(loading) : status;
}

static bool are_known(const struct loading *loading, size_t n_batches)
{
    for (size_t b = 0; b < n_batches; b++)
        if (!brought_has_all(loading->filled, &loading->mappings[b]))
            return false;
    return true;
}

bool merge_is_ready(struct loading *loading, size_t n_batches)
{
    struct merge *merge = look_up(loading);

    if (!merge || merge->cursor || merge->version != loading->filled->version ||
        merge->n_opened != loading->connection->n_opened || !are_known(loading, n_batches) ||
        merge->n_brought != brought_note(loading->filled, &loading->mappings[0]))
        return false;
    loading->merge = merge;
    return true;
}

static void note_versions(struct loading *loading, struct mapping *mapping)
{
    mapping->versions = NULL;
    for (size_t i = 0; i < mapping->n; i++)
        if (mapping->columns[i] == loading->merge->order)
            mapping->versions = mapping->values[i];
    for (size_t i = 0; mapping->forms && i < mapping->n_variants; i++)
        note_versions(loading, &mapping->variants[i]);
}

enum weir_status merge_begin(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n)
{
    size_t batch = refs[0].batch;
    size_t n_brought = brought_note(loading->filled, &loading->mappings[batch]);
    enum weir_status status = make_ready(loading, n_brought);
    size_t i = 0;

    if (status != WEIR_OK)
        return status;
    note_versions(loading, &loading->mappings[batch]);
    for (; i < n; i++) {
        if (refs[i].batch == batch)
            continue;
        if (!brought_has_all(loading->filled, &loading->mappings[refs[i].batch]))
            break;
        batch = refs[i].batch;
        note_versions(loading, &loading->mappings[batch]);
    }
    *ret_n = i;
    return WEIR_OK;
}

/* --- the statement ---------------------------------------------------------------------------- */

enum weir_status merge_run(struct loading *loading, size_t n_rows)
{
    if (loading->merge->cursor)
        return version_run(loading, n_rows);
    return query_run_with(loading->connection, NULL, loading->merge->upsert, NULL, 0)
               ? WEIR_OK
               : loading_failed(loading);
}
