/* Windows: the range of a chain, whole or in steps. */
#include "range.h"

#include "moment.h"

#include <inttypes.h>
#include <string.h>

struct weir_windows {
    const struct weir_incremental *incremental;
    struct weir_arena *arena;
    struct weir_str initial;
    struct weir_mark start; /* key.ptr NULL: from the beginning */
    struct weir_mark end;   /* key.ptr NULL: there is none */
    bool is_open;           /* the end is told, and rows behind it are wanted all the same */
    wide step;              /* 0: one window */
    unsigned digits;        /* of computed texts */
    uint64_t total;
    uint64_t at;
};

/* So many digits that the distance is seen in them. */
static unsigned digits_of(const struct weir_incremental *incremental, wide distance)
{
    bool has_fraction = distance % NS_OF_SECOND != 0;

    return has_fraction && (incremental->cursor_type == WEIR_CURSOR_DATETIME ||
                               incremental->cursor_type == WEIR_CURSOR_EPOCH)
               ? 3
               : 0;
}

static void at_least(unsigned *digits, unsigned least)
{
    *digits = *digits < least ? least : *digits;
}

/* The mark minus the lag, but not before what the first run began with. */
static void step_back(
    struct weir_windows *windows, const struct weir_mark *mark, const struct weir_mark *initial)
{
    const struct weir_incremental *incremental = windows->incremental;
    wide lag, first, last, value;
    unsigned digits = mark->point.digits;

    windows->start = *mark;
    if (!range_distance(incremental, incremental->lag, &lag) || lag == 0)
        return;
    point_range(incremental, &first, &last);
    value = point_value(&mark->point) - lag;
    if (initial->key.ptr && point_value(&initial->point) > value) {
        if (weir_mark_compare(initial, mark) < 0)
            windows->start = *initial;
        return;
    }
    at_least(&digits, digits_of(incremental, lag));
    windows->start =
        mark_of(incremental, windows->arena, point_of(value < first ? first : value, digits));
}

/* In the unit of the points, cut down to what a text shows. */
static wide cut(const struct weir_windows *windows, wide ns)
{
    const struct weir_incremental *incremental = windows->incremental;
    unsigned digits = windows->digits;
    wide unit = range_resolution(incremental);
    wide shown = NS_OF_SECOND;

    if (incremental->cursor_type == WEIR_CURSOR_DATE)
        return wide_floor(ns, (wide)SECONDS_OF_DAY * NS_OF_SECOND);
    if (incremental->cursor_type == WEIR_CURSOR_EPOCH_MS)
        shown = NS_OF_MS;
    if (incremental->cursor_format)
        at_least(&digits, 1); /* %f has one at the least */
    for (; digits > 0 && shown > 1; digits--)
        shown /= 10;
    if (shown > unit)
        unit = shown;
    return wide_floor(ns, unit) * unit;
}

static enum weir_status set_end(
    struct weir_windows *windows, const char *now, struct weir_error *error)
{
    const struct weir_incremental *incremental = windows->incremental;
    struct weir_str text = range_text(incremental->end_value, windows->arena);
    struct moment moment;
    wide ns;

    if (text.ptr)
        return mark_read_text(incremental, text, windows->arena, &windows->end, error);
    if (!point_is_time(incremental) || !now)
        return WEIR_OK;
    if (!moment_read(weir_str(now), &moment) || !moment_value(&moment, &ns))
        return weir_error_set(
            error, WEIR_FAULT_BUG, "E-BUG", "'%s' is no time in RFC 3339 to end a range at", now);
    windows->end =
        mark_of(incremental, windows->arena, point_of(cut(windows, ns), windows->digits));
    windows->is_open = windows->step == 0;
    return WEIR_OK;
}

static enum weir_status set_start(
    struct weir_windows *windows, const char *text, struct weir_error *error)
{
    const struct weir_incremental *incremental = windows->incremental;
    struct weir_mark initial = {0};
    struct weir_mark mark;

    windows->initial = range_text(incremental->initial_value, windows->arena);
    if (windows->initial.ptr &&
        mark_read_text(incremental, windows->initial, windows->arena, &initial, error) != WEIR_OK)
        return WEIR_FAIL;
    windows->start = initial;
    if (!text)
        return WEIR_OK;
    if (mark_read_text(incremental, weir_str(text), windows->arena, &mark, error) != WEIR_OK)
        return WEIR_FAIL;
    step_back(windows, &mark, &initial);
    return WEIR_OK;
}

static enum weir_status count(struct weir_windows *windows, struct weir_error *error)
{
    bool has_start = windows->start.key.ptr;
    bool has_end = windows->end.key.ptr && !windows->is_open;
    wide steps;

    windows->total = 1;
    if (!has_start || !has_end)
        return WEIR_OK;
    if (windows->step == 0) {
        windows->total = weir_mark_compare(&windows->start, &windows->end) < 0;
        return WEIR_OK;
    }
    steps = range_steps(
        point_value(&windows->start.point), point_value(&windows->end.point), windows->step);
    if (steps > WEIR_WINDOWS_MAX)
        return weir_error_set(error, WEIR_FAULT_USAGE, "E-LIMIT",
            "the range from %s to %s has more than %d windows; make 'step' larger",
            windows->start.text.ptr, windows->end.text.ptr, WEIR_WINDOWS_MAX);
    windows->total = (uint64_t)steps;
    return WEIR_OK;
}

