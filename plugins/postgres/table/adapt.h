/* What has to be changed in a table before rows fit: found out in memory, then done. */
#ifndef TABLE_ADAPT_H
#define TABLE_ADAPT_H

#include "inside.h"

struct change {
    struct weir_str name;
    struct type type;
    const struct column *was; /* to be widened; NULL: it is new */
};

struct changes {
    struct change *items;
    size_t n;
};

/* May a column of this name be made when a value for it comes? */
bool adapt_may_add(const struct table *table, struct weir_str name);

/* What these rows need that the contract allows; in the batch's arena. Rows that are bad anyway
 * have been taken out. */
struct changes adapt_plan(struct table *table, const struct weir_batch *batch);

/* create.c, in a transaction: the statements. */
enum weir_status changes_create(struct table *table, struct connection *connection,
    const struct changes *changes) WEIR_MUST_CHECK;
enum weir_status changes_alter(struct table *table, struct connection *connection,
    const struct changes *changes) WEIR_MUST_CHECK;
/* ALTER COLUMN ... TYPE ... USING ..., with nothing rounded. */
void change_type(
    struct weir_buf *sql, struct weir_str name, const struct type *was, const char *type);
/* What they do, in one line; in the arena. */
const char *changes_describe(
    const struct table *table, const struct changes *changes, struct weir_arena *arena);

/* check_rows.c: looks only at what no change of the table can mend, as it is now. */
enum weir_status rows_check_fixed(struct table *table, struct weir_batch *batch) WEIR_MUST_CHECK;

#endif
