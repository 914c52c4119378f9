/*
 * The digits of decimals, found again.
 *
 * A decimal with a fraction is a REAL to SQLite, so that it compares and adds
 * up as a number. As long as a statement reads row by row, the digits are in the
 * row at hand. Behind a sort there is only the double, and the digits must be
 * looked for among the values that went in.
 */
#include "sql_inside.h"

#include <stdlib.h>

/* A value that SQLite was given as a double. */
struct pair {
    double real;
    const struct weir_value *value;
};

struct sql_decimals {
    struct pair *pairs; /* by their doubles */
    size_t n;
};

static int compare(const void *a, const void *b)
{
    double x = ((const struct pair *)a)->real;
    double y = ((const struct pair *)b)->real;

    return (x > y) - (x < y);
}

static bool is_real(const struct weir_value *value)
{
    return value->kind == WEIR_FLOAT ||
           (value->kind == WEIR_DECIMAL && !sql_decimal_is_whole(weir_value_str(value)));
}

struct sql_decimals *sql_decimals_new(const struct sql_table *table, size_t column)
{
    struct sql_decimals *decimals = weir_calloc(1, sizeof(*decimals));
    const struct weir_value *values = table->columns[column].values;

    for (size_t r = table->begin; r < table->end; r++)
        decimals->n += is_real(&values[r]);
    decimals->pairs = weir_calloc(decimals->n, sizeof(*decimals->pairs));
    decimals->n = 0;
    for (size_t r = table->begin; r < table->end; r++) {
        const struct weir_value *value = &values[r];

        if (is_real(value))
            decimals->pairs[decimals->n++] = (struct pair){
                value->kind == WEIR_FLOAT ? value->real : sql_decimal_real(table, value), value};
    }
    qsort(decimals->pairs, decimals->n, sizeof(*decimals->pairs), compare);
    return decimals;
}

void sql_decimals_free(struct sql_decimals *decimals)
{
    if (!decimals)
        return;
    free(decimals->pairs);
    free(decimals);
}

static size_t first_not_below(const struct sql_decimals *decimals, double real)
{
    size_t low = 0;
    size_t high = decimals->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (decimals->pairs[middle].real < real)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of two values of one double: are they one number? */
static bool are_same(const struct weir_value *a, const struct weir_value *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == WEIR_FLOAT || weir_str_equal(weir_value_str(a), weir_value_str(b));
}

bool sql_decimals_find(
    const struct sql_decimals *decimals, double real, const struct weir_value **ret_value)
{
    size_t first = first_not_below(decimals, real);

    for (size_t i = first; i < decimals->n && !(decimals->pairs[i].real > real); i++) {
        const struct weir_value *value = decimals->pairs[i].value;

        if (*ret_value && !are_same(*ret_value, value))
            return false;
        *ret_value = value;
    }
    return true;
}
