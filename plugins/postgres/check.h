/* What can be known about tables without a database: names, and types that are declared. */
#ifndef POSTGRES_CHECK_H
#define POSTGRES_CHECK_H

#include <weir/stage.h>

void check_names(struct weir_stage *stage, const char *schema, struct weir_mistakes *mistakes);

#endif
