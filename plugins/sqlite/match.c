#include "match.h"

#include "bad_row.h"
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

static enum weir_status find_column(struct table *table, const struct weir_column *source)
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
        return table_refuse_columns(table);
    if (column->is_generated)
        return refuse_generated(table, column);
    if (column->spelled.len && !weir_str_equal(column->spelled, source->name))
        return refuse_collision(table, column, source);
    if (!column->spelled.len)
        column->spelled = weir_str_equal(column->name, source->name)
                              ? column->name
                              : weir_copy(table->db->stage->arena, source->name);
    return WEIR_OK;
}

/* The type of a column that is to be made, or is to hold more than it does. */
static enum weir_status plan_column(
    struct table *table, struct column *column, const struct weir_column *source, size_t n_rows)
{
    if (column->state == COLUMN_WAITS && source->kinds) {
        column->state = COLUMN_WANTED;
        column->kinds = source->kinds;
        column->storage = type_for(source->kinds, type_all_exact(source, n_rows));
    } else if (column->state == COLUMN_EXISTS && table->made_as) {
        return widen_plan(table, column, source, n_rows);
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

static bool brings_values(const struct match *match, const struct table *table, const char *name)
{
    const struct column *column = table_find(table, weir_str(name));
    const struct weir_column *source = column ? match->sources[column - table->columns] : NULL;

    return source && source->kinds;
}

/* A key column that the rows lack would get numbers that nobody gave. */
static enum weir_status check_key_comes(
    struct table *table, const struct match *match, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->primary_key.n && status == WEIR_OK; i++) {
        const char *name = table->primary_key.items[i];

        if (!brings_values(match, table, name))
            status = bad_rows(table, batch, name, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
                "the rows bring nothing for the key column '%s'; check primary_key against what "
                "the source gives",
                name_show(weir_str(name)).text);
    }
    return status;
}

static enum weir_status check_keys(
    struct table *table, const struct match *match, struct weir_batch *batch)
{
    enum weir_status status;

    if (table->disposition != WEIR_MERGE)
        return check_key_comes(table, match, batch);
    status = merge_check_order(table, match);
    return status == WEIR_OK ? merge_check_keys(table, match, batch) : status;
}

static enum weir_status find_columns(
    struct match *match, struct table *table, const struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_columns && status == WEIR_OK; i++)
        status = find_column(table, &batch->columns[i]);
    if (status != WEIR_OK)
        return status;
    match->sources = weir_new_array(batch->arena, table->n_columns, const struct weir_column *);
    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct column *column = table_find(table, batch->columns[i].name);

        match->sources[column - table->columns] = &batch->columns[i];
    }
    return WEIR_OK;
}

/* Its type is what it is, whatever comes. */
static bool is_fixed(const struct table *table, const struct column *column)
{
    return column->state == COLUMN_EXISTS && !table->made_as;
}

static enum weir_status check_fit(
    struct match *match, struct table *table, struct weir_batch *batch, bool fixed)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (match->sources[i] && is_fixed(table, &table->columns[i]) == fixed)
            status = fit_check(table, &table->columns[i], batch, match->sources[i]);
    return status;
}

static enum weir_status plan_columns(
    const struct match *match, struct table *table, const struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (match->sources[i])
            status = plan_column(table, &table->columns[i], match->sources[i], batch->n_rows);
    return status == WEIR_OK ? want_something(table) : status;
}

/* Rows that are bad whatever the others are go first, so that no type is widened for them. */
enum weir_status match_columns(struct match *match, struct table *table, struct weir_batch *batch)
{
    enum weir_status status = find_columns(match, table, batch);

    if (status == WEIR_OK)
        status = check_keys(table, match, batch);
    if (status == WEIR_OK)
        status = check_fit(match, table, batch, true);
    if (status != WEIR_OK)
        return status;
    bad_rows_drop(batch);
    if (batch->n_rows == 0)
        return WEIR_OK;
    status = plan_columns(match, table, batch);
    if (status == WEIR_OK)
        status = check_fit(match, table, batch, false);
    if (status == WEIR_OK)
        bad_rows_drop(batch);
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
