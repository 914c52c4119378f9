/*
 * Doubles to decimal digits and back: exactly, and whatever the locale.
 */
#ifndef WEIR_SRC_DOUBLE_H
#define WEIR_SRC_DOUBLE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DOUBLE_TEXT_SIZE = 32 };

/*
 * Writes the fewest digits that read back as the same double; "inf", "-inf" or
 * "nan" where it is none. Returns the length, without the NUL.
 */
size_t double_format(double real, char out[DOUBLE_TEXT_SIZE]);
size_t float_format(float real, char out[DOUBLE_TEXT_SIZE]);
/* The nearest double to a number as JSON writes it; infinity where it is out of range. */
double double_parse(const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
