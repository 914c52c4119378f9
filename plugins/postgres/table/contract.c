/* What may change in a table: as the file has it, and else as suits who has made the table. */
#include "inside.h"

const struct declared *table_declared(const struct table *table, struct weir_str column)
{
    const struct table_inside *inside = table_inside(table);

    for (size_t i = 0; i < inside->n_declared; i++)
        if (weir_str_equal(inside->declared[i].name, column))
            return &inside->declared[i];
    return NULL;
}

enum weir_contract contract_tables(const struct table *table)
{
    enum weir_contract word = table->resource->schema->tables;

    return word == WEIR_CONTRACT_DEFAULT ? WEIR_CONTRACT_EVOLVE : word;
}

enum weir_contract contract_columns(const struct table *table)
{
    enum weir_contract word = table->resource->schema->new_columns;

    return word == WEIR_CONTRACT_DEFAULT ? WEIR_CONTRACT_EVOLVE : word;
}

/* Types that weir has chosen it may choose anew; those of a person stand, unless the file says
 * otherwise. */
enum weir_contract contract_type(const struct table *table, const struct column *column)
{
    enum weir_contract word = table->resource->schema->data_type;

    if (word != WEIR_CONTRACT_DEFAULT)
        return word;
    return table->is_ours && !table_declared(table, column->name) ? WEIR_CONTRACT_WIDEN : word;
}

bool table_may_widen(const struct table *table, const struct column *column)
{
    return contract_type(table, column) == WEIR_CONTRACT_WIDEN;
}
