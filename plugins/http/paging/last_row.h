/* What stands in the last row of an answer. On workers. */
#ifndef WEIR_HTTP_LAST_ROW_H
#define WEIR_HTTP_LAST_ROW_H

#include <weir/json.h>

/* One value of the last row of the batch, of those from `first` on that are not set aside; null when
 * it is absent. In the batch's arena. */
enum weir_status http_last_row_pick(const struct weir_batch *batch, size_t first,
    const struct weir_path *path, struct weir_json_reader *reader, struct weir_value *ret_value,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
