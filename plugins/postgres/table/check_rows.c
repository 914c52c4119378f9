/* Rows that a table cannot take, found before they are sent. */
#include "checking.h"

#include <stdio.h>
#include <string.h>

/* --- leaving out ---------------------------------------------------------------------------- */

static uint64_t count_values(const struct weir_batch *batch, const struct weir_column *source)
{
    uint64_t n = 0;

    for (size_t r = 0; r < batch->n_rows; r++)
        n += source->values[r].kind != WEIR_NULL;
    return n;
}

static void drop_column(const struct checking *checking, size_t c)
{
    table_inside(checking->table)->n_values_left_out +=
        count_values(checking->batch, &checking->batch->columns[c]);
    weir_batch_drop_column(checking->batch, c);
}

/* Rows whose mark is false go. */
static void keep_rows(const struct checking *checking, const bool *marks)
{
    size_t before = checking->batch->n_rows;

    weir_batch_keep(checking->batch, marks);
    table_inside(checking->table)->n_rows_left_out += before - checking->batch->n_rows;
}

/* --- columns that the table lacks ------------------------------------------------------------ */

static enum weir_status refuse_column(const struct checking *checking, struct weir_str name)
{
    return weir_fail(checking->table->stage, WEIR_FAULT_DATA, "E-CONTRACT",
        "table '%s' has no column '%s', for which values came, and 'schema.contract' says "
        "'columns: freeze'; add it, leave it out with a 'drop' transform, or say 'columns: evolve'",
        table_show(checking->table).text, name_show(name).text);
}

static enum weir_status reject_for_column(
    const struct checking *checking, size_t row, struct weir_str name)
{
    const char *fault = column_name_fault(name);
    const struct shown_name shown = name_show(name);

    if (fault)
        return weir_reject(checking->table->stage, checking->batch, row, shown.text,
            WEIR_FAULT_DATA, "E-COLUMN-NAME",
            "the column's name %s; give it another one with a 'rename' transform", fault);
    return weir_reject(checking->table->stage, checking->batch, row, shown.text, WEIR_FAULT_DATA,
        "E-CONTRACT", "table '%s' has no such column, and 'schema.contract' lets none be added",
        table_show(checking->table).text);
}

static enum weir_status reject_rows_with(const struct checking *checking, size_t c)
{
    const struct weir_column *source = &checking->batch->columns[c];
    enum weir_status status = WEIR_OK;

    for (size_t r = 0; r < checking->batch->n_rows && status == WEIR_OK; r++)
        if (source->values[r].kind != WEIR_NULL && !weir_batch_is_rejected(checking->batch, r))
            status = reject_for_column(checking, r, source->name);
    return status;
}

static void leave_out_rows_with(const struct checking *checking, size_t c)
{
    struct weir_batch *batch = checking->batch;
    bool *marks = weir_new_array(batch->arena, batch->n_rows, bool);

    for (size_t r = 0; r < batch->n_rows; r++)
        marks[r] = batch->columns[c].values[r].kind == WEIR_NULL;
    keep_rows(checking, marks);
}

static enum weir_status check_unknown(const struct checking *checking, size_t c)
{
    const struct weir_column *source = &checking->batch->columns[c];
    enum weir_status status = WEIR_OK;

    if (!source->kinds) {
        table_note_waiting(checking->table, source->name);
        return WEIR_OK;
    }
    if (adapt_may_add(checking->table, source->name))
        return WEIR_OK;
    switch (contract_columns(checking->table)) {
    case WEIR_CONTRACT_FREEZE:
        return refuse_column(checking, source->name);
    case WEIR_CONTRACT_DISCARD_VALUE:
        drop_column(checking, c);
        return WEIR_OK;
    case WEIR_CONTRACT_DISCARD_ROW:
        leave_out_rows_with(checking, c);
        break;
    default:
        status = reject_rows_with(checking, c);
        break;
    }
    /* Nobody that is left has a value there. */
    if (status == WEIR_OK)
        weir_batch_drop_column(checking->batch, c);
    return status;
}

/* --- columns that the database fills itself --------------------------------------------------- */

static enum weir_status check_generated(const struct checking *checking, size_t c)
{
    const struct weir_column *source = &checking->batch->columns[c];

    if (source->kinds && contract_columns(checking->table) != WEIR_CONTRACT_DISCARD_VALUE)
        return weir_fail(checking->table->stage, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "the column '%s' of table '%s' is computed by the database and takes no values; leave "
            "it out with a 'drop' transform, or say 'columns: discard_value' under "
            "'schema.contract'",
            name_show(source->name).text, table_show(checking->table).text);
    drop_column(checking, c);
    return WEIR_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool holds_nul(const struct weir_value *value)
{
    return (value->kind == WEIR_TEXT || value->kind == WEIR_JSON) &&
           memchr(value->text, '\0', value->length) != NULL;
}

struct shown_alter {
    char text[600];
};

/* Of the table that the rows are for, wherever they wait. */
static struct shown_alter show_alter(const struct table *table, const char *column)
{
    const struct table *target = table->target ? table->target : table;
    struct shown_alter shown;

