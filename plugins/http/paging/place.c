#include "place.h"

#include "client/client.h"
#include "client/url.h"
#include "request/data.h"
#include "request/header.h"

#include <string.h>

/* Where {key} stands in the text, or NULL. */
static const char *find_placeholder(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{'))
        if (strncmp(at + 1, key, len) == 0 && at[1 + len] == '}')
            return at;
    return NULL;
}

const char *http_place_param(
    const struct http_place *place, const char *path_param, const char *initial)
{
    if (place->param || place->header || place->body_path)
        return place->param;
    return path_param && find_placeholder(path_param, place->key) ? NULL : initial;
}

static void put_header(
    const char *name, struct weir_str text, struct weir_arena *arena, struct http_request *request)
{
    size_t n = 0;
    const char **lines;

    while (request->headers && request->headers[n])
        n++;
    lines = weir_new_array(arena, n + 2, const char *);
    if (n)
        memcpy(lines, request->headers, n * sizeof(*lines));
    lines[n] = weir_printf(arena, "%s: %.*s", name, WEIR_STR_ARG(text));
    request->headers = lines;
}

/* A copy of the node with the value at the path; what is in its way and no map is replaced. */
static struct weir_node *with_value(const struct weir_node *node, const struct weir_path *path,
    const struct weir_node *value, struct weir_arena *arena)
{
    struct weir_node *copy = weir_node_map(arena);
    const struct weir_path *rest;
    struct weir_node *item, *name;
    const struct weir_node *old;
    struct weir_str key;

    if (!weir_path_split(arena, path, &key, &rest))
        return copy;
    name = weir_node_scalar(arena, weir_copy(arena, key).ptr);
    name->quoted = true;
    old = weir_node_get(node, name->text.ptr);
    item = rest ? with_value(old, rest, value, arena) : (struct weir_node *)value;
    for (size_t i = 0; node && node->kind == WEIR_NODE_MAP && i < node->n; i++)
        weir_node_add(arena, copy, node->keys[i], node->items[i] == old ? item : node->items[i]);
    if (!old)
        weir_node_add(arena, copy, name, item);
    return copy;
}

static void put_field(const struct weir_path *path, const struct weir_node *value,
    struct weir_arena *arena, struct http_request *request)
{
    const struct weir_path *rest;
    struct weir_str key;

    if (weir_path_split(arena, path, &key, &rest))
        request->body = http_data_add_field(arena, request->body, key, value->text);
}

/* Both texts were read before, or were made here. */
static void put_body(const struct weir_path *path, struct weir_str json, struct weir_arena *arena,
    struct http_request *request)
{
    struct weir_error ignored = {0};
    const struct weir_node *value = weir_node_from_json(arena, json, &ignored);
    const struct weir_node *body =
        request->is_form ? NULL : weir_node_from_json(arena, request->body, &ignored);

    if (request->is_form && value)
        put_field(path, value, arena, request);
    else if (body && value)
        request->body = weir_node_to_json(arena, with_value(body, path, value, arena));
}

static const struct http_placed *value_at(
    const struct http_placed *values, size_t n, const char *placeholder)
{
    for (size_t i = 0; i < n; i++)
        if (find_placeholder(placeholder, values[i].place.key) == placeholder)
            return &values[i];
    return NULL;
}

/* Behind the path that is there, before the query. */
static void put_path(const struct http_placed *values, size_t n, const char *path_param,
    struct weir_arena *arena, struct http_request *request)
{
    const char *query = request->url + strcspn(request->url, "?#");
    size_t before = (size_t)(query - request->url);
    const char *filled = "";

    for (const char *at = path_param; *at;) {
        size_t plain = strcspn(at, "{");
        const struct http_placed *value = at[plain] ? value_at(values, n, at + plain) : NULL;

        filled = weir_printf(arena, "%s%.*s%s", filled, (int)plain, at,
            value ? weir_url_encode(arena, value->text).ptr : "");
        at += plain;
        at += value ? strlen(value->place.key) + 2 : *at ? 1 : 0;
    }
    if (*path_param == '/' && before && request->url[before - 1] == '/')
        before--;
    request->url = weir_printf(arena, "%.*s%s%s", (int)before, request->url, filled, query);
}

void http_place_values(const struct http_placed *values, size_t n, const char *path_param,
    struct weir_arena *arena, struct http_request *request)
{
    for (size_t i = 0; i < n; i++) {
        const struct http_place *place = &values[i].place;

        if (place->param)
            request->url = http_url_add_param(arena, request->url, place->param, values[i].text);
        else if (place->header)
            put_header(place->header, values[i].text, arena, request);
        else if (place->body_path)
            put_body(place->body_path, values[i].text, arena, request);
    }
    if (path_param)
        put_path(values, n, path_param, arena, request);
}

enum weir_status http_place_check_body(
    const struct http_request *request, struct weir_arena *arena, struct weir_error *ret_error)
{
    return request->is_form || weir_node_from_json(arena, request->body, ret_error) ? WEIR_OK
                                                                                    : WEIR_FAIL;
}

enum weir_status http_place_accepts(
    const struct http_place *place, struct weir_str text, struct weir_error *ret_error)
{
    if (text.len > HTTP_MARK_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-LIMIT-CURSOR",
            "what names the next page has %zu bytes; no more than %d are taken", text.len,
            HTTP_MARK_MAX);
    if (place->header && !http_header_value_is_valid(text))
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HEADER",
            "what names the next page holds a line break or another control byte, so header '%s' "
            "cannot carry it",
            place->header);
    if (!place->param && !place->header && !place->body_path &&
        (weir_str_is(text, ".") || weir_str_is(text, "..")))
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-URL",
            "the next page is named '.' or '..', which in a path would lead elsewhere");
    return WEIR_OK;
}
