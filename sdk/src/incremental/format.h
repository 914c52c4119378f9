/*
 * Times in a form of their own, as strptime has it: %d/%m/%Y %H:%M:%S.%f %z.
 *
 * It is read here, and not by strptime, since that depends on the locale, knows
 * no fractions, and skips what does not fit.
 */
#ifndef INCREMENTAL_FORMAT_H
#define INCREMENTAL_FORMAT_H

#include "moment.h"

/* What a form tells of a moment. */
struct format_facts {
    bool has_date;   /* a whole day: year, month and day, or seconds since 1970 */
    bool has_time;   /* anything smaller */
    wide resolution; /* the least difference that it can write, in nanoseconds */
    bool has_fraction;
};

/* The specifiers that are known, for messages. */
extern const char format_known[];

/* False where there is a specifier that is not known; *ret_bad is its offset. */
bool format_examine(const char *format, struct format_facts *ret_facts, size_t *ret_bad);
bool format_read(const char *format, struct weir_str s, wide *ret_value, unsigned *ret_digits);
/* In UTC. */
struct weir_str format_write(
    const char *format, struct weir_arena *arena, wide value, unsigned digits);

#endif
