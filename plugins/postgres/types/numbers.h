/* Ints and doubles from values, where nothing is lost by it. */
#ifndef TYPES_NUMBERS_H
#define TYPES_NUMBERS_H

#include "type.h"

/* In the range of the type, which is one of the three of ints. A text is one if JSON has it so. */
bool int_from_value(const struct type *type, const struct weir_value *value, int64_t *ret_int,
    const char **ret_why);
/* A float of four bytes comes as the double that has its digits. */
bool float_from_value(const struct type *type, const struct weir_value *value, double *ret_real,
    const char **ret_why);

/* A double is exact for each int up to this one, and down to its negative. */
static const int64_t EXACT_MAX = 1LL << 53;

/* Bits of kinds: ints and floats. */
enum { KINDS_NUMBER = 1 << WEIR_INT | 1 << WEIR_FLOAT };

enum { INT_TEXT_SIZE = 24 };
/* The digits of an int, without a NUL; returns how many bytes. */
size_t int_format(int64_t integer, char out[INT_TEXT_SIZE]);

#endif
