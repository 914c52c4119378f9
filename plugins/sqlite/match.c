#include "match.h"

#include "errors.h"
#include "fit.h"
#include "merge.h"
#include "names.h"
#include "types.h"
#include "widen.h"

static enum weir_status refuse_name(
    struct table *table, const struct weir_column *source, const char *fault)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-COLUMN-NAME",
        "table '%s': the column name '%s' %s; give it another one with a 'rename' transform, or "
        "'drop' it",
        name_show(table->shown).text, name_show(source->name).text, fault);
}

static enum weir_status refuse_collision(
    struct table *table, const struct column *column, const struct weir_column *source)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "table '%s': '%s' and '%s' would be one column, since SQLite does not tell capital from "
        "small letters; give one of them another name with a 'rename' transform",
        name_show(table->shown).text, name_show(column->spelled).text,
        name_show(source->name).text);
}

static enum weir_status refuse_number(struct table *table)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS",
        "table '%s' would have more than %d columns, which SQLite does not allow; 'select' those "
        "that are needed, or turn keys into rows",
        name_show(table->shown).text, TABLE_COLUMNS_MAX);
}

static enum weir_status refuse_generated(struct table *table, const struct column *column)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "table '%s': column '%s' is computed by the database and takes no values; 'drop' it or "
        "give it another name with a 'rename' transform",
        name_show(table->shown).text, name_show(column->name).text);
}

/* A table where rows wait has no such columns itself. */
static bool is_computed(const struct table *target, struct weir_str name)
{
    const struct column *column = target ? table_find(target, name) : NULL;

    return column && column->is_generated;
}

static enum weir_status match_column(
    struct table *table, const struct weir_batch *batch, const struct weir_column *source)
{
    struct column *column = table_find(table, source->name);
    const char *fault = column_name_fault(source->name);

    if (fault)
        return refuse_name(table, source, fault);
    if (is_computed(table->target, source->name))
        return refuse_generated(table, table_find(table->target, source->name));
    if (!column)
        column = table_add(table, source->name);
    if (!column)
        return refuse_number(table);
    if (column->is_generated)
        return refuse_generated(table, column);
    if (column->spelled.len && !weir_str_equal(column->spelled, source->name))
        return refuse_collision(table, column, source);
    if (!column->spelled.len)
        column->spelled = weir_str_equal(column->name, source->name)
                              ? column->name
                              : weir_copy(table->db->stage->arena, source->name);
    if (column->state == COLUMN_WAITS && source->kinds) {
        column->state = COLUMN_WANTED;
        column->kinds = source->kinds;
        column->storage = type_for(source->kinds, type_all_exact(source, batch->n_rows));
    } else if (column->state == COLUMN_EXISTS && table->made_as) {
        return widen_plan(table, column, source, batch->n_rows);
    }
    return WEIR_OK;
}

/* Where nothing has a value yet, the rows still need a table to be in. */
static enum weir_status want_something(struct table *table)
{
    if (table->exists || table_has_wanted(table))
        return WEIR_OK;
    for (size_t i = 0; i < table->n_columns; i++)
        table->columns[i].state = COLUMN_WANTED;
    if (table->n_columns)
        return WEIR_OK;
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-DB-SCHEMA",
        "the rows for table '%s' have no columns, so the table cannot be created; check what the "
        "source gives and what 'select' and 'drop' leave",
        name_show(table->shown).text);
}

/* A key column that the rows lack would get numbers that nobody gave. */
static enum weir_status check_key_comes(struct table *table, const struct match *match)
{
    for (size_t i = 0; i < table->primary_key.n; i++) {
        const struct column *column = table_find(table, weir_str(table->primary_key.items[i]));

        if (!column || !match->sources[column - table->columns] ||
            !match->sources[column - table->columns]->kinds)
            return database_refuse(table->db, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
                "table '%s': the rows bring nothing for the key column '%s'; check primary_key "
                "against what the source gives",
                name_show(table->shown).text,
                name_show(weir_str(table->primary_key.items[i])).text);
    }
    return WEIR_OK;
}

static enum weir_status check_keys(
    struct table *table, const struct match *match, struct weir_batch *batch)
{
    enum weir_status status;

    if (table->disposition != WEIR_MERGE)
        return check_key_comes(table, match);
    status = merge_check_order(table, match);
    return status == WEIR_OK ? merge_check_keys(table, match, batch) : status;
}

static void match_sources(
    struct match *match, const struct table *table, const struct weir_batch *batch)
{
    match->sources = weir_new_array(batch->arena, table->n_columns, const struct weir_column *);
    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct column *column = table_find(table, batch->columns[i].name);

        match->sources[column - table->columns] = &batch->columns[i];
    }
}

enum weir_status match_columns(struct match *match, struct table *table, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_columns && status == WEIR_OK; i++)
        status = match_column(table, batch, &batch->columns[i]);
    if (status == WEIR_OK)
        status = want_something(table);
    if (status != WEIR_OK)
        return status;
    match_sources(match, table, batch);
    status = check_keys(table, match, batch);
    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (match->sources[i])
            status = fit_check(table, &table->columns[i], batch, match->sources[i]);
    return status;
}

void match_values(struct match *match, const struct table *table, const struct weir_batch *batch)
{
    match->uses = weir_alloc_zero(batch->arena, table->n_columns + 1, 1);
    match->values = weir_new_array(batch->arena, batch->n_columns, const struct weir_value *);
    for (size_t i = 0; i < table->n_columns; i++)
        if (match->sources[i] && table->columns[i].state == COLUMN_EXISTS) {
            if (table->made_as)
                widen_settle(&table->columns[i], match->sources[i], batch->n_rows);
            match->uses[i] = USE_VALUE;
            match->values[match->n_values++] = match->sources[i]->values;
        }
    if (table->disposition == WEIR_MERGE)
        merge_mark_defaults(match, table);
}
