/* Rows without a value where the table needs one. */
#include "checking.h"

static enum weir_status reject_null(
    const struct checking *checking, size_t row, const char *name, bool is_key, bool is_there)
{
    bool merges = is_key && checking->table->resource->disposition == WEIR_MERGE;
    const char *what = is_there ? "is null" : "is not there";
    const struct shown_name shown = name_show(weir_str(name));

    if (merges)
        return weir_reject(checking->table->stage, checking->batch, row, shown.text,
            WEIR_FAULT_DATA, "E-KEY-NULL",
            "the key column %s, and merge needs a key in each row; drop such rows with a 'filter' "
            "transform, or check primary_key",
            what);
    return weir_reject(checking->table->stage, checking->batch, row, shown.text, WEIR_FAULT_DATA,
        "E-ROW-CONSTRAINT",
        "the %scolumn %s, and the table takes no null there; drop such rows with a 'filter' "
        "transform, or give them a value with 'set'",
        is_key ? "key " : "", what);
}

/* takes_absent: the row has a default where it lacks the column. */
static enum weir_status refuse_nulls(const struct checking *checking, const char *name, bool is_key,
    bool takes_absent, const struct weir_column *source)
{
    struct weir_batch *batch = checking->batch;
    enum weir_status status = WEIR_OK;

    for (size_t r = 0; r < batch->n_rows && status == WEIR_OK; r++)
        if ((!source || source->values[r].kind == WEIR_NULL) &&
            !(takes_absent && source && weir_is_absent(&source->values[r])) &&
            !weir_batch_is_rejected(batch, r))
            status = reject_null(checking, r, name, is_key, source != NULL);
    return status;
}

static const struct weir_column *find_source(const struct weir_batch *batch, struct weir_str name)
{
    size_t i = weir_batch_find(batch, name);

    return i == SIZE_MAX ? NULL : &batch->columns[i];
}

/* A table that is still to be made takes no null in its key either. */
static enum weir_status check_keys(const struct checking *checking)
{
    const struct table *table = checking->table;
    const struct weir_strs *key = &table->resource->primary_key;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < key->n && status == WEIR_OK; i++) {
        struct weir_str name = weir_str(key->items[i]);
        const struct column *column = table_find(table, name);

        if (!table->exists || table->resource->disposition == WEIR_MERGE ||
            (column && column->is_not_null))
            status = refuse_nulls(
                checking, key->items[i], true, false, find_source(checking->batch, name));
    }
    return status;
}

/* A row that lacks one with a default gets that. */
static enum weir_status check_required(const struct checking *checking)
{
    const struct table *table = checking->table;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++) {
        const struct column *column = &table->columns[i];
        const struct weir_column *source;

        if (!column->is_not_null || column->is_key || column->is_generated)
            continue;
        source = find_source(checking->batch, column->name);
        if (source || column->is_required)
            status = refuse_nulls(checking, column->name.ptr, false, column->has_default, source);
    }
    return status;
}

static enum weir_status check_order(const struct checking *checking)
{
    const char *name = checking->table->resource->order_by;
    struct table_inside *inside = table_inside(checking->table);

    if (checking->table->resource->disposition != WEIR_MERGE || !name || inside->has_order)
        return WEIR_OK;
    inside->has_order = find_source(checking->batch, weir_str(name)) != NULL;
    /* Rows of earlier runs may have had it: these have no version, then. */
    if (inside->has_order || table_find(checking->table, weir_str(name)))
        return WEIR_OK;
    return weir_fail(checking->table->stage, WEIR_FAULT_DATA, "E-COLUMN",
        "table '%s': the rows have no column '%s', which order_by names; check order_by against "
        "what the source gives",
        table_show(checking->table).text, name_show(weir_str(name)).text);
}

enum weir_status check_nulls(const struct checking *checking)
{
    enum weir_status status = check_order(checking);

    if (status == WEIR_OK)
        status = check_keys(checking);
    return status == WEIR_OK ? check_required(checking) : status;
}
