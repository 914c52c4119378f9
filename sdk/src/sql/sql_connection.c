/*
 * A connection to a database of its own in memory, which holds nothing and may
 * do nothing but read the one table.
 */
#include "sql_inside.h"

#include <weir/stage.h>

#include <stdlib.h>
#include <string.h>

enum {
    MOST_TEXT = 1024 * 1024,         /* bytes of SQL */
    MOST_VALUE = 64 * 1024 * 1024,   /* bytes of a text, and of a row of a sort */
    STEPS_BETWEEN_LOOKS = 20 * 1000, /* well below a millisecond */
};

static const char *const tables_allowed[] = {
    SQL_TABLE_OF_SELECT,
    SQL_TABLE_OF_ROW,
    "json_each",
    "json_tree",
};

/* Modules of SQLite that have functions of their own, for nothing that a batch has. */
static const char *const functions_denied[] = {
    "load_extension",
    "sqlite_log",
    "fts",
    "rtree",
    "matchinfo",
    "offsets",
    "optimize",
    "snippet",
};

static const char only_reads[] = "it must be a query (SELECT, WITH or VALUES) that reads nothing "
                                 "but batch, json_each and json_tree";

static int deny(struct sql_connection *connection, const char *reason)
{
    if (!connection->refusal)
        connection->refusal = reason;
    return SQLITE_DENY;
}

/* Without a column it may be the name of a WITH; and a table that is not read tells nothing. */
static int allow_read(struct sql_connection *connection, const char *table, const char *column)
{
    if (strcmp(column, SQL_ANY_COLUMN) == 0)
        connection->reads_all = true;
    if (strcmp(table, connection->table.name) != 0)
        connection->reads_others = true;
    if (!*column)
        return SQLITE_OK;
    for (size_t i = 0; i < sizeof(tables_allowed) / sizeof(*tables_allowed); i++) {
        if (sqlite3_stricmp(table, tables_allowed[i]) == 0)
            return SQLITE_OK;
    }
    return deny(connection, only_reads);
}

static int allow_function(struct sql_connection *connection, const char *function)
{
    for (size_t i = 0; i < sizeof(functions_denied) / sizeof(*functions_denied); i++) {
        const char *prefix = functions_denied[i];

        if (sqlite3_strnicmp(function, prefix, (int)strlen(prefix)) == 0)
            return deny(connection, "it uses a function that is not to be had here");
    }
    return SQLITE_OK;
}

/* Asked by SQLite for all that a text would do, while it is prepared. */
static int authorize(void *arg, int action, const char *first, const char *second,
    const char *database, const char *trigger)
{
    struct sql_connection *connection = arg;

    (void)database;
    (void)trigger;
    if (connection->table.is_declaring)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
        connection->n_selects++;
        return SQLITE_OK;
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return allow_read(connection, first, second);
    case SQLITE_FUNCTION:
        return allow_function(connection, second);
    default:
        return deny(connection, only_reads);
    }
}

/* Not zero stops the statement. */
static int look_up(void *arg)
{
    struct sql_connection *connection = arg;

    if (!connection->stops)
        return 0;
    if (atomic_load(connection->stops) != connection->stops_before ||
        (connection->stage && weir_stopping(connection->stage)))
        return 1;
    if (connection->steps_left < STEPS_BETWEEN_LOOKS) {
        connection->steps_left = 0;
        return 1;
    }
    connection->steps_left -= STEPS_BETWEEN_LOOKS;
    return 0;
}

static void limit(sqlite3 *db)
{
    (void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MOST_VALUE);
    (void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, MOST_TEXT);
    (void)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, SQL_MOST_COLUMNS);
    (void)sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 500);
    (void)sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 100);
    (void)sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 1000 * 1000);
    (void)sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    (void)sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, 0);
    (void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    (void)sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
}

static void harden(struct sql_connection *connection)
{
    sqlite3 *db = connection->db;

    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, NULL);
    limit(db);
    /* What makes a table of a module known looks like CREATE TABLE to the authorizer. */
    (void)sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
    /* Sorts stay in memory: nothing of the data is ever written to a file of its own. */
    (void)sqlite3_exec(db, "PRAGMA temp_store = 2", NULL, NULL, NULL);
    (void)sqlite3_set_authorizer(db, authorize, connection);
    sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, look_up, connection);
}

struct sql_connection *sql_connection_new(const char *table_name, struct weir_error *ret_error)
{
    struct sql_connection *connection = weir_calloc(1, sizeof(*connection));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(":memory:", &connection->db, flags, NULL);

