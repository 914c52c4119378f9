/*
 * Numbers as JSON writes them, to the value that loses none of their digits.
 *
 * A number that is written without fraction and exponent is an integer: WEIR_INT
 * where 64 bits hold it, else WEIR_DECIMAL. Any other is WEIR_FLOAT if the
 * shortest decimal that reads back as the nearest double has the same value as
 * the source, so that no digit that counts is lost by keeping the double; else it
 * is WEIR_DECIMAL, the source as it stands. 1.50 and 1e3 are floats (1.5, 1000),
 * 0.1 too; 0.1000000000000000055 and 1e400 are decimals. Minus zero is 0 among
 * the integers and keeps its sign among the floats.
 */
#ifndef WEIR_SRC_NUMBER_H
#define WEIR_SRC_NUMBER_H

#include <weir/batch.h>

/* Reads a number by the grammar of JSON; false if s is none. A decimal points into s. */
bool number_parse(struct weir_str s, struct weir_value *ret_value);
/* Only whether it is one. */
bool number_is_valid(struct weir_str s);

#endif
