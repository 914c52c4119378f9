/* Saying what a document lacks, or has instead, at a path. All that say so return false. */
#ifndef WEIR_SRC_JSON_SHAPE_H
#define WEIR_SRC_JSON_SHAPE_H

#include "json_doc.h"
#include "path.h"

/* The first n steps of the path lead to something that is not what is wanted. */
bool json_shape_wrong(
    struct json_doc *doc, const struct weir_path *path, size_t n, size_t token, const char *wanted);
/* They lead to an object, checked before, that has no such key ... */
bool json_shape_no_key(struct json_doc *doc, const struct weir_path *path, size_t n, size_t token);
/* ... or to an array that has no such element. */
bool json_shape_no_element(struct json_doc *doc, const struct weir_path *path, size_t n);
/* Does the error say so, of a document or a row? */
bool json_shape_is_wrong(const struct weir_error *error);

#endif
