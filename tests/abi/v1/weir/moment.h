/*
 * Days and times as ISO 8601 writes them, by the Gregorian calendar.
 */
#ifndef WEIR_MOMENT_H
#define WEIR_MOMENT_H

#include <stdint.h>
#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_moment {
    int64_t seconds; /* since 1970-01-01 UTC; without an offset in the text, it is UTC */
    uint32_t nanos;
    int32_t offset; /* from UTC, in seconds, east is positive */
    bool has_time;  /* else the text was a day */
    bool has_offset;
    bool is_leap; /* it was second 60, and is the one behind it */
};

/*
 * Reads 2024-05-01, perhaps with T10:00 or 10:00:00.123 behind it, perhaps with Z, +02:00, +0200
 * or +02 behind that. False for anything else, for a day or an hour that there is not, for a
 * fraction with more than nine digits that count, and outside of the years 0 to 9999 in UTC.
 */
WEIR_API bool weir_moment_parse(struct weir_str s, struct weir_moment *ret_moment) WEIR_MUST_CHECK;

struct weir_day {
    int64_t year;
    unsigned month; /* from 1 */
    unsigned day;   /* from 1 */
};

/* The day that is so many days behind 1970-01-01. */
WEIR_API struct weir_day weir_day_at(int64_t days);

#ifdef __cplusplus
}
#endif
#endif
