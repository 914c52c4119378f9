#include "marks.h"

#include "ties.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

/* One series. */
struct entry {
    struct weir_id series;
    const char *text; /* NULL: the slot is free */
    struct weir_id *ties;
    uint32_t n_ties;
    uint32_t resource;
};

struct marks {
    const struct plan *plan;
    struct weir_arena *arena;
    struct marks_cursor *cursors; /* in the order of the plan's resources */
    struct entry *entries;        /* open addressing */
    size_t n;
    size_t n_slots;
};

static struct marks_cursor cursor_of(
    struct weir_arena *arena, const struct weir_incremental *incremental)
{
    struct marks_cursor cursor = {0};
    struct weir_str key;

    if (incremental && weir_path_split(arena, incremental->cursor_path, &key, &cursor.rest))
        cursor.column = weir_copy(arena, key).ptr;
    return cursor;
}

struct marks *marks_new(const struct plan *plan)
{
    struct marks *marks = weir_calloc(1, sizeof(*marks));

    marks->plan = plan;
    marks->arena = weir_arena_new();
    marks->cursors = weir_new_array(marks->arena, plan->n_resources, struct marks_cursor);
    for (size_t i = 0; i < plan->n_resources; i++)
        marks->cursors[i] = cursor_of(marks->arena, plan->resources[i].incremental);
    marks->n_slots = FIRST_SLOTS;
    marks->entries = weir_calloc(marks->n_slots, sizeof(*marks->entries));
    return marks;
}

void marks_free(struct marks *marks)
{
    if (!marks)
        return;
    free(marks->entries);
    weir_arena_free(marks->arena);
    free(marks);
}

const struct plan *marks_plan(const struct marks *marks)
{
    return marks->plan;
}

const struct marks_cursor *marks_cursor(const struct marks *marks, size_t resource)
{
    return &marks->cursors[resource];
}

/* The slot of the series, or the free one where it belongs. An id is a hash already. */
static struct entry *find(const struct marks *marks, size_t resource, const struct weir_id *series)
{
    uint64_t hash;
    size_t i;

    memcpy(&hash, series->bytes, sizeof(hash));
    i = (size_t)((hash + resource) % marks->n_slots);
    while (marks->entries[i].text &&
           (marks->entries[i].resource != resource ||
               memcmp(&marks->entries[i].series, series, sizeof(*series)) != 0))
        i = i + 1 < marks->n_slots ? i + 1 : 0;
    return &marks->entries[i];
}

static void grow(struct marks *marks)
{
    struct entry *old = marks->entries;
    size_t n = marks->n_slots;

    marks->n_slots *= 2;
    marks->entries = weir_calloc(marks->n_slots, sizeof(*marks->entries));
    for (size_t i = 0; i < n; i++)
        if (old[i].text)
            *find(marks, old[i].resource, &old[i].series) = old[i];
    free(old);
}

const char *marks_key(
    const struct weir_incremental *incremental, struct weir_str key, struct weir_arena *arena)
{
    return weir_printf(
        arena, "%s:%.*s", weir_path_text(incremental->cursor_path), (int)key.len, key.ptr);
}

/* Another cursor, one of another type, or one that is written in another way: another value. */
static bool is_of_cursor(const struct weir_incremental *incremental,
    const struct weir_marked *marked, struct weir_arena *arena)
{
    const struct weir_value text = weir_text(WEIR_TEXT, weir_str(marked->text));
    struct weir_error reason = {0};
    struct weir_mark mark;

    return weir_mark_read(incremental, &text, arena, &mark, &reason) == WEIR_OK &&
           strcmp(marks_key(incremental, mark.key, arena), marked->key) == 0;
}

static enum weir_status check_mark(const struct weir_resource *resource,
    const struct weir_marked *marked, struct weir_error *error)
{
    struct weir_arena *arena = weir_arena_new();
    bool good = is_of_cursor(resource->incremental, marked, arena);

    weir_arena_free(arena);
    if (good)
        return WEIR_OK;
    return weir_error_set(error, WEIR_FAULT_USAGE, "E-STATE-MARK",
        "resource '%s': the mark that earlier runs left, '%s', is of another cursor; undo the "
        "change of 'incremental', or forget the mark with 'weir state FILE reset --resource %s'",
        resource->name, marked->text, resource->name);
}

static void copy_ties(struct marks *marks, struct entry *entry, struct weir_str ties)
{
    entry->n_ties = (uint32_t)(ties.len / sizeof(struct weir_id));
    entry->ties = weir_new_array(marks->arena, entry->n_ties, struct weir_id);
    if (!entry->n_ties)
        return;
    memcpy(entry->ties, ties.ptr, entry->n_ties * sizeof(struct weir_id));
    qsort(entry->ties, entry->n_ties, sizeof(struct weir_id), ties_compare);
}

enum weir_status marks_add(
    struct marks *marks, const struct weir_marked *marked, struct weir_error *ret_error)
{
    const struct plan *plan = marks->plan;
    struct entry *entry;
    size_t i = 0;

    while (i < plan->n_resources && strcmp(plan->resources[i].name, marked->resource) != 0)
        i++;
    if (i == plan->n_resources || !marks->cursors[i].column)
        return WEIR_OK;
    if (check_mark(&plan->resources[i], marked, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (marks->n >= marks->n_slots / 4 * 3)
        grow(marks);
    entry = find(marks, i, &marked->series);
    marks->n += !entry->text;
    *entry = (struct entry){
        .series = marked->series,
        .text = weir_copy_text(marks->arena, marked->text),
        .resource = (uint32_t)i,
    };
    if (plan->resources[i].disposition == WEIR_APPEND)
        copy_ties(marks, entry, marked->ties);
    return WEIR_OK;
}

bool marks_find(const struct marks *marks, size_t resource, const struct weir_id *series,
    struct marks_old *ret_old)
{
    const struct entry *entry = find(marks, resource, series);

    if (!entry->text)
        return false;
    *ret_old = (struct marks_old){entry->text, entry->ties, entry->n_ties};
    return true;
}