    connection->table.name = table_name;
    connection->table.numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (rc != SQLITE_OK || !connection->table.numbers) {
        (void)weir_error_set(ret_error, WEIR_FAULT_MEMORY, "E-SQL",
            "SQLite cannot open a database in memory: %s", sqlite3_errstr(rc));
        sql_connection_free(connection);
        return NULL;
    }
    harden(connection);
    return connection;
}

void sql_connection_free(struct sql_connection *connection)
{
    if (!connection)
        return;
    (void)sqlite3_finalize(connection->statement);
    (void)sqlite3_close(connection->db);
    if (connection->table.numbers)
        freelocale(connection->table.numbers);
    weir_arena_free(connection->arena);
    free(connection);
}

/* A name that SQLite can have: not taken, in its eyes, by a column before, and without a NUL. */
static const char *name_for_sqlite(
    struct weir_arena *arena, const struct sql_table *table, struct weir_str name, size_t index)
{
    const char *text = weir_copy(arena, name).ptr;

    if (strlen(text) == name.len && sql_table_find(table, text) == SQL_NONE)
        return text;
    return weir_printf(arena, "\1%zu", index);
}

static void add_column(struct sql_table *table, const char *name, bool hidden, size_t source)
{
    table->columns[table->n_columns++] = (struct sql_column){
        .name = name,
        .hidden = hidden,
        .source = source,
    };
}

static void declare_all(struct sql_connection *connection, const struct weir_batch *batch)
{
    struct weir_arena *arena = connection->arena;

    connection->all = weir_new_array(arena, batch->n_columns, struct weir_str);
    connection->n_all = batch->n_columns;
    for (size_t c = 0; c < batch->n_columns; c++) {
        connection->all[c] = weir_copy(arena, batch->columns[c].name);
        add_column(&connection->table,
            name_for_sqlite(arena, &connection->table, batch->columns[c].name, c), false, c);
    }
}

bool sql_connection_declare(struct sql_connection *connection, const struct sql_names *names,
    const struct weir_batch *batch)
{
    struct sql_table *table = &connection->table;
    size_t most = names->n + 1 + (batch ? batch->n_columns : 0);

    (void)sqlite3_finalize(connection->statement);
    connection->statement = NULL;
    weir_arena_free(connection->arena);
    connection->arena = weir_arena_new();
    connection->takes_all = batch != NULL;
    connection->n_all = 0;
    table->n_columns = 0;
    table->columns = weir_new_array(connection->arena, most, struct sql_column);
    if (batch)
        declare_all(connection, batch);
    if (table->n_columns == 0)
        add_column(table, SQL_ANY_COLUMN, false, SQL_NONE);
    for (size_t i = 0; i < names->n; i++) {
        if (sql_table_find(table, names->items[i]) == SQL_NONE)
            add_column(table, weir_copy_text(connection->arena, names->items[i]), true, SQL_NONE);
    }
    return table->n_columns <= SQL_MOST_COLUMNS &&
           sql_table_register(table, connection->db) == SQLITE_OK;
}

/* A statement that gives rows and changes nothing; the authorizer sees to the rest. */
static bool is_query(sqlite3_stmt *statement)
{
    return statement && sqlite3_column_count(statement) > 0 && sqlite3_stmt_readonly(statement) &&
           sqlite3_stmt_isexplain(statement) == 0;
}

/* Blanks, comments and semicolons may follow, but no other statement. */
static bool is_nothing(sqlite3 *db, const char *text)
{
    while (*text) {
        sqlite3_stmt *statement = NULL;
        const char *rest;
        int rc = sqlite3_prepare_v2(db, text, -1, &statement, &rest);

        (void)sqlite3_finalize(statement);
        if (rc != SQLITE_OK || statement || rest == text)
            return false;
        text = rest;
    }
    return true;
}

int sql_connection_prepare(struct sql_connection *connection, const char *text)
{
    const char *rest;
    int rc;

    connection->reads_all = false;
    connection->reads_others = false;
    connection->n_selects = 0;
    connection->refusal = NULL;
    (void)sqlite3_finalize(connection->statement);
    connection->statement = NULL;
    rc = sqlite3_prepare_v3(
        connection->db, text, -1, SQLITE_PREPARE_PERSISTENT, &connection->statement, &rest);
    connection->offset = sqlite3_error_offset(connection->db);
    if (rc != SQLITE_OK)
        return rc;
    connection->offset = 0;
    if (!is_query(connection->statement)) {
        connection->refusal = only_reads;
        return SQLITE_ERROR;
    }
    if (!is_nothing(connection->db, rest)) {
        connection->offset = (int)(rest - text + (long)strspn(rest, " \t\r\n"));
        connection->refusal = "there must be one statement, and here begins another";
        return SQLITE_ERROR;
    }
    return SQLITE_OK;
}
