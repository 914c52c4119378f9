/* The type that a column is given, and the wider one that it grows into. */
#include "type.h"

#include "known.h"
#include "numbers.h"

#include <math.h>

enum { KINDS_DIGITS = KINDS_NUMBER | 1 << WEIR_DECIMAL };

bool type_all_exact(const struct weir_column *column, size_t n_rows)
{
    if (!weir_column_has(column, WEIR_INT))
        return true;
    for (size_t r = 0; r < n_rows; r++)
        if (column->values[r].kind == WEIR_INT &&
            (column->values[r].integer > EXACT_MAX || column->values[r].integer < -EXACT_MAX))
            return false;
    return true;
}

static struct type plain_type(enum type_kind kind)
{
    const struct known_type *known = known_by_kind(kind);

    return (struct type){.kind = kind, .oid = known->oid, .modifier = -1, .name = known->name};
}

static enum type_kind kind_for_one(enum weir_kind kind)
{
    static const enum type_kind kinds[WEIR_N_KINDS] = {
        [WEIR_NULL] = TYPE_TEXT,
        [WEIR_BOOL] = TYPE_BOOL,
        [WEIR_INT] = TYPE_INT8,
        [WEIR_FLOAT] = TYPE_FLOAT8,
        [WEIR_DECIMAL] = TYPE_NUMERIC,
        [WEIR_TEXT] = TYPE_TEXT,
        [WEIR_BYTES] = TYPE_BYTEA,
        [WEIR_TIMESTAMP] = TYPE_TIMESTAMPTZ,
        [WEIR_DATE] = TYPE_DATE,
        [WEIR_JSON] = TYPE_JSONB,
    };

    return kinds[kind];
}

struct type type_for_kinds(uint32_t kinds, bool all_exact)
{
    for (unsigned kind = 0; kind < WEIR_N_KINDS; kind++)
        if (kinds == 1U << kind)
            return plain_type(kind_for_one((enum weir_kind)kind));
    if (kinds == KINDS_NUMBER && all_exact)
        return plain_type(TYPE_FLOAT8);
    if ((kinds & ~(uint32_t)KINDS_DIGITS) == 0)
        return plain_type(TYPE_NUMERIC);
    return plain_type(TYPE_TEXT);
}

bool type_takes_values(const struct type *type, const struct weir_column *source, size_t n_rows)
{
    const char *why;

    return type_takes_kinds(type, source->kinds) ||
           type_find_refused(type, source->values, 0, n_rows, &why) == n_rows;
}

/*
 * Each keeps what a column of the kind may hold. A bigint may hold what a double does not, a double
 * that was a float of four bytes has other digits, and what a bytea holds is no text.
 */
static const enum type_kind *wider_kinds(const struct type *type)
{
    static const enum type_kind ints[] = {
        TYPE_INT8, TYPE_FLOAT8, TYPE_NUMERIC, TYPE_TEXT, TYPE_OTHER};
    static const enum type_kind *const bigint = ints + 2;
    static const enum type_kind *const text = ints + 3;
    static const enum type_kind *const none = ints + 4;

    switch (type->kind) {
    case TYPE_INT2:
    case TYPE_INT4:
        return ints;
    case TYPE_INT8:
    case TYPE_FLOAT8:
        return bigint;
    case TYPE_NUMERIC:
        return type->modifier >= 0 ? bigint : text;
    case TYPE_TEXT:
        return type->oid != OID_TEXT ? text : none;
    case TYPE_BYTEA:
    case TYPE_ARRAY:
    case TYPE_OTHER:
        return none;
    default:
        return text;
    }
}

bool type_keeps_values(const struct type *type, const struct weir_column *source, size_t n_rows)
{
    if (type->kind == TYPE_BOOL && weir_column_has(source, WEIR_INT))
        return false;
    return type_takes_values(type, source, n_rows);
}

bool type_widen(
    const struct type *type, const struct weir_column *source, size_t n_rows, struct type *ret_type)
{
    if (type_keeps_values(type, source, n_rows))
        return false;
    for (const enum type_kind *kind = wider_kinds(type); *kind != TYPE_OTHER; kind++) {
        *ret_type = plain_type(*kind);
        if (type_takes_values(ret_type, source, n_rows))
            return true;
    }
    return false;
}
