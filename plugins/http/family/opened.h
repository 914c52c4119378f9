/*
 * What a chain of a child is opened with, as a text that a place can hold: a JSON object of
 * the fields that its requests need, and of those that its rows are given.
 *
 * Places of such chains begin with this text; behind a line break stands what names the next page.
 */
#ifndef WEIR_HTTP_OPENED_H
#define WEIR_HTTP_OPENED_H

#include "take.h"

#include <weir/partition.h>

enum { HTTP_OPENED_MAX = 16 * 1024 };

/* Of a row; its id is that of the fields of placeholders. E-PARENT tells of a field that is not there
 * or is no single value, and of what is too long; *ret_column is at fault then. */
enum weir_status http_opened_of_row(const struct http_takes *takes, const struct weir_batch *batch,
    size_t row, struct weir_arena *arena, struct weir_opening *ret_opening, const char **ret_column,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The fields of placeholders as a partition's. */
enum weir_status http_opened_read(const char *text, struct weir_arena *arena,
    struct weir_partition *ret_partition, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Those that rows are given, set in these rows of the batch. */
enum weir_status http_opened_give(const char *text, struct weir_batch *batch, size_t first,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* What a place says of the next page; NULL: its number says enough. Accepts NULL. */
const char *http_opened_next(const char *place);
/* The place that says this of it, which may be NULL. Ends where `text` has its first line break. */
const char *http_opened_place(const char *text, const char *next, struct weir_arena *arena);

#endif
