/* Answers that hold a mark to ask for the next page with: {"next_cursor": "eyJpZCI6..."}. */
#include "paginator_kinds.h"

const struct weir_option http_cursor_options[] = {
    WEIR_PATH(struct http_cursor, cursor_path, .required = true, .example = "meta.next_cursor",
        .help = "Where the answer holds the mark; null, empty, false or nothing there ends."),
    WEIR_TEXT(struct http_cursor, cursor_param, .min = 1, .example = "cursor",
        .help = "The parameter that carries it to the next request. The first has none. Required, "
                "unless one of the three below says where it goes."),
    HTTP_PLACE_HEADER(struct http_cursor, cursor_header, "mark"),
    HTTP_PLACE_BODY(struct http_cursor, cursor_body_path, "mark"),
    HTTP_PLACE_PATH(struct http_cursor, "/after/{cursor}", "`{cursor}`"),
    WEIR_BOOL(struct http_cursor, stop_after_empty_page, .initial = "false",
        .help = "A page without rows is the end, even if it names a next one."),
    HTTP_HAS_MORE_PATH(struct http_cursor),
    HTTP_MAX_PAGES(struct http_cursor),
    {0},
};

static struct http_place cursor_place_of(const struct http_cursor *o)
{
    return (struct http_place){"cursor", o->cursor_param, o->cursor_header, o->cursor_body_path};
}

static void cursor_init(struct http_paginator *paginator, const void *options)
{
    const struct http_cursor *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->next_path = o->cursor_path;
    paginator->has_more_path = o->has_more_path;
    paginator->next_is_json = paginator->fills_body = o->cursor_body_path != NULL;
    paginator->stop_after_empty_page = o->stop_after_empty_page;
}

static void cursor_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    const struct http_cursor *o = paginator->options;
    struct http_place place = cursor_place_of(o);

    (void)number;
    http_paginator_place_mark(&place, o->path_param, arena, at, request);
}

static enum weir_status cursor_follow(const struct http_paginator *paginator,
    struct weir_arena *arena, const char *url, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    struct http_place place = cursor_place_of(paginator->options);

    (void)url;
    *ret_at = weir_copy_text(arena, next);
    return http_place_accepts(&place, weir_str(next), ret_error);
}

static void cursor_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_cursor *o = options;

    struct http_place place = cursor_place_of(o);

    if (!o->cursor_param && !o->cursor_header && !o->cursor_body_path && !o->path_param)
        weir_mistake(mistakes, node, 0, "E-REQUIRED",
            "'cursor_param' is required, unless cursor_header, cursor_body_path or path_param says "
            "where the mark goes");
    http_place_check(&place, o->path_param, node, site, mistakes);
    http_place_check_path(&place, 1, o->path_param, node, mistakes);
}

const struct http_paginator_kind http_cursor_kind = {
    .init = cursor_init,
    .place = cursor_place,
    .follow = cursor_follow,
    .check = cursor_check,
};
