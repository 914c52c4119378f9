/*
 * Fields of a binary COPY: the length, then the bytes that the type's receive
 * function reads. Each value was checked by type_takes_value, so nothing here fails.
 */
#include "type.h"

#include "array.h"
#include "numbers.h"
#include "numeric.h"
#include "put.h"
#include "text_form.h"
#include "times.h"
#include "uuid.h"

enum {
    JSONB_VERSION = 1,
    LENGTH_SIZE = 4,
    OWN_SIZE = LENGTH_SIZE + 8, /* the most of a field without the bytes of its value */
    ARRAY_HEADER = 12,          /* dimensions, whether there are nulls, the type of elements */
    ARRAY_DIMENSION = 8,
};

static inline void put_field_16(struct weir_buf *out, uint16_t number)
{
    put_end(out, put_16(put_32(put_begin(out, LENGTH_SIZE + 2), 2), number));
}

static inline void put_field_32(struct weir_buf *out, uint32_t number)
{
    put_end(out, put_32(put_32(put_begin(out, LENGTH_SIZE + 4), 4), number));
}

static inline void put_field_64(struct weir_buf *out, uint64_t number)
{
    put_end(out, put_64(put_32(put_begin(out, LENGTH_SIZE + 8), 8), number));
}

static void put_field(struct weir_buf *out, const void *bytes, size_t n)
{
    char *at = put_begin(out, LENGTH_SIZE + n);

    put_end(out, put_bytes(put_32(at, (uint32_t)n), bytes, n));
}

/* Of a field whose length is known when it is written; returns where it begins. */
static size_t begin_field(struct weir_buf *out)
{
    size_t begin = out->len;

    put_end(out, put_32(put_begin(out, LENGTH_SIZE), 0));
    return begin;
}

static void end_field(struct weir_buf *out, size_t begin)
{
    (void)put_32(out->ptr + begin, (uint32_t)(out->len - begin - LENGTH_SIZE));
}

static void encode_int(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    int64_t integer = 0;
    const char *why;

    (void)int_from_value(type, value, &integer, &why);
    if (type->kind == TYPE_INT2)
        put_field_16(out, (uint16_t)integer);
    else if (type->kind == TYPE_INT4)
        put_field_32(out, (uint32_t)integer);
    else
        put_field_64(out, (uint64_t)integer);
}

static void encode_float(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    double real = 0;
    const char *why;
    float narrow;
    uint32_t bits_32;
    uint64_t bits_64;

    (void)float_from_value(type, value, &real, &why);
    if (type->kind == TYPE_FLOAT8) {
        memcpy(&bits_64, &real, sizeof(bits_64));
        put_field_64(out, bits_64);
        return;
    }
    narrow = (float)real;
    memcpy(&bits_32, &narrow, sizeof(bits_32));
    put_field_32(out, bits_32);
}

static void encode_numeric(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    struct numeric numeric;
    const char *why;

    if (value->kind == WEIR_INT) {
        numeric_encode_int(out, value->integer);
        return;
    }
    (void)numeric_from_value(type, value, &numeric, &why);
    numeric_encode(out, &numeric);
}

static void encode_text(struct weir_buf *out, const struct weir_value *value)
{
    size_t begin = begin_field(out);

    text_add(out, ESCAPE_NONE, value);
    end_field(out, begin);
}

static void encode_json(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    size_t begin = begin_field(out);

    if (type->kind == TYPE_JSONB) {
        char *at = put_begin(out, 1);

        *at = JSONB_VERSION;
        put_end(out, at + 1);
    }
    text_add_json(out, ESCAPE_NONE, value);
    end_field(out, begin);
}

static void encode_time(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    int64_t time = 0;
    const char *why;

    (void)time_from_value(type, value, &time, &why);
    if (type->kind == TYPE_DATE)
        put_field_32(out, (uint32_t)(int32_t)(time - TIME_EPOCH_DAYS));
    else if (type->kind == TYPE_TIME)
        put_field_64(out, (uint64_t)time);
    else
        put_field_64(out, (uint64_t)(time - TIME_EPOCH_MICROS));
}

static void encode_uuid(struct weir_buf *out, const struct weir_value *value)
{
    unsigned char uuid[UUID_SIZE] = {0};

    (void)uuid_parse(weir_value_str(value), uuid);
    put_field(out, uuid, sizeof(uuid));
}

