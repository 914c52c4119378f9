/* What a resource reads: a table or a SELECT, and the columns that tell its rows apart. */
#include "source.h"

#include <string.h>

static const char *quoted(struct weir_arena *arena, const char *name)
{
    char *text = sqlite3_mprintf("\"%w\"", name);
    const char *copy = weir_copy_text(arena, text ? text : "");

    sqlite3_free(text);
    return copy;
}

static enum weir_status refuse(struct source_table *table, const char *what)
{
    return weir_fail(table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-KEY", "%s: '%s' %s",
        table->source->path, table->resource->name, what);
}

static bool add_key(struct source_table *table, const char *column)
{
    if (table->n_keys == SOURCE_KEY_MAX)
        return false;
    table->keys[table->n_keys++] = quoted(table->source->stage->arena, column);
    return true;
}

/* The primary key's columns in their order; *ret_kind: "table", "view", or NULL: it is not there. */
static enum weir_status read_key(
    struct source_table *table, const char *name, const char **ret_kind, bool *ret_rowids)
{
    static const char find[] = "SELECT type, wr FROM pragma_table_list(?1) WHERE schema = 'main'";
    static const char read[] =
        "SELECT name FROM pragma_table_info(?1, 'main') WHERE pk > 0 ORDER BY pk";
    struct source *source = table->source;
    sqlite3_stmt *statement = NULL;

    *ret_kind = NULL;
    *ret_rowids = false;
    if (sqlite3_prepare_v2(source->connection, find, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *ret_kind =
            weir_copy_text(source->stage->arena, (const char *)sqlite3_column_text(statement, 0));
        *ret_rowids = sqlite3_column_int(statement, 1) == 0;
    }
    if (sqlite3_finalize(statement) != SQLITE_OK ||
        sqlite3_prepare_v2(source->connection, read, -1, &statement, NULL) != SQLITE_OK)
        return source_fail(source, "cannot read what '%s' is", name);
    (void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    while (sqlite3_step(statement) == SQLITE_ROW)
        if (!add_key(table, (const char *)sqlite3_column_text(statement, 0)))
            break;
    if (sqlite3_finalize(statement) != SQLITE_OK)
        return source_fail(source, "cannot read what '%s' is", name);
    return WEIR_OK;
}

static enum weir_status find_own_key(struct source_table *table, const char *name)
{
    const char *kind;
    bool has_rowids;
    enum weir_status status = read_key(table, name, &kind, &has_rowids);

    if (status != WEIR_OK)
        return status;
    if (!kind)
        return weir_fail(table->source->stage, WEIR_FAULT_SOURCE, "E-SOURCE-TABLE",
            "%s: there is no table '%s'; name the one that '%s' reads with 'from'",
            table->source->path, name, table->resource->name);
    if (table->n_keys == 0 && strcmp(kind, "table") == 0 && has_rowids)
        table->keys[table->n_keys++] = "_rowid_";
    if (table->n_keys == 0)
        return refuse(table, "has no primary key; name the columns that tell its rows apart with "
                             "'key'");
    return WEIR_OK;
}

static void find_cursor(struct source_table *table)
{
    struct weir_arena *arena = table->source->stage->arena;

    table->cursor_name = weir_chunks_cursor(arena, table->resource);
    if (table->cursor_name)
        table->cursor = quoted(arena, table->cursor_name);
}

enum weir_status source_table_read(struct source_table *table)
{
    const struct weir_chunk_wish *options = table->resource->options;
    struct weir_arena *arena = table->source->stage->arena;
    const char *name = options->from ? options->from : table->resource->name;

    for (size_t i = 0; i < options->key.n; i++)
        if (!add_key(table, options->key.items[i]))
            return refuse(table, "has a key of more than 16 columns");
    table->is_key_declared = options->key.n > 0;
    find_cursor(table);
    if (options->query) {
        table->origin = weir_chunks_subquery(arena, options->query);
        return WEIR_OK;
    }
    table->origin = weir_printf(arena, "main.%s", quoted(arena, name));
    return table->n_keys ? WEIR_OK : find_own_key(table, name);
}
