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
    ARRAY_HEADER = 12, /* dimensions, whether there are nulls, the type of elements */
    ARRAY_DIMENSION = 8,
};

static inline void put_null(struct weir_buf *out)
{
    put_end(out, put_32(put_begin(out, LENGTH_SIZE), UINT32_MAX));
}

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

/* With its version before it. */
static void put_jsonb(struct weir_buf *out, const void *bytes, size_t n)
{
    char *at = put_32(put_begin(out, LENGTH_SIZE + 1 + n), (uint32_t)(1 + n));

    *at = JSONB_VERSION;
    put_end(out, put_bytes(at + 1, bytes, n));
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
    case TYPE_BOOL: /* is encoded before */
    case TYPE_TEXT:
    case TYPE_OTHER:
    case TYPE_N_KINDS:
        encode_text(out, value);
        break;
    }
}

static inline void encode_bool(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    char *at;

    if (type->kind != TYPE_BOOL) {
        encode_any(out, type, value);
        return;
    }
    at = put_32(put_begin(out, LENGTH_SIZE + 1), 1);
    *at = value->boolean ? 1 : 0;
    put_end(out, at + 1);
}

static inline void encode_real(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    uint64_t bits;

    if (type->kind != TYPE_FLOAT8) {
        encode_any(out, type, value);
        return;
    }
    memcpy(&bits, &value->real, sizeof(bits));
    put_field_64(out, bits);
}

/* It is in the range of the type. */
static inline void encode_integer(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    if (type->kind == TYPE_INT8)
        put_field_64(out, (uint64_t)value->integer);
    else if (type->kind == TYPE_INT4)
        put_field_32(out, (uint32_t)value->integer);
    else
        encode_any(out, type, value);
}

static inline void encode_bytes(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    if (value->kind == WEIR_JSON && type->kind == TYPE_JSONB)
        put_jsonb(out, value->text, value->length);
    else if (value->kind == WEIR_TEXT && type->kind == TYPE_TEXT)
        put_field(out, value->text, value->length);
    else
        encode_any(out, type, value);
}

/* Values of a column's own kind come first, as nearly all are: their bytes are what is sent. */
void type_encode_binary(
    struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_NULL:
        put_null(out);
        break;
    case WEIR_INT:
        encode_integer(out, type, value);
        break;
    case WEIR_FLOAT:
        encode_real(out, type, value);
        break;
    case WEIR_BOOL:
        encode_bool(out, type, value);
        break;
    case WEIR_TEXT:
    case WEIR_JSON:
        encode_bytes(out, type, value);
        break;
    default:
        encode_any(out, type, value);
        break;
    }
}
