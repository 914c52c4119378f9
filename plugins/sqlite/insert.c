#include "insert.h"

#include "bad_row.h"
#include "errors.h"
#include "match.h"
#include "names.h"
#include "staged.h"
#include "transaction.h"
#include "undo.h"
#include "widen.h"

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
    insert = statements_get(table, match->uses, &rc);
    if (!insert)
        return database_fail(table->db, "table '%s'", name_show(table->shown).text);
    for (size_t row = 0; row < batch->n_rows; row++) {
        rc = insert_row(insert, match, row, batch->arena);
        if (rc != SQLITE_OK) {
            status = database_fail(table->db, "table '%s', row %zu of its unit",
                name_show(table->shown).text, row_in_unit(batch, row));
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

static enum weir_status insert_into(struct table *table, struct weir_batch *batch)
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

enum weir_status table_insert(struct table *table, struct weir_batch *batch)
{
    enum weir_status status;

    if (table->disposition != WEIR_REPLACE)
        return insert_into(table, batch);
    status = staged_ready(table);
    return status == WEIR_OK ? insert_into(table->staged, batch) : status;
}
