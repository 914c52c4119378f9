#include "adapt.h"

/* --- what has to be changed ---------------------------------------------------------------- */

bool adapt_may_add(const struct table *table, struct weir_str name)
{
    return (!table->exists || contract_columns(table) == WEIR_CONTRACT_EVOLVE) &&
           !column_name_fault(name);
}

/* A column without a value has no type, unless a person has given it one. */
static bool is_to_be_added(const struct table *table, const struct weir_column *source)
{
    return (source->kinds || table_declared(table, source->name)) &&
           adapt_may_add(table, source->name);
}

/* *ret_fits: each of its values was looked at, and fits. */
static bool is_to_be_widened(const struct table *table, const struct column *column,
    const struct weir_column *source, size_t n_rows, struct type *ret_type, bool *ret_fits)
{
    *ret_fits = false;
    if (type_takes_kinds(&column->type, source->kinds) || column->is_generated ||
        contract_type(table, column) != WEIR_CONTRACT_WIDEN)
        return false;
    *ret_fits = type_keeps_values(&column->type, source, n_rows);
    return !*ret_fits && type_widen(&column->type, source, n_rows, ret_type);
}

static const struct weir_column *find_source(const struct weir_batch *batch, const char *name)
{
    size_t i = weir_batch_find(batch, weir_str(name));

    return i == SIZE_MAX ? NULL : &batch->columns[i];
}

/* A table is not made without its key; rows that have none are bad, all of them. */
static bool lacks_key(const struct table *table, const struct weir_batch *batch)
{
    const struct weir_strs *key = &table->resource->primary_key;

    for (size_t i = 0; i < key->n; i++) {
        const struct weir_column *source = find_source(batch, key->items[i]);

        if (!source || !source->kinds)
            return true;
    }
    return false;
}

/* Needs column i nothing changed? */
static bool column_is_ready(
    const struct table *table, const struct weir_batch *batch, size_t i, uint64_t *fitting)
{
    const struct weir_column *source = &batch->columns[i];
    const struct column *column = table_find(table, source->name);
    struct type type;
    bool fits;

    if (!column)
        return !is_to_be_added(table, source);
    if (is_to_be_widened(table, column, source, batch->n_rows, &type, &fits))
        return false;
    if (fits && i < 64)
        *fitting |= (uint64_t)1 << i;
    return true;
}

bool table_is_ready(const struct table *target, const struct weir_batch *batch)
{
    const struct table *table = table_filled(target);
    struct table_inside *inside = table_inside(table);
    uint64_t fitting = 0;

    inside->fitting.batch = NULL;
    if (batch->n_rows == 0)
        return true;
    if (!table->exists)
        return lacks_key(table, batch);
    for (size_t i = 0; i < batch->n_columns; i++)
        if (!column_is_ready(table, batch, i, &fitting))
            return false;
    inside->fitting = (struct fitting){batch, fitting};
    return true;
}

static struct type type_of_new(
    const struct table *table, const struct weir_column *source, size_t n_rows)
{
    const struct declared *declared = table_declared(table, source->name);

    return declared ? declared->type
                    : type_for_kinds(source->kinds, type_all_exact(source, n_rows));
}

struct changes adapt_plan(struct table *table, const struct weir_batch *batch)
{
    struct changes changes = {
        .items = weir_new_array(batch->arena, batch->n_columns, struct change)};

    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct weir_column *source = &batch->columns[i];
        struct change *change = &changes.items[changes.n];

        *change = (struct change){.name = source->name, .was = table_find(table, source->name)};
        if (change->was) {
            changes.n += is_to_be_widened(
                table, change->was, source, batch->n_rows, &change->type, &(bool){false});
        } else if (is_to_be_added(table, source)) {
            change->type = type_of_new(table, source, batch->n_rows);
            changes.n++;
        }
    }
    return changes;
}

/* --- doing it ------------------------------------------------------------------------------ */

static enum weir_status check_number(
    const struct table *table, struct connection *connection, const struct changes *changes)
{
    size_t n = table->n_columns;

    for (size_t i = 0; i < changes->n; i++)
        n += !changes->items[i].was;
    if (n <= TABLE_COLUMNS_MAX)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS",
        "table '%s' would have %zu columns, and PostgreSQL allows %d; leave some out with 'select' "
        "or 'drop'",
        table_show(table).text, n, TABLE_COLUMNS_MAX);
}

/* Only its owner may change a table, and no GRANT gives that. */
static enum weir_status check_owner(
    const struct table *table, struct connection *connection, const struct changes *changes)
{
    const struct change *change = &changes->items[0];

    if (!table->exists || table_inside(table)->now->is_owner)
        return WEIR_OK;
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
        "table '%s' %s '%s' as %s, and only its owner may change it; change it yourself, leave the "
        "column out with a 'drop' transform, or say under 'schema.contract' what happens to its "
        "values",
        table_show(table).text, change->was ? "needs the column" : "lacks the column",
        name_show(change->name).text, change->type.name);
}

/* What the server has made of it is read back, so that what is known is what is there. */
static enum weir_status change_table(
    struct table *table, struct connection *connection, const struct changes *changes)
{
    struct table_inside *inside = table_inside(table);
    enum weir_status status = table->exists ? changes_alter(table, connection, changes)
                                            : changes_create(table, connection, changes);

    if (status == WEIR_OK)
        status = known_read(table, connection, &inside->next);
    if (status == WEIR_OK) {
        inside->change = changes_describe(table, changes, inside->next->arena);
        return WEIR_OK;
    }
    known_free(inside->next);
    inside->next = NULL;
    return status;
}

/* No type is found out from rows that are bad whatever the others are. */
static enum weir_status drop_bad_rows(struct table *table, struct weir_batch *batch)
{
    enum weir_status status = rows_check_fixed(table, batch);

    if (status != WEIR_OK)
        return status;
    weir_batch_drop_rejected(batch);
    for (size_t i = 0; i < batch->n_columns; i++)
        weir_column_recount(&batch->columns[i], batch->n_rows);
    return WEIR_OK;
}

enum weir_status table_adapt(
    struct table *target, struct connection *connection, struct weir_batch *batch)
{
    struct table *table = (struct table *)table_filled(target);
    enum weir_status status = WEIR_OK;
    struct changes changes;

    table_adapted(table, false);
    table_inside(table)->fitting.batch = NULL;
    /* Somebody else may have made it since it was looked for. */
    if (!table->exists)
        status = table_read(table, connection);
    if (status == WEIR_OK)
        status = drop_bad_rows(table, batch);
    if (status != WEIR_OK)
        return status;
    if (batch->n_rows == 0 || (!table->exists && lacks_key(table, batch)))
        return WEIR_OK;
    changes = adapt_plan(table, batch);
    if (changes.n == 0 && table->exists)
        return WEIR_OK;
    status = check_number(table, connection, &changes);
    if (status == WEIR_OK)
        status = check_owner(table, connection, &changes);
    /* What rows bring while they wait is brought into the table that they are for in the end. */
    if (status == WEIR_OK && target != table)
        status = check_owner(target, connection, &changes);
    return status == WEIR_OK ? change_table(table, connection, &changes) : status;
}
