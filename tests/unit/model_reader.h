/*
 * The model's extractor: asks where each chain stands, and gives units with
 * positions, some of which fail.
 */
#ifndef MODEL_READER_H
#define MODEL_READER_H

#include "model_run.h"

struct model_readers;

struct model_readers *model_readers_new(struct model_net *net, const struct model_source *source,
    const struct model_trouble *trouble, const struct plan *plan, const struct session *session);
/* Accepts NULL. */
void model_readers_free(struct model_readers *readers);
/* Once the session is open; `generations` are indexes in the database. */
void model_readers_open(struct model_readers *readers, size_t pass, const size_t *generations);
/* Some units of one resource; NULL: there are no more. The caller frees it. */
struct weir_batch *model_readers_next(struct model_readers *readers, size_t most_units);
/* Something is missing of what there is. */
bool model_readers_failing(const struct model_readers *readers);
/* A place does not name the unit that comes next. */
bool model_readers_misled(const struct model_readers *readers);

#endif
