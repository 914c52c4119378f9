/*
 * Days and times of day: from values and texts to the numbers that PostgreSQL
 * counts, and to the texts that it reads.
 *
 * A text without an offset is UTC, as everywhere in weir. A column without a zone
 * holds UTC: a text with an offset of hours would lose it there, and is refused.
 */
#ifndef TYPES_TIMES_H
#define TYPES_TIMES_H

#include "type.h"

/* For the four types of times: days since 1970, microseconds since 1970, or since midnight. */
bool time_from_value(const struct type *type, const struct weir_value *value, int64_t *ret_time,
    const char **ret_why);

enum { TIME_TEXT_SIZE = 40 };
/* As the type has it: "2024-05-01 10:00:00.5+00". Without a NUL; returns how many bytes. */
size_t time_format(enum type_kind kind, int64_t time, char out[TIME_TEXT_SIZE]);
/* As weir writes a timestamp or a date: "2024-05-01T10:00:00.500000Z". */
size_t time_format_iso(const struct weir_value *value, char out[TIME_TEXT_SIZE]);
/* Is the timestamp or date in the years that can be written, 1 to 9999? */
bool time_is_in_range(const struct weir_value *value, const char **ret_why);

/* From PostgreSQL's 2000-01-01 to 1970-01-01. */
static const int64_t TIME_EPOCH_DAYS = 10957;
static const int64_t TIME_EPOCH_MICROS = 10957 * 86400000000;

#endif
