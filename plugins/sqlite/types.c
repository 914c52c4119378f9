#include "types.h"

bool type_all_exact(const struct weir_column *column, size_t n_rows)
{
    if (!weir_column_has(column, WEIR_INT))
        return true;
    for (size_t r = 0; r < n_rows; r++)
        if (column->values[r].kind == WEIR_INT && (column->values[r].integer > TYPE_EXACT_MAX ||
                                                      column->values[r].integer < -TYPE_EXACT_MAX))
            return false;
    return true;
}

enum storage type_for(uint32_t kinds, bool all_exact)
{
    if (kinds == 0)
        return STORE_ANY;
    if ((kinds & ~(uint32_t)KINDS_INTEGER) == 0)
        return STORE_INTEGER;
    if ((kinds & ~(uint32_t)KINDS_NUMBER) == 0 && all_exact)
        return STORE_REAL;
    if ((kinds & ~(uint32_t)KINDS_TEXT) == 0)
        return STORE_TEXT;
    if (kinds == 1 << WEIR_BYTES)
        return STORE_BLOB;
    return STORE_ANY;
}

/* Outside of STRICT tables ANY would be a numeric type; there a column without one keeps values. */
const char *type_name(enum storage storage, bool is_strict)
{
    switch (storage) {
    case STORE_INTEGER:
        return "INTEGER";
    case STORE_REAL:
        return "REAL";
    case STORE_TEXT:
        return "TEXT";
    case STORE_BLOB:
        return "BLOB";
    default:
        return is_strict ? "ANY" : "";
    }
}
