#include "fit.h"

#include "bad_row.h"
#include "names.h"
#include "types.h"

#include <math.h>

enum { EVERYTHING = (1 << WEIR_N_KINDS) - 1 };

/* Kinds that a column takes: whatever the value is, or only values that survive it. */
static const struct {
    uint32_t always;
    uint32_t perhaps;
} accepts[] = {
    /* What is no number (NaN) would become a null, so floats are always looked at. */
    [STORE_ANY] = {EVERYTHING & ~(1 << WEIR_FLOAT), 1 << WEIR_FLOAT},
    [STORE_INTEGER] = {KINDS_INTEGER, 1 << WEIR_FLOAT},
    [STORE_REAL] = {0, KINDS_NUMBER},
    [STORE_TEXT] = {KINDS_TEXT, 0},
    [STORE_BLOB] = {1 << WEIR_BYTES, 0},
    [STORE_NUMERIC] = {KINDS_INTEGER, KINDS_TEXT | 1 << WEIR_FLOAT},
};

static bool float_fits(enum storage storage, double real)
{
    const double int64_end = 9223372036854775808.0;

    if (isnan(real))
        return false;
    if (storage != STORE_INTEGER)
        return true;
    return real == trunc(real) && real > -int64_end && real < int64_end;
}

static bool int_fits(enum storage storage, int64_t integer)
{
    return storage != STORE_REAL || (integer <= TYPE_EXACT_MAX && integer >= -TYPE_EXACT_MAX);
}

static bool value_fits(enum storage storage, const struct weir_value *value)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_NULL:
        return true;
    case WEIR_FLOAT:
        return float_fits(storage, value->real) &&
               (accepts[storage].perhaps & 1 << WEIR_FLOAT) != 0;
    case WEIR_INT:
        return int_fits(storage, value->integer) &&
               ((accepts[storage].always | accepts[storage].perhaps) & 1 << WEIR_INT) != 0;
    case WEIR_TEXT:
    case WEIR_DECIMAL:
    case WEIR_JSON:
        if (storage == STORE_NUMERIC)
            return numeric_keeps(weir_value_str(value));
        break;
    case WEIR_DATE:
    case WEIR_TIMESTAMP:
        if (storage == STORE_NUMERIC)
            return true;
        break;
    default:
        break;
    }
    return (accepts[storage].always & 1U << value->kind) != 0;
}

static enum weir_status refuse_value(struct table *table, const struct column *column,
    struct weir_batch *batch, size_t row, const struct weir_value *value)
{
    if (value->kind == WEIR_FLOAT && isnan(value->real))
        return bad_row(table, batch, row, column->name.ptr, WEIR_FAULT_DATA, "E-TYPE",
            "column '%s': the float that came is NaN, for which SQLite would keep NULL; drop such "
            "rows with a 'filter' transform, or make it NULL or a text with 'set'",
            name_show(column->name).text);
    return bad_row(table, batch, row, column->name.ptr, WEIR_FAULT_DATA, "E-TYPE",
        "column '%s' has the type %s, which would change the %s that came, and a table that was "
        "there before the run keeps its types; give all values one kind with a 'set' transform "
        "(CAST), or load into another table",
        name_show(column->name).text, column->declared[0] ? column->declared : "ANY",
        weir_kind_name(value->kind));
}

static enum weir_status check_values(struct table *table, const struct column *column,
    struct weir_batch *batch, const struct weir_column *source)
{
    enum weir_status status = WEIR_OK;

    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++)
        if (!value_fits(column->storage, &source->values[row]))
            status = refuse_value(table, column, batch, row, &source->values[row]);
    return status;
}

/* Is it the number of a row, or might it become that when the table is made? */
static bool may_number_rows(const struct table *table, const struct column *column)
{
    return column->is_rowid || (!table->exists && table_key_has(table, column->name));
}

/* SQLite puts the next free number where the number of a row is null. */
static enum weir_status check_row_numbers(struct table *table, const struct column *column,
    struct weir_batch *batch, const struct weir_column *source)
{
    enum weir_status status = WEIR_OK;

    for (size_t row = 0; row < batch->n_rows && status == WEIR_OK; row++)
        if (source->values[row].kind == WEIR_NULL)
            status =
                bad_row(table, batch, row, column->name.ptr, WEIR_FAULT_DATA, "E-ROW-CONSTRAINT",
                    "the key column '%s' is null; drop such rows with a 'filter' transform",
                    name_show(column->name).text);
    return status;
}

enum weir_status fit_check(struct table *table, const struct column *column,
    struct weir_batch *batch, const struct weir_column *source)
{
    enum weir_status status = WEIR_OK;

    if (source->kinds & ~accepts[column->storage].always)
        status = check_values(table, column, batch, source);
    if (status == WEIR_OK && may_number_rows(table, column))
        status = check_row_numbers(table, column, batch, source);
    return status;
}
