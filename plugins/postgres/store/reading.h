/* What a run goes on from: places, gaps and marks, told once each whatever the connection does. */
#ifndef STORE_READING_H
#define STORE_READING_H

#include "load.h"

/* In the fiber of the control connection, behind begin_run. As weir_store.read. */
enum weir_status reading_run(struct postgres_load *load, const struct weir_pass *pass,
    const struct weir_reading *reading) WEIR_MUST_CHECK;
/* As weir_store.dead_letters. */
enum weir_status reading_letters(struct postgres_load *load, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg) WEIR_MUST_CHECK;

#endif
