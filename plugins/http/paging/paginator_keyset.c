/*
 * Pages that begin behind the last row of the page before: ?after=1042, where 1042 is that row's id.
 * They end with an empty page.
 */
#include "mark.h"
#include "paginator_kinds.h"

#include <string.h>

static const struct weir_choice order_choices[] = {
    {"asc", HTTP_KEYSET_ASC, "Each page begins behind the one before."},
    {"desc", HTTP_KEYSET_DESC, "Newest first."},
    {0},
};

const struct weir_option http_keyset_options[] = {
    WEIR_PATH(struct http_keyset, last_record_path, .required = true, .example = "id",
        .help = "Where in the last row of a page the key stands that the next one begins behind."),
    WEIR_TEXT(struct http_keyset, param, .min = 1, .example = "after",
        .help = "The parameter that carries it to the next request. The first has none. Required, "
                "unless one of the three below says where it goes."),
    HTTP_PLACE_HEADER(struct http_keyset, header, "key"),
    HTTP_PLACE_BODY(struct http_keyset, body_path, "key"),
    HTTP_PLACE_PATH(struct http_keyset, "/after/{key}", "`{key}`"),
    WEIR_CHOICE(struct http_keyset, order, order_choices, .initial = "asc",
        .help = "How keys follow each other. Numbers that do not are an error (E-PAGE-ORDER)."),
    HTTP_HAS_MORE_PATH(struct http_keyset),
    HTTP_STOP_WHEN(struct http_keyset),
    HTTP_MAX_PAGES(struct http_keyset),
    {0},
};

static struct http_mark mark_of(const void *options)
{
    const struct http_keyset *o = options;

    return (struct http_mark){{"key", "", o->param, o->header, o->body_path}, o->path_param};
}

static void keyset_init(struct http_paginator *paginator, const void *options)
{
    const struct http_keyset *o = options;
    struct http_mark mark = mark_of(o);

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    http_mark_init(paginator, &mark);
    paginator->last_path = o->last_record_path;
    paginator->has_more_path = o->has_more_path;
}

static void keyset_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    struct http_mark mark = mark_of(paginator->options);

    (void)number;
    http_mark_place(&mark, arena, at, request);
}

/* Texts stand in the order of the server's collation, which is not known here; that they differ is
 * seen to elsewhere. */
static enum weir_status check_order(
    const struct http_keyset *o, const char *at, const char *next, struct weir_error *ret_error)
{
    bool is_desc = o->order == HTTP_KEYSET_DESC;
    int64_t before, behind;

    if (!weir_parse_int(at, &before) || !weir_parse_int(next, &behind) || before == behind)
        return WEIR_OK;
    if (is_desc == (behind < before))
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-ORDER",
        "the last row of this page has a %s '%s' than that of the page before, so rows may be "
        "missing or come twice; ask for rows in the order of that key, or say order: %s",
        is_desc ? "larger" : "smaller", weir_path_text(o->last_record_path),
        is_desc ? "asc" : "desc");
}

static enum weir_status keyset_follow(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    struct http_mark mark = mark_of(paginator->options);

    if (from->at && check_order(paginator->options, from->at, next, ret_error) != WEIR_OK) {
        *ret_at = NULL;
        return WEIR_FAIL;
    }
    return http_mark_follow(&mark, arena, next, ret_at, ret_error);
}

static void keyset_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_keyset *o = options;
    struct http_mark mark = mark_of(options);
    const struct weir_path *rest;
    struct weir_str name;

    if (!weir_path_split(mistakes->arena, o->last_record_path, &name, &rest) ||
        strstr(weir_path_text(o->last_record_path), "[*]"))
        weir_mistake(mistakes, weir_node_get(node, "last_record_path"), 0, "E-VALUE",
            "'%s' names no single value of a row, such as id or meta.id",
            weir_path_text(o->last_record_path));
    http_mark_check(&mark, node, site, mistakes);
}

const struct http_paginator_kind http_keyset_kind = {
    .init = keyset_init,
    .place = keyset_place,
    .follow = keyset_follow,
    .check = keyset_check,
};
