/*
 * The type numeric: its limits, its modifier and its binary form.
 *
 * A number is digits with a point somewhere: nothing is computed, so nothing is
 * rounded. Zeros at the end of a fraction are kept, as the type keeps them.
 */
#ifndef TYPES_NUMERIC_H
#define TYPES_NUMERIC_H

#include "type.h"

#include <weir/number.h>

enum numeric_sign {
    NUMERIC_POSITIVE = 0,
    NUMERIC_NEGATIVE = 0x4000,
    NUMERIC_NAN = 0xC000,
    NUMERIC_INFINITY = 0xD000,
    NUMERIC_MINUS_INFINITY = 0xF000,
};

/* The digits are those of `whole`, then those of `fraction`. */
struct numeric {
    enum numeric_sign sign;
    struct weir_str whole;
    struct weir_str fraction;
    int64_t point; /* digits before the point; below 0: zeros that stand behind it first */
    int64_t first; /* of the digits, the first one and the last one that is not 0 */
    int64_t last;  /* below `first`: the number is 0 */
    char text[WEIR_NUMBER_SIZE]; /* the digits of what was none */
};

/* Reads a number of JSON; false if s is none. What it points to is s, or itself. */
bool numeric_parse(struct weir_str s, struct numeric *ret_numeric);
/* Within what the type takes, with or without a modifier? */
bool numeric_fits(const struct numeric *numeric, int32_t modifier, const char **ret_why);
/* `numeric` may not be moved behind it. */
bool numeric_from_value(const struct type *type, const struct weir_value *value,
    struct numeric *numeric, const char **ret_why);
/* A field of a binary COPY, its length first. */
void numeric_encode(struct weir_buf *out, const struct numeric *numeric);
void numeric_encode_int(struct weir_buf *out, int64_t integer);

#endif
