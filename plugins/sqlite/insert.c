#include "insert.h"

#include "bad_row.h"
#include "bind.h"
#include "errors.h"
#include "lacks.h"
#include "match.h"
#include "names.h"
#include "orphans.h"
#include "staged.h"
#include "transaction.h"
#include "undo.h"
#include "widen.h"

#include <weir/failpoint.h>

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

/* Where rows are going, and how the one at hand does. */
struct insertion {
    struct table *table;
    struct weir_batch *batch;
    struct undo *undo;
    struct lacks lacks;
    sqlite3_stmt *insert;
};

static enum weir_status fail_insert(const struct table *table)
{
    return database_fail(table->db, "table '%s'", name_show(table->shown).text);
}

/* Another set of columns is another statement. What was bound in the old one is let go, so that
 * one that comes back holds nothing. */
static enum weir_status take_statement(struct insertion *insertion, const struct match *form)
{
    int rc;

    if (insertion->insert)
        (void)sqlite3_clear_bindings(insertion->insert);
    insertion->insert = statements_get(insertion->table, form->uses, &rc);
    return insertion->insert ? WEIR_OK : fail_insert(insertion->table);
}

static enum weir_status insert_next(struct insertion *insertion, size_t row)
{
    bool is_other = false;
    const struct match *form = lacks_form(&insertion->lacks, row, &is_other);
    enum weir_status status = WEIR_OK;
    int rc = SQLITE_DONE;

    if (is_other || !insertion->insert)
        status = take_statement(insertion, form);
    if (status != WEIR_OK)
        return status;
    if (!weir_batch_is_rejected(insertion->batch, row))
        rc = insert_row(insertion->insert, form, row, insertion->batch->arena);
    if (rc == SQLITE_OK) {
        undo_note_row(insertion->undo, insertion->table->db->connection);
        return WEIR_OK;
    }
    if (rc != SQLITE_DONE)
        status = bad_row_of_sqlite(insertion->table, insertion->batch, row);
    /* The next row may not count on what is bound. */
    (void)sqlite3_clear_bindings(insertion->insert);
    return status;
}

static enum weir_status insert_rows(
    struct table *table, struct weir_batch *batch, const struct match *match, struct undo *undo)
{
    struct insertion insertion = {.table = table, .batch = batch, .undo = undo};
    enum weir_status status = WEIR_OK;

    lacks_init(&insertion.lacks, table, match, batch);
    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++)
        status = WEIR_FAILPOINT("mid_rows") ? fail_insert(table) : insert_next(&insertion, row);
    /* The texts of the batch are about to go. */
    if (insertion.insert)
        (void)sqlite3_clear_bindings(insertion.insert);
    return status;
}

/* Rows that refer to nothing show only when all are in; without them the others come again. */
static enum weir_status insert_good_rows(
    struct table *table, struct weir_batch *batch, const struct match *match, struct undo *undo)
{
    struct orphans orphans;
    bool again = true;
    enum weir_status status = orphans_begin(&orphans, table, batch);

    while (again && status == WEIR_OK) {
        status = insert_rows(table, batch, match, undo);
        if (status == WEIR_OK)
            status = orphans_find(&orphans, match, batch, &again);
    }
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
    if (status == WEIR_OK) {
        match_values(match, table, batch);
        status = insert_good_rows(table, batch, match, &undo);
    }
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

    if (status == WEIR_OK && batch->n_rows)
        status = create_and_insert(table, batch, &match);
    /* Columns that were wanted may not be there. */
    if (status != WEIR_OK)
        table_forget(table);
    else
        widen_tell(table);
    if (status == WEIR_OK)
        bad_rows_drop(batch);
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
