/* Defaults: from the text in the table to the node that a user would have written. */
#include "option_reading.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static struct weir_str trim(struct weir_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static struct weir_node *text_node(struct weir_arena *arena, struct weir_str text)
{
    struct weir_node *node = weir_node_scalar(arena, weir_copy(arena, text).ptr);

    /* Else a default of nothing, "null" or "~" would not be a text. */
    node->quoted = true;
    return node;
}

/* [408, 429, 5xx]: words between commas, without nesting and without quotes. */
static const struct weir_node *word_list(struct weir_arena *arena, const char *text)
{
    struct weir_str rest = {text + 1, strlen(text) - 2};
    struct weir_node *list = weir_node_list(arena);

    rest = trim(rest);
    while (rest.len > 0) {
        const char *comma = memchr(rest.ptr, ',', rest.len);
        size_t n = comma ? (size_t)(comma - rest.ptr) : rest.len;

        weir_node_add(arena, list, NULL, text_node(arena, trim((struct weir_str){rest.ptr, n})));
        rest.ptr += comma ? n + 1 : n;
        rest.len -= comma ? n + 1 : n;
    }
    return list;
}

static bool may_be_structured(uint32_t type)
{
    return type == WEIR_OPTION_PAIRS || type == WEIR_OPTION_TEMPLATES ||
           type == WEIR_OPTION_DOCUMENT || type == WEIR_OPTION_NODE || type == WEIR_OPTION_GROUP ||
           type == WEIR_OPTION_GROUPS || type == WEIR_OPTION_VARIANT;
}

const struct weir_node *option_initial(
    const struct weir_option_context *context, const struct weir_option *row)
{
    const char *text = row->initial;
    size_t length = strlen(text);

    if (row->type == WEIR_OPTION_TEXTS && length >= 2 && text[0] == '[' && text[length - 1] == ']')
        return word_list(context->arena, text);
    if (may_be_structured(row->type) && (text[0] == '{' || text[0] == '['))
        return weir_node_from_json(context->arena, weir_str(text), NULL);
    if (row->type == WEIR_OPTION_DOCUMENT || row->type == WEIR_OPTION_NODE)
        return weir_node_scalar(context->arena, text);
    return text_node(context->arena, weir_str(text));
}
