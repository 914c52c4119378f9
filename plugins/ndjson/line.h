/* A row as one line of JSON. */
#ifndef NDJSON_LINE_H
#define NDJSON_LINE_H

#include "output.h"

struct line_form {
    const char *table_key; /* NULL: none */
    bool nulls;
};

/* Writes all rows of the batch; the outcome is in out->status. */
void lines_write(struct output *out, const struct line_form *form, const struct weir_batch *batch);

#endif
