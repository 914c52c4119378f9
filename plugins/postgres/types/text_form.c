#include "text_form.h"

#include <weir/number.h>

#include "numbers.h"
#include "times.h"

#include <string.h>

_Static_assert((int)TEXT_FORM_SIZE >= (int)WEIR_NUMBER_SIZE, "numbers fit");
_Static_assert((int)TEXT_FORM_SIZE >= (int)TIME_TEXT_SIZE, "times fit");

struct weir_str text_form(const struct weir_value *value, char room[TEXT_FORM_SIZE])
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_BOOL:
        return weir_str(value->boolean ? "true" : "false");
    case WEIR_INT:
        return (struct weir_str){room, int_format(value->integer, room)};
    case WEIR_FLOAT:
        return (struct weir_str){room, weir_double_format(value->real, room)};
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return (struct weir_str){room, time_format_iso(value, room)};
    case WEIR_DECIMAL:
    case WEIR_TEXT:
    case WEIR_JSON:
        return weir_value_str(value);
    default:
        return weir_str("");
    }
}

void text_add(struct weir_buf *out, enum escape escape, const struct weir_value *value)
{
    char room[TEXT_FORM_SIZE];
    struct weir_str s;

    if (value->kind == WEIR_BYTES) {
        escape_add_hex(out, escape, value->text, value->length);
        return;
    }
    s = text_form(value, room);
    escape_add(out, escape, s.ptr, s.len);
}

/* What stands for the byte in a string of JSON; its length. */
static size_t json_escape(char c, char out[8])
{
    static const char digits[] = "0123456789abcdef";

    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = c;
        return 2;
    }
    memcpy(out, "\\u00", 4);
    out[4] = digits[(unsigned char)c >> 4];
    out[5] = digits[c & 0xf];
    return 6;
}

static void add_quoted(struct weir_buf *out, enum escape escape, struct weir_str s)
{
    const char *end = s.ptr + s.len;
    const char *plain = s.ptr;
    char escaped[8];

    escape_add(out, escape, "\"", 1);
    for (const char *at = s.ptr; at < end; at++) {
        if ((unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
            continue;
        escape_add(out, escape, plain, (size_t)(at - plain));
        escape_add(out, escape, escaped, json_escape(*at, escaped));
        plain = at + 1;
    }
    escape_add(out, escape, plain, (size_t)(end - plain));
    escape_add(out, escape, "\"", 1);
}

void text_add_json(struct weir_buf *out, enum escape escape, const struct weir_value *value)
{
    char room[TEXT_FORM_SIZE];
    struct weir_str s = text_form(value, room);

    if (value->kind == WEIR_TEXT || value->kind == WEIR_TIMESTAMP || value->kind == WEIR_DATE)
        add_quoted(out, escape, s);
    else
        escape_add(out, escape, s.ptr, s.len);
}
