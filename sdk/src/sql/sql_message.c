/* What SQLite says, in words for someone who wrote an expression and no table. */
#include "sql_inside.h"

#include <stdio.h>
#include <string.h>

/* What stands behind a prefix; NULL where text does not begin with it. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool is_of_select(const struct sql_connection *connection)
{
    return strcmp(connection->table.name, SQL_TABLE_OF_SELECT) == 0;
}

static const char *no_such_table(struct sql_connection *connection, const char *table)
{
    if (is_of_select(connection))
        (void)snprintf(connection->message, sizeof(connection->message),
            "there is no table '%s'; only batch, json_each and json_tree can be read", table);
    else
        (void)snprintf(connection->message, sizeof(connection->message),
            "an expression sees one row and no table '%s'; only json_each and json_tree can be "
            "read",
            table);
    return connection->message;
}

const char *sql_connection_message(struct sql_connection *connection)
{
    const char *message = sqlite3_errmsg(connection->db);
    const char *table = behind(message, "no such table: ");

    if (connection->refusal)
        return connection->refusal;
    if (table)
        return no_such_table(connection, table);
    if (strstr(message, "SQL variables") || behind(message, "variable number"))
        return "a parameter (? or :name) has no value here; write the value itself";
    return message;
}

/* Cuts from the text what stands behind the last place of `suffix`. */
static void cut(char *text, const char *suffix)
{
    char *at = strstr(text, suffix);

    for (char *next = at; next; next = strstr(next + 1, suffix))
        at = next;
    if (at)
        *at = '\0';
}

const char *sql_connection_missing(
    const struct sql_connection *connection, struct weir_arena *arena)
{
    const char *message = sqlite3_errmsg(connection->db);
    const char *joined = behind(message, "cannot join using column ");
    const char *name = joined ? joined : behind(message, "no such column: ");
    char *copy;
    size_t length;

    if (!name || connection->refusal)
        return NULL;
    copy = weir_copy_text(arena, name);
    cut(copy, joined ? " - column not present" : " - should this be a string literal");
    /* Newer releases of SQLite quote the name where the text does. */
    length = strlen(copy);
    if (strlen(name) > length && length > 1 && copy[0] == '"' && copy[length - 1] == '"') {
        copy[length - 1] = '\0';
        return copy + 1;
    }
    return copy;
}

/* The row of the batch that was being read, from 1; 0 where that is not known, or plain. */
static size_t row_at_fault(const struct sql_table *table)
{
    bool is_only_row = table->end == 1;
    bool is_known = table->last_row < table->end && !table->is_joined;

    return is_known && !is_only_row ? table->last_row + 1 : 0;
}

static enum weir_status stopped(struct sql_connection *connection, struct weir_error *ret_error)
{
    if (connection->steps_left > 0)
        return weir_error_set(
            ret_error, WEIR_FAULT_NONE, "E-STOPPED", "the statement was ended, because the run is");
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT",
        "the statement does not come to an end with %zu rows; see if it joins without a condition "
        "or if its recursion never stops",
        connection->table.end - connection->table.begin);
}

enum weir_status sql_connection_fail(
    struct sql_connection *connection, int rc, struct weir_error *ret_error)
{
    size_t row = row_at_fault(&connection->table);
    const char *message = sql_connection_message(connection);

    if (rc == SQLITE_INTERRUPT)
        return stopped(connection, ret_error);
    if (rc == SQLITE_NOMEM)
        return weir_error_set(ret_error, WEIR_FAULT_MEMORY, "E-MEMORY", "SQLite is out of memory");
    if (row > 0)
        return weir_error_set(
            ret_error, WEIR_FAULT_DATA, "E-SQL", "row %zu of the batch: %s", row, message);
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-SQL", "%s", message);
}
