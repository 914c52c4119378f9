/* Pages that have numbers: ?page=1, ?page=2, ... */
#include "paginator_kinds.h"

const struct weir_option http_page_number_options[] = {
    WEIR_INT(struct http_page_number, base_page, .initial = "1", .min = 0, .max = 1,
        .help = "The number of the first page."),
    WEIR_INT(struct http_page_number, page, .min = 1, .max = INT64_MAX / 4,
        .help = "The number of the page to begin with, where that is not the first one."),
    WEIR_TEXT(struct http_page_number, page_param, .min = 1, .example = "p",
        .help = "The parameter that carries the number; `page`, unless one of the three below says "
                "where it goes."),
    HTTP_PLACE_HEADER(struct http_page_number, page_header, "number"),
    HTTP_PLACE_BODY(struct http_page_number, page_body_path, "number"),
    HTTP_PLACE_PATH(struct http_page_number, "/page/{page}", "`{page}`"),
    WEIR_PATH(struct http_page_number, total_path, .example = "total_pages",
        .help = "Where the answer says how many pages there are. The first page is then "
                "asked for alone, and no page beyond the last."),
    WEIR_INT(struct http_page_number, maximum_page, .min = 1, .max = INT64_MAX,
        .help = "The last number to ask for."),
    WEIR_BOOL(struct http_page_number, stop_after_empty_page, .initial = "true",
        .help = "A page without rows is the end, unless the answer says that more follow."),
    HTTP_HAS_MORE_PATH(struct http_page_number),
    HTTP_PREFETCH(struct http_page_number),
    HTTP_STOP_WHEN(struct http_page_number),
    HTTP_MAX_PAGES(struct http_page_number),
    {0},
};

static struct http_place place_of(const struct http_page_number *o)
{
    struct http_place place = {"page", "page_", o->page_param, o->page_header, o->page_body_path};

    place.param = http_place_param(&place, o->path_param, "page");
    return place;
}

static int64_t first_of(const struct http_page_number *o)
{
    return o->page ? o->page : o->base_page;
}

static void page_number_init(struct http_paginator *paginator, const void *options)
{
    const struct http_page_number *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    if (o->maximum_page > 0)
        http_paginator_limit(paginator,
            o->maximum_page >= first_of(o) ? (uint64_t)(o->maximum_page - first_of(o)) + 1 : 1);
    paginator->total_path = o->total_path;
    paginator->has_more_path = o->has_more_path;
    paginator->fills_body = o->page_body_path != NULL;
    paginator->is_hidden = o->page_header || o->page_body_path;
    paginator->stop_after_empty_page = o->stop_after_empty_page;
    paginator->guards_repeats = paginator->max_pages == UINT64_MAX;
    paginator->prefetch = (uint64_t)o->prefetch;
}

static void page_number_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    const struct http_page_number *o = paginator->options;
    struct http_placed page = {
        place_of(o), http_paginator_number(arena, (uint64_t)first_of(o) + number)};

    (void)at;
    http_place_values(&page, 1, o->path_param, arena, request);
}

static uint64_t page_number_count(const struct http_paginator *paginator, int64_t total)
{
    const struct http_page_number *o = paginator->options;
    int64_t before = first_of(o) - o->base_page;

    return total > before ? (uint64_t)(total - before) : 0;
}

static void page_number_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_page_number *o = options;
    struct http_place place = place_of(o);

    http_place_check(&place, o->path_param, node, site, mistakes);
    http_place_check_path(&place, 1, o->path_param, node, mistakes);
    if (o->maximum_page > 0 && o->page > o->maximum_page)
        weir_mistake(mistakes, weir_node_get(node, "page"), 0, "E-VALUE",
            "'page' is beyond 'maximum_page', so there would be no page at all");
    if (!o->stop_after_empty_page && !o->total_path && !o->has_more_path && o->maximum_page == 0 &&
        o->max_pages == 0)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "nothing would end these pages: give total_path, has_more_path, maximum_page or "
            "max_pages, or let stop_after_empty_page be true");
}

const struct http_paginator_kind http_page_number_kind = {
    .computable = true,
    .init = page_number_init,
    .place = page_number_place,
    .count = page_number_count,
    .check = page_number_check,
};
