#include "array.h"

#include <stdlib.h>

#include <weir/number.h>

void array_init(struct array *array, const struct weir_value *value)
{
    *array = (struct array){.scan = {value->text, value->text + value->length}};
}

void array_done(struct array *array)
{
    free(array->text);
    array->text = NULL;
}

struct type array_element(const struct type *type)
{
    return (struct type){
        .kind = type->element_kind,
        .oid = type->element_oid,
        .modifier = type->modifier,
        .name = type->name,
    };
}

static bool fail(struct array *array, const char *why)
{
    array->why = why;
    return false;
}

static bool take_text(struct array *array, struct weir_value *ret_value)
{
    struct json_string string;

    if (!json_take_string(&array->scan, &string))
        return fail(array, "is no valid JSON");
    if (string.has_half)
        return fail(array, "holds half of a surrogate pair");
    if (string.has_escape) {
        array->text = weir_malloc(string.raw.len);
        string.raw = (struct weir_str){array->text, json_unescape(string.raw, array->text)};
    }
    *ret_value = weir_text(WEIR_TEXT, string.raw);
    return true;
}

/* A number with a fraction keeps its digits as they are, for those types that keep them. */
static bool take_number(struct array *array, struct weir_value *ret_value)
{
    struct weir_str number;

    if (!json_take_number(&array->scan, &number) || !weir_number_parse(number, ret_value))
        return fail(array, "is no valid JSON");
    if (ret_value->kind != WEIR_INT)
        *ret_value = weir_text(WEIR_DECIMAL, number);
    return true;
}

static bool take_element(struct array *array, struct weir_value *ret_value)
{
    struct json_scan *scan = &array->scan;

    json_skip_blanks(scan);
    if (scan->at < scan->end && *scan->at == '"')
        return take_text(array, ret_value);
    if (scan->at < scan->end && (*scan->at == '[' || *scan->at == '{'))
        return fail(array, "is an array with arrays or objects in it");
    if (json_take_word(scan, "null"))
        *ret_value = weir_null();
    else if (json_take_word(scan, "true"))
        *ret_value = weir_bool(true);
    else if (json_take_word(scan, "false"))
        *ret_value = weir_bool(false);
    else
        return take_number(array, ret_value);
    return true;
}

static bool is_at_end(struct array *array)
{
    json_skip_blanks(&array->scan);
    if (!json_take(&array->scan, ']'))
        return false;
    json_skip_blanks(&array->scan);
    if (array->scan.at < array->scan.end)
        array->why = "is no valid JSON";
    return true;
}

bool array_next(struct array *array, struct weir_value *ret_value)
{
    array_done(array);
    if (!array->begun) {
        array->begun = true;
        json_skip_blanks(&array->scan);
        if (!json_take(&array->scan, '['))
            return fail(array, "is no JSON array");
        if (is_at_end(array))
            return false;
        return take_element(array, ret_value);
    }
    if (is_at_end(array))
        return false;
    if (!json_take(&array->scan, ','))
        return fail(array, "is no valid JSON");
    return take_element(array, ret_value);
}
