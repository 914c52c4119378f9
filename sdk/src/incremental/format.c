#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <weir/buf.h>

const char format_known[] = "%Y %y %m %d %e %b %B %a %A %H %I %p %M %S %f %z %s %F %T %R %D %%";

enum { WRITTEN_MAX = 1024 };

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December"};
static const char *const weekdays[] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const halves[] = {"AM", "PM"};

/* What a specifier is short for; NULL: for nothing. */
static const char *long_form(char c)
{
    switch (c) {
    case 'F':
        return "%Y-%m-%d";
    case 'T':
        return "%H:%M:%S";
    case 'R':
        return "%H:%M";
    case 'D':
        return "%m/%d/%y";
    default:
        return NULL;
    }
}

/* Examining */

/* Letters that were seen, as bits. */
static uint64_t bit(char c)
{
    return (uint64_t)1 << (c & 63);
}

static bool gather(const char *format, uint64_t *seen, size_t *ret_bad)
{
    for (const char *at = format; *at; at++) {
        const char *form;

        if (*at != '%')
            continue;
        at++;
        form = long_form(*at);
        if (form)
            (void)gather(form, seen, ret_bad);
        else if (*at && strchr("YymdebBaAHIpMSfzs", *at))
            *seen |= bit(*at);
        else if (*at == '%')
            continue;
        else {
            *ret_bad = (size_t)(at - 1 - format);
            return false;
        }
    }
    return true;
}

bool format_examine(const char *format, struct format_facts *ret_facts, size_t *ret_bad)
{
    uint64_t seen = 0;
    bool has_hour;

    if (!gather(format, &seen, ret_bad))
        return false;
    has_hour = seen & bit('H') || (seen & bit('I') && seen & bit('p'));
    *ret_facts = (struct format_facts){
        .has_date = seen & bit('s') ||
                    ((seen & (bit('Y') | bit('y'))) && (seen & (bit('m') | bit('b') | bit('B'))) &&
                        (seen & (bit('d') | bit('e')))),
        .has_time = seen & (bit('H') | bit('I') | bit('M') | bit('S') | bit('s') | bit('f')),
        .has_fraction = seen & bit('f'),
        .resolution = MS_OF_DAY * NS_OF_MS,
    };
    if (seen & bit('f'))
        ret_facts->resolution = 1;
    else if (seen & (bit('S') | bit('s')))
        ret_facts->resolution = NS_OF_SECOND;
    else if (seen & bit('M'))
        ret_facts->resolution = 60 * NS_OF_SECOND;
    else if (has_hour)
        ret_facts->resolution = 3600 * NS_OF_SECOND;
    return true;
}

/* Reading */

struct reading {
    struct scan scan;
    struct moment moment;
    int half; /* 0: AM, 1: PM, -1: the hour is one of 24 */
    bool is_epoch;
    int64_t epoch;
};

/* The index of the name that stands there, in full or by its first three letters. */
static bool read_name(struct scan *scan, const char *const *names, size_t n, unsigned *ret_index)
{
    size_t left = (size_t)(scan->end - scan->at);

    for (unsigned i = 0; i < n; i++) {
        size_t length = strlen(names[i]);

        if (left < length || strncasecmp(scan->at, names[i], length) != 0)
            length = 3;
        if (left < length || strncasecmp(scan->at, names[i], length) != 0)
            continue;
        scan->at += length;
        *ret_index = i;
        return true;
    }
    return false;
}

static bool read_half(struct reading *reading)
{
    struct scan *scan = &reading->scan;

    for (int i = 0; i < 2; i++)
        if (scan->end - scan->at >= 2 && strncasecmp(scan->at, halves[i], 2) == 0) {
            reading->half = i;
            scan->at += 2;
            return true;
        }
    return false;
}

static bool read_epoch(struct reading *reading)
{
    bool negative = reading->scan.at < reading->scan.end && *reading->scan.at == '-';
    unsigned high;
    unsigned low = 0;
    const char *begin;

    reading->scan.at += negative;
    /* Twelve digits reach beyond the year 9999. */
    if (!scan_number(&reading->scan, 1, 6, &high))
        return false;
    begin = reading->scan.at;
    (void)scan_number(&reading->scan, 0, 6, &low);
    reading->epoch = high;
    for (; begin < reading->scan.at; begin++)
        reading->epoch *= 10;
    reading->epoch += low;
    reading->epoch *= negative ? -1 : 1;
    reading->is_epoch = true;
    return true;
}

static bool read_year(struct reading *reading, bool is_short)
{
    unsigned year;

    if (!scan_number(&reading->scan, is_short ? 2 : 4, is_short ? 2 : 4, &year))
        return false;
    reading->moment.day.year = is_short ? (year < 69 ? 2000 : 1900) + year : year;
    return true;
}

static bool read_month(struct reading *reading)
{
    if (!read_name(&reading->scan, months, 12, &reading->moment.day.month))
        return false;
    reading->moment.day.month++;
    return true;
}

