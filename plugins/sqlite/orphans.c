#include "orphans.h"

#include "bad_row.h"
#include "bind.h"
#include "errors.h"
#include "names.h"
#include "transaction.h"

#include <string.h>

enum { KEY_COLUMNS_MAX = 16 };

/* One foreign key of the table, and the query for the row that it refers to. */
struct reference {
    int id;
    struct weir_str parent;
    const struct weir_column *sources[KEY_COLUMNS_MAX]; /* what refers; NULL: not in the batch */
    size_t n;
    sqlite3_str *query;
};

static enum weir_status fail_reading(struct table *table)
{
    return database_fail(
        table->db, "cannot read the foreign keys of table '%s'", name_show(table->shown).text);
}

enum weir_status orphans_begin(
    struct orphans *orphans, struct table *table, const struct weir_batch *batch)
{
    /* Rows can be undone one by one only where there are no foreign keys; and what earlier rows
     * leave open hides what these do. */
    bool looks = batch->resource && batch->resource->sets_aside && !table->can_undo &&
                 !database_has_orphans(table->db);

    *orphans = (struct orphans){.table = table, .are_looked_for = looks};
    if (looks && database_run(table->db, "SAVEPOINT weir_rows") != SQLITE_OK)
        return database_fail(table->db, "cannot set a savepoint");
    return WEIR_OK;
}

/* --- one foreign key ------------------------------------------------------------------------ */

static bool row_refers(const struct reference *reference, size_t row)
{
    for (size_t i = 0; i < reference->n; i++)
        if (!reference->sources[i] || reference->sources[i]->values[row].kind == WEIR_NULL)
            return false;
    return reference->n > 0;
}

/* SQLITE_ROW or SQLITE_DONE; anything else has failed. */
static int look_up(
    sqlite3_stmt *query, const struct reference *reference, size_t row, struct weir_arena *arena)
{
    int rc = SQLITE_OK;
    int found;

    for (size_t i = 0; i < reference->n && rc == SQLITE_OK; i++)
        rc = bind_value(query, (int)i + 1, &reference->sources[i]->values[row], arena);
    if (rc != SQLITE_OK)
        return rc;
    found = sqlite3_step(query);
    rc = sqlite3_reset(query);
    return rc == SQLITE_OK ? found : rc;
}

static enum weir_status check_rows(struct table *table, const struct reference *reference,
    struct weir_batch *batch, sqlite3_stmt *query)
{
    const char *column = reference->n == 1 ? reference->sources[0]->name.ptr : NULL;
    enum weir_status status = WEIR_OK;

    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++) {
        int rc;

        if (weir_batch_is_rejected(batch, row) || !row_refers(reference, row))
            continue;
        rc = look_up(query, reference, row, batch->arena);
        if (rc == SQLITE_DONE)
            status = bad_row(table, batch, row, column, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
                "FOREIGN KEY constraint failed: it refers to a row of table '%s' that is not "
                "there; "
                "load what is referred to first",
                name_show(reference->parent).text);
        else if (rc != SQLITE_ROW)
            status = fail_reading(table);
    }
    return status;
}

static bool is_complete(const struct reference *reference)
{
    for (size_t i = 0; i < reference->n; i++)
        if (!reference->sources[i])
            return false;
    return reference->n > 0;
}

static enum weir_status check_reference(
    struct table *table, struct reference *reference, struct weir_batch *batch)
{
    char *text = sqlite3_str_finish(reference->query);
    sqlite3_stmt *query = NULL;
    enum weir_status status = WEIR_OK;

    reference->query = NULL;
    if (is_complete(reference)) {
        if (!text || sqlite3_prepare_v2(table->db->connection, text, -1, &query, NULL) != SQLITE_OK)
            status = fail_reading(table);
        else
            status = check_rows(table, reference, batch, query);
    }
    (void)sqlite3_finalize(query);
    sqlite3_free(text);
    return status;
}