/* How many there are is known at their end, and whether one is null. */
static void encode_array(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    struct type element = array_element(type);
    size_t begin = begin_field(out);
    size_t header = out->len;
    struct weir_value item;
    struct array array;
    uint32_t n_items = 0;
    bool has_null = false;
    char *at = put_begin(out, ARRAY_HEADER + ARRAY_DIMENSION);

    put_end(out, at + ARRAY_HEADER + ARRAY_DIMENSION);
    array_init(&array, value);
    for (; array_next(&array, &item); n_items++) {
        has_null = has_null || item.kind == WEIR_NULL;
        type_encode_binary(out, &element, &item);
    }
    array_done(&array);
    at = put_32(out->ptr + header, n_items ? 1 : 0);
    at = put_32(at, has_null);
    at = put_32(at, element.oid);
    if (n_items)
        (void)put_32(put_32(at, n_items), 1);
    else
        out->len -= ARRAY_DIMENSION;
    end_field(out, begin);
}

static void encode_any(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    switch (type->kind) {
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        encode_int(out, type, value);
        break;
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        encode_float(out, type, value);
        break;
    case TYPE_NUMERIC:
        encode_numeric(out, type, value);
        break;
    case TYPE_BYTEA:
        put_field(out, value->text, value->length);
        break;
    case TYPE_TIMESTAMPTZ:
    case TYPE_TIMESTAMP:
    case TYPE_DATE:
    case TYPE_TIME:
        encode_time(out, type, value);
        break;
    case TYPE_UUID:
        encode_uuid(out, value);
        break;
    case TYPE_JSON:
    case TYPE_JSONB:
        encode_json(out, type, value);
        break;
    case TYPE_ARRAY:
        encode_array(out, type, value);
        break;
    case TYPE_BOOL: /* put_own has done it */
    case TYPE_TEXT:
    case TYPE_OTHER:
    case TYPE_N_KINDS:
        encode_text(out, value);
        break;
    }
}

/* --- values of a column's own kind ---------------------------------------------------------- */

static inline char *put_sized(char *at, const void *bytes, size_t n)
{
    return put_bytes(put_32(at, (uint32_t)n), bytes, n);
}

static inline char *put_real(char *at, double real)
{
    uint64_t bits;

    memcpy(&bits, &real, sizeof(bits));
    return put_64(put_32(at, sizeof(bits)), bits);
}

static inline char *put_bool(char *at, bool boolean)
{
    at = put_32(at, 1);
    *at = boolean ? 1 : 0;
    return at + 1;
}

static inline char *put_jsonb(char *at, const void *bytes, size_t n)
{
    at = put_32(at, (uint32_t)(1 + n));
    *at = JSONB_VERSION;
    return put_bytes(at + 1, bytes, n);
}

/* As nearly all are: their bytes are what is sent. Returns where the field ends, or NULL where the
 * value is another one. There is room for own_size. */
static inline char *put_own(char *at, const struct type *type, const struct weir_value *value)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_NULL:
        return put_32(at, UINT32_MAX);
    case WEIR_BOOL:
        return type->kind == TYPE_BOOL ? put_bool(at, value->boolean) : NULL;
    case WEIR_INT:
        if (type->kind == TYPE_BOOL)
            return put_bool(at, value->integer != 0);
        if (type->kind == TYPE_INT8)
            return put_64(put_32(at, 8), (uint64_t)value->integer);
        return type->kind == TYPE_INT4 ? put_32(put_32(at, 4), (uint32_t)value->integer) : NULL;
    case WEIR_FLOAT:
        return type->kind == TYPE_FLOAT8 ? put_real(at, value->real) : NULL;
    case WEIR_TEXT:
        return type->kind == TYPE_TEXT ? put_sized(at, value->text, value->length) : NULL;
    case WEIR_JSON:
        return type->kind == TYPE_JSONB ? put_jsonb(at, value->text, value->length) : NULL;
    default:
        return NULL;
    }
}

static inline size_t own_size(const struct weir_value *value)
{
    return OWN_SIZE + (size_t)value->length;
}

void type_encode_binary(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    char *end = put_own(put_begin(out, own_size(value)), type, value);

    if (end)
        put_end(out, end);
    else
        encode_any(out, type, value);
}

/* The buffer is told of what is written only where somebody else writes to it. */
void type_encode_row(struct weir_buf *out, const struct type *const *types,
    const struct weir_value *const *columns, size_t n, size_t row)
{
    char *at = put_begin(out, 0);

    for (size_t i = 0; i < n; i++) {
        const struct weir_value *value = &columns[i][row];
        char *end;

        if ((size_t)(put_limit(out) - at) < own_size(value)) {
            put_end(out, at);
            at = put_begin(out, own_size(value));
        }
        end = put_own(at, types[i], value);
        if (!end) {
            put_end(out, at);
            encode_any(out, types[i], value);
            end = put_begin(out, 0);
        }
        at = end;
    }
    put_end(out, at);
}
