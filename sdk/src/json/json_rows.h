/* The rows of a document, one by one, into a batch. */
#ifndef WEIR_SRC_JSON_ROWS_H
#define WEIR_SRC_JSON_ROWS_H

#include "json_columns.h"
#include "json_doc.h"

struct json_rows {
    struct json_doc doc;
    struct json_columns *columns;
    struct weir_batch *batch;
    bool last_key_counts;
    bool has_repeats;   /* cells were written twice, so kinds may be marked that are gone */
    size_t n_refused;   /* of them, what was set aside */
    size_t n_read;      /* rows read, counted by the messages from 1 */
    size_t first_row;   /* rows that the batch had before */
    size_t first_cells; /* and cells */
    const struct weir_str
        *names;        /* of the values in rows that are arrays; NULL: they are objects */
    size_t *positions; /* the column of each */
    size_t n_names;
    size_t start; /* offset of the first row, to tell how long rows are */
};

void json_rows_init(
    struct json_rows *rows, struct weir_json_reader *reader, struct weir_batch *batch);
/* Reads the object that opens here as a row. */
bool json_rows_read(struct json_rows *rows, size_t *token);

/* What stands here is no row. Where the resource sets such aside it is checked and kept as it is; else
 * that is the error. */
bool json_rows_refuse(struct json_rows *rows, size_t *token, const char *wanted, const char *where);

/* Rows are arrays, with values of these names, which must live as long as the batch. */
bool json_rows_name(struct json_rows *rows, const struct weir_str *names, size_t n);
/* Reads the array that opens here as a row. */
bool json_rows_read_array(struct json_rows *rows, size_t *token);

/* Behind all rows: the columns' kinds are those of their values. */
void json_rows_done(struct json_rows *rows);

#endif
