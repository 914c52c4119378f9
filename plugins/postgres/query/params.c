#include "params.h"

#include "types/oids.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUES_MAX = 256 << 20, /* bytes; the protocol itself ends at 1 GiB */
    BINARY = 1,
};

static bool add_int32(struct weir_buf *buf, size_t number)
{
    unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
        (unsigned char)(number >> 8), (unsigned char)number};

    return weir_buf_add(buf, bytes, sizeof(bytes));
}

static bool add_int64(struct weir_buf *buf, int64_t number)
{
    return add_int32(buf, (uint64_t)number >> 32) && add_int32(buf, (uint32_t)number);
}

/* Its length before it. */
static bool add_item(struct weir_buf *buf, const struct bound *value, size_t i)
{
    struct weir_str text;

    if (value->kind == BOUND_INTEGER_ARRAY)
        return add_int32(buf, 8) && add_int64(buf, value->integers[i]);
    if (value->kind == BOUND_BOOL_ARRAY)
        return add_int32(buf, 1) && weir_buf_add(buf, value->booleans[i] ? "\1" : "\0", 1);
    text = value->texts[i];
    if (!text.ptr)
        return add_int32(buf, UINT32_MAX);
    return add_int32(buf, text.len) && weir_buf_add(buf, text.ptr, text.len);
}

/* Dimensions, whether there are nulls, the type of items; of each dimension size and lower bound. */
static bool add_array(struct weir_buf *buf, const struct bound *value, Oid item_type)
{
    bool has_nulls = value->kind == BOUND_TEXT_ARRAY || value->kind == BOUND_BYTES_ARRAY;

    if (!add_int32(buf, value->n ? 1 : 0) || !add_int32(buf, has_nulls) ||
        !add_int32(buf, item_type))
        return false;
    if (value->n && (!add_int32(buf, value->n) || !add_int32(buf, 1)))
        return false;
    for (size_t i = 0; i < value->n; i++)
        if (!add_item(buf, value, i))
            return false;
    return true;
}

/* Fills all but the pointer, since the buffer may still move. */
static bool add(struct params *params, int i, const struct bound *value)
{
    static const struct {
        Oid array, item;
    } arrays[] = {
        [BOUND_INTEGER_ARRAY] = {OID_INT8_ARRAY, OID_INT8},
        [BOUND_TEXT_ARRAY] = {OID_TEXT_ARRAY, OID_TEXT},
        [BOUND_BYTES_ARRAY] = {OID_BYTEA_ARRAY, OID_BYTEA},
        [BOUND_BOOL_ARRAY] = {OID_BOOL_ARRAY, OID_BOOL},
    };
    struct weir_buf *buf = &params->bytes;

    switch (value->kind) {
    case BOUND_NULL:
        return true;
    case BOUND_BOOL:
        return weir_buf_add_text(buf, value->integer ? "t" : "f");
    case BOUND_INTEGER:
        return weir_buf_printf(buf, "%" PRId64, value->integer);
    case BOUND_TEXT:
        return (!value->text.len || !memchr(value->text.ptr, '\0', value->text.len)) &&
               weir_buf_add(buf, value->text.ptr, value->text.len);
    case BOUND_BYTES:
        params->types[i] = OID_BYTEA;
        params->formats[i] = BINARY;
        return weir_buf_add(buf, value->text.ptr, value->text.len);
    default:
        params->types[i] = arrays[value->kind].array;
        params->formats[i] = BINARY;
        return add_array(buf, value, arrays[value->kind].item);
    }
}

static bool is_null(const struct bound *value)
{
    return value->kind == BOUND_NULL ||
           ((value->kind == BOUND_TEXT || value->kind == BOUND_BYTES) && !value->text.ptr);
}

bool params_init(struct params *params, const struct bound *values, size_t n)
{
    size_t starts[PARAMS_MAX];

    assert(n <= PARAMS_MAX);
    *params = (struct params){.n = (int)n};
    weir_buf_init(&params->bytes, VALUES_MAX, 1);
    for (size_t i = 0; i < n; i++) {
        starts[i] = params->bytes.len;
        if (is_null(&values[i]))
            continue;
        if (!add(params, (int)i, &values[i]))
            return false;
        params->lengths[i] = (int)(params->bytes.len - starts[i]);
        /* libpq reads texts up to a NUL. */
        if (!weir_buf_add(&params->bytes, "", 1))
            return false;
    }
    for (size_t i = 0; i < n; i++)
        params->values[i] = is_null(&values[i]) ? NULL : params->bytes.ptr + starts[i];
    return true;
}

void params_done(struct params *params)
{
    weir_buf_done(&params->bytes);
}
