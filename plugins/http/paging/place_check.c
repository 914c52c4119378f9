/* Places of values as the file has them: can each of them work? */
#include "paginator_kinds.h"
#include "place.h"

#include "options.h"
#include "request/data.h"
#include "request/header.h"

#include <string.h>
#include <strings.h>

static const struct weir_node *option_node(
    const struct weir_node *node, const char *prefix, const char *suffix, struct weir_arena *arena)
{
    const struct weir_node *found = weir_node_get(node, weir_printf(arena, "%s%s", prefix, suffix));

    return found ? found : node;
}

static void check_param(const struct http_place *place, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct weir_templates *params = &site->options->params;

    for (size_t i = 0; i < params->n; i++)
        if (strcmp(params->items[i].name, place->param) == 0)
            weir_mistake(mistakes, params->items[i].node, 0, "E-VALUE",
                "'%s' is set here and by the paginator's %sparam (line %u); leave it out of "
                "params",
                place->param, place->prefix, node ? node->line : 0);
}

static void check_header(const struct http_place *place, const struct weir_node *at,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct weir_templates *headers = &site->options->headers;
    const char *name = place->header;

    if (!http_header_name_is_valid(name))
        weir_mistake(mistakes, at, 0, "E-HEADER", "'%s' cannot be the name of a header", name);
    else if (http_header_is_reserved(name) || strcasecmp(name, "Accept") == 0 ||
             strcasecmp(name, "Content-Type") == 0)
        weir_mistake(mistakes, at, 0, "E-HEADER", "'%s' is set by weir itself", name);
    else if (site->login_header && strcasecmp(name, site->login_header) == 0)
        weir_mistake(mistakes, at, 0, "E-HEADER", "'%s' is set here and by auth", name);
    for (size_t i = 0; i < headers->n; i++)
        if (strcasecmp(headers->items[i].name, name) == 0)
            weir_mistake(mistakes, headers->items[i].node, 0, "E-HEADER",
                "'%s' is set here and by the paginator's %sheader (line %u); leave it out of "
                "headers",
                name, place->prefix, at ? at->line : 0);
}

/* A form has names alone, and each of them once. */
static void check_field(const struct http_place *place, const struct weir_node *at,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct weir_node *form = http_data_shape(site->options->data, mistakes->arena);
    const char *text = weir_path_text(place->body_path);
    const struct weir_path *rest;
    struct weir_str key;

    if (form && form->kind != WEIR_NODE_MAP)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "a text has no places for values; give 'data' as a map, or 'json'");
    else if (!weir_path_split(mistakes->arena, place->body_path, &key, &rest) || rest)
        weir_mistake(mistakes, at, 0, "E-VALUE", "'%s' is no field of a form: a name is one", text);
    else if (form && weir_node_get(form, weir_copy(mistakes->arena, key).ptr))
        weir_mistake(
            mistakes, at, 0, "E-VALUE", "'%s' is set here and in data; leave it out of data", text);
}

/* The way to the place leads through maps, as far as they are there. */
static void check_body(const struct http_place *place, const struct weir_node *at,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct weir_node *body = weir_node_get(site->config, "json");
    const struct weir_path *rest = place->body_path;
    const char *text = weir_path_text(place->body_path);
    struct weir_str key;

    if (site->options->data) {
        check_field(place, at, site, mistakes);
        return;
    }
    if (!site->options->json)
        weir_mistake(mistakes, at, 0, "E-REQUIRED",
            "a value goes into the body only where there is one: give the resource 'json', be it "
            "{}, and method: POST");
    do {
        if (body && body->kind != WEIR_NODE_MAP)
            weir_mistake(mistakes, at, 0, "E-VALUE",
                "'%s' leads through what is no object in 'json' (line %u)", text, body->line);
        if (body && body->kind != WEIR_NODE_MAP)
            return;
        if (!weir_path_split(mistakes->arena, rest, &key, &rest)) {
            weir_mistake(mistakes, at, 0, "E-VALUE",
                "'%s' is no place in a body: names with dots between them lead to one", text);
            return;
        }
        body = weir_node_get(body, weir_copy(mistakes->arena, key).ptr);
    } while (rest);
}

void http_place_check(const struct http_place *place, const char *path_param,
    const struct weir_node *node, const struct http_paging_site *site,
    struct weir_mistakes *mistakes)
{
    struct weir_arena *arena = mistakes->arena;
    const char *placeholder = weir_printf(arena, "{%s}", place->key);
    bool in_path = path_param && strstr(path_param, placeholder);

    if ((place->param != NULL) + (place->header != NULL) + (place->body_path != NULL) + in_path > 1)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "one place for the %s is enough: %sparam, %sheader, %sbody_path, or %s in "
            "path_param",
            place->key, place->prefix, place->prefix, place->prefix, placeholder);
    if (place->param)
        check_param(place, node, site, mistakes);
    if (place->header)
        check_header(place, option_node(node, place->prefix, "header", arena), site, mistakes);
    if (place->body_path)
        check_body(place, option_node(node, place->prefix, "body_path", arena), site, mistakes);
}

void http_place_check_path(const struct http_place *places, size_t n, const char *path_param,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = option_node(node, "path_", "param", mistakes->arena);
    const char *text = path_param;
    size_t left;

    if (!path_param)
        return;
    for (size_t i = 0; i < n; i++) {
        const char *placeholder = weir_printf(mistakes->arena, "{%s}", places[i].key);
        const char *found = strstr(text, placeholder);

        if (found)
            text = weir_printf(
                mistakes->arena, "%.*s%s", (int)(found - text), text, found + strlen(placeholder));
    }
    left = strcspn(text, "{}?#%\\ \t");
    if (strcmp(text, path_param) == 0)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'%s' has no {%s} in it, so every page would be asked for alike", path_param,
            places[0].key);
    else if (text[left])
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'%s' cannot stand in a path: it takes plain text and {%s}%s%s%s, each once",
            path_param, places[0].key, n > 1 ? " and {" : "", n > 1 ? places[1].key : "",
            n > 1 ? "}" : "");
}
