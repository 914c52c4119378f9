/* Answers that hold the URL of the next page: {"next": "https://..."}. */
#include "paginator_kinds.h"

const struct weir_option http_json_link_options[] = {
    WEIR_PATH(struct http_json_link, next_url_path, .initial = "next", .example = "links.next",
        .help = "Where the answer holds the URL of the next page, absolute or relative; null, "
                "empty or nothing there ends."),
    HTTP_ALLOW_HOSTS(struct http_json_link),
    HTTP_STOP_WHEN(struct http_json_link),
    HTTP_MAX_PAGES(struct http_json_link),
    {0},
};

static void json_link_init(struct http_paginator *paginator, const void *options)
{
    const struct http_json_link *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    paginator->next_path = o->next_url_path;
    paginator->allow_hosts = &o->allow_hosts;
}

static void json_link_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_json_link *o = options;

    (void)site;
    http_paginator_check_hosts(&o->allow_hosts, node, mistakes);
}

const struct http_paginator_kind http_json_link_kind = {
    .init = json_link_init,
    .place = http_paginator_place_link,
    .follow = http_paginator_follow_link,
    .check = json_link_check,
};
