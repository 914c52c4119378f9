/*
 * Numbers and their decimal digits, without a loss either way.
 */
#ifndef WEIR_SRC_NUMBER_H
#define WEIR_SRC_NUMBER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DOUBLE_TEXT_SIZE = 32 };

/*
 * Writes the fewest digits that read back as the same double, independent of
 * the locale; "inf", "-inf" or "nan" where it is none. Returns the length.
 */
size_t double_format(double real, char out[DOUBLE_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
