/* A run begins to write: its epoch, its row, the pass that it works on, in one transaction. */
#ifndef STORE_BEGIN_H
#define STORE_BEGIN_H

#include "load.h"

/* In the fiber of the control connection, behind open_run. As weir_store.begin. */
enum weir_status begin_run(struct postgres_load *load, struct weir_pass *pass,
    const struct weir_pass *old) WEIR_MUST_CHECK;

#endif