static enum weir_status prepare(
    struct weir_windows *windows, const char *mark, const char *now, struct weir_error *error)
{
    const struct weir_incremental *incremental = windows->incremental;

    if (!range_distance(incremental, incremental->step, &windows->step))
        return weir_error_set(
            error, WEIR_FAULT_USAGE, "E-VALUE", "'%s' is no step", incremental->step);
    if (set_start(windows, mark, error) != WEIR_OK)
        return WEIR_FAIL;
    windows->digits = windows->start.point.digits;
    at_least(&windows->digits, digits_of(incremental, windows->step));
    if (set_end(windows, now, error) != WEIR_OK)
        return WEIR_FAIL;
    if (windows->step && (!windows->start.key.ptr || !windows->end.key.ptr))
        return weir_error_set(
            error, WEIR_FAULT_USAGE, "E-VALUE", "'step' needs a range with a beginning and an end");
    return count(windows, error);
}

struct weir_windows *weir_windows_new(const struct weir_incremental *incremental, const char *mark,
    const char *now, struct weir_error *ret_error)
{
    struct weir_windows *windows;
    struct weir_arena *arena = weir_arena_new();

    windows = weir_new(arena, struct weir_windows);
    windows->arena = arena;
    windows->incremental = incremental;
    if (prepare(windows, mark, now, ret_error) == WEIR_OK)
        return windows;
    weir_windows_free(windows);
    return NULL;
}

void weir_windows_free(struct weir_windows *windows)
{
    if (windows)
        weir_arena_free(windows->arena);
}

uint64_t weir_windows_total(const struct weir_windows *windows)
{
    return windows->total;
}

static struct weir_mark copy_mark(struct weir_arena *arena, const struct weir_mark *mark)
{
    struct weir_mark copy = *mark;

    if (!mark->key.ptr)
        return copy;
    copy.text = weir_copy(arena, mark->text);
    copy.key = weir_copy(arena, mark->key);
    if (copy.point.text.ptr)
        copy.point.text = copy.text;
    return copy;
}

static struct weir_str copy_text(struct weir_arena *arena, struct weir_str text)
{
    return text.ptr ? weir_copy(arena, text) : text;
}

struct weir_window *weir_window_copy(struct weir_arena *arena, const struct weir_window *window)
{
    struct weir_window *copy;

    if (!window)
        return NULL;
    copy = weir_new(arena, struct weir_window);
    *copy = *window;
    copy->start = copy_text(arena, window->start);
    copy->end = copy_text(arena, window->end);
    copy->initial = copy_text(arena, window->initial);
    copy->from = copy_mark(arena, &window->from);
    copy->to = copy_mark(arena, &window->to);
    return copy;
}

/* The border before window i; the last one is the end. */
static struct weir_mark border(
    const struct weir_windows *windows, struct weir_arena *arena, uint64_t i)
{
    if (i == 0)
        return copy_mark(arena, &windows->start);
    if (i == windows->total)
        return copy_mark(arena, &windows->end);
    return mark_of(windows->incremental, arena,
        point_of(point_value(&windows->start.point) + (wide)i * windows->step, windows->digits));
}

bool weir_windows_next(
    struct weir_windows *windows, struct weir_arena *arena, struct weir_window *ret_window)
{
    struct weir_window window;

    if (windows->at == windows->total)
        return false;
    window = (struct weir_window){
        .from = border(windows, arena, windows->at),
        .to = border(windows, arena, windows->at + 1),
        .is_last = windows->at + 1 == windows->total,
    };
    windows->at++;
    window.start = window.from.text;
    window.end = window.to.text;
    if (windows->is_open)
        window.to = (struct weir_mark){0};
    if (windows->initial.ptr)
        window.initial = weir_copy(arena, windows->initial);
    *ret_window = window;
    return true;
}

struct weir_id weir_window_id(
    const struct weir_windows *windows, const struct weir_window *window, struct weir_id partition)
{
    const size_t size = sizeof(partition);
    struct weir_arena *arena;
    struct weir_id id;
    char *bytes;

    if (windows->step == 0)
        return partition;
    arena = weir_arena_new();
    /* Keys and not texts, so that a mark written another way is the same place; both have one
     * length. The partition stands in front, put in place of as many spaces. */
    bytes = weir_printf(
        arena, "%*sweir window %s %s", (int)size, "", window->from.key.ptr, window->to.key.ptr);
    memcpy(bytes, &partition, size);
    id = weir_id_of((struct weir_str){bytes, size + strlen(bytes + size)});
    weir_arena_free(arena);
    return id;
}

bool weir_window_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    const struct weir_window *window = arg;
    struct weir_str text = {NULL, 0};

    if (!window || root != WEIR_ROOT_INCREMENTAL)
        return false;
    if (weir_str_is(name, "start_value"))
        text = window->start;
    else if (weir_str_is(name, "end_value"))
        text = window->end;
    else if (weir_str_is(name, "initial_value"))
        text = window->initial;
    if (!text.ptr)
        return false;
    *ret_value = weir_text(WEIR_TEXT, text);
    return true;
}
