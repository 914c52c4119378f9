/* Answers whose Link header holds the URL of the next page: <https://...>; rel="next". */
#include "paginator_kinds.h"

const struct weir_option http_header_link_options[] = {
    WEIR_TEXT(struct http_header_link, links_next_key, .initial = "next", .min = 1,
        .help = "The relation that marks the next page among the links."),
    HTTP_ALLOW_HOSTS(struct http_header_link),
    HTTP_STOP_WHEN(struct http_header_link),
    HTTP_MAX_PAGES(struct http_header_link),
    {0},
};

static void header_link_init(struct http_paginator *paginator, const void *options)
{
    const struct http_header_link *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    paginator->link_rel = o->links_next_key;
    paginator->allow_hosts = &o->allow_hosts;
}

static void header_link_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_header_link *o = options;

    (void)site;
    http_paginator_check_hosts(&o->allow_hosts, node, mistakes);
}

const struct http_paginator_kind http_header_link_kind = {
    .init = header_link_init,
    .place = http_paginator_place_link,
    .follow = http_paginator_follow_link,
    .check = header_link_check,
};
