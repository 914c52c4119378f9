/*
 * A moment as calendars and clocks write it, and its parts for those who read it
 * piece by piece.
 */
#ifndef INCREMENTAL_MOMENT_H
#define INCREMENTAL_MOMENT_H

#include "number/calendar.h"
#include "wide.h"

#include <stdbool.h>
#include <weir/arena.h>

enum { MOMENT_MOST_DIGITS = 9 }; /* of a second's fraction */

struct moment {
    struct calendar_day day;
    unsigned hour, minute, second;
    unsigned nanos;
    unsigned digits; /* of the fraction as it was written */
    int offset;      /* from UTC, in seconds, east is positive */
    bool has_time;   /* of what moment_read has read */
    bool has_offset;
};

/* From 0000-01-01 to the end of 9999, since 1970, in nanoseconds. */
wide moment_first(void);
wide moment_last(void);

/* Seconds since 1970, without the fraction; false for a day or a time that there is not. */
static inline bool moment_seconds(const struct moment *moment, int64_t *ret_seconds)
{
    const struct calendar_day *day = &moment->day;

    /* Each month has 28 days; which one has more is asked where it matters. */
    if ((day->day - 1 > 27 || day->month - 1 > 11) &&
        (day->day < 1 || day->day > calendar_month_length(day->year, day->month)))
        return false;
    if (moment->hour > 23 || moment->minute > 59 || moment->second > 60)
        return false;
    *ret_seconds = calendar_to_days(*day) * SECONDS_OF_DAY + (int64_t)moment->hour * 3600 +
                   (int64_t)moment->minute * 60 + moment->second - moment->offset;
    return true;
}
/* Nanoseconds since 1970; false for a day or a time that there is not. Second 60 is the next one. */
bool moment_value(const struct moment *moment, wide *ret_value);
/* In UTC; of a value between the first and the last. */
struct moment moment_at(wide value);

/* What is still to be read of a text. Each function here takes its piece, or nothing and false. */
struct scan {
    const char *at;
    const char *end;
};

bool scan_char(struct scan *scan, const char *one_of);
/* A number of so many digits. */
bool scan_number(struct scan *scan, unsigned least, unsigned most, unsigned *ret_number);
/* Digits of a fraction, whose point was read. Behind the ninth only zeros may follow. */
bool scan_fraction(struct scan *scan, struct moment *moment);
/* Z, +hh:mm, +hhmm, +hh */
bool scan_offset(struct scan *scan, struct moment *moment);

/* ISO 8601: 2024-05-01, with T10:00 or 10:00:00.123 behind it and perhaps an offset. */
bool moment_read(struct weir_str s, struct moment *ret_moment);
/* 2024-05-01T10:00:00.123Z, with so many digits; what is behind them is cut off. */
struct weir_str moment_write(struct weir_arena *arena, wide value, unsigned digits);
/* ".123", or nothing when digits is 0, into `out`; returns it. */
const char *moment_write_fraction(unsigned nanos, unsigned digits, char out[16]);

#endif
