#include "stop_when.h"

#include <string.h>
#include <weir/stage.h>

void http_stop_when_check(
    const char *condition, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    struct weir_error error = {0};
    struct weir_sql *sql;
    size_t offset = 0;

    if (!condition)
        return;
    sql = weir_sql_condition(condition, &offset, &error);
    if (!sql)
        weir_sql_mistake(mistakes, weir_node_get(node, "stop_when"), offset, &error);
    weir_sql_free(sql);
}

static void free_sql(void *arg)
{
    weir_sql_free(arg);
}

struct weir_sql *http_stop_when_new(
    const char *condition, struct weir_stage *stage, struct weir_error *ret_error)
{
    size_t offset;
    struct weir_sql *sql = weir_sql_condition(condition, &offset, ret_error);

    if (!sql)
        return NULL;
    /* Batches may be with the workers when the stage stops. */
    weir_defer(stage->arena, free_sql, sql);
    weir_sql_watch(sql, stage);
    return sql;
}

/* What was no object has no values to ask for. */
static void drop_rejected(struct weir_batch *copy, const struct weir_batch *batch, size_t first)
{
    bool *marks;

    if (!batch->rejects)
        return;
    marks = weir_new_array(copy->arena, copy->n_rows, bool);
    for (size_t row = 0; row < copy->n_rows; row++)
        marks[row] = !weir_batch_is_rejected(batch, first + row);
    weir_batch_keep(copy, marks);
}

/* The rows alone, in a batch of their own, as a condition drops those that do not meet it. */
static void copy_rows(struct weir_batch *copy, const struct weir_batch *batch, size_t first)
{
    size_t n = batch->n_rows - first;
    struct weir_column *columns = weir_new_array(copy->arena, batch->n_columns, struct weir_column);

    for (size_t i = 0; i < batch->n_columns; i++) {
        columns[i] = batch->columns[i];
        columns[i].values = weir_new_array(copy->arena, n, struct weir_value);
        memcpy(columns[i].values, batch->columns[i].values + first, n * sizeof(struct weir_value));
    }
    (void)weir_batch_add_unit(copy, NULL);
    weir_batch_replace(copy, columns, batch->n_columns, &n);
    drop_rejected(copy, batch, first);
}

enum weir_status http_stop_when_holds(struct weir_sql *condition, const struct weir_batch *batch,
    size_t first, bool *ret_holds, struct weir_error *ret_error)
{
    struct weir_batch *copy;
    enum weir_status status;

    *ret_holds = false;
    if (batch->n_rows == first)
        return WEIR_OK;
    copy = weir_batch_new(batch->resource);
    copy_rows(copy, batch, first);
    status = weir_sql_run(condition, copy, ret_error);
    *ret_holds = status == WEIR_OK && copy->n_rows > 0;
    weir_batch_free(copy);
    return status;
}
