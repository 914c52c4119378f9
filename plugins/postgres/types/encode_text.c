/* Fields of a text COPY: what the type's input function reads, escaped. */
#include "type.h"

#include "array.h"
#include "numbers.h"
#include "put.h"
#include "text_form.h"
#include "times.h"
#include "uuid.h"

static void add_int(struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    char *at = put_begin(out, INT_TEXT_SIZE);
    int64_t integer = 0;
    const char *why;

    (void)int_from_value(type, value, &integer, &why);
    put_end(out, at + int_format(integer, at));
}

static void add_time(struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    char *at = put_begin(out, TIME_TEXT_SIZE);
    int64_t time = 0;
    const char *why;

    (void)time_from_value(type, value, &time, &why);
    put_end(out, at + time_format(type->kind, time, at));
}

static void add_uuid(struct weir_buf *out, const struct weir_value *value)
{
    unsigned char uuid[UUID_SIZE] = {0};
    char *at = put_begin(out, UUID_TEXT_SIZE);

    (void)uuid_parse(weir_value_str(value), uuid);
    uuid_format(uuid, at);
    put_end(out, at + UUID_TEXT_SIZE);
}

static void add_scalar(struct weir_buf *out, enum escape escape, const struct type *type,
    const struct weir_value *value)
{
    switch (type->kind) {
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        add_int(out, type, value);
        break;
    case TYPE_TIMESTAMPTZ:
    case TYPE_TIMESTAMP:
    case TYPE_DATE:
    case TYPE_TIME:
        add_time(out, type, value);
        break;
    case TYPE_UUID:
        add_uuid(out, value);
        break;
    case TYPE_JSON:
    case TYPE_JSONB:
        text_add_json(out, escape, value);
        break;
    default:
        text_add(out, escape, value);
        break;
    }
}

/* Each element in quotes, so that none is taken for a null, or for two. */
static void add_array(struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    struct type element = array_element(type);
    struct weir_value item;
    struct array array;
    const char *between = "{";

    array_init(&array, value);
    for (; array_next(&array, &item); between = ",") {
        escape_add(out, ESCAPE_NONE, between, 1);
        if (item.kind == WEIR_NULL) {
            escape_add(out, ESCAPE_NONE, "NULL", 4);
            continue;
        }
        escape_add(out, ESCAPE_NONE, "\"", 1);
        add_scalar(out, ESCAPE_ARRAY, &element, &item);
        escape_add(out, ESCAPE_NONE, "\"", 1);
    }
    array_done(&array);
    if (*between == '{')
        escape_add(out, ESCAPE_NONE, "{", 1);
    escape_add(out, ESCAPE_NONE, "}", 1);
}

void type_encode_text(struct weir_buf *out, const struct type *type, const struct weir_value *value)
{
    if (value->kind == WEIR_NULL)
        escape_add(out, ESCAPE_NONE, "\\N", 2);
    else if (type->kind == TYPE_ARRAY)
        add_array(out, type, value);
    else
        add_scalar(out, ESCAPE_COPY, type, value);
}
