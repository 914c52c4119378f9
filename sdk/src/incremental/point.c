#include "point.h"

#include "decimal.h"
#include "format.h"
#include "number/double.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SECOND_DIGITS = 9, /* nanoseconds */
    MS_DIGITS = 6,
    SHOWN_MAX = 80, /* bytes of a value in a message */
};

bool point_is_time(const struct weir_incremental *incremental)
{
    return incremental->cursor_type != WEIR_CURSOR_INTEGER &&
           incremental->cursor_type != WEIR_CURSOR_TEXT;
}

void point_range(const struct weir_incremental *incremental, wide *ret_first, wide *ret_last)
{
    if (incremental->cursor_type == WEIR_CURSOR_INTEGER) {
        *ret_first = INT64_MIN;
        *ret_last = UINT64_MAX;
        return;
    }
    *ret_first = moment_first();
    *ret_last = moment_last();
    if (incremental->cursor_type == WEIR_CURSOR_DATE) {
        *ret_first = wide_floor(*ret_first, (wide)SECONDS_OF_DAY * NS_OF_SECOND);
        *ret_last = wide_floor(*ret_last, (wide)SECONDS_OF_DAY * NS_OF_SECOND);
    }
}

static bool in_range(const struct weir_incremental *incremental, wide value)
{
    wide first, last;

    point_range(incremental, &first, &last);
    return value >= first && value <= last;
}

const char *point_needs(const struct weir_incremental *incremental, struct weir_arena *arena)
{
    if (incremental->cursor_format)
        return weir_printf(arena, "a time of the form '%s'", incremental->cursor_format);
    switch ((enum weir_cursor_type)incremental->cursor_type) {
    case WEIR_CURSOR_DATETIME:
        return "a time in ISO 8601, such as 2024-05-01T10:00:00Z";
    case WEIR_CURSOR_DATE:
        return "a date, such as 2024-05-01";
    case WEIR_CURSOR_INTEGER:
        return "a whole number of 64 bits";
    case WEIR_CURSOR_EPOCH:
        return "a number of seconds since 1970 with up to 9 digits behind the point, up to the "
               "year 9999";
    case WEIR_CURSOR_EPOCH_MS:
        return "a number of milliseconds since 1970 with up to 6 digits behind the point, up to "
               "the year 9999";
    case WEIR_CURSOR_TEXT:
        break;
    }
    return "a text of up to 1024 bytes";
}

/* Reading */

static bool read_moment(const struct weir_incremental *incremental, struct weir_str s,
    wide *ret_value, unsigned *ret_digits)
{
    struct moment moment;

    if (incremental->cursor_format)
        return format_read(incremental->cursor_format, s, ret_value, ret_digits);
    if (!moment_read(s, &moment))
        return false;
    *ret_digits = moment.digits;
    return moment_value(&moment, ret_value);
}

static bool read_date(
    const struct weir_incremental *incremental, struct weir_str s, struct weir_point *ret_point)
{
    const size_t iso_length = 10; /* a time behind it would be lost */
    unsigned digits;
    wide value;

    if (!incremental->cursor_format && s.len != iso_length)
        return false;
    if (!read_moment(incremental, s, &value, &digits))
        return false;
    *ret_point = point_of(wide_floor(value, (wide)SECONDS_OF_DAY * NS_OF_SECOND), 0);
    return true;
}

static bool read_number(const struct weir_incremental *incremental, struct weir_str s,
    unsigned scale, struct weir_point *ret_point)
{
    unsigned digits;
    wide value;

    if (!decimal_read(s, scale, &value, &digits))
        return false;
    if (incremental->cursor_type == WEIR_CURSOR_EPOCH_MS)
        digits = digits > MS_DIGITS ? MS_DIGITS : digits;
    else
        digits = digits > scale ? scale : digits;
    *ret_point = point_of(value, digits);
    return in_range(incremental, value);
}

static bool read_text(
    const struct weir_incremental *incremental, struct weir_str s, struct weir_point *ret_point)
{
    unsigned digits;
    wide value;

    switch ((enum weir_cursor_type)incremental->cursor_type) {
    case WEIR_CURSOR_DATETIME:
        if (!read_moment(incremental, s, &value, &digits))
            return false;
        *ret_point = point_of(value, digits);
        return true;
    case WEIR_CURSOR_DATE:
        return read_date(incremental, s, ret_point);
    case WEIR_CURSOR_INTEGER:
        return read_number(incremental, s, 0, ret_point);
    case WEIR_CURSOR_EPOCH:
        return read_number(incremental, s, SECOND_DIGITS, ret_point);
    case WEIR_CURSOR_EPOCH_MS:
        return read_number(incremental, s, MS_DIGITS, ret_point);
    case WEIR_CURSOR_TEXT:
        break;
    }
    *ret_point = (struct weir_point){.text = s};
    return s.len == 0 || (s.len <= WEIR_CURSOR_TEXT_MAX && !memchr(s.ptr, '\0', s.len));
}

static bool takes_numbers(const struct weir_incremental *incremental)
{
    return incremental->cursor_type == WEIR_CURSOR_INTEGER ||
           incremental->cursor_type == WEIR_CURSOR_EPOCH ||
           incremental->cursor_type == WEIR_CURSOR_EPOCH_MS;
}

static bool read_int(
    const struct weir_incremental *incremental, int64_t integer, struct weir_point *ret_point)
{
    wide value = integer;

    if (!takes_numbers(incremental))
        return false;
    if (incremental->cursor_type == WEIR_CURSOR_EPOCH)
        value *= NS_OF_SECOND;
    else if (incremental->cursor_type == WEIR_CURSOR_EPOCH_MS)
        value *= NS_OF_MS;
    *ret_point = point_of(value, 0);
    return in_range(incremental, value);
}