/* --- all of them ------------------------------------------------------------------------------ */

enum { KEY_ID, KEY_PARENT, KEY_FROM, KEY_TO };

/* A key that does not say what it refers to means the primary key there. */
static const char references_query[] =
    "SELECT f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", (SELECT name"
    " FROM pragma_table_xinfo(f.\"table\", 'main') WHERE pk = f.seq + 1))"
    " FROM pragma_foreign_key_list(?1, 'main') AS f ORDER BY f.id, f.seq";

static struct weir_str text_at(sqlite3_stmt *row, int column)
{
    return (struct weir_str){
        (const char *)sqlite3_column_text(row, column), (size_t)sqlite3_column_bytes(row, column)};
}

static void begin_reference(struct reference *reference, struct table *table, sqlite3_stmt *row)
{
    *reference = (struct reference){
        .id = sqlite3_column_int(row, KEY_ID),
        .parent = weir_copy(table->db->stage->arena, text_at(row, KEY_PARENT)),
        .query = sqlite3_str_new(table->db->connection),
    };
    sqlite3_str_appendall(reference->query, "SELECT 1 FROM main.");
    name_append(reference->query, reference->parent);
    sqlite3_str_appendall(reference->query, " WHERE ");
}

/* A key of more columns than are ever seen is left to the commit. */
static void add_column(struct reference *reference, const struct table *table,
    const struct match *match, sqlite3_stmt *row)
{
    const struct column *column = table_find(table, text_at(row, KEY_FROM));
    const struct weir_column *source = NULL;

    if (reference->n == KEY_COLUMNS_MAX)
        reference->sources[0] = NULL;
    if (reference->n == KEY_COLUMNS_MAX)
        return;
    if (column && sqlite3_column_type(row, KEY_TO) != SQLITE_NULL)
        source = match->sources[column - table->columns];
    sqlite3_str_appendall(reference->query, reference->n ? " AND " : "");
    name_append(reference->query, text_at(row, KEY_TO));
    sqlite3_str_appendall(reference->query, " = ?");
    reference->sources[reference->n++] = source;
}

static enum weir_status check_references(
    struct table *table, const struct match *match, struct weir_batch *batch)
{
    struct reference reference = {.id = -1};
    sqlite3_stmt *keys = NULL;
    enum weir_status status = WEIR_OK;
    int rc = table_prepare(table, references_query, &keys);

    while (rc == SQLITE_OK && status == WEIR_OK && sqlite3_step(keys) == SQLITE_ROW) {
        if (sqlite3_column_int(keys, KEY_ID) != reference.id) {
            if (reference.query)
                status = check_reference(table, &reference, batch);
            begin_reference(&reference, table, keys);
        }
        add_column(&reference, table, match, keys);
    }
    if (reference.query && status == WEIR_OK)
        status = check_reference(table, &reference, batch);
    sqlite3_free(sqlite3_str_finish(reference.query));
    if (sqlite3_finalize(keys) != SQLITE_OK && status == WEIR_OK)
        status = fail_reading(table);
    return status;
}

enum weir_status orphans_find(
    struct orphans *orphans, const struct match *match, struct weir_batch *batch, bool *ret_again)
{
    struct table *table = orphans->table;
    size_t before = batch->n_rejects;
    enum weir_status status = WEIR_OK;

    *ret_again = false;
    if (!orphans->are_looked_for)
        return WEIR_OK;
    if (database_has_orphans(table->db))
        status = check_references(table, match, batch);
    if (status != WEIR_OK)
        return status;
    *ret_again = batch->n_rejects > before;
    if (*ret_again && database_run(table->db, "ROLLBACK TO weir_rows") != SQLITE_OK)
        return database_fail(table->db, "cannot take rows back");
    if (!*ret_again && database_run(table->db, "RELEASE weir_rows") != SQLITE_OK)
        return database_fail(table->db, "cannot release a savepoint");
    return WEIR_OK;
}
