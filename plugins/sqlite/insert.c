#include "insert.h"

#include "errors.h"
#include "fit.h"
#include "names.h"
#include "transaction.h"
#include "types.h"
#include "undo.h"
#include "widen.h"

/* What a batch brings: for each column of the table, in its order, the values or NULL. */
struct match {
    const struct weir_column **sources;
    bool *marked;
    /* the same without gaps: what is bound to the first, second, ... place of the INSERT */
    const struct weir_value **values;
    size_t n_values;
};

/* --- columns of the batch to columns of the table -------------------------------------- */

static enum weir_status refuse_name(
    struct table *table, const struct weir_column *source, const char *fault)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-COLUMN-NAME",
        "table '%s': the column name '%s' %s; give it another one with a 'rename' transform, or "
        "'drop' it",
        name_show(table->name).text, name_show(source->name).text, fault);
}

static enum weir_status refuse_collision(
    struct table *table, const struct column *column, const struct weir_column *source)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "table '%s': '%s' and '%s' would be one column, since SQLite does not tell capital from "
        "small letters; give one of them another name with a 'rename' transform",
        name_show(table->name).text, name_show(column->spelled).text, name_show(source->name).text);
}

static enum weir_status refuse_number(struct table *table)
{
    return database_refuse(table->db, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS",
        "table '%s' would have more than %d columns, which SQLite does not allow; 'select' those "
        "that are needed, or turn keys into rows",
        name_show(table->name).text, TABLE_COLUMNS_MAX);
}

static enum weir_status refuse_generated(struct table *table, const struct column *column)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "table '%s': column '%s' is computed by the database and takes no values; 'drop' it or "
        "give it another name with a 'rename' transform",
        name_show(table->name).text, name_show(column->name).text);
}

static enum weir_status match_column(
    struct table *table, const struct weir_batch *batch, const struct weir_column *source)
{
    struct column *column = table_find(table, source->name);
    const char *fault = column_name_fault(source->name);

    if (fault)
        return refuse_name(table, source, fault);
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
        name_show(table->name).text);
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
                name_show(table->name).text, name_show(weir_str(table->primary_key.items[i])).text);
    }
    return WEIR_OK;
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

static enum weir_status match_columns(
    struct match *match, struct table *table, const struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_columns && status == WEIR_OK; i++)
        status = match_column(table, batch, &batch->columns[i]);
    if (status == WEIR_OK)
        status = want_something(table);
    if (status != WEIR_OK)
        return status;
    match_sources(match, table, batch);
    status = check_key_comes(table, match);
    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++)
        if (match->sources[i])
            status = fit_check(table, &table->columns[i], batch, match->sources[i]);
    return status;
}

/* Once the table has all its columns: which of them this batch fills. */
static void match_values(
    struct match *match, const struct table *table, const struct weir_batch *batch)
{
    match->marked = weir_new_array(batch->arena, table->n_columns, bool);
    match->values = weir_new_array(batch->arena, batch->n_columns, const struct weir_value *);
    for (size_t i = 0; i < table->n_columns; i++)
        if (match->sources[i] && table->columns[i].state == COLUMN_EXISTS) {
            if (table->made_as)
                widen_settle(&table->columns[i], match->sources[i], batch->n_rows);
            match->marked[i] = true;
            match->values[match->n_values++] = match->sources[i]->values;
        }
}

/* --- rows ------------------------------------------------------------------------------- */

static int bind_text(sqlite3_stmt *insert, int at, struct weir_str text)
{
    /* An empty text without a pointer would be a null. */
    return sqlite3_bind_text64(
        insert, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_value(
    sqlite3_stmt *insert, int at, const struct weir_value *value, struct weir_arena *arena)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_TEXT:
    case WEIR_DECIMAL:
    case WEIR_JSON:
        return bind_text(insert, at, weir_value_str(value));
    case WEIR_INT:
        return sqlite3_bind_int64(insert, at, value->integer);
    case WEIR_BOOL:
        return sqlite3_bind_int(insert, at, value->boolean);
    case WEIR_FLOAT:
        return sqlite3_bind_double(insert, at, value->real);
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return bind_text(insert, at, weir_value_format(value, arena, false));
    case WEIR_BYTES:
        return value->length
                   ? sqlite3_bind_blob64(insert, at, value->text, value->length, SQLITE_STATIC)
                   : sqlite3_bind_zeroblob(insert, at, 0);
    default:
        return sqlite3_bind_null(insert, at);
    }
}

static int insert_row(
    sqlite3_stmt *insert, const struct match *match, size_t row, struct weir_arena *arena)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < match->n_values; i++) {
        const struct weir_value *value = &match->values[i][row];

        /* What was bound for the row before stays bound. */
        if (value->kind == WEIR_NULL && row > 0 && value[-1].kind == WEIR_NULL)
            continue;
        rc = bind_value(insert, (int)i + 1, value, arena);
        if (rc != SQLITE_OK)
            return rc;
    }
    (void)sqlite3_step(insert);
    return sqlite3_reset(insert);
}

static enum weir_status insert_rows(
    struct table *table, struct weir_batch *batch, struct match *match, struct undo *undo)
{
    enum weir_status status = WEIR_OK;
    sqlite3_stmt *insert;
    int rc;

    match_values(match, table, batch);
    insert = statements_get(table, match->marked, &rc);
    if (!insert)
        return database_fail(table->db, "table '%s'", name_show(table->name).text);
    for (size_t row = 0; row < batch->n_rows; row++) {
        rc = insert_row(insert, match, row, batch->arena);
        if (rc != SQLITE_OK) {
            status = database_fail(table->db, "table '%s', row %zu of its unit",
                name_show(table->name).text, row_in_unit(batch, row));
            break;
        }
        undo_note_row(undo, table->db->connection);
    }
    /* The texts of the batch are about to go. */
    (void)sqlite3_clear_bindings(insert);
    return status;
}

static enum weir_status create_and_insert(
    struct table *table, struct weir_batch *batch, struct match *match)
{
    bool changes_table = table_has_wanted(table);
    struct undo undo;
    enum weir_status status = undo_begin(&undo, table, batch->arena, batch->n_rows, changes_table);

    if (status != WEIR_OK)
        return status;
    if (changes_table)
        status = table_create_wanted(table);
    if (status == WEIR_OK)
        status = insert_rows(table, batch, match, &undo);
    if (status == WEIR_OK)
        status = undo_end(&undo);
    if (status != WEIR_OK)
        undo_all(&undo);
    return status;
}

enum weir_status table_insert(struct table *table, struct weir_batch *batch)
{
    struct match match = {0};
    enum weir_status status = match_columns(&match, table, batch);

    if (status == WEIR_OK)
        status = create_and_insert(table, batch, &match);
    /* Columns that were wanted may not be there. */
    if (status != WEIR_OK)
        table_forget(table);
    else
        widen_tell(table);
    return status;
}
