/* Numbers for those outside of this library. */
#include "number.h"

#include <weir/number.h>

#include "double.h"

_Static_assert((int)WEIR_NUMBER_SIZE == (int)DOUBLE_TEXT_SIZE, "the same room");

bool weir_number_parse(struct weir_str s, struct weir_value *ret_value)
{
    return number_parse(s, ret_value);
}

size_t weir_double_format(double real, char out[WEIR_NUMBER_SIZE])
{
    return double_format(real, out);
}

size_t weir_float_format(float real, char out[WEIR_NUMBER_SIZE])
{
    return float_format(real, out);
}
