/* What can be said about names without a database. */
#ifndef POSTGRES_CHECK_H
#define POSTGRES_CHECK_H

#include <weir/stage.h>

void check_names(struct weir_stage *stage, const char *schema, struct weir_mistakes *mistakes);

#endif
