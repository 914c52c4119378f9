#include "table.h"

#include "insert.h"
#include "names.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

void table_init(struct table *table, struct database *db, const struct weir_resource *resource)
{
    *table = (struct table){
        .db = db,
        .name = weir_str(resource->table),
        .shown = weir_str(resource->table),
        .primary_key = resource->primary_key,
        .disposition = resource->disposition,
    };
    if (resource->order_by)
        table->order_by = weir_str(resource->order_by);
    table->cursor = version_cursor(resource, db->stage->arena);
    table->statements = statements_new();
}

void table_done(struct table *table)
{
    if (table->staged)
        table_done(table->staged);
    statements_free(table->statements);
    free(table->columns);
    free(table->by_name);
    free(table->made_as);
    table->made_as = NULL;
    table->statements = NULL;
    table->columns = NULL;
    table->by_name = NULL;
}

void table_forget(struct table *table)
{
    statements_reset(table->statements);
    free(table->made_as);
    table->made_as = NULL;
    table->is_known = false;
    table->exists = false;
    table->n_columns = 0;
}

/* Where the name stands in by_name, or would stand. */
static size_t place_of(const struct table *table, struct weir_str name, bool *ret_found)
{
    size_t low = 0;
    size_t high = table->n_columns;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = name_compare(name, table->columns[table->by_name[middle]].name);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct column *table_find(const struct table *table, struct weir_str name)
{
    bool found;
    size_t place = place_of(table, name, &found);

    return found ? &table->columns[table->by_name[place]] : NULL;
}

static void grow(struct table *table)
{
    if (table->n_columns < table->capacity)
        return;
    table->capacity = table->capacity ? 2 * table->capacity : 32;
    table->columns = weir_realloc(table->columns, table->capacity * sizeof(table->columns[0]));
    table->by_name = weir_realloc(table->by_name, table->capacity * sizeof(table->by_name[0]));
}

struct column *table_add(struct table *table, struct weir_str name)
{
    bool found;
    size_t place = place_of(table, name, &found);
    struct column *column;

    if (table->n_columns == TABLE_COLUMNS_MAX)
        return NULL;
    grow(table);
    memmove(&table->by_name[place + 1], &table->by_name[place],
        (table->n_columns - place) * sizeof(table->by_name[0]));
    table->by_name[place] = (uint32_t)table->n_columns;
    column = &table->columns[table->n_columns++];
    *column = (struct column){
        .name = weir_copy(table->db->stage->arena, name),
        .declared = "ANY",
    };
    return column;
}

bool table_key_has(const struct table *table, struct weir_str name)
{
    for (size_t i = 0; i < table->primary_key.n; i++)
        if (name_equal(weir_str(table->primary_key.items[i]), name))
            return true;
    return false;
}
