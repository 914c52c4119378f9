/* What a column can take: kinds without a look, values with one. */
#include "type.h"

#include <math.h>
#include <string.h>

#include "array.h"
#include "json_scan.h"
#include "known.h"
#include "numbers.h"
#include "numeric.h"
#include "text_form.h"
#include "times.h"
#include "uuid.h"

enum {
    FIELD_BYTES_MAX = 500000000, /* a field may have 1 GiB, as the server counts it */
    JSONB_BYTES_MAX = 0x0fffffff,
    /* Those whose text needs no look. */
    KINDS_PLAIN = KINDS_NUMBER | 1 << WEIR_BOOL,
};

static bool refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

/* --- kinds ------------------------------------------------------------------------------ */

/* One byte, 63 bytes, some characters: what is long at all is asked. */
static bool has_limit(const struct type *type)
{
    return type->modifier >= 0 || type->oid == OID_CHAR || type->oid == OID_NAME;
}

static uint32_t kinds_without_look(const struct type *type)
{
    switch (type->kind) {
    case TYPE_BOOL:
        return 1 << WEIR_BOOL;
    case TYPE_INT8:
        return 1 << WEIR_INT;
    case TYPE_FLOAT8:
        return 1 << WEIR_FLOAT;
    case TYPE_NUMERIC:
        return type->modifier < 0 ? KINDS_NUMBER : 0;
    case TYPE_TEXT:
        return has_limit(type) ? 0 : KINDS_PLAIN;
    case TYPE_OTHER:
        return KINDS_PLAIN;
    case TYPE_JSON:
    case TYPE_JSONB:
        return 1 << WEIR_BOOL | 1 << WEIR_INT;
    default:
        return 0;
    }
}

bool type_takes_kinds(const struct type *type, uint32_t kinds)
{
    return (kinds & ~kinds_without_look(type)) == 0;
}

/* --- texts ------------------------------------------------------------------------------ */

