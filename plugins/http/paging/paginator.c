#include "paginator_kinds.h"

#include "client/client.h"
#include "client/url.h"
#include "link_header.h"
#include "options.h"
#include "signs.h"
#include "stop_when.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <weir/stage.h>

static void single_page_init(struct http_paginator *paginator, const void *options)
{
    (void)options;
    paginator->max_pages = 1;
}

/* Computable, with one page: it never waits for an answer to be decoded. */
static const struct http_paginator_kind single_page_kind = {
    .computable = true,
    .init = single_page_init,
};

enum {
    SINGLE_PAGE,
    PAGE_NUMBER,
    OFFSET,
    JSON_LINK,
    HEADER_LINK,
    CURSOR,
    HEADER_CURSOR,
    KEYSET,
    AUTO,
};

static const struct http_paginator_kind *const kinds[] = {
    [SINGLE_PAGE] = &single_page_kind,
    [PAGE_NUMBER] = &http_page_number_kind,
    [OFFSET] = &http_offset_kind,
    [JSON_LINK] = &http_json_link_kind,
    [HEADER_LINK] = &http_header_link_kind,
    [CURSOR] = &http_cursor_kind,
    [HEADER_CURSOR] = &http_header_cursor_kind,
    [KEYSET] = &http_keyset_kind,
    [AUTO] = &http_auto_kind,
};

const struct weir_variant_type http_paginator_variants[] = {
    {"single_page", "One answer is all there is.", SINGLE_PAGE, NULL, 0},
    {"page_number", "Pages have numbers.", PAGE_NUMBER, http_page_number_options,
        sizeof(struct http_page_number)},
    {"offset", "A page begins after so many rows.", OFFSET, http_offset_options,
        sizeof(struct http_offset)},
    {"json_link", "The answer holds the URL of the next page.", JSON_LINK, http_json_link_options,
        sizeof(struct http_json_link)},
    {"header_link", "The Link header holds the URL of the next page.", HEADER_LINK,
        http_header_link_options, sizeof(struct http_header_link)},
    {"cursor", "The answer holds a mark to ask for the next page with.", CURSOR,
        http_cursor_options, sizeof(struct http_cursor)},
    {"header_cursor", "A header of the answer holds that mark.", HEADER_CURSOR,
        http_header_cursor_options, sizeof(struct http_header_cursor)},
    {"keyset", "The next page begins behind the last row of this one.", KEYSET, http_keyset_options,
        sizeof(struct http_keyset)},
    {"auto", "By what the first answer says, if that is one of the usual things.", AUTO,
        http_auto_options, sizeof(struct http_auto)},
    {0},
};

void http_paginator_check(const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct weir_variant *variant = &site->options->paginator;
    const struct http_paginator_kind *kind = variant->type ? kinds[variant->type->value] : NULL;
    struct http_paginator paginator;

    if (!kind)
        return;
    http_paginator_init(&paginator, variant);
    http_stop_when_check(paginator.stop_when, variant->node, mistakes);
    if (kind->check)
        kind->check(variant->options, variant->node, site, mistakes);
}

void http_paginator_init(struct http_paginator *paginator, const struct weir_variant *variant)
{
    int value = variant->type ? variant->type->value : SINGLE_PAGE;

    *paginator = (struct http_paginator){
        .kind = kinds[value], .options = variant->options, .max_pages = UINT64_MAX, .prefetch = 1};
    paginator->kind->init(paginator, variant->options);
}

enum weir_status http_paginator_start(struct http_paginator *paginator, struct weir_stage *stage,
    const char *name, struct weir_error *ret_error)
{
    if (paginator->kind->choose) {
        paginator->sign_paths = http_sign_paths_new(stage->arena);
        paginator->auto_state = weir_new(stage->arena, struct http_auto_state);
        *paginator->auto_state = (struct http_auto_state){.stage = stage, .name = name};
    }
    if (!paginator->stop_when)
        return WEIR_OK;
    paginator->stop_sql = http_stop_when_new(paginator->stop_when, stage, ret_error);
    return paginator->stop_sql ? WEIR_OK : WEIR_FAIL;
}

void http_paginator_limit(struct http_paginator *paginator, uint64_t pages)
{
    if (pages && pages < paginator->max_pages)
        paginator->max_pages = pages;
}

void http_paginator_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    if (paginator->kind->place)
        paginator->kind->place(paginator, arena, number, at, request);
}

enum weir_status http_paginator_takes(const struct http_paginator *paginator,
    const struct http_request *request, struct weir_arena *arena, struct weir_error *ret_error)
{
    return paginator->fills_body ? http_place_check_body(request, arena, ret_error) : WEIR_OK;
}

