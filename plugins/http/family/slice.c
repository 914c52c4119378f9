#include "slice.h"

#include <stdio.h>
#include <string.h>
#include <weir/json.h>
#include <weir/node.h>

bool http_slices(const struct weir_resource *child)
{
    return child->incremental && child->incremental->step;
}

/* --- opening -------------------------------------------------------------------------------- */

struct weir_windows *http_slices_of(struct weir_stage *stage, const struct weir_resource *child,
    const struct weir_opening *whole, struct weir_error *ret_error)
{
    struct weir_error error = {0};
    struct weir_windows *windows = weir_windows_new(child->incremental,
        weir_last_mark(stage, child, &whole->chain), weir_pass_now(stage), &error);

    if (!windows)
        (void)weir_error_set(
            ret_error, error.fault, error.code, "incremental of '%s': %s", child->name, error.text);
    return windows;
}

static const char *hex_of(const struct weir_id *id, struct weir_arena *arena)
{
    char *hex = weir_alloc(arena, 2 * WEIR_ID_SIZE + 1);

    for (size_t i = 0; i < WEIR_ID_SIZE; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", id->bytes[i]);
    return hex;
}

static struct weir_str quoted(struct weir_str text, struct weir_arena *arena)
{
    return text.ptr ? weir_json_quote(arena, text) : weir_str("null");
}

bool http_slice_next(struct weir_windows *windows, const struct weir_opening *whole,
    struct weir_arena *arena, struct weir_opening *ret_opening)
{
    int len = (int)strlen(whole->next) - 1; /* what closes it stands behind */
    struct weir_window window;

    if (!weir_windows_next(windows, arena, &window))
        return false;
    ret_opening->resource = whole->resource;
    ret_opening->chain = weir_window_id(windows, &window, whole->chain);
    ret_opening->next = weir_printf(arena, "%.*s,\"series\":\"%s\",\"window\":[%.*s,%.*s,%s,%.*s]}",
        len, whole->next, hex_of(&whole->chain, arena), WEIR_STR_ARG(quoted(window.start, arena)),
        WEIR_STR_ARG(quoted(window.end, arena)), window.is_last ? "true" : "false",
        WEIR_STR_ARG(quoted(window.initial, arena)));
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

static int digit_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

static bool read_hex(struct weir_str hex, struct weir_id *ret_id)
{
    if (hex.len != 2 * WEIR_ID_SIZE)
        return false;
    for (size_t i = 0; i < WEIR_ID_SIZE; i++) {
        int high = digit_of(hex.ptr[2 * i]), low = digit_of(hex.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        ret_id->bytes[i] = (unsigned char)(16 * high + low);
    }
    return true;
}

static bool read_border(const struct weir_node *node, const struct weir_resource *child,
    struct weir_arena *arena, struct weir_mark *ret_mark)
{
    struct weir_value value = weir_text(WEIR_TEXT, node->text);
    struct weir_error ignored = {0};

    return weir_mark_read(child->incremental, &value, arena, ret_mark, &ignored) == WEIR_OK;
}

static bool read_window(const struct weir_node *node, const struct weir_resource *child,
    struct weir_arena *arena, struct weir_window *window)
{
    if (!node || node->kind != WEIR_NODE_LIST || node->n != 4 ||
        !read_border(node->items[0], child, arena, &window->from) ||
        !read_border(node->items[1], child, arena, &window->to))
        return false;
    window->start = window->from.text;
    window->end = window->to.text;
    window->is_last = weir_str_is(node->items[2]->text, "true");
    if (node->items[3]->quoted)
        window->initial = node->items[3]->text;
    return true;
}

enum weir_status http_slice_read(const char *text, const struct weir_resource *child,
    struct weir_arena *arena, struct weir_id *ret_series, struct weir_window **ret_window,
    struct weir_error *ret_error)
{
    struct weir_error why = {0};
    const struct weir_node *node =
        weir_node_from_json(arena, (struct weir_str){text, strcspn(text, "\n")}, &why);
    const struct weir_node *series = weir_node_get(node, "series");

    *ret_window = weir_new(arena, struct weir_window);
    if (series && series->kind == WEIR_NODE_SCALAR && read_hex(series->text, ret_series) &&
        read_window(weir_node_get(node, "window"), child, arena, *ret_window))
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
        "what an earlier run has left of a window cannot be read; begin anew with --restart");
}
