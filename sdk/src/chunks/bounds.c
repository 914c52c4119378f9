/* A window as a database may ask for it: never narrower than the engine's own. */
#include <weir/chunks.h>

#include "incremental/point.h"

#include <stdio.h>
#include <weir/moment.h>

/* How many units of a point's value are one of the database's. */
static wide scale_of(const struct weir_incremental *incremental)
{
    switch ((enum weir_cursor_type)incremental->cursor_type) {
    case WEIR_CURSOR_DATETIME:
    case WEIR_CURSOR_EPOCH:
        return NS_OF_SECOND;
    case WEIR_CURSOR_EPOCH_MS:
        return NS_OF_MS;
    default:
        return 1;
    }
}

/* In the database's unit: the last one that is not behind the point, or the one behind that. */
static bool read_point(const struct weir_incremental *incremental, const struct weir_mark *mark,
    bool is_end, int64_t *ret_value)
{
    wide value;

    if (!mark->key.ptr)
        return false;
    value = wide_floor(point_value(&mark->point), scale_of(incremental));
    if (incremental->cursor_type == WEIR_CURSOR_DATE)
        value *= SECONDS_OF_DAY;
    value += is_end;
    if (value < INT64_MIN)
        value = INT64_MIN;
    if (value > INT64_MAX && is_end)
        return false;
    *ret_value = (int64_t)(value > INT64_MAX ? INT64_MAX : value);
    return true;
}

static void take_texts(struct weir_chunk_bounds *bounds, const struct weir_window *window)
{
    bounds->kind = WEIR_CHUNK_TEXTS;
    bounds->has_start = window->from.key.ptr;
    bounds->has_end = window->to.key.ptr;
    bounds->start_text = window->from.text;
    bounds->end_text = window->to.text;
}

static void take_values(struct weir_chunk_bounds *bounds,
    const struct weir_incremental *incremental, const struct weir_window *window)
{
    bool is_time = incremental->cursor_type == WEIR_CURSOR_DATETIME ||
                   incremental->cursor_type == WEIR_CURSOR_DATE;

    bounds->kind = is_time ? WEIR_CHUNK_TIMES : WEIR_CHUNK_NUMBERS;
    bounds->has_start = read_point(incremental, &window->from, false, &bounds->start);
    bounds->has_end = read_point(incremental, &window->to, true, &bounds->end);
}

struct weir_chunk_bounds weir_chunks_bounds(const struct weir_chunk_part *part)
{
    const struct weir_incremental *incremental = part->resource->incremental;
    struct weir_chunk_bounds bounds = {.kind = WEIR_CHUNK_ALL};

    if (!part->window || incremental->cursor_format)
        return bounds;
    if (incremental->cursor_type == WEIR_CURSOR_TEXT)
        take_texts(&bounds, part->window);
    else
        take_values(&bounds, incremental, part->window);
    bounds.takes_others = part->window->is_last;
    bounds.takes_nulls =
        part->window->is_last && incremental->on_cursor_value_missing != WEIR_MISSING_EXCLUDE;
    return bounds;
}

bool weir_chunks_day(int64_t second, int days, char out[WEIR_CHUNK_DAY_SIZE])
{
    int64_t floor = second / SECONDS_OF_DAY - (second % SECONDS_OF_DAY < 0);
    struct weir_day day = weir_day_at(floor + days);

    if (day.year < 0 || day.year > 9999)
        return false;
    (void)snprintf(
        out, WEIR_CHUNK_DAY_SIZE, "%04d-%02u-%02u", (int)day.year, day.month % 13, day.day % 32);
    return true;
}
