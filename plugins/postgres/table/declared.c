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

static bool is_declared(const struct table_inside *inside, struct weir_str name)
{
    for (size_t i = 0; i < inside->n_declared; i++)
        if (weir_str_equal(inside->declared[i].name, name))
            return true;
    return false;
}

static const char *name_at(const void *names, size_t i)
{
    return ((const char *const *)names)[i];
}

/* What may have been meant is a column that the file does not declare. */
static const char *did_you_mean(const struct table *table, struct weir_str name)
{
    const struct table_inside *inside = table_inside(table);
    const char **others = weir_new_array(inside->arena, table->n_columns, const char *);
    size_t n = 0;

    for (size_t i = 0; i < table->n_columns; i++)
        if (!is_declared(inside, table->columns[i].name))
            others[n++] = weir_copy_text(inside->arena, table->columns[i].name.ptr);
    return weir_did_you_mean(inside->arena, name.ptr, name_at, others, n);
}

void declared_tell(const struct table *table)
{
    const struct table_inside *inside = table_inside(table);

    for (size_t i = 0; inside->has_rows && i < inside->n_declared; i++) {
        const struct weir_str name = inside->declared[i].name;

        if (!inside->declared[i].came)
            weir_log(table->stage, WEIR_LOG_WARNING,
                "table '%s': the declared column '%s' never came%s", table_show(table).text,
                name_show(name).text, did_you_mean(table, name));
    }
}