static size_t count_characters(struct weir_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

static bool takes_length(const struct type *type, struct weir_str s, const char **ret_why)
{
    if (type->oid == OID_NAME)
        return s.len <= NAME_BYTES_MAX || refuse(ret_why, "is longer than the 63 bytes of a name");
    if (type->oid == OID_CHAR)
        return s.len == 1 || refuse(ret_why, "is not the one byte that \"char\" holds");
    if (type->modifier < MODIFIER_HEADER || s.len <= (size_t)(type->modifier - MODIFIER_HEADER))
        return true;
    return count_characters(s) <= (size_t)(type->modifier - MODIFIER_HEADER) ||
           refuse(ret_why, "has more characters than the column holds");
}

static bool takes_text(
    const struct type *type, const struct weir_value *value, const char **ret_why)
{
    char room[TEXT_FORM_SIZE];
    struct weir_str s;

    if (value->kind == WEIR_BYTES)
        return !has_limit(type) || refuse(ret_why, "is bytes, which the column cannot hold");
    s = text_form(value, room);
    if (s.len && memchr(s.ptr, '\0', s.len))
        return refuse(ret_why, "holds a NUL byte, which PostgreSQL cannot store");
    return !has_limit(type) || takes_length(type, s, ret_why);
}

static bool takes_other(const struct weir_value *value, const char **ret_why)
{
    if (value->kind == WEIR_BYTES)
        return refuse(ret_why, "is bytes, which the column cannot hold");
    return takes_text(&(struct type){.modifier = -1}, value, ret_why);
}

/* --- the others ------------------------------------------------------------------------- */

static bool takes_json(
    const struct type *type, const struct weir_value *value, const char **ret_why)
{
    bool is_jsonb = type->kind == TYPE_JSONB;

    if (is_jsonb && value->length > JSONB_BYTES_MAX)
        return refuse(ret_why, "is larger than jsonb can be");
    switch ((enum weir_kind)value->kind) {
    case WEIR_JSON:
    case WEIR_DECIMAL:
        return json_fits((struct weir_str){value->text, value->length}, is_jsonb, ret_why);
    case WEIR_FLOAT:
        return isfinite(value->real) || refuse(ret_why, "is no number that JSON can write");
    case WEIR_TEXT:
        return !is_jsonb || !value->length || !memchr(value->text, '\0', value->length) ||
               refuse(ret_why, "holds a NUL byte, which jsonb cannot store");
    case WEIR_BYTES:
        return refuse(ret_why, "is bytes, which JSON cannot hold");
    default:
        return true;
    }
}

/* Databases without a type for it, SQLite among them, have 1 and 0. */
static bool takes_bool(const struct weir_value *value, const char **ret_why)
{
    return value->kind == WEIR_BOOL ||
           (value->kind == WEIR_INT && (value->integer == 0 || value->integer == 1)) ||
           refuse(ret_why, "is neither a bool nor 0 or 1");
}

static bool takes_uuid(const struct weir_value *value, const char **ret_why)
{
    unsigned char ignored[UUID_SIZE];

    return (value->kind == WEIR_TEXT && uuid_parse(weir_value_str(value), ignored)) ||
           refuse(ret_why, "is no UUID");
}

static bool takes_array(
    const struct type *type, const struct weir_value *value, const char **ret_why)
{
    struct type element = array_element(type);
    struct weir_value item;
    struct array array;
    bool good = true;

    if (value->kind != WEIR_JSON)
        return refuse(ret_why, "is no JSON array");
    array_init(&array, value);
    while (good && array_next(&array, &item))
        good = type_takes_value(&element, &item, ret_why);
    if (good && array.why)
        good = refuse(ret_why, array.why);
    array_done(&array);
    return good;
}

static bool takes_size(const struct weir_value *value, const char **ret_why)
{
    return value->length <= FIELD_BYTES_MAX ||
           refuse(ret_why, "is larger than a value of PostgreSQL can be");
}

bool type_takes_value(const struct type *type, const struct weir_value *value, const char **ret_why)
{
    struct numeric numeric;
    int64_t integer;
    double real;

    if (value->kind == WEIR_NULL)
        return true;
    if (!takes_size(value, ret_why))
        return false;
    if ((value->kind == WEIR_TIMESTAMP || value->kind == WEIR_DATE) &&
        !time_is_in_range(value, ret_why))
        return false;
    switch (type->kind) {
    case TYPE_BOOL:
        return takes_bool(value, ret_why);
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        return int_from_value(type, value, &integer, ret_why);
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        return float_from_value(type, value, &real, ret_why);
    case TYPE_NUMERIC:
        return numeric_from_value(type, value, &numeric, ret_why);
    case TYPE_TEXT:
        return takes_text(type, value, ret_why);
    case TYPE_BYTEA:
        return value->kind == WEIR_BYTES || refuse(ret_why, "is not bytes");
    case TYPE_TIMESTAMPTZ:
    case TYPE_TIMESTAMP:
    case TYPE_DATE:
    case TYPE_TIME:
        return time_from_value(type, value, &integer, ret_why);
    case TYPE_UUID:
        return takes_uuid(value, ret_why);
    case TYPE_JSON:
    case TYPE_JSONB:
        return takes_json(type, value, ret_why);
    case TYPE_ARRAY:
        return takes_array(type, value, ret_why);
    case TYPE_OTHER:
    case TYPE_N_KINDS:
        break;
    }
    return takes_other(value, ret_why);
}

/* Most values are of the column's own kind; false: a closer look has to tell. */
static inline bool takes_own_kind(
    const struct type *type, const struct weir_value *value, const char **ret_why)
{
    struct weir_str s = {value->text, value->length};
    int64_t time;

    switch (type->kind) {
    case TYPE_INT2:
        return value->kind == WEIR_INT && value->integer == (int16_t)value->integer;
    case TYPE_INT4:
        return value->kind == WEIR_INT && value->integer == (int32_t)value->integer;
    case TYPE_TEXT:
        return value->kind == WEIR_TEXT && !has_limit(type) && s.len > 0 &&
               s.len <= FIELD_BYTES_MAX && !memchr(s.ptr, '\0', s.len);
    case TYPE_TIMESTAMPTZ:
        return value->kind == WEIR_TEXT && time_from_value(type, value, &time, ret_why);
    case TYPE_JSONB:
        return value->kind == WEIR_JSON && s.len <= JSONB_BYTES_MAX && json_fits(s, true, ret_why);
    default:
        return false;
    }
}

size_t type_find_refused(const struct type *type, const struct weir_value *values, size_t from,
    size_t n, const char **ret_why)
{
    while (from < n &&
           (values[from].kind == WEIR_NULL || takes_own_kind(type, &values[from], ret_why) ||
               type_takes_value(type, &values[from], ret_why)))
        from++;
    return from;
}
