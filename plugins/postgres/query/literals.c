#include "literals.h"

#include <inttypes.h>

/* --- one value, without the quotes around it ------------------------------------------------ */

/* A quote is doubled for the literal; in an array, quotes and backslashes have one before them. */
static bool add_escaped(struct weir_buf *sql, struct weir_str text, bool is_item)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '\0')
            return false;
        if (c == '\'' && !weir_buf_add(sql, "'", 1))
            return false;
        if (is_item && (c == '"' || c == '\\') && !weir_buf_add(sql, "\\", 1))
            return false;
        if (!weir_buf_add(sql, &c, 1))
            return false;
    }
    return true;
}

static bool add_hex(struct weir_buf *sql, struct weir_str bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];
        const char pair[] = {digits[byte >> 4], digits[byte & 15]};

        if (!weir_buf_add(sql, pair, sizeof(pair)))
            return false;
    }
    return true;
}

static bool add_item(struct weir_buf *sql, const struct bound *value, size_t i)
{
    struct weir_str text;

    if (value->kind == BOUND_INTEGER_ARRAY)
        return weir_buf_printf(sql, "%" PRId64, value->integers[i]);
    if (value->kind == BOUND_BOOL_ARRAY)
        return weir_buf_add_text(sql, value->booleans[i] ? "t" : "f");
    text = value->texts[i];
    if (!text.ptr)
        return weir_buf_add_text(sql, "NULL");
    if (value->kind == BOUND_BYTES_ARRAY)
        return weir_buf_add_text(sql, "\"\\\\x") && add_hex(sql, text) &&
               weir_buf_add_text(sql, "\"");
    return weir_buf_add_text(sql, "\"") && add_escaped(sql, text, true) &&
           weir_buf_add_text(sql, "\"");
}

static bool add_array(struct weir_buf *sql, const struct bound *value)
{
    if (!weir_buf_add_text(sql, "{"))
        return false;
    for (size_t i = 0; i < value->n; i++)
        if ((i && !weir_buf_add_text(sql, ",")) || !add_item(sql, value, i))
            return false;
    return weir_buf_add_text(sql, "}");
}

/* --- its literal ------------------------------------------------------------------------------ */

static bool add_content(struct weir_buf *sql, const struct bound *value)
{
    switch (value->kind) {
    case BOUND_BOOL:
        return weir_buf_add_text(sql, value->integer ? "t" : "f");
    case BOUND_INTEGER:
        return weir_buf_printf(sql, "%" PRId64, value->integer);
    case BOUND_TEXT:
        return add_escaped(sql, value->text, false);
    case BOUND_BYTES:
        return weir_buf_add_text(sql, "\\x") && add_hex(sql, value->text);
    default:
        return add_array(sql, value);
    }
}

static bool is_null(const struct bound *value)
{
    return value->kind == BOUND_NULL ||
           ((value->kind == BOUND_TEXT || value->kind == BOUND_BYTES) && !value->text.ptr);
}

static bool add_literal(struct weir_buf *sql, const struct bound *value)
{
    if (is_null(value))
        return weir_buf_add_text(sql, "NULL");
    /* Backslashes are letters like others: the session has standard_conforming_strings on. */
    return weir_buf_add_text(sql, "'") && add_content(sql, value) && weir_buf_add_text(sql, "'");
}

bool literals_append(struct weir_buf *sql, const struct bound *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((i && !weir_buf_add_text(sql, ", ")) || !add_literal(sql, &values[i]))
            return false;
    return true;
}