static bool read_float(
    const struct weir_incremental *incremental, double real, struct weir_point *ret_point)
{
    char text[DOUBLE_TEXT_SIZE];
    size_t length = double_format(real, text);

    return takes_numbers(incremental) &&
           read_text(incremental, (struct weir_str){text, length}, ret_point);
}

static bool read_timestamp(
    const struct weir_incremental *incremental, int64_t us, struct weir_point *ret_point)
{
    wide value = (wide)us * NS_OF_US;

    /* Six digits of milliseconds are nine of a second. */
    *ret_point = point_of(value, us % 1000 ? 6 : us % 1000000 ? 3 : 0);
    if (incremental->cursor_type == WEIR_CURSOR_EPOCH_MS)
        ret_point->digits = us % 1000 ? 3 : 0;
    return point_is_time(incremental) && incremental->cursor_type != WEIR_CURSOR_DATE &&
           in_range(incremental, value);
}

static bool read_days(
    const struct weir_incremental *incremental, int64_t days, struct weir_point *ret_point)
{
    wide value = days;

    if (incremental->cursor_type != WEIR_CURSOR_DATE)
        value *= (wide)SECONDS_OF_DAY * NS_OF_SECOND;
    *ret_point = point_of(value, 0);
    return point_is_time(incremental) && in_range(incremental, value);
}

static bool read_value(const struct weir_incremental *incremental, const struct weir_value *value,
    struct weir_point *ret_point)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_TEXT:
        return read_text(incremental, weir_value_str(value), ret_point);
    case WEIR_INT:
        return read_int(incremental, value->integer, ret_point);
    case WEIR_FLOAT:
        return read_float(incremental, value->real, ret_point);
    case WEIR_DECIMAL:
        return takes_numbers(incremental) &&
               read_text(incremental, weir_value_str(value), ret_point);
    case WEIR_TIMESTAMP:
        return read_timestamp(incremental, value->integer, ret_point);
    case WEIR_DATE:
        return read_days(incremental, value->integer, ret_point);
    default:
        return false;
    }
}

/* Why it may have failed, where that can be guessed. */
static const char *hint(const struct weir_incremental *incremental, const struct weir_value *value)
{
    struct weir_incremental other = *incremental;
    struct weir_point point;

    if (takes_numbers(incremental)) {
        other.cursor_type = WEIR_CURSOR_EPOCH_MS;
        if (incremental->cursor_type == WEIR_CURSOR_EPOCH && read_value(&other, value, &point) &&
            point_value(&point) > 0)
            return "; for milliseconds set 'cursor_type: epoch_ms'";
        return "";
    }
    if (value->kind == WEIR_INT || value->kind == WEIR_FLOAT || value->kind == WEIR_DECIMAL)
        return "; for numbers set 'cursor_type' to integer, epoch or epoch_ms";
    other.cursor_type = WEIR_CURSOR_DATETIME;
    if (incremental->cursor_type == WEIR_CURSOR_DATE && read_value(&other, value, &point))
        return "; for times set 'cursor_type: datetime'";
    return "";
}

static enum weir_status fail_value(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_error *error)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str shown = weir_value_format(value, arena, false);
    bool is_long = shown.len > SHOWN_MAX;

    if (is_long)
        shown.len = SHOWN_MAX;
    (void)weir_error_set(error, WEIR_FAULT_DATA, "E-CURSOR", "'%.*s%s' (%s) is not %s%s",
        WEIR_STR_ARG(shown), is_long ? "..." : "", weir_kind_name((enum weir_kind)value->kind),
        point_needs(incremental, arena), hint(incremental, value));
    weir_arena_free(arena);
    return WEIR_FAIL;
}

enum weir_status weir_point_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_point *ret_point, struct weir_error *ret_error)
{
    if (value->kind == WEIR_NULL)
        return WEIR_END;
    if (read_value(incremental, value, ret_point))
        return WEIR_OK;
    return fail_value(incremental, value, ret_error);
}

int weir_point_compare(const struct weir_point *a, const struct weir_point *b)
{
    size_t least = a->text.len < b->text.len ? a->text.len : b->text.len;
    int order;

    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    order = least ? memcmp(a->text.ptr, b->text.ptr, least) : 0;
    return order ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

/* Writing */

struct weir_str point_write(const struct weir_incremental *incremental, struct weir_arena *arena,
    const struct weir_point *point)
{
    wide value = point_value(point);

    if (incremental->cursor_type == WEIR_CURSOR_DATE)
        value *= (wide)SECONDS_OF_DAY * NS_OF_SECOND;
    if (incremental->cursor_format)
        return format_write(incremental->cursor_format, arena, value, point->digits);
    switch ((enum weir_cursor_type)incremental->cursor_type) {
    case WEIR_CURSOR_DATE: {
        struct calendar_day day = calendar_from_days((int64_t)point_value(point));

        return weir_str(
            weir_printf(arena, "%04" PRId64 "-%02u-%02u", day.year, day.month, day.day));
    }
    case WEIR_CURSOR_INTEGER:
        return decimal_write(arena, value, 0, 0);
    case WEIR_CURSOR_EPOCH:
        return decimal_write(arena, value, SECOND_DIGITS, point->digits);
    case WEIR_CURSOR_EPOCH_MS:
        return decimal_write(arena, value, MS_DIGITS, point->digits);
    case WEIR_CURSOR_DATETIME:
    case WEIR_CURSOR_TEXT:
        break;
    }
    return moment_write(arena, value, point->digits);
}
