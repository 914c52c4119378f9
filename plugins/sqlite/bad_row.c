#include "bad_row.h"

#include "errors.h"
#include "names.h"
#include "transaction.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool sets_aside(const struct weir_batch *batch)
{
    return batch->resource && batch->resource->sets_aside;
}

struct row_words {
    char text[64];
};

/* "row 3 of its unit": as it came, or among what is left of it where that is not known any more. */
static struct row_words row_words(const struct weir_batch *batch, size_t row)
{
    struct row_words words;
    bool is_exact;
    size_t number = weir_batch_row_number(batch, row, &is_exact);

    (void)snprintf(words.text, sizeof(words.text), "row %zu of %sits unit", number,
        is_exact ? "" : "what is left of ");
    return words;
}

static enum weir_status set_aside(struct table *table, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *reason)
{
    return weir_reject(table->db->stage, batch, row, column, fault, code, "table '%s': %s",
        name_show(table->shown).text, reason);
}

enum weir_status bad_row(struct table *table, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
{
    char reason[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    if (sets_aside(batch))
        return set_aside(table, batch, row, column, fault, code, reason);
    return database_refuse(table->db, fault, code, "table '%s', %s: %s",
        name_show(table->shown).text, row_words(batch, row).text, reason);
}

enum weir_status bad_rows(struct table *table, struct weir_batch *batch, const char *column,
    enum weir_fault fault, const char *code, const char *format, ...)
{
    char reason[WEIR_ERROR_TEXT_SIZE];
    enum weir_status status = WEIR_OK;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    if (!sets_aside(batch))
        return database_refuse(
            table->db, fault, code, "table '%s': %s", name_show(table->shown).text, reason);
    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++)
        status = set_aside(table, batch, row, column, fault, code, reason);
    return status;
}

/* --- what SQLite refuses ------------------------------------------------------------------ */

/*
 * Is it the row's own fault, and has it left nothing behind? A trigger may RAISE(FAIL), and then
 * the row is there. A value that is too large comes to no statement.
 */
static bool is_of_row(struct database *db)
{
    int code = sqlite3_errcode(db->connection) & 0xff;

    if (!database_in_transaction(db))
        return false;
    return code == SQLITE_TOOBIG || ((code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH) &&
                                        sqlite3_changes64(db->connection) == 0);
}

/* SQLite names a column as "... failed: table.column" and only there; NULL where it is none. */
static const char *column_at_fault(const struct table *table)
{
    const char *at = strstr(sqlite3_errmsg(table->db->connection), " failed: ");
    const struct column *column;

    if (!at)
        return NULL;
    at += strlen(" failed: ");
    if (strncmp(at, table->name.ptr, table->name.len) != 0 || at[table->name.len] != '.')
        return NULL;
    column = table_find(table, weir_str(at + table->name.len + 1));
    return column ? column->name.ptr : NULL;
}

enum weir_status bad_row_of_sqlite(struct table *table, struct weir_batch *batch, size_t row)
{
    const char *column;
    struct weir_error error = {0};

    if (!sets_aside(batch) || !is_of_row(table->db))
        return database_fail(
            table->db, "table '%s', %s", name_show(table->shown).text, row_words(batch, row).text);
    column = column_at_fault(table);
    database_describe(table->db, &error);
    return set_aside(table, batch, row, column, error.fault, error.code, error.text);
}

void bad_rows_drop(struct weir_batch *batch)
{
    if (batch->n_rejects)
        weir_batch_drop_rejected(batch);
}