    (void)snprintf(shown.text, sizeof(shown.text),
        "ALTER TABLE \"%s\".\"%s\" ALTER COLUMN \"%s\" TYPE ...", name_show(target->schema).text,
        name_show(target->name).text, column);
    return shown;
}

static enum weir_status refuse_value(const struct checking *checking, const struct column *column,
    size_t row, const struct weir_value *value, const char *why)
{
    const char *kind = weir_kind_name(value->kind);
    const struct shown_name name = name_show(column->name);

    if (holds_nul(value))
        return weir_reject(checking->table->stage, checking->batch, row, name.text, WEIR_FAULT_DATA,
            "E-TEXT-NUL",
            "the %s holds a NUL, which PostgreSQL keeps in no text; take it out with a 'set' "
            "transform",
            kind);
    if (contract_type(checking->table, column) == WEIR_CONTRACT_FREEZE)
        return weir_fail(checking->table->stage, WEIR_FAULT_DATA, "E-TYPE",
            "table '%s', column '%s' (%s): the %s that came %s, and 'schema.contract' says "
            "'data_type: freeze'; change the value with a 'set' transform, or the column with %s",
            table_show(checking->table).text, name.text, column->type.name, kind, why,
            show_alter(checking->table, name.text).text);
    return weir_reject(checking->table->stage, checking->batch, row, name.text, WEIR_FAULT_DATA,
        "E-TYPE",
        "the column has the type %s, and the %s that came %s; change it with a 'set' transform, or "
        "the column with %s",
        column->type.name, kind, why, show_alter(checking->table, name.text).text);
}

/* What does not fit goes: the value where the column can do without, or the row. */
static enum weir_status judge_value(const struct checking *checking, const struct column *column,
    size_t row, struct weir_value *value, const char *why, bool *keeps)
{
    enum weir_contract word = contract_type(checking->table, column);

    if (word == WEIR_CONTRACT_DISCARD_ROW) {
        *keeps = false;
        return WEIR_OK;
    }
    if (word == WEIR_CONTRACT_DISCARD_VALUE && !column->is_not_null && !column->is_key) {
        *value = weir_null();
        table_inside(checking->table)->n_values_left_out++;
        return WEIR_OK;
    }
    return refuse_value(checking, column, row, value, why);
}

/* The next row whose value does not fit, of those that are not set aside. */
static size_t next_refused(const struct weir_batch *batch, const struct column *column,
    const struct weir_column *source, size_t from, const char **ret_why)
{
    size_t r = type_find_refused(&column->type, source->values, from, batch->n_rows, ret_why);

    while (r < batch->n_rows && weir_batch_is_rejected(batch, r))
        r = type_find_refused(&column->type, source->values, r + 1, batch->n_rows, ret_why);
    return r;
}

static enum weir_status check_values(
    const struct checking *checking, const struct column *column, struct weir_column *source)
{
    struct weir_batch *batch = checking->batch;
    enum weir_status status = WEIR_OK;
    const char *why = "";
    size_t r = next_refused(batch, column, source, 0, &why);
    bool changed = r < batch->n_rows;
    bool *marks = NULL;

    for (; r < batch->n_rows && status == WEIR_OK;
         r = next_refused(batch, column, source, r + 1, &why)) {
        bool keeps = true;

        status = judge_value(checking, column, r, &source->values[r], why, &keeps);
        if (!keeps && !marks) {
            marks = weir_new_array(batch->arena, batch->n_rows, bool);
            memset(marks, true, batch->n_rows * sizeof(*marks));
        }
        if (!keeps)
            marks[r] = false;
    }
    if (marks)
        keep_rows(checking, marks);
    if (changed)
        weir_column_recount(source, batch->n_rows);
    return status;
}

/* --- all -------------------------------------------------------------------------------------- */

static enum weir_status check_column(const struct checking *checking, size_t c)
{
    struct weir_column *source = &checking->batch->columns[c];
    const struct column *column = table_find(checking->table, source->name);

    if (!column)
        return check_unknown(checking, c);
    if (column->is_generated)
        return check_generated(checking, c);
    if ((c < 64 && checking->fitting >> c & 1) || type_takes_kinds(&column->type, source->kinds) ||
        (checking->fixed_only && contract_type(checking->table, column) == WEIR_CONTRACT_WIDEN))
        return WEIR_OK;
    return check_values(checking, column, source);
}

static enum weir_status check(const struct checking *checking)
{
    enum weir_status status;

    if (checking->batch->n_rows == 0)
        return WEIR_OK;
    status = check_nulls(checking);
    /* From the end, since some may be dropped. */
    for (size_t c = checking->batch->n_columns; c > 0 && status == WEIR_OK; c--)
        status = check_column(checking, c - 1);
    return status;
}

enum weir_status rows_check_fixed(struct table *table, struct weir_batch *batch)
{
    return check(&(struct checking){table, batch, true, 0});
}

enum weir_status table_check_rows(struct table *table, struct weir_batch *batch)
{
    struct table *filled = (struct table *)table_filled(table);
    struct fitting *fitting = &table_inside(filled)->fitting;
    uint64_t fits = fitting->batch == batch ? fitting->columns : 0;

    fitting->batch = NULL;
    if (batch->n_rows)
        declared_note(filled, batch);
    return check(&(struct checking){filled, batch, false, fits});
}
