/* Marks: a value of the cursor with the text that the source is asked with, and the key that tells
 * its place among all others. */
#include "point.h"

#include <string.h>

enum {
    KEY_DIGITS = 21, /* of the largest value, 2.6e20 nanoseconds */
    KEY_SIZE = KEY_DIGITS + 1,
};

static struct weir_str text_key(struct weir_arena *arena, struct weir_str text)
{
    static const char digits[] = "0123456789abcdef";
    char *key = weir_alloc(arena, 2 * text.len + 1);

    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];

        key[2 * i] = digits[byte >> 4];
        key[2 * i + 1] = digits[byte & 15];
    }
    key[2 * text.len] = '\0';
    return (struct weir_str){key, 2 * text.len};
}

/* A sign that stands in the order of the signs, and all digits; below 0 their complement, so that
 * what is farther from 0 comes first. */
static struct weir_str number_key(struct weir_arena *arena, wide value)
{
    char *key = weir_alloc(arena, KEY_SIZE + 1);
    wide all = 1;

    for (int i = 0; i < KEY_DIGITS; i++)
        all *= 10;
    key[0] = value < 0 ? '0' : '1';
    if (value < 0)
        value += all;
    for (int i = KEY_DIGITS; i > 0; i--) {
        key[i] = (char)('0' + (int)(value % 10));
        value /= 10;
    }
    key[KEY_SIZE] = '\0';
    return (struct weir_str){key, KEY_SIZE};
}

static struct weir_str key_of(const struct weir_incremental *incremental, struct weir_arena *arena,
    const struct weir_point *point)
{
    if (incremental->cursor_type == WEIR_CURSOR_TEXT)
        return text_key(arena, point->text);
    return number_key(arena, point_value(point));
}

struct weir_mark mark_of(
    const struct weir_incremental *incremental, struct weir_arena *arena, struct weir_point point)
{
    return (struct weir_mark){
        .text = point_write(incremental, arena, &point),
        .key = key_of(incremental, arena, &point),
        .point = point,
    };
}

/* Values that come typed have no text of their own, and the form given may lose a part of them:
 * what is asked for next would then begin too early, and rows would be there twice. */
static enum weir_status check_written(const struct weir_incremental *incremental,
    const struct weir_mark *mark, struct weir_error *error)
{
    struct weir_value text = weir_text(WEIR_TEXT, mark->text);
    struct weir_point again;

    if (!incremental->cursor_format)
        return WEIR_OK;
    if (weir_point_read(incremental, &text, &again, error) != WEIR_OK)
        return WEIR_FAIL;
    if (weir_point_compare(&again, &mark->point) == 0)
        return WEIR_OK;
    return weir_error_set(error, WEIR_FAULT_DATA, "E-CURSOR",
        "'cursor_format: %s' leaves out a part of the value and makes '%s' of it; leave the option "
        "out, or let it have what is missing (%%f for fractions)",
        incremental->cursor_format, mark->text.ptr);
}

enum weir_status weir_mark_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_arena *arena, struct weir_mark *ret_mark,
    struct weir_error *ret_error)
{
    struct weir_point point;
    enum weir_status status = weir_point_read(incremental, value, &point, ret_error);

    if (status != WEIR_OK)
        return status;
    if (value->kind != WEIR_TEXT && value->kind != WEIR_DECIMAL) {
        *ret_mark = mark_of(incremental, arena, point);
        return check_written(incremental, ret_mark, ret_error);
    }
    *ret_mark = (struct weir_mark){
        .text = weir_copy(arena, weir_value_str(value)),
        .key = key_of(incremental, arena, &point),
        .point = point,
    };
    if (point.text.ptr)
        ret_mark->point.text = ret_mark->text;
    return WEIR_OK;
}

enum weir_status mark_read_text(const struct weir_incremental *incremental, struct weir_str text,
    struct weir_arena *arena, struct weir_mark *ret_mark, struct weir_error *ret_error)
{
    struct weir_value value = weir_text(WEIR_TEXT, text);

    return weir_mark_read(incremental, &value, arena, ret_mark, ret_error);
}

int weir_mark_compare(const struct weir_mark *a, const struct weir_mark *b)
{
    size_t least = a->key.len < b->key.len ? a->key.len : b->key.len;
    int order = memcmp(a->key.ptr, b->key.ptr, least);

    return order ? order : (a->key.len > b->key.len) - (a->key.len < b->key.len);
}
