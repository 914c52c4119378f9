/*
 * The type of a column that weir makes, by the kinds of its values.
 *
 * The rule looks at all values of a run as if they had come at once: a type does
 * not depend on how the rows were cut into batches.
 */
#ifndef SQLITE_TYPES_H
#define SQLITE_TYPES_H

#include "table.h"

enum {
    KINDS_INTEGER = 1 << WEIR_BOOL | 1 << WEIR_INT,
    KINDS_NUMBER = 1 << WEIR_INT | 1 << WEIR_FLOAT,
    KINDS_TEXT =
        1 << WEIR_TEXT | 1 << WEIR_DECIMAL | 1 << WEIR_JSON | 1 << WEIR_TIMESTAMP | 1 << WEIR_DATE,
};

/* A double is exact for each int up to this one, and down to its negative. */
static const int64_t TYPE_EXACT_MAX = 1LL << 53;

/* The type for values of these kinds (bits); `all_exact`: each int is exact as a double. */
enum storage type_for(uint32_t kinds, bool all_exact);
bool type_all_exact(const struct weir_column *column, size_t n_rows);
/* As SQL has it; STRICT tables have a name for each type. */
const char *type_name(enum storage storage, bool is_strict);

/* Are there both ints and floats among the kinds? */
static inline bool type_mixes_numbers(uint32_t kinds)
{
    return (kinds & (uint32_t)KINDS_NUMBER) == (uint32_t)KINDS_NUMBER;
}

#endif
