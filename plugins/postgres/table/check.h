/* What can be known about tables without a database. */
#ifndef TABLE_CHECK_H
#define TABLE_CHECK_H

#include <weir/stage.h>

/* Names of the schema, of tables and of columns, declared types. */
void check_tables(
    const struct weir_stage *stage, const char *schema, struct weir_mistakes *mistakes);

#endif
