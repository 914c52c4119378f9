#include "data.h"

static bool stand_in(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    (void)arg;
    (void)root;
    (void)name;
    *ret_value = weir_text(WEIR_TEXT, weir_str("x"));
    return true;
}

const struct weir_node *http_data_shape(const struct weir_document *data, struct weir_arena *arena)
{
    struct weir_error ignored = {0};
    struct weir_str json;

    if (weir_document_fill(data, arena, stand_in, NULL, &json, &ignored) != WEIR_OK)
        return NULL;
    return weir_node_from_json(arena, json, &ignored);
}

bool http_data_is_form(const struct weir_document *data)
{
    struct weir_arena *arena = weir_arena_new();
    const struct weir_node *shape = http_data_shape(data, arena);
    bool is_form = shape && shape->kind == WEIR_NODE_MAP;

    weir_arena_free(arena);
    return is_form;
}

/* --- the check ---------------------------------------------------------------------------- */

static bool is_value(const struct weir_node *node)
{
    return node->kind == WEIR_NODE_SCALAR && (node->quoted || !weir_str_is(node->text, "null"));
}

static bool are_values(const struct weir_node *node)
{
    bool good = node->kind == WEIR_NODE_LIST ? node->n > 0 : is_value(node);

    for (size_t i = 0; good && node->kind == WEIR_NODE_LIST && i < node->n; i++)
        good = is_value(node->items[i]);
    return good;
}

void http_data_check(
    const struct weir_document *data, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    const struct weir_node *shape = http_data_shape(data, mistakes->arena);

    if (!shape)
        return;
    if (shape->kind == WEIR_NODE_LIST || (shape->kind == WEIR_NODE_SCALAR && !is_value(shape)))
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'data' needs a map of fields, which is sent as a form, or a text, which is sent as it "
            "is; see also json");
    for (size_t i = 0; shape->kind == WEIR_NODE_MAP && i < shape->n; i++)
        if (!are_values(shape->items[i]))
            weir_mistake(mistakes, at, 0, "E-VALUE",
                "field '%s' of a form needs a text, a number, or a list of such; see also json",
                shape->keys[i]->text.ptr);
}

/* --- bodies ------------------------------------------------------------------------------- */

struct weir_str http_data_add_field(
    struct weir_arena *arena, struct weir_str form, struct weir_str name, struct weir_str value)
{
    struct weir_str key = weir_url_encode(arena, name);
    struct weir_str text = weir_url_encode(arena, value);

    return weir_str(weir_printf(arena, "%.*s%s%.*s=%.*s", WEIR_STR_ARG(form), form.len ? "&" : "",
        WEIR_STR_ARG(key), WEIR_STR_ARG(text)));
}

/* A value of a row may be an object: it goes as the JSON that it is. */
static struct weir_str text_of(const struct weir_node *node, struct weir_arena *arena)
{
    return node->kind == WEIR_NODE_SCALAR ? node->text : weir_node_to_json(arena, node);
}

static struct weir_str form_of(const struct weir_node *map, struct weir_arena *arena)
{
    struct weir_str form = {"", 0};

    for (size_t i = 0; i < map->n; i++) {
        const struct weir_node *item = map->items[i];

        for (size_t k = 0; item->kind == WEIR_NODE_LIST && k < item->n; k++)
            form = http_data_add_field(
                arena, form, map->keys[i]->text, text_of(item->items[k], arena));
        if (item->kind != WEIR_NODE_LIST)
            form = http_data_add_field(arena, form, map->keys[i]->text, text_of(item, arena));
    }
    return form;
}

enum weir_status http_data_fill(const struct weir_document *data, bool is_form,
    struct weir_arena *arena, weir_lookup lookup, void *arg, struct weir_str *ret_body,
    struct weir_error *ret_error)
{
    const struct weir_node *node;
    struct weir_str json;

    if (weir_document_fill(data, arena, lookup, arg, &json, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    node = weir_node_from_json(arena, json, ret_error);
    if (!node)
        return WEIR_FAIL;
    *ret_body =
        is_form && node->kind == WEIR_NODE_MAP ? form_of(node, arena) : text_of(node, arena);
    return WEIR_OK;
}
