#include "adopt.h"

#include "errors.h"
#include "names.h"
#include "widen.h"

/* Where each value keeps its kind, the values are asked. */
static enum weir_status ask_kinds(
    struct table *table, const struct column *column, uint32_t *ret_kinds)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    int64_t kinds = 0;
    enum weir_status status;
    bool found;

    sqlite3_str_appendf(sql,
        "SELECT max(k = 'integer') * %d + max(k = 'real') * %d + max(k = 'text') * %d"
        " + max(k = 'blob') * %d FROM (SELECT typeof(",
        1 << WEIR_INT, 1 << WEIR_FLOAT, 1 << WEIR_TEXT, 1 << WEIR_BYTES);
    name_append(sql, column->name);
    sqlite3_str_appendall(sql, ") AS k FROM main.");
    name_append(sql, table->name);
    sqlite3_str_appendall(sql, ")");
    status = table_ask(table, sql, &kinds, &found);
    *ret_kinds = (uint32_t)kinds;
    return status;
}

/* The kinds of values that a column has seen, as far as it shows: a bool became an int there. */
static enum weir_status find_kinds(struct table *table, struct column *column)
{
    static const uint32_t kinds[] = {
        [STORE_INTEGER] = 1 << WEIR_INT,
        [STORE_REAL] = 1 << WEIR_FLOAT,
        [STORE_TEXT] = 1 << WEIR_TEXT,
        [STORE_BLOB] = 1 << WEIR_BYTES,
    };

    if (column->storage == STORE_ANY)
        return ask_kinds(table, column, &column->kinds);
    column->kinds = kinds[column->storage];
    return WEIR_OK;
}

enum weir_status table_adopt(struct table *table)
{
    enum weir_status status = WEIR_OK;

    /* What weir makes is STRICT, and in no other is each value what it was. */
    if (!table->is_strict)
        return WEIR_OK;
    for (size_t i = 0; i < table->n_columns && status == WEIR_OK; i++) {
        /* The pass has made it, so rows have brought it. */
        table->columns[i].spelled = table->columns[i].name;
        status = find_kinds(table, &table->columns[i]);
    }
    return status == WEIR_OK ? widen_note_made(table) : status;
}
