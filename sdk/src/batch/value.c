/* Single values: how they are made, named and read by a person. */
#include <weir/batch.h>

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include <weir/json.h>

#include "number/calendar.h"
#include "number/double.h"

/* Beyond any calendar, and well inside of what the reckoning below can hold. */
static const int64_t FARTHEST_DAY = 1000000000000;

struct weir_value weir_bool(bool boolean)
{
    return (struct weir_value){.kind = WEIR_BOOL, .boolean = boolean};
}

struct weir_value weir_int(int64_t integer)
{
    return (struct weir_value){.kind = WEIR_INT, .integer = integer};
}

struct weir_value weir_float(double real)
{
    return (struct weir_value){.kind = WEIR_FLOAT, .real = real};
}

struct weir_value weir_text(enum weir_kind kind, struct weir_str s)
{
    assert(s.len <= UINT32_MAX);
    return (struct weir_value){
        .kind = (uint8_t)kind,
        .length = (uint32_t)s.len,
        .text = s.ptr,
    };
}

struct weir_str weir_value_str(const struct weir_value *value)
{
    return (struct weir_str){value->text, value->length};
}

const char *weir_kind_name(enum weir_kind kind)
{
    static const char *const names[WEIR_N_KINDS] = {
        [WEIR_NULL] = "null",
        [WEIR_BOOL] = "bool",
        [WEIR_INT] = "int",
        [WEIR_FLOAT] = "float",
        [WEIR_DECIMAL] = "decimal",
        [WEIR_TEXT] = "text",
        [WEIR_BYTES] = "bytes",
        [WEIR_TIMESTAMP] = "timestamp",
        [WEIR_DATE] = "date",
        [WEIR_JSON] = "json",
    };

    return (unsigned)kind < WEIR_N_KINDS ? names[kind] : "unknown";
}

static struct weir_str format_date(struct weir_arena *arena, int64_t days)
{
    struct calendar_day d;

    if (days > FARTHEST_DAY || days < -FARTHEST_DAY)
        return weir_str(weir_printf(arena, "1970-01-01 and %" PRId64 " days", days));
    d = calendar_from_days(days);
    return weir_str(weir_printf(arena, "%04" PRId64 "-%02u-%02u", d.year, d.month, d.day));
}

static struct weir_str format_timestamp(struct weir_arena *arena, int64_t us)
{
    const int64_t us_per_day = 86400000000;
    int64_t days = us / us_per_day - (us % us_per_day < 0);
    int64_t rest = us % us_per_day + (us % us_per_day < 0 ? us_per_day : 0);
    struct calendar_day d = calendar_from_days(days);
    unsigned seconds = (unsigned)(rest / 1000000);
    unsigned micros = (unsigned)(rest % 1000000);
    const char *text = weir_printf(arena, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u", d.year, d.month,
        d.day, seconds / 3600, seconds / 60 % 60, seconds % 60);

    if (micros)
        return weir_str(weir_printf(arena, "%s.%06uZ", text, micros));
    return weir_str(weir_printf(arena, "%sZ", text));
}

static struct weir_str format_bytes(struct weir_arena *arena, struct weir_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = weir_alloc(arena, 2 * bytes.len + 1);

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];

        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 0xf];
    }
    text[2 * bytes.len] = '\0';
    return (struct weir_str){text, 2 * bytes.len};
}

static struct weir_str format_float(struct weir_arena *arena, double real)
{
    char *text = weir_alloc(arena, DOUBLE_TEXT_SIZE);

    return (struct weir_str){text, double_format(real, text)};
}

/* Null is nothing; bytes, times and floats that are no number have no form of their own in JSON. */
static struct weir_str format_plain(const struct weir_value *value, struct weir_arena *arena)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_BOOL:
        return weir_str(value->boolean ? "true" : "false");
    case WEIR_INT:
        return weir_str(weir_printf(arena, "%" PRId64, value->integer));
    case WEIR_FLOAT:
        return format_float(arena, value->real);
    case WEIR_BYTES:
        return format_bytes(arena, weir_value_str(value));
    case WEIR_TIMESTAMP:
        return format_timestamp(arena, value->integer);
    case WEIR_DATE:
        return format_date(arena, value->integer);
    case WEIR_DECIMAL:
    case WEIR_TEXT:
    case WEIR_JSON:
        return weir_copy(arena, weir_value_str(value));
    case WEIR_NULL:
    case WEIR_N_KINDS:
        break;
    }
    return weir_str("");
}

struct weir_str weir_value_format(
    const struct weir_value *value, struct weir_arena *arena, bool json)
{
    struct weir_str text = format_plain(value, arena);

    if (!json)
        return text;
    switch ((enum weir_kind)value->kind) {
    case WEIR_BOOL:
    case WEIR_INT:
    case WEIR_DECIMAL:
    case WEIR_JSON:
        return text;
    case WEIR_FLOAT:
        return isfinite(value->real) ? text : weir_json_quote(arena, text);
    case WEIR_TEXT:
    case WEIR_BYTES:
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return weir_json_quote(arena, text);
    case WEIR_NULL:
    case WEIR_N_KINDS:
        break;
    }
    return weir_str("null");
}