uint64_t http_paginator_count(
    const struct http_paginator *paginator, const struct http_facts *facts)
{
    uint64_t count = UINT64_MAX;

    if (facts->total >= 0 && paginator->kind->count)
        count = paginator->kind->count(paginator, facts->total);
    return count < paginator->max_pages ? count : paginator->max_pages;
}

const char *http_paginator_of_head(const struct http_paginator *paginator,
    const struct http_response *response, struct weir_arena *arena)
{
    struct weir_str next = {NULL, 0};

    if (paginator->link_rel && response->link)
        next = http_link_find(response->link, paginator->link_rel);
    else if (paginator->next_header && http_response_header(response, paginator->next_header))
        next = weir_str(http_response_header(response, paginator->next_header));
    /* Other links than to the next page: there is none, and this is where it would stand. */
    if (!next.len && paginator->kind->choose && response->link)
        return "";
    /* Some write that there is none. */
    if (!next.len || (paginator->next_header && weir_str_is(next, "null")))
        return NULL;
    return paginator->next_is_json ? weir_json_quote(arena, next).ptr : weir_copy(arena, next).ptr;
}

enum weir_status http_paginator_next(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const struct http_facts *facts,
    const char **ret_at, struct weir_error *ret_error)
{
    const char *next = facts->next;

    *ret_at = NULL;
    if (facts->n_rows == 0 && paginator->stop_after_empty_page)
        return WEIR_END;
    if (facts->more == HTTP_MORE_NO)
        return WEIR_END;
    if (paginator->kind->computable)
        return WEIR_OK;
    if (paginator->kind->choose &&
        paginator->kind->choose(paginator, arena, from, facts, &next, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!next && facts->n_rows && paginator->last_path)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-KEY",
            "the last row has nothing at '%s', so where the next page begins is not known",
            weir_path_text(paginator->last_path));
    if (!next)
        return WEIR_END;
    return paginator->kind->follow(paginator, arena, from, next, ret_at, ret_error);
}

enum weir_status http_paginator_go_on(const struct http_paginator *paginator,
    struct weir_arena *arena, const char *first, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    *ret_at = NULL;
    if (paginator->kind->computable)
        return WEIR_OK;
    if (!next)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-LOOP",
            "an earlier run was led in a circle here, or into a page without a key, so there is no "
            "page to go on with; once that is mended, begin anew with --restart");
    return paginator->kind->follow(
        paginator, arena, &(struct http_origin){.url = first}, next, ret_at, ret_error);
}

/* "host" or "host:port" against an origin, "scheme://host:port". A host without a port means the
 * scheme's own. */
static bool host_is_allowed(const char *entry, const char *origin)
{
    const char *host = strstr(origin, "://") + 3;
    const char *port = strrchr(host, ':');
    bool is_https = strncmp(origin, "https:", 6) == 0;
    size_t len = strlen(entry);

    if (strcasecmp(entry, host) == 0)
        return true;
    return port && strcmp(port, is_https ? ":443" : ":80") == 0 && len == (size_t)(port - host) &&
           strncasecmp(entry, host, len) == 0;
}

bool http_paginator_may_lead(const struct weir_strs *hosts, const char *from, const char *to)
{
    if (strcmp(from, to) == 0)
        return true;
    if (strncmp(from, "https:", 6) == 0 && strncmp(to, "https:", 6) != 0)
        return false;
    for (size_t i = 0; hosts && i < hosts->n; i++)
        if (host_is_allowed(hosts->items[i], to))
            return true;
    return false;
}

enum weir_status http_paginator_follow_link(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    const char *to = http_url_resolve(arena, from->url, next, ret_error);
    const char *from_origin, *to_origin;

    *ret_at = strlen(to ? to : next) > HTTP_MARK_MAX ? NULL : to ? to : next;
    if (!to)
        return WEIR_FAIL;
    if (http_url_check(to, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    from_origin = http_url_origin(arena, from->home ? from->home : from->url);
    to_origin = http_url_origin(arena, to);
    if (!http_paginator_may_lead(paginator->allow_hosts, from_origin, to_origin))
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ORIGIN",
            "the next page is said to be at %s, but this one came from %s; if that is right, list "
            "the host under the paginator's allow_hosts",
            to_origin, from_origin);
    return WEIR_OK;
}

void http_paginator_check_hosts(
    const struct weir_strs *hosts, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < hosts->n; i++)
        if (!*hosts->items[i] || strpbrk(hosts->items[i], "/?#@ \t"))
            weir_mistake(mistakes, weir_node_get(node, "allow_hosts"), 0, "E-VALUE",
                "'%s' is no host: write it as api.example.org or api.example.org:8443",
                hosts->items[i]);
}

void http_paginator_place_link(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    (void)paginator;
    (void)arena;
    (void)number;
    if (at)
        request->url = at;
}

struct weir_str http_paginator_number(struct weir_arena *arena, uint64_t number)
{
    return weir_str(weir_printf(arena, "%" PRIu64, number));
}
