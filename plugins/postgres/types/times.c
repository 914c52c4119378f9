#include "times.h"

#include <string.h>

#include <weir/moment.h>

static const int64_t MICROS = 1000000;
static const int64_t MICROS_OF_DAY = 86400000000;
static const int64_t FIRST_DAY = -719162; /* 0001-01-01 */
static const int64_t LAST_DAY = 2932896;  /* 9999-12-31 */

enum { CLOCK_MAX = 40, SECONDS_OF_DAY = 86400 };

static bool refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

static int64_t day_of(int64_t micros)
{
    return micros / MICROS_OF_DAY - (micros % MICROS_OF_DAY < 0);
}

static bool is_in_range(int64_t time, int64_t unit, const char **ret_why)
{
    return (time >= FIRST_DAY * unit && time < (LAST_DAY + 1) * unit) ||
           refuse(ret_why, "is outside of the years 1 to 9999");
}

bool time_is_in_range(const struct weir_value *value, const char **ret_why)
{
    return is_in_range(value->integer, value->kind == WEIR_DATE ? 1 : MICROS_OF_DAY, ret_why);
}

/* --- texts ------------------------------------------------------------------------------ */

static bool read_moment(
    struct weir_str s, struct weir_moment *moment, const char *none, const char **ret_why)
{
    if (!weir_moment_parse(s, moment))
        return refuse(ret_why, none);
    if (moment->is_leap)
        return refuse(ret_why, "is a leap second, which PostgreSQL cannot store");
    if (moment->nanos % 1000)
        return refuse(ret_why, "has more than six digits of a second");
    return true;
}

static bool read_date(struct weir_str s, int64_t *ret_time, const char **ret_why)
{
    struct weir_moment moment;

    if (!read_moment(s, &moment, "is no date (as 2024-05-01)", ret_why))
        return false;
    if (moment.has_time)
        return refuse(ret_why, "has a time of day, which date cannot hold");
    *ret_time = moment.seconds / SECONDS_OF_DAY;
    return is_in_range(*ret_time, 1, ret_why);
}

/* As a time of the first day. */
static bool read_clock(struct weir_str s, int64_t *ret_time, const char **ret_why)
{
    static const char none[] = "is no time (as 10:00:00)";
    static const char day[] = "1970-01-01T";
    char text[sizeof(day) + CLOCK_MAX];
    struct weir_moment moment;

    if (s.len == 0 || s.len > CLOCK_MAX)
        return refuse(ret_why, none);
    memcpy(text, day, sizeof(day) - 1);
    memcpy(text + sizeof(day) - 1, s.ptr, s.len);
    s = (struct weir_str){text, sizeof(day) - 1 + s.len};
    if (!read_moment(s, &moment, none, ret_why))
        return false;
    if (moment.has_offset)
        return refuse(ret_why, "has an offset from UTC, which time cannot hold");
    *ret_time = moment.seconds * MICROS + moment.nanos / 1000;
    return true;
}

static bool read_timestamp(
    const struct type *type, struct weir_str s, int64_t *ret_time, const char **ret_why)
{
    struct weir_moment moment;

    if (!read_moment(s, &moment, "is no timestamp (as 2024-05-01T10:00:00Z)", ret_why))
        return false;
    if (type->kind == TYPE_TIMESTAMP && moment.offset != 0)
        return refuse(ret_why, "has an offset from UTC, which timestamp without time zone drops");
    *ret_time = moment.seconds * MICROS + moment.nanos / 1000;
    return is_in_range(*ret_time, MICROS_OF_DAY, ret_why);
}

static bool read_text(
    const struct type *type, struct weir_str s, int64_t *ret_time, const char **ret_why)
{
    if (type->kind == TYPE_DATE)
        return read_date(s, ret_time, ret_why);
    if (type->kind == TYPE_TIME)
        return read_clock(s, ret_time, ret_why);
    return read_timestamp(type, s, ret_time, ret_why);
}

/* --- values ----------------------------------------------------------------------------- */

static bool has_clock(const struct type *type)
{
    return type->kind != TYPE_DATE && type->kind != TYPE_TIME;
}

/* Of timestamp(3): are the last three of six digits 0? */
static inline bool keeps_digits(const struct type *type, int64_t micros)
{
    static const int64_t steps[] = {1000000, 100000, 10000, 1000, 100, 10, 1};

    if (type->kind == TYPE_DATE || type->modifier < 0 || type->modifier > 6)
        return true;
    return micros % steps[type->modifier] == 0;
}

static bool read_value(const struct type *type, const struct weir_value *value, int64_t *ret_time,
    const char **ret_why)
{
    if (value->kind == WEIR_TEXT)
        return read_text(type, (struct weir_str){value->text, value->length}, ret_time, ret_why);
    *ret_time = value->integer;
    if (value->kind == WEIR_TIMESTAMP && has_clock(type))
        return time_is_in_range(value, ret_why);
    if (value->kind == WEIR_DATE && type->kind != TYPE_TIME) {
        if (!time_is_in_range(value, ret_why))
            return false;
        if (has_clock(type))
            *ret_time *= MICROS_OF_DAY;
        return true;
    }
    if (value->kind == WEIR_TIMESTAMP)
        return refuse(ret_why, "has a day and a time, of which the column holds only one");
    return refuse(ret_why, type->kind == TYPE_TIME ? "is no time" : "is no date or timestamp");
}

bool time_from_value(const struct type *type, const struct weir_value *value, int64_t *ret_time,
    const char **ret_why)
{
    if (!read_value(type, value, ret_time, ret_why))
        return false;
    return keeps_digits(type, *ret_time) ||
           refuse(ret_why, "has more digits of a second than the column keeps");
}

/* --- writing ---------------------------------------------------------------------------- */

static char *put_number(char *at, unsigned number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

static char *put_date(char *at, int64_t days)
{
    struct weir_day day = weir_day_at(days);

    at = put_number(at, (unsigned)day.year, 4);
    *at++ = '-';
    at = put_number(at, day.month, 2);
    *at++ = '-';
    return put_number(at, day.day, 2);
}

static char *put_clock(char *at, int64_t micros)
{
    unsigned seconds = (unsigned)(micros / MICROS);
    unsigned fraction = (unsigned)(micros % MICROS);

    at = put_number(at, seconds / 3600, 2);
    *at++ = ':';
    at = put_number(at, seconds / 60 % 60, 2);
    *at++ = ':';
    at = put_number(at, seconds % 60, 2);
    if (fraction) {
        *at++ = '.';
        at = put_number(at, fraction, 6);
    }
    return at;
}

static char *put_timestamp(char *at, int64_t micros, char between)
{
    int64_t days = day_of(micros);

    at = put_date(at, days);
    *at++ = between;
    return put_clock(at, micros - days * MICROS_OF_DAY);
}

size_t time_format(enum type_kind kind, int64_t time, char out[TIME_TEXT_SIZE])
{
    char *at = out;

    if (kind == TYPE_DATE)
        at = put_date(at, time);
    else if (kind == TYPE_TIME)
        at = put_clock(at, time);
    else
        at = put_timestamp(at, time, ' ');
    if (kind == TYPE_TIMESTAMPTZ) {
        memcpy(at, "+00", 3);
        at += 3;
    }
    return (size_t)(at - out);
}

size_t time_format_iso(const struct weir_value *value, char out[TIME_TEXT_SIZE])
{
    char *at = out;

    if (value->kind == WEIR_DATE) {
        at = put_date(at, value->integer);
    } else {
        at = put_timestamp(at, value->integer, 'T');
        *at++ = 'Z';
    }
    return (size_t)(at - out);
}
