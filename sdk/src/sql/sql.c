#include "sql_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROWS = 64,
    MOST_ROWS = 10 * 1000 * 1000,       /* of the result of one batch */
    MOST_BYTES = 256 * 1024 * 1024,     /* of the same, texts included */
    STEPS_AT_LEAST = 200 * 1000 * 1000, /* of SQLite's machine: a few seconds */
    STEPS_A_ROW = 100 * 1000,
};

/* One batch under way in one connection. */
struct run {
    struct weir_sql *sql;
    struct weir_batch *batch;
    struct sql_connection *connection;
    struct sql_result result;
};

/* The rows that SQLite sees from now on. */
static void show_rows(struct run *run, size_t begin, size_t n_rows)
{
    struct sql_connection *connection = run->connection;

    connection->table.begin = begin;
    connection->table.end = begin + n_rows;
    connection->table.last_row = begin + n_rows;
    connection->table.is_joined = false;
    connection->steps_left = STEPS_AT_LEAST + (uint64_t)n_rows * STEPS_A_ROW;
}

static enum weir_status run_begin(
    struct run *run, struct weir_sql *sql, struct weir_batch *batch, struct weir_error *ret_error)
{
    unsigned stops = atomic_load(&sql->stops);
    struct sql_connection *connection = sql_borrow(sql, batch, ret_error);

    if (!connection)
        return WEIR_FAIL;
    connection->stops = &sql->stops;
    connection->stops_before = stops;
    connection->stage = sql->stage;
    connection->table.scratch = weir_arena_new();
    *run = (struct run){.sql = sql, .batch = batch, .connection = connection};
    sql_result_init(&run->result, sql, connection, batch);
    show_rows(run, 0, batch->n_rows);
    return WEIR_OK;
}

static void run_end(struct run *run)
{
    struct sql_connection *connection = run->connection;

    (void)sqlite3_reset(connection->statement);
    sql_result_done(&run->result);
    weir_arena_free(connection->table.scratch);
    connection->table.scratch = NULL;
    connection->stops = NULL;
    sql_pool_give_back(&run->sql->pool, connection);
}

/* WEIR_OK with a row, WEIR_END behind the last, or WEIR_FAIL. */
static enum weir_status step(struct run *run, struct weir_error *ret_error)
{
    int rc = sqlite3_step(run->connection->statement);

    if (rc == SQLITE_ROW)
        return WEIR_OK;
    if (rc == SQLITE_DONE)
        return WEIR_END;
    return sql_connection_fail(run->connection, rc, ret_error);
}

/* An expression is of the row that its one cursor stands on. */
static size_t row_at_hand(const struct run *run)
{
    assert(run->connection->table.cursors);
    return run->connection->table.cursors->row;
}

static enum weir_status run_condition(struct run *run, struct weir_error *ret_error)
{
    struct weir_batch *batch = run->batch;
    bool *marks = weir_calloc(batch->n_rows, sizeof(*marks));
    enum weir_status status = step(run, ret_error);

    for (; status == WEIR_OK; status = step(run, ret_error))
        marks[row_at_hand(run)] = true;
    if (status == WEIR_END)
        weir_batch_keep(batch, marks);
    free(marks);
    return status;
}

/* All values of the row are read before one is written: each expression sees the row as it was. */
static enum weir_status set_row(
    struct run *run, const size_t *columns, struct weir_value *values, struct weir_error *ret_error)
{
    size_t row = row_at_hand(run);

    for (size_t i = 0; i < run->sql->n_columns; i++) {
        enum weir_status status = sql_result_value(&run->result, i, &values[i], ret_error);

        if (status != WEIR_OK)
            return status;
    }
    for (size_t i = 0; i < run->sql->n_columns; i++)
        run->batch->columns[columns[i]].values[row] = values[i];
    return WEIR_OK;
}

