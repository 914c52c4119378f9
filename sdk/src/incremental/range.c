#include "range.h"

#include "format.h"

#include <weir/option.h>

struct weir_str range_text(const struct weir_template *value, struct weir_arena *arena)
{
    struct weir_str text = {NULL, 0};

    if (value &&
        weir_template_fill(value, arena, WEIR_ENCODE_NONE, NULL, NULL, &text, NULL) != WEIR_OK)
        return (struct weir_str){NULL, 0};
    return text;
}

bool range_distance(
    const struct weir_incremental *incremental, const char *text, wide *ret_distance)
{
    int64_t number;
    uint64_t ms;

    *ret_distance = 0;
    if (!text)
        return true;
    if (incremental->cursor_type == WEIR_CURSOR_INTEGER) {
        if (!weir_parse_int(text, &number))
            return false;
        *ret_distance = number;
        return number > 0;
    }
    if (!point_is_time(incremental) || !weir_parse_duration(text, &ms))
        return false;
    *ret_distance = (wide)ms * NS_OF_MS;
    if (incremental->cursor_type == WEIR_CURSOR_DATE)
        *ret_distance = (wide)(ms / (uint64_t)MS_OF_DAY);
    return ms > 0 &&
           (incremental->cursor_type != WEIR_CURSOR_DATE || ms % (uint64_t)MS_OF_DAY == 0);
}

wide range_resolution(const struct weir_incremental *incremental)
{
    struct format_facts facts;
    size_t bad;

    if (incremental->cursor_type == WEIR_CURSOR_DATETIME && incremental->cursor_format &&
        format_examine(incremental->cursor_format, &facts, &bad))
        return facts.resolution;
    return 1;
}

wide range_steps(wide from, wide to, wide step)
{
    return from < to ? (to - from - 1) / step + 1 : 0;
}
