/* Connections at rest, and how one is made to fit a batch. */
#include "sql_inside.h"

#include <string.h>

/* One for each thread that is likely, and for a few different sets of columns. */
enum { MOST_IDLE = 16 };

void sql_pool_init(struct sql_pool *pool)
{
    *pool = (struct sql_pool){.idle = NULL};
    (void)pthread_mutex_init(&pool->mutex, NULL);
}

void sql_pool_done(struct sql_pool *pool)
{
    while (pool->idle) {
        struct sql_connection *next = pool->idle->next;

        sql_connection_free(pool->idle);
        pool->idle = next;
    }
    (void)pthread_mutex_destroy(&pool->mutex);
}

void sql_pool_give_back(struct sql_pool *pool, struct sql_connection *connection)
{
    (void)pthread_mutex_lock(&pool->mutex);
    connection->next = pool->idle;
    pool->idle = connection;
    pool->n_idle++;
    (void)pthread_mutex_unlock(&pool->mutex);
}

static bool fits(const struct sql_connection *connection, const struct weir_batch *batch)
{
    if (!connection->statement)
        return false;
    if (!connection->takes_all)
        return true;
    if (connection->n_all != batch->n_columns)
        return false;
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (!weir_str_equal(connection->all[c], batch->columns[c].name))
            return false;
    }
    return true;
}

/* The latest used that fits; when there are many and none fits, the one unused for longest. */
static struct sql_connection *take(struct sql_pool *pool, const struct weir_batch *batch)
{
    struct sql_connection **at = &pool->idle;
    struct sql_connection *taken;

    while (*at && !fits(*at, batch) && ((*at)->next || pool->n_idle < MOST_IDLE))
        at = &(*at)->next;
    taken = *at;
    if (taken) {
        *at = taken->next;
        pool->n_idle--;
    }
    return taken;
}

/* Declares and prepares anew for this batch. */
static enum weir_status fit(struct weir_sql *sql, struct sql_connection *connection,
    const struct weir_batch *batch, struct weir_error *ret_error)
{
    int rc;

    if (batch->n_columns + sql->names.n > SQL_MOST_COLUMNS && sql->takes_all)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-COLUMNS",
            "a batch has %zu columns, too many for a * in SQL; name those that are needed",
            batch->n_columns);
    if (!sql_connection_declare(connection, &sql->names, sql->takes_all ? batch : NULL))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-SQL", "SQLite takes no such table: %s",
            sqlite3_errmsg(connection->db));
    rc = sql_connection_prepare(connection, sql->statement);
    return rc == SQLITE_OK ? WEIR_OK : sql_connection_fail(connection, rc, ret_error);
}

/* The batch's column of a name that the text uses. False where there are two. */
static bool find_source(const struct weir_batch *batch, const char *name, size_t *ret_source)
{
    *ret_source = SQL_NONE;
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (!sql_name_is(batch->columns[c].name, name))
            continue;
        if (*ret_source != SQL_NONE)
            return false;
        *ret_source = c;
    }
    return true;
}

static enum weir_status bind_names(struct weir_sql *sql, struct sql_connection *connection,
    const struct weir_batch *batch, struct weir_error *ret_error)
{
    for (size_t i = 0; i < sql->names.n; i++) {
        const char *name = sql->names.items[i];
        size_t source;

        if (!find_source(batch, name, &source) && i >= SQL_IMPLIED_NAMES)
            return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
                "SQL names the column '%s', and there are several that differ only in case; rename "
                "or drop one before",
                name);
        if (!connection->takes_all)
            connection->table.columns[1 + i].source = source;
    }
    return WEIR_OK;
}

static void bind_values(struct sql_table *table, const struct weir_batch *batch)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        struct sql_column *column = &table->columns[c];
        const struct weir_column *source =
            column->source != SQL_NONE ? &batch->columns[column->source] : NULL;

        column->values = source ? source->values : NULL;
        column->kinds = source ? source->kinds : 0;
    }
}

static enum weir_status prepare(struct weir_sql *sql, struct sql_connection *connection,
    const struct weir_batch *batch, struct weir_error *ret_error)
{
    enum weir_status status;

    if (!fits(connection, batch)) {
        status = fit(sql, connection, batch, ret_error);
        if (status != WEIR_OK)
            return status;
    }
    status = bind_names(sql, connection, batch, ret_error);
    if (status != WEIR_OK)
        return status;
    bind_values(&connection->table, batch);
    return WEIR_OK;
}

struct sql_connection *sql_borrow(
    struct weir_sql *sql, const struct weir_batch *batch, struct weir_error *ret_error)
{
    struct sql_connection *connection;

    (void)pthread_mutex_lock(&sql->pool.mutex);
    connection = take(&sql->pool, batch);
    (void)pthread_mutex_unlock(&sql->pool.mutex);
    if (!connection)
        connection = sql_connection_new(
            sql->form == SQL_SELECT ? SQL_TABLE_OF_SELECT : SQL_TABLE_OF_ROW, ret_error);
    if (connection && prepare(sql, connection, batch, ret_error) != WEIR_OK) {
        sql_connection_free(connection);
        return NULL;
    }
    return connection;
}
