/* stop_when: an end that the rows tell. */
#ifndef WEIR_HTTP_STOP_WHEN_H
#define WEIR_HTTP_STOP_WHEN_H

#include <weir/sql.h>

struct weir_stage;

/* Tells of a condition that does not compile; NULL is none. */
void http_stop_when_check(
    const char *condition, const struct weir_node *node, struct weir_mistakes *mistakes);
/* NULL and an error; lives as long as the stage's arena. */
struct weir_sql *http_stop_when_new(
    const char *condition, struct weir_stage *stage, struct weir_error *ret_error);
/* Is it true of one of the batch's rows from `first` on? They are left as they are. On workers. */
enum weir_status http_stop_when_holds(struct weir_sql *condition, const struct weir_batch *batch,
    size_t first, bool *ret_holds, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
