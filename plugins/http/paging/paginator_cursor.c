/* Answers that hold a mark to ask for the next page with: {"next_cursor": "eyJpZCI6..."}. */
#include "mark.h"
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
    HTTP_STOP_WHEN(struct http_cursor),
    HTTP_MAX_PAGES(struct http_cursor),
    {0},
};

static struct http_mark mark_of(const void *options)
{
    const struct http_cursor *o = options;

    return (struct http_mark){
        {"cursor", "cursor_", o->cursor_param, o->cursor_header, o->cursor_body_path},
        o->path_param};
}

static void cursor_init(struct http_paginator *paginator, const void *options)
{
    const struct http_cursor *o = options;
    struct http_mark mark = mark_of(o);

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    http_mark_init(paginator, &mark);
    paginator->next_path = o->cursor_path;
    paginator->has_more_path = o->has_more_path;
    paginator->stop_after_empty_page = o->stop_after_empty_page;
}

static void cursor_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    struct http_mark mark = mark_of(paginator->options);

    (void)number;
    http_mark_place(&mark, arena, at, request);
}

static enum weir_status cursor_follow(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    struct http_mark mark = mark_of(paginator->options);

    (void)from;
    return http_mark_follow(&mark, arena, next, ret_at, ret_error);
}

static void cursor_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    struct http_mark mark = mark_of(options);

    http_mark_check(&mark, node, site, mistakes);
}

const struct http_paginator_kind http_cursor_kind = {
    .init = cursor_init,
    .place = cursor_place,
    .follow = cursor_follow,
    .check = cursor_check,
};
