#include "last_row.h"

enum weir_status http_last_row_pick(const struct weir_batch *batch, size_t first,
    const struct weir_path *path, struct weir_json_reader *reader, struct weir_value *ret_value,
    struct weir_error *ret_error)
{
    const struct weir_path *rest;
    struct weir_str key;
    size_t row = batch->n_rows;
    size_t column;

    *ret_value = weir_null();
    if (!weir_path_split(batch->arena, path, &key, &rest))
        return WEIR_OK;
    column = weir_batch_find(batch, key);
    if (column == SIZE_MAX)
        return WEIR_OK;
    while (row > first && weir_batch_is_rejected(batch, row - 1))
        row--;
    if (row == first)
        return WEIR_OK;
    *ret_value = batch->columns[column].values[row - 1];
    if (!rest)
        return WEIR_OK;
    if (ret_value->kind == WEIR_JSON)
        return weir_json_pick(
            reader, weir_value_str(ret_value), rest, batch->arena, ret_value, ret_error);
    *ret_value = weir_null();
    return WEIR_OK;
}
