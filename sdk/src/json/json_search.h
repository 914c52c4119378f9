/* From the root of a document along a path to the rows that stand there. */
#ifndef WEIR_SRC_JSON_SEARCH_H
#define WEIR_SRC_JSON_SEARCH_H

#include "json_rows.h"

struct json_search {
    struct json_rows rows;
    const struct weir_path *path;
    bool is_lines;       /* a document that is no row is a row that is none */
    size_t row_of_names; /* where rows are arrays: the one that is none; or SIZE_MAX */
};

/* A path of NULL is the root; the document is to be opened next. */
void json_search_init(struct json_search *search, const struct weir_path *records);
/* Reads a whole document with its rows, and moves behind it. */
bool json_search_rows(struct json_search *search, size_t *token);

#endif
