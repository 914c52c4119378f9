/* Which columns of the table a batch fills. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* Columns mostly come in the order of the table: the one behind the last is looked at first. */
static struct column *find(const struct table *table, struct weir_str name, size_t guess)
{
    if (guess < table->n_columns && weir_str_equal(table->columns[guess].name, name))
        return &table->columns[guess];
    return table_find(table, name);
}

/* For each column of the table, in its order, the one of the batch; NULL: it brings none. */
static enum weir_status find_sources(const struct loading *loading, const struct weir_batch *batch,
    const struct weir_column **sources)
{
    const struct table *table = loading->filled;
    size_t guess = 0;

    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct weir_column *source = &batch->columns[i];
        const struct column *column = find(table, source->name, guess);

        /* A column that never had a value has no type, and is not made. */
        if (!column && source->kinds == 0)
            continue;
        if (!column)
            return weir_fail(table->stage, WEIR_FAULT_BUG, "E-BUG",
                "rows for table '%.*s' bring the column '%.*s', which was not made",
                WEIR_STR_ARG(loading->table->name), WEIR_STR_ARG(source->name));
        guess = (size_t)(column - table->columns) + 1;
        if (!column->is_generated)
            sources[column - table->columns] = source;
    }
    return WEIR_OK;
}

enum weir_status mapping_make(struct loading *loading, size_t batch)
{
    struct mapping *mapping = &loading->mappings[batch];
    size_t n = loading->filled->n_columns;
    const struct weir_column **sources = weir_calloc(n + 1, sizeof(*sources));
    enum weir_status status = find_sources(loading, loading->batches[batch], sources);

    *mapping = (struct mapping){
        .columns = weir_new_array(loading->arena, n, const struct column *),
        .types = weir_new_array(loading->arena, n, const struct type *),
        .values = weir_new_array(loading->arena, n, const struct weir_value *),
        .is_binary = true,
    };
    for (size_t i = 0; i < n && status == WEIR_OK; i++) {
        const struct column *column = &loading->filled->columns[i];

        if (!sources[i])
            continue;
        mapping->columns[mapping->n] = column;
        mapping->types[mapping->n] = &column->type;
        mapping->values[mapping->n++] = sources[i]->values;
        mapping->is_binary = mapping->is_binary && type_is_binary(&column->type);
    }
    free((void *)sources);
    return status;
}

bool mapping_is_same(const struct mapping *a, const struct mapping *b)
{
    return a == b || (a->n == b->n && memcmp((const void *)a->columns, (const void *)b->columns,
                                          a->n * sizeof(*a->columns)) == 0);
}
