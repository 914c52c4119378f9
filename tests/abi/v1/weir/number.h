/*
 * Numbers and their decimal digits: exactly, and whatever the locale.
 */
#ifndef WEIR_NUMBER_H
#define WEIR_NUMBER_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WEIR_NUMBER_SIZE = 32 }; /* of the digits of a double, its NUL included */

/*
 * Reads a number by the grammar of JSON, to the value that loses none of its digits:
 * WEIR_INT, WEIR_FLOAT, or WEIR_DECIMAL, which points into s. False if s is none.
 */
WEIR_API bool weir_number_parse(struct weir_str s, struct weir_value *ret_value);
/*
 * Writes the fewest digits that read back as the same number; "inf", "-inf" or "nan"
 * where it is none. Returns the length, without the NUL.
 */
WEIR_API size_t weir_double_format(double real, char out[WEIR_NUMBER_SIZE]);
WEIR_API size_t weir_float_format(float real, char out[WEIR_NUMBER_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
