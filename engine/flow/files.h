/* Whether the system lets us open as many files as a run needs at the least. */
#ifndef FLOW_FILES_H
#define FLOW_FILES_H

#include <stdbool.h>
#include <weir/status.h>

/* False and an error when it does not. What is opened to find out is closed again. */
bool files_suffice(struct weir_error *ret_error);

#endif
