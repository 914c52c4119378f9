/* What a reader of CSV knows, for its parts. */
#ifndef WEIR_SRC_CSV_READER_H
#define WEIR_SRC_CSV_READER_H

#include <weir/csv.h>

#include "csv_scan.h"

struct weir_csv_reader {
    struct csv_scan scan;
    bool wants_header;            /* the next record is it */
    struct weir_arena *arena;     /* of names out of a header */
    const struct weir_str *names; /* NULL until they are known */
    size_t n_names;
    size_t n_rows;  /* read so far, counted by the messages from 1 */
    size_t n_lines; /* of the pieces before */
    size_t n_bytes;
    /* of the piece at hand */
    struct weir_batch *batch;
    size_t *columns; /* of the batch, for each name */
    size_t most_cells;
    struct weir_error *error;
};

/*
 * Fails at an offset of the piece; the row is put before, the place behind. The column at hand is
 * the one of that number, or SIZE_MAX.
 */
bool csv_fail(struct weir_csv_reader *reader, const char *code, size_t offset, size_t column,
    const char *format, ...) WEIR_PRINTF(5, 6);
size_t csv_count_lines(struct weir_str text, size_t until);

/* The next field of the record that began at `start`. */
bool csv_next_field(struct weir_csv_reader *reader, size_t start, size_t column,
    struct csv_field *ret_field, enum csv_end *ret_end);
/* Doubled quotes become one; in the arena. */
struct weir_str csv_undouble(struct weir_arena *arena, struct weir_str raw);

/* Reads the record of names. Those that the file gives stand for them, if there are as many. */
bool csv_read_header(struct weir_csv_reader *reader);
/* Finds the batch's column for each name; no two names may have the same. */
bool csv_map_columns(struct weir_csv_reader *reader);

#endif
