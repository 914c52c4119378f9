#include "mark.h"

#include <string.h>

void http_mark_init(struct http_paginator *paginator, const struct http_mark *mark)
{
    paginator->next_is_json = paginator->fills_body = mark->place.body_path != NULL;
    paginator->is_hidden = mark->place.header || mark->place.body_path;
}

void http_mark_place(const struct http_mark *mark, struct weir_arena *arena, const char *at,
    struct http_request *request)
{
    struct http_placed value = {.place = mark->place};

    if (!at)
        return;
    value.text = weir_str(at);
    http_place_values(&value, 1, mark->path_param, arena, request);
}

enum weir_status http_mark_follow(const struct http_mark *mark, struct weir_arena *arena,
    const char *next, const char **ret_at, struct weir_error *ret_error)
{
    /* What is too long is refused, and not remembered either. */
    *ret_at = strlen(next) <= HTTP_MARK_MAX ? weir_copy_text(arena, next) : NULL;
    return http_place_accepts(&mark->place, weir_str(next), ret_error);
}

void http_mark_check(const struct http_mark *mark, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_place *place = &mark->place;

    if (!place->param && !place->header && !place->body_path && !mark->path_param)
        weir_mistake(mistakes, node, 0, "E-REQUIRED",
            "'%sparam' is required, unless %sheader, %sbody_path or path_param says where the %s "
            "goes",
            place->prefix, place->prefix, place->prefix, place->key);
    http_place_check(place, mark->path_param, node, site, mistakes);
    http_place_check_path(place, 1, mark->path_param, node, mistakes);
}
