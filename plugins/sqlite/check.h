/* Mistakes that can be seen in the pipeline file alone. */
#ifndef SQLITE_CHECK_H
#define SQLITE_CHECK_H

#include <weir/stage.h>

void check_path(struct weir_stage *stage, const char *path, struct weir_mistakes *mistakes);
/* Names that SQLite or weir refuse, and two tables that SQLite would take for one. */
void check_tables(struct weir_stage *stage, struct weir_mistakes *mistakes);

#endif