static bool read_one(struct reading *reading, char c)
{
    struct scan *scan = &reading->scan;
    struct moment *moment = &reading->moment;
    unsigned ignored;

    switch (c) {
    case 'Y':
    case 'y':
        return read_year(reading, c == 'y');
    case 'm':
        return scan_number(scan, 1, 2, &moment->day.month);
    case 'b':
    case 'B':
        return read_month(reading);
    case 'e':
        (void)scan_char(scan, " ");
        return scan_number(scan, 1, 2, &moment->day.day);
    case 'd':
        return scan_number(scan, 1, 2, &moment->day.day);
    case 'a':
    case 'A':
        return read_name(scan, weekdays, 7, &ignored);
    case 'H':
    case 'I':
        return scan_number(scan, 1, 2, &moment->hour);
    case 'p':
        return read_half(reading);
    case 'M':
        return scan_number(scan, 1, 2, &moment->minute);
    case 'S':
        return scan_number(scan, 1, 2, &moment->second);
    case 'f':
        return scan_fraction(scan, moment);
    case 'z':
        return scan_offset(scan, moment);
    case 's':
        return read_epoch(reading);
    default:
        return scan_char(scan, "%");
    }
}

static bool read_all(struct reading *reading, const char *format)
{
    for (const char *at = format; *at; at++) {
        const char *form;
        char literal[2] = {*at, '\0'};

        if (*at != '%') {
            if (!scan_char(&reading->scan, literal))
                return false;
            continue;
        }
        at++;
        form = long_form(*at);
        if (form ? !read_all(reading, form) : !read_one(reading, *at))
            return false;
    }
    return true;
}

bool format_read(const char *format, struct weir_str s, wide *ret_value, unsigned *ret_digits)
{
    struct reading reading = {.scan = {s.ptr, s.ptr + s.len}, .half = -1};
    struct moment *moment = &reading.moment;

    if (!read_all(&reading, format) || reading.scan.at != reading.scan.end)
        return false;
    *ret_digits = moment->digits;
    if (reading.is_epoch) {
        *ret_value = (wide)reading.epoch * NS_OF_SECOND + moment->nanos;
        return *ret_value >= moment_first() && *ret_value <= moment_last();
    }
    if (reading.half >= 0 && (moment->hour < 1 || moment->hour > 12))
        return false;
    if (reading.half >= 0)
        moment->hour = moment->hour % 12 + (reading.half ? 12 : 0);
    return moment_value(moment, ret_value);
}

/* Writing */

static unsigned weekday_of(wide value)
{
    int64_t days = (int64_t)wide_floor(value, (wide)SECONDS_OF_DAY * NS_OF_SECOND);

    /* 1970-01-01 was a Thursday. */
    return (unsigned)(((days + 3) % 7 + 7) % 7);
}

/* The buffer's limit is beyond any form that the file may hold. */
static bool write_one(struct weir_buf *out, char c, wide value, unsigned digits)
{
    struct moment at = moment_at(value);
    char fraction[16];

    switch (c) {
    case 'Y':
        return weir_buf_printf(out, "%04" PRId64, at.day.year);
    case 'y':
        return weir_buf_printf(out, "%02" PRId64, at.day.year % 100);
    case 'm':
        return weir_buf_printf(out, "%02u", at.day.month);
    case 'b':
        return weir_buf_printf(out, "%.3s", months[at.day.month - 1]);
    case 'B':
        return weir_buf_add_text(out, months[at.day.month - 1]);
    case 'd':
        return weir_buf_printf(out, "%02u", at.day.day);
    case 'e':
        return weir_buf_printf(out, "%2u", at.day.day);
    case 'a':
        return weir_buf_printf(out, "%.3s", weekdays[weekday_of(value)]);
    case 'A':
        return weir_buf_add_text(out, weekdays[weekday_of(value)]);
    case 'H':
        return weir_buf_printf(out, "%02u", at.hour);
    case 'I':
        return weir_buf_printf(out, "%02u", (at.hour + 11) % 12 + 1);
    case 'p':
        return weir_buf_add_text(out, halves[at.hour / 12]);
    case 'M':
        return weir_buf_printf(out, "%02u", at.minute);
    case 'S':
        return weir_buf_printf(out, "%02u", at.second);
    case 'f':
        moment_write_fraction(at.nanos, digits ? digits : 1, fraction);
        return weir_buf_add_text(out, fraction + 1);
    case 'z':
        return weir_buf_add_text(out, "+0000");
    case 's':
        return weir_buf_printf(out, "%" PRId64, (int64_t)wide_floor(value, NS_OF_SECOND));
    default:
        return weir_buf_add(out, "%", 1);
    }
}

static void write_all(struct weir_buf *out, const char *format, wide value, unsigned digits)
{
    for (const char *at = format; *at; at++) {
        const char *form;

        if (*at != '%') {
            (void)!weir_buf_add(out, at, 1);
            continue;
        }
        at++;
        form = long_form(*at);
        if (form)
            write_all(out, form, value, digits);
        else
            (void)!write_one(out, *at, value, digits);
    }
}

struct weir_str format_write(
    const char *format, struct weir_arena *arena, wide value, unsigned digits)
{
    struct weir_buf out;
    struct weir_str text;

    weir_buf_init(&out, WRITTEN_MAX, 1);
    write_all(&out, format, value, digits);
    text = weir_copy(arena, (struct weir_str){out.ptr, out.len});
    weir_buf_done(&out);
    return text;
}
