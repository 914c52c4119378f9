/* Pages that begin after so many rows: ?offset=0&limit=100, ?offset=100&limit=100, ... */
#include "paginator_kinds.h"

const struct weir_option http_offset_options[] = {
    WEIR_INT(struct http_offset, limit, .required = true, .min = 1, .max = 1000000000,
        .help = "Rows of a page."),
    WEIR_INT(struct http_offset, offset, .initial = "0", .min = 0, .max = INT64_MAX / 4,
        .help = "Where the first page begins."),
    WEIR_TEXT(struct http_offset, offset_param, .min = 1, .example = "skip",
        .help =
            "The parameter that carries the offset; `offset`, unless something below says where "
            "it goes."),
    HTTP_PLACE_HEADER(struct http_offset, offset_header, "offset"),
    HTTP_PLACE_BODY(struct http_offset, offset_body_path, "offset"),
    WEIR_TEXT(struct http_offset, limit_param, .min = 1, .example = "take",
        .help = "The parameter that carries the limit; `limit`, unless something below says where "
                "it goes."),
    HTTP_PLACE_HEADER(struct http_offset, limit_header, "limit"),
    HTTP_PLACE_BODY(struct http_offset, limit_body_path, "limit"),
    HTTP_PLACE_PATH(struct http_offset, "/from/{offset}", "`{offset}` and perhaps `{limit}`"),
    WEIR_PATH(struct http_offset, total_path, .example = "total",
        .help = "Where the answer says how many rows there are in all. The first page is then "
                "asked for alone, and no page beyond the last."),
    WEIR_INT(struct http_offset, maximum_offset, .min = 1, .max = INT64_MAX / 4,
        .help = "No page that begins at this offset or behind it is asked for."),
    WEIR_BOOL(struct http_offset, stop_after_empty_page, .initial = "true",
        .help = "A page without rows is the end, unless the answer says that more follow."),
    HTTP_HAS_MORE_PATH(struct http_offset),
    HTTP_PREFETCH(struct http_offset),
    HTTP_STOP_WHEN(struct http_offset),
    HTTP_MAX_PAGES(struct http_offset),
    {0},
};

static void places_of(const struct http_offset *o, struct http_place places[2])
{
    places[0] = (struct http_place){
        "offset", "offset_", o->offset_param, o->offset_header, o->offset_body_path};
    places[1] =
        (struct http_place){"limit", "limit_", o->limit_param, o->limit_header, o->limit_body_path};
    for (int i = 0; i < 2; i++)
        places[i].param = http_place_param(&places[i], o->path_param, places[i].key);
}

/* The pages that begin before `end`. */
static uint64_t pages_before(const struct http_offset *o, int64_t end)
{
    uint64_t rows = end > o->offset ? (uint64_t)(end - o->offset) : 0;

    return rows / (uint64_t)o->limit + (rows % (uint64_t)o->limit != 0);
}

static void offset_init(struct http_paginator *paginator, const void *options)
{
    const struct http_offset *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    if (o->maximum_offset > 0)
        http_paginator_limit(paginator, pages_before(o, o->maximum_offset));
    paginator->total_path = o->total_path;
    paginator->has_more_path = o->has_more_path;
    paginator->fills_body = o->offset_body_path || o->limit_body_path;
    paginator->is_hidden = o->offset_header || o->offset_body_path;
    paginator->stop_after_empty_page = o->stop_after_empty_page;
    paginator->guards_repeats = paginator->max_pages == UINT64_MAX;
    paginator->prefetch = (uint64_t)o->prefetch;
}

static void offset_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    const struct http_offset *o = paginator->options;
    uint64_t limit = (uint64_t)o->limit;
    struct http_place places[2];
    struct http_placed values[2];

    (void)at;
    places_of(o, places);
    values[0] = (struct http_placed){
        places[0], http_paginator_number(arena, (uint64_t)o->offset + number * limit)};
    values[1] = (struct http_placed){places[1], http_paginator_number(arena, limit)};
    http_place_values(values, 2, o->path_param, arena, request);
}

static uint64_t offset_count(const struct http_paginator *paginator, int64_t total)
{
    return pages_before(paginator->options, total);
}

static void offset_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_offset *o = options;
    struct http_place places[2];

    places_of(o, places);
    for (int i = 0; i < 2; i++)
        http_place_check(&places[i], o->path_param, node, site, mistakes);
    http_place_check_path(places, 2, o->path_param, node, mistakes);
    if (o->maximum_offset > 0 && o->maximum_offset <= o->offset)
        weir_mistake(mistakes, weir_node_get(node, "maximum_offset"), 0, "E-VALUE",
            "'maximum_offset' is not behind 'offset': no page would be asked for");
    if (!o->stop_after_empty_page && !o->total_path && !o->has_more_path &&
        o->maximum_offset == 0 && o->max_pages == 0)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "nothing would end these pages: give total_path, has_more_path, maximum_offset or "
            "max_pages, or let stop_after_empty_page be true");
}

const struct http_paginator_kind http_offset_kind = {
    .computable = true,
    .init = offset_init,
    .place = offset_place,
    .count = offset_count,
    .check = offset_check,
};
