/* Does an existing table tell its rows apart by the columns that the resource names? */
#include "table.h"

#include "errors.h"
#include "names.h"

/* Columns of an index are counted as they come; `all_named` as long as each is of the key. */
struct match {
    size_t n;
    bool all_named;
};

static bool is_match(const struct table *table, const struct match *match)
{
    return match->all_named && match->n == table->primary_key.n;
}

static struct match match_primary_key(const struct table *table)
{
    struct match match = {0, true};

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];

        if (!column->is_key)
            continue;
        match.n++;
        match.all_named = match.all_named && table_key_has(table, column->name);
    }
    return match;
}

/* Unique indexes, their columns row by row; expressions have no name. */
static const char index_columns[] = "SELECT l.seq, i.name FROM pragma_index_list(?1, 'main') AS l,"
                                    " pragma_index_info(l.name, 'main') AS i"
                                    " WHERE l.\"unique\" AND NOT l.partial ORDER BY l.seq";

static void add_to_match(const struct table *table, struct match *match, sqlite3_stmt *row)
{
    struct weir_str name = {
        (const char *)sqlite3_column_text(row, 1), (size_t)sqlite3_column_bytes(row, 1)};

    match->n++;
    match->all_named = match->all_named && name.ptr && table_key_has(table, name);
}

static int find_unique_index(const struct table *table, bool *ret_found)
{
    struct match match = {0, false};
    sqlite3_stmt *statement = NULL;
    int index = -1;
    int rc = table_prepare(table, index_columns, &statement);

    *ret_found = false;
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
            if (sqlite3_column_int(statement, 0) != index) {
                *ret_found = *ret_found || is_match(table, &match);
                match = (struct match){0, true};
                index = sqlite3_column_int(statement, 0);
            }
            add_to_match(table, &match, statement);
        }
    *ret_found = *ret_found || is_match(table, &match);
    (void)sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

enum weir_status table_check_key(struct table *table)
{
    struct match match = match_primary_key(table);
    bool found = false;

    if (table->primary_key.n == 0 || is_match(table, &match))
        return WEIR_OK;
    if (find_unique_index(table, &found) != SQLITE_OK)
        return database_fail(
            table->db, "cannot read the indexes of table '%s'", name_show(table->shown).text);
    if (found)
        return WEIR_OK;
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "table '%s' has no primary key and no unique index over what primary_key names (%s%s); "
        "create one, or leave primary_key out",
        name_show(table->shown).text, name_show(weir_str(table->primary_key.items[0])).text,
        table->primary_key.n > 1 ? ", ..." : "");
}
