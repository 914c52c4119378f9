/* Answers that hold a mark to ask for the next page with: {"next_cursor": "eyJpZCI6..."}. */
#include "paginator_kinds.h"

#include "client/client.h"
#include "client/url.h"

const struct weir_option http_cursor_options[] = {
    WEIR_PATH(struct http_cursor, cursor_path, .required = true, .example = "meta.next_cursor",
        .help = "Where the answer holds the mark; null, empty, false or nothing there ends."),
    WEIR_TEXT(struct http_cursor, cursor_param, .required = true, .min = 1, .example = "cursor",
        .help = "The parameter that carries it to the next request. The first has none."),
    WEIR_BOOL(struct http_cursor, stop_after_empty_page, .initial = "false",
        .help = "A page without rows is the end, even if it names a next one."),
    HTTP_HAS_MORE_PATH(struct http_cursor),
    HTTP_MAX_PAGES(struct http_cursor),
    {0},
};

static void cursor_init(struct http_paginator *paginator, const void *options)
{
    const struct http_cursor *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->next_path = o->cursor_path;
    paginator->has_more_path = o->has_more_path;
    paginator->stop_after_empty_page = o->stop_after_empty_page;
}

static void cursor_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    const struct http_cursor *o = paginator->options;

    (void)number;
    if (at)
        request->url = http_url_add_param(arena, request->url, o->cursor_param, weir_str(at));
}

static enum weir_status cursor_follow(const struct http_paginator *paginator,
    struct weir_arena *arena, const char *url, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    (void)paginator;
    (void)url;
    (void)ret_error;
    *ret_at = weir_copy_text(arena, next);
    return WEIR_OK;
}

static void cursor_check(const void *options, const struct weir_node *node,
    const struct weir_templates *params, struct weir_mistakes *mistakes)
{
    const struct http_cursor *o = options;

    http_paginator_check_param(o->cursor_param, "cursor_param", node, params, mistakes);
}

const struct http_paginator_kind http_cursor_kind = {
    .init = cursor_init,
    .place = cursor_place,
    .follow = cursor_follow,
    .check = cursor_check,
};
