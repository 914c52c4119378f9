/* What the file declares under schema.columns, beside what the table has and what rows bring. */
#include "adapt.h"
#include "query/sql.h"

void declared_compare(const struct table *table)
{
    struct table_inside *inside = table_inside(table);

    if (!table->exists || inside->is_compared || table_is_staged(table))
        return;
    inside->is_compared = true;
    for (size_t i = 0; i < inside->n_declared; i++) {
        const struct declared *declared = &inside->declared[i];
        const struct column *column = table_find(table, declared->name);
        struct weir_buf sql;

        if (!column || (column->type.oid == declared->type.oid &&
                           column->type.modifier == declared->type.modifier))
            continue;
        sql_init(&sql);
        sql_add(&sql, "ALTER TABLE ");
        sql_table(&sql, table->schema, table->name);
        sql_add(&sql, " ");
        change_type(&sql, declared->name, &column->type, declared->type.name);
        weir_log(table->stage, WEIR_LOG_WARNING,
            "table '%s': column '%s' is %s, the file declares %s; the table's own type stands; to "
            "change it: %s",
            table_show(table).text, name_show(declared->name).text, column->type.name,
            declared->type.name, sql.ptr);
        weir_buf_done(&sql);
    }
}

void declared_note(const struct table *table, const struct weir_batch *batch)
{
    struct table_inside *inside = table_inside(table);

    for (size_t i = 0; i < inside->n_declared; i++)
        if (!inside->declared[i].came)
            inside->declared[i].came = weir_batch_find(batch, inside->declared[i].name) != SIZE_MAX;
    inside->has_rows = true;
}

static const char *name_of_column(const void *table, size_t i)
{
    const struct table *columns = table;

    return weir_copy_text(table_inside(columns)->arena, columns->columns[i].name.ptr);
}

void declared_tell(const struct table *table)
{
    const struct table_inside *inside = table_inside(table);

    for (size_t i = 0; inside->has_rows && i < inside->n_declared; i++) {
        const struct weir_str name = inside->declared[i].name;

        if (!inside->declared[i].came)
            weir_log(table->stage, WEIR_LOG_WARNING,
                "table '%s': the declared column '%s' never came%s", table_show(table).text,
                name_show(name).text,
                weir_did_you_mean(
                    inside->arena, name.ptr, name_of_column, table, table->n_columns));
    }
}