static enum weir_status set_rows(
    struct run *run, const size_t *columns, struct weir_value *values, struct weir_error *ret_error)
{
    for (;;) {
        enum weir_status status = step(run, ret_error);

        if (status == WEIR_OK)
            status = set_row(run, columns, values, ret_error);
        if (status != WEIR_OK)
            return status;
    }
}

static enum weir_status run_columns(struct run *run, struct weir_error *ret_error)
{
    struct weir_batch *batch = run->batch;
    size_t n = run->sql->n_columns;
    size_t *columns = weir_calloc(n, sizeof(*columns));
    struct weir_value *values = weir_calloc(n, sizeof(*values));
    enum weir_status status;

    for (size_t i = 0; i < n; i++)
        columns[i] = weir_batch_column(batch, weir_str(run->sql->columns[i]));
    status = set_rows(run, columns, values, ret_error);
    for (size_t i = 0; i < n; i++)
        weir_column_recount(&batch->columns[columns[i]], batch->n_rows);
    free(columns);
    free(values);
    return status;
}

/* The rows of a select as they come; they move to the batch's arena when all are there. */
struct rows {
    struct weir_column *columns;
    size_t n_columns;
    size_t n;
    size_t capacity;
    size_t n_bytes;
};

/* The name as the batch has it: where it cannot be SQLite's, that has another for it. */
static struct weir_str result_name(const struct run *run, size_t column)
{
    const struct sql_table *table = &run->connection->table;
    const char *name = sqlite3_column_name(run->connection->statement, (int)column);
    size_t origin = run->result.origins[column];

    if (!name)
        return weir_str("");
    if (name[0] == '\1' && origin != SQL_NONE && table->columns[origin].source != SQL_NONE)
        return run->batch->columns[table->columns[origin].source].name;
    return weir_copy(run->batch->arena, weir_str(name));
}

static enum weir_status name_columns(
    const struct run *run, struct rows *rows, struct weir_error *ret_error)
{
    for (size_t c = 0; c < rows->n_columns; c++) {
        rows->columns[c].name = result_name(run, c);
        for (size_t before = 0; before < c; before++) {
            if (weir_str_equal(rows->columns[before].name, rows->columns[c].name))
                return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
                    "the result has two columns '%.*s'; name one otherwise, by AS",
                    WEIR_STR_ARG(rows->columns[c].name));
        }
    }
    return WEIR_OK;
}

static void rows_grow(struct rows *rows)
{
    rows->capacity = rows->capacity ? rows->capacity * 2 : FIRST_ROWS;
    for (size_t c = 0; c < rows->n_columns; c++)
        rows->columns[c].values = weir_realloc(
            rows->columns[c].values, rows->capacity * sizeof(*rows->columns[c].values));
}

static enum weir_status rows_check(const struct rows *rows, struct weir_error *ret_error)
{
    if (rows->n < MOST_ROWS && rows->n_bytes < MOST_BYTES)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT",
        "the result of one batch is beyond %d rows or %d MiB; see if the statement joins without "
        "a condition or if its recursion never stops",
        MOST_ROWS, MOST_BYTES / (1024 * 1024));
}

static enum weir_status rows_add(struct run *run, struct rows *rows, struct weir_error *ret_error)
{
    enum weir_status status = rows_check(rows, ret_error);

    if (rows->n == rows->capacity)
        rows_grow(rows);
    for (size_t c = 0; c < rows->n_columns && status == WEIR_OK; c++) {
        struct weir_value *value = &rows->columns[c].values[rows->n];

        status = sql_result_value(&run->result, c, value, ret_error);
        rows->columns[c].kinds |= 1U << value->kind & ~(1U << WEIR_NULL);
        rows->n_bytes += sizeof(*value) + value->length;
    }
    rows->n++;
    return status;
}

static enum weir_status select_unit(
    struct run *run, const struct weir_unit *unit, struct rows *rows, struct weir_error *ret_error)
{
    enum weir_status status;

