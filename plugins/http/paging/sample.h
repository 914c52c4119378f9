/*
 * A few rows of a page as one number, to tell whether two pages hold the same rows
 * though their answers differ, in a time or the number of the request.
 */
#ifndef WEIR_HTTP_SAMPLE_H
#define WEIR_HTTP_SAMPLE_H

#include <weir/batch.h>

/* Of the rows from `first` on. 0: there are fewer than two, or they are all alike, as rows of
 * different pages may be too. */
uint64_t http_sample_hash(const struct weir_batch *batch, size_t first);

#endif
