/* A JSON array as the values of its elements, each a scalar. */
#ifndef TYPES_ARRAY_H
#define TYPES_ARRAY_H

#include "json_scan.h"
#include "type.h"

struct array {
    struct json_scan scan;
    bool begun;
    char *text; /* of the last element, where it had to be unescaped */
    const char *why;
};

/* array_done follows, whatever comes. */
void array_init(struct array *array, const struct weir_value *value);
/* False at the end, and for what is no element, with `why` set. The value is good until
 * the next one. */
bool array_next(struct array *array, struct weir_value *ret_value);
void array_done(struct array *array);

/* The type of an element of a column of arrays. */
struct type array_element(const struct type *type);

#endif