    show_rows(run, unit->first_row, unit->n_rows);
    sql_result_reset(&run->result);
    do {
        status = step(run, ret_error);
        if (status == WEIR_OK)
            status = rows_add(run, rows, ret_error);
    } while (status == WEIR_OK);
    (void)sqlite3_reset(run->connection->statement);
    return status;
}

/* A unit that failed has no rows, and a count(*) of nothing would give it one. */
static enum weir_status select_units(
    struct run *run, struct rows *rows, size_t *unit_rows, struct weir_error *ret_error)
{
    struct weir_batch *batch = run->batch;

    for (size_t u = 0; u < batch->n_units; u++) {
        size_t before = rows->n;

        if (!batch->units[u].error &&
            select_unit(run, &batch->units[u], rows, ret_error) != WEIR_END)
            return WEIR_FAIL;
        unit_rows[u] = rows->n - before;
    }
    return WEIR_END;
}

/* What SQLite was told of a batch without columns is no column of the result. */
static void drop_any_column(const struct run *run, struct rows *rows)
{
    const struct sql_table *table = &run->connection->table;
    size_t kept = 0;

    for (size_t c = 0; c < rows->n_columns; c++) {
        size_t origin = run->result.origins[c];

        if (run->batch->n_columns == 0 && origin != SQL_NONE &&
            strcmp(table->columns[origin].name, SQL_ANY_COLUMN) == 0)
            free(rows->columns[c].values);
        else
            rows->columns[kept++] = rows->columns[c];
    }
    rows->n_columns = kept;
}

static void rows_hand_over(const struct run *run, struct rows *rows, const size_t *unit_rows)
{
    struct weir_batch *batch = run->batch;
    size_t size = rows->n * sizeof(struct weir_value);

    drop_any_column(run, rows);
    for (size_t c = 0; c < rows->n_columns; c++) {
        rows->columns[c].values = weir_realloc(rows->columns[c].values, size);
        weir_adopt(batch->arena, rows->columns[c].values, size);
    }
    weir_batch_replace(batch, rows->columns, rows->n_columns, unit_rows);
}

static void rows_done(struct rows *rows)
{
    for (size_t c = 0; c < rows->n_columns; c++)
        free(rows->columns[c].values);
}

static enum weir_status run_select(struct run *run, struct weir_error *ret_error)
{
    struct weir_batch *batch = run->batch;
    struct rows rows = {.n_columns = run->result.n_columns};
    size_t *unit_rows = weir_calloc(batch->n_units, sizeof(*unit_rows));
    enum weir_status status;

    rows.columns = weir_calloc(rows.n_columns, sizeof(*rows.columns));
    status = name_columns(run, &rows, ret_error);
    if (status == WEIR_OK)
        status = select_units(run, &rows, unit_rows, ret_error);
    if (status == WEIR_END)
        rows_hand_over(run, &rows, unit_rows);
    else
        rows_done(&rows);
    free(rows.columns);
    free(unit_rows);
    return status;
}

enum weir_status weir_sql_run(
    struct weir_sql *sql, struct weir_batch *batch, struct weir_error *ret_error)
{
    struct run run;
    enum weir_status status;

    if (sql->form == SQL_COLUMNS && sql->n_columns == 0)
        return WEIR_OK;
    if (run_begin(&run, sql, batch, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    switch (sql->form) {
    case SQL_CONDITION:
        status = run_condition(&run, ret_error);
        break;
    case SQL_COLUMNS:
        status = run_columns(&run, ret_error);
        break;
    default:
        status = run_select(&run, ret_error);
        break;
    }
    run_end(&run);
    return status == WEIR_END ? WEIR_OK : WEIR_FAIL;
}

void weir_sql_interrupt(struct weir_sql *sql)
{
    atomic_fetch_add(&sql->stops, 1);
}

void weir_sql_watch(struct weir_sql *sql, struct weir_stage *stage)
{
    sql->stage = stage;
}
