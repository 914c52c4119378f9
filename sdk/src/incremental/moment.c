#include "moment_whole.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

wide moment_first(void)
{
    return (wide)calendar_to_days((struct calendar_day){0, 1, 1}) * SECONDS_OF_DAY * NS_OF_SECOND;
}

wide moment_last(void)
{
    int64_t days = calendar_to_days((struct calendar_day){10000, 1, 1});

    return (wide)days * SECONDS_OF_DAY * NS_OF_SECOND - 1;
}

bool moment_value(const struct moment *moment, wide *ret_value)
{
    int64_t seconds;

    if (!moment_seconds(moment, &seconds))
        return false;
    *ret_value = (wide)seconds * NS_OF_SECOND + moment->nanos;
    return *ret_value >= moment_first() && *ret_value <= moment_last();
}

struct moment moment_at(wide value)
{
    int64_t seconds = (int64_t)wide_floor(value, NS_OF_SECOND);
    int64_t days = (int64_t)wide_floor(seconds, SECONDS_OF_DAY);
    unsigned of_day = (unsigned)(seconds - days * SECONDS_OF_DAY);

    return (struct moment){
        .day = calendar_from_days(days),
        .hour = of_day / 3600,
        .minute = of_day / 60 % 60,
        .second = of_day % 60,
        .nanos = (unsigned)(value - (wide)seconds * NS_OF_SECOND),
    };
}

/* Pieces */

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

bool scan_char(struct scan *scan, const char *one_of)
{
    if (scan->at == scan->end)
        return false;
    for (; *one_of; one_of++) {
        if (*scan->at == *one_of) {
            scan->at++;
            return true;
        }
    }
    return false;
}

bool scan_number(struct scan *scan, unsigned least, unsigned most, unsigned *ret_number)
{
    struct scan begin = *scan;
    unsigned n = 0;

    *ret_number = 0;
    for (; n < most && is_digit(scan); n++)
        *ret_number = *ret_number * 10 + (unsigned)(*scan->at++ - '0');
    if (n >= least)
        return true;
    *scan = begin;
    return false;
}

bool scan_fraction(struct scan *scan, struct moment *moment)
{
    const char *begin = scan->at;

    moment->nanos = 0;
    for (moment->digits = 0; moment->digits < MOMENT_MOST_DIGITS && is_digit(scan);
         moment->digits++)
        moment->nanos = moment->nanos * 10 + (unsigned)(*scan->at++ - '0');
    for (unsigned i = moment->digits; i < MOMENT_MOST_DIGITS; i++)
        moment->nanos *= 10;
    while (scan->at < scan->end && *scan->at == '0')
        scan->at++;
    return scan->at > begin && !is_digit(scan);
}

bool scan_offset(struct scan *scan, struct moment *moment)
{
    struct scan begin = *scan;
    bool west;
    unsigned hours;
    unsigned minutes = 0;

    moment->offset = 0;
    if (scan_char(scan, "Zz"))
        return true;
    west = scan->at < scan->end && *scan->at == '-';
    if (scan_char(scan, "+-") && scan_number(scan, 2, 2, &hours) &&
        (!scan_char(scan, ":") || is_digit(scan)) &&
        (!is_digit(scan) || scan_number(scan, 2, 2, &minutes)) && hours < 24 && minutes < 60) {
        moment->offset = (int)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
        return true;
    }
    *scan = begin;
    return false;
}

/* Whole texts */

/* What may stand behind a time: an offset, perhaps with a blank before it. */
static bool read_zone(struct scan *scan, struct moment *moment)
{
    if (scan->at == scan->end)
        return true;
    (void)scan_char(scan, " ");
    moment->has_offset = true;
    return scan_offset(scan, moment);
}

/* What may stand behind seconds. */
static bool read_rest(struct scan *scan, struct moment *moment)
{
    if (scan_char(scan, ".,") && !scan_fraction(scan, moment))
        return false;
    return read_zone(scan, moment);
}

static bool read_time(struct scan *scan, struct moment *moment)
{
    if (!scan_char(scan, "Tt ") || !scan_number(scan, 2, 2, &moment->hour) ||
        !scan_char(scan, ":") || !scan_number(scan, 2, 2, &moment->minute))
        return false;
    moment->has_time = true;
    if (!scan_char(scan, ":"))
        return read_zone(scan, moment);
    return scan_number(scan, 2, 2, &moment->second) && read_rest(scan, moment);
}

/* Piece by piece. */
static bool read_pieces(struct scan *scan, struct moment *moment)
{
    unsigned year;

    if (!scan_number(scan, 4, 4, &year) || !scan_char(scan, "-") ||
        !scan_number(scan, 2, 2, &moment->day.month) || !scan_char(scan, "-") ||
        !scan_number(scan, 2, 2, &moment->day.day))
        return false;
    moment->day.year = year;
    return scan->at == scan->end || read_time(scan, moment);
}

bool moment_read(struct weir_str s, struct moment *ret_moment)
{
    struct scan scan = {s.ptr, s.ptr + s.len};
    struct moment moment = {0};

    if (s.len >= WHOLE_LENGTH && moment_read_whole(s.ptr, &moment)) {
        scan.at += WHOLE_LENGTH;
        if (!read_rest(&scan, &moment))
            return false;
    } else if (!read_pieces(&scan, &moment)) {
        return false;
    }
    *ret_moment = moment;
    return scan.at == scan.end;
}

const char *moment_write_fraction(unsigned nanos, unsigned digits, char out[16])
{
    out[0] = '\0';
    if (digits > 0) {
        (void)snprintf(out, 16, ".%09u", nanos);
        out[1 + digits] = '\0';
    }
    return out;
}

struct weir_str moment_write(struct weir_arena *arena, wide value, unsigned digits)
{
    struct moment at = moment_at(value);
    char fraction[16];

    return weir_str(weir_printf(arena, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u%sZ", at.day.year,
        at.day.month, at.day.day, at.hour, at.minute, at.second,
        moment_write_fraction(at.nanos, digits, fraction)));
}
