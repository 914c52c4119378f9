/* Numbers as JSON, CSV and people write them, read exactly, and written without an exponent. */
#ifndef INCREMENTAL_DECIMAL_H
#define INCREMENTAL_DECIMAL_H

#include "wide.h"

#include <stdbool.h>
#include <weir/arena.h>

/*
 * Reads [-]digits[.digits][e[+-]digits] as a whole number of 10^-scale. False where it is none, is
 * too large, or has more digits. ret_digits: how many there are behind the point.
 */
bool decimal_read(struct weir_str s, unsigned scale, wide *ret_value, unsigned *ret_digits);
/* The value with so many digits behind the point, `scale` at the most; the rest is cut downwards. */
struct weir_str decimal_write(
    struct weir_arena *arena, wide value, unsigned scale, unsigned digits);

#endif
