/*
 * Rows as the body of a request.
 *
 * The same rows are the same bytes whatever else came with them in their batch: keys
 * stand in the order of their names, and what the source left out is left out. Nulls,
 * which a transform may have put in its place, are not counted. So a request is cut at
 * the same place, and bears the same key, when it is made once more, by this run or by
 * the next one.
 */
#ifndef WEIR_HTTP_BODY_H
#define WEIR_HTTP_BODY_H

#include <weir/batch.h>
#include <weir/buf.h>

enum http_body_format { HTTP_BODY_JSON, HTTP_BODY_NDJSON, HTTP_BODY_ROWS };

struct http_body_form {
    int format;            /* enum http_body_format */
    const char *key;       /* json: that the rows stand under, or NULL */
    const char *table_key; /* or NULL */
    bool nulls;
    size_t max_rows;
    size_t max_bytes; /* of rows; the first one goes in however large it is */
};

enum { HTTP_BODY_DIGEST = 32 };

struct http_body {
    struct weir_buf text;
    size_t n_rows;                          /* that it holds */
    unsigned char digest[HTTP_BODY_DIGEST]; /* SHA-256 of the rows without nulls */
};

/* The columns of a batch in the order of their names. */
struct http_columns;
/* In the batch's arena. */
const struct http_columns *http_columns_new(const struct weir_batch *batch);

/* Writes rows from `first` on, up to `end` or a limit. http_body_done follows. False: it would be too
 * large for memory. */
bool http_body_write(struct http_body *body, const struct http_body_form *form,
    const struct weir_batch *batch, const struct http_columns *columns, size_t first,
    size_t end) WEIR_MUST_CHECK;
void http_body_done(struct http_body *body);

const char *http_body_content_type(int format);

#endif
