/*
 * Pages that are found by what the first answer says of them, in the ways that most
 * APIs have: a Link header, a link, a cursor, a number of pages or of rows.
 *
 * How the first page leads on decides for the chain; what names a page shows it: an
 * address, or "page=2". Should the server not know a parameter, the guards tell.
 * An answer that is not all there is, and does not say how to go on, is an error.
 */
#include "mark.h"
#include "paginator_kinds.h"
#include "signs.h"

#include "client/client.h"
#include "client/url.h"
#include "options.h"

#include <inttypes.h>
#include <string.h>
#include <weir/stage.h>

const struct weir_option http_auto_options[] = {
    HTTP_ALLOW_HOSTS(struct http_auto),
    HTTP_STOP_WHEN(struct http_auto),
    HTTP_MAX_PAGES(struct http_auto),
    {0},
};

/* Behind the parameter's name: this server counts pages from 0. */
static const char from_zero[] = ":0";

static void auto_init(struct http_paginator *paginator, const void *options)
{
    const struct http_auto *o = options;

    http_paginator_limit(paginator, (uint64_t)o->max_pages);
    paginator->stop_when = o->stop_when;
    paginator->link_rel = "next";
    paginator->allow_hosts = &o->allow_hosts;
}

/* The parameter of "page=2" or "page:0=2"; len 0: it is an address. */
static struct weir_str param_of(const char *at)
{
    struct weir_str param = {at, strcspn(at, ":=")};

    return http_sign_is_param(param) ? param : (struct weir_str){at, 0};
}

static void auto_place(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request)
{
    struct weir_str param = at ? param_of(at) : (struct weir_str){NULL, 0};

    (void)paginator;
    (void)number;
    if (param.len)
        request->url = http_url_add_param(
            arena, request->url, weir_copy(arena, param).ptr, weir_str(strchr(at, '=') + 1));
    else if (at)
        request->url = at;
}

static enum weir_status auto_follow(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    if (!param_of(next).len || !strchr(next, '='))
        return http_paginator_follow_link(paginator, arena, from, next, ret_at, ret_error);
    return http_mark_follow(
        &(struct http_mark){.place = {.param = "cursor"}}, arena, next, ret_at, ret_error);
}

/* --- what the answer says ------------------------------------------------------------------- */

static const char *named(
    struct weir_arena *arena, const char *param, bool is_from_zero, const char *text)
{
    return text ? weir_printf(arena, "%s%s=%s", param, is_from_zero ? from_zero : "", text) : NULL;
}

static const char *numbered(
    struct weir_arena *arena, const char *param, bool is_from_zero, int64_t number)
{
    return weir_printf(arena, "%s%s=%" PRId64, param, is_from_zero ? from_zero : "", number);
}

static const char *next_page(
    const struct http_signs *signs, const char *at, struct weir_arena *arena)
{
    int64_t page = signs->page.number;
    bool is_from_zero = at ? strncmp(at, "page:0=", 7) == 0 : page == 0;

    if (page >= signs->n_pages.number - is_from_zero)
        return NULL;
    return numbered(arena, signs->page.param, is_from_zero, page + 1);
}

static const char *next_offset(
    const struct http_signs *signs, const struct http_facts *facts, struct weir_arena *arena)
{
    int64_t rows = signs->limit.number > 0 ? signs->limit.number : (int64_t)facts->n_rows;

    if (rows == 0 || signs->offset.number > INT64_MAX - rows ||
        signs->offset.number + rows >= signs->total.number)
        return NULL;
    return numbered(arena, signs->offset.param, false, signs->offset.number + rows);
}

static bool leads_by(const char *at, const char *param)
{
    return !at || weir_str_is(param_of(at), param);
}

/* How the answer leads on: the path that says it, or NULL. */
static const char *choose(
    const struct http_facts *facts, const char *at, struct weir_arena *arena, const char **ret_next)
{
    const struct http_signs *signs = facts->signs;
    bool by_link = !at || !param_of(at).len;

    *ret_next = NULL;
    if (by_link && facts->next) {
        *ret_next = *facts->next ? facts->next : NULL;
        return "the Link header";
    }
    if (!signs)
        return NULL;
    if (by_link && signs->link.path) {
        *ret_next = signs->link.text;
        return signs->link.path;
    }
    if (signs->cursor.path && leads_by(at, signs->cursor.param)) {
        *ret_next = named(arena, signs->cursor.param, false, signs->cursor.text);
        return signs->cursor.path;
    }
    if (signs->page.number >= 0 && signs->n_pages.number >= 0 && leads_by(at, signs->page.param)) {
        *ret_next = next_page(signs, at, arena);
        return signs->n_pages.path;
    }
    if (signs->offset.number >= 0 && signs->total.number >= 0 &&
        leads_by(at, signs->offset.param)) {
        *ret_next = next_offset(signs, facts, arena);
        return signs->total.path;
    }
    return NULL;
}

/* What says that another page follows though none is named, or NULL. Totals tell that of a first
 * page only; `how` is what ended the pages. */
static const char *says_more(const struct http_facts *facts, const char *at, const char *how)
{
    const struct http_signs *signs = facts->signs;

    if (!signs || !facts->n_rows)
        return NULL;
    if (signs->more.number > 0)
        return signs->more.path;
    if (at || how)
        return NULL;
    if (signs->n_pages.number > 1)
        return signs->n_pages.path;
    return signs->total.number > (int64_t)facts->n_rows ? signs->total.path : NULL;
}

static void tell(const struct http_auto_state *state, const char *how, const char *next)
{
    const char *shown = how ? how : "nothing";

    weir_log(state->stage, WEIR_LOG_INFO,
        next ? "%s: paginator auto: %s leads to the next page"
             : "%s: paginator auto: %s leads to a next page, so this one is all there is",
        state->name, shown);
}

static enum weir_status auto_choose(const struct http_paginator *paginator,
    struct weir_arena *arena, const struct http_origin *from, const struct http_facts *facts,
    const char **ret_next, struct weir_error *ret_error)
{
    const char *how = choose(facts, from->at, arena, ret_next);
    const char *more = *ret_next ? NULL : says_more(facts, from->at, how);
    struct http_auto_state *state = paginator->auto_state;

    if (more)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-AUTO",
            "'%s' says that there is more than this answer, but nothing that paginator auto knows "
            "says how to ask for it; name the paginator",
            more);
    if (!from->at && state && !(state->told & (*ret_next ? 1U : 2U)) && facts->n_rows) {
        state->told |= *ret_next ? 1U : 2U;
        tell(state, *ret_next ? how : NULL, *ret_next);
    }
    return WEIR_OK;
}

/* --- the check ------------------------------------------------------------------------------ */

static void auto_check(const void *options, const struct weir_node *node,
    const struct http_paging_site *site, struct weir_mistakes *mistakes)
{
    const struct http_auto *o = options;
    const struct weir_templates *params = &site->options->params;

    http_paginator_check_hosts(&o->allow_hosts, node, mistakes);
    if (site->options->method != HTTP_GET)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "paginator auto cannot know where pages go in a %s: name the paginator",
            http_method_name(site->options->method));
    for (size_t i = 0; i < params->n; i++)
        if (http_sign_is_param(weir_str(params->items[i].name)))
            weir_mistake(mistakes, params->items[i].node, 0, "E-VALUE",
                "paginator auto may have to send '%s' itself: leave it out of params, or name the "
                "paginator",
                params->items[i].name);
}

const struct http_paginator_kind http_auto_kind = {
    .init = auto_init,
    .place = auto_place,
    .choose = auto_choose,
    .follow = auto_follow,
    .check = auto_check,
};
