#include "guard.h"

#include "job/work.h"
#include "source.h"

#include <inttypes.h>
#include <string.h>

enum {
    MOST_EMPTIES = 100, /* pages without rows, of which each says that more follow */
    LABEL_SIZE = 512,
};

void http_guard_learn(
    struct http_chain *chain, const struct http_page *page, const struct http_facts *facts)
{
    struct http_guard_paths *paths = &chain->resource->paths;

    paths->found |= facts->found;
    paths->n_answers += page->number == 0 && facts->n_rows > 0;
    if (facts->n_rows)
        chain->guard.empties = 0;
}

/* --- pages that were here before ------------------------------------------------------------ */

static bool tell_repeat(const struct http_paginator *paginator, bool is_whole, const char *at,
    struct weir_error *ret_error)
{
    bool is_mark = !paginator->kind->computable && !(at && strstr(at, "://"));

    if (is_whole)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-REPEAT",
            "the same answer as for the page before, byte for byte; does the server know the "
            "paginator's parameter? If pages may be alike, give total_path or a maximum");
    else if (is_mark)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-CURSOR-REPEAT",
            "the same rows as in the page before: the server does not know the name under which "
            "the paginator sends the mark, or does not look there");
    else if (paginator->kind->computable)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-OFFSET-IGNORED",
            "the same rows as in the page before, in another answer: the server does not know the "
            "name under which the paginator sends the page's number or offset, or does not look "
            "there");
    else
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-REPEAT",
            "the same rows as in the page before, though its link is another one: the server "
            "ignores what it says itself");
    return true;
}

/* Is it one that was here before? */
static bool repeats(struct http_chain *chain, const struct http_page *page,
    const struct http_facts *facts, struct weir_error *ret_error)
{
    const struct http_paginator *paginator = &chain->resource->paginator;
    struct http_guard *guard = &chain->guard;
    bool is_endless = paginator->guards_repeats && !chain->knows_total;
    bool is_whole = is_endless && facts->n_rows && facts->hash && facts->hash == guard->body;
    bool is_same =
        facts->rows_hash && facts->rows_hash == guard->rows && !http_job_begins_part(page);
    bool is_first = facts->rows_hash && facts->rows_hash == guard->first_rows;

    guard->body = facts->hash;
    guard->rows = facts->rows_hash;
    if (page->number == 0)
        guard->first_rows = facts->rows_hash;
    /* Where the end is known, pages may be alike for all that is known; but not these two. */
    if (is_whole || (is_same && (is_endless || !paginator->kind->computable || page->number == 1)))
        return tell_repeat(paginator, is_whole, page->at, ret_error);
    if (!is_first || !is_endless || page->number == 0)
        return false;
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-REPEAT",
        "the same rows as in the first page: the server begins anew behind its end; give "
        "total_path, has_more_path or a maximum");
    return true;
}

/* --- pages without rows --------------------------------------------------------------------- */

/* It would be an end, did the answer not say that more pages follow. */
static bool is_emptied(const struct http_chain *chain, const struct http_facts *facts)
{
    const struct http_paginator *paginator = &chain->resource->paginator;

    return facts->n_rows == 0 && paginator->stop_after_empty_page && paginator->kind->computable &&
           (chain->knows_total || facts->more == HTTP_MORE_YES);
}

bool http_guard_goes_on(
    struct http_chain *chain, const struct http_page *page, const struct http_facts *facts)
{
    char label[LABEL_SIZE];

    if (!is_emptied(chain, facts))
        return false;
    if (chain->guard.empties++ > 0 || page->no_content)
        return true;
    http_page_label(page, label, sizeof(label));
    weir_log(chain->resource->source->stage, WEIR_LOG_INFO,
        "%s: no rows, though more pages are said to follow, as where a server filters behind its "
        "paging; going on",
        label);
    return true;
}

bool http_guard_refuses(struct http_chain *chain, const struct http_page *page,
    const struct http_facts *facts, struct weir_error *ret_error)
{
    const struct http_paginator *paginator = &chain->resource->paginator;
    const char *next;

    if (repeats(chain, page, facts, ret_error))
        return true;
    /* A first page that is not all, and does not say how to go on, does not count. */
    if (paginator->kind->choose && !page->at && page->number + 1 < chain->n_pages &&
        paginator->kind->choose(paginator, chain->arena, &(struct http_origin){page->url, NULL},
            facts, &next, ret_error) != WEIR_OK)
        return true;
    if (!is_emptied(chain, facts) || chain->knows_total || chain->guard.empties < MOST_EMPTIES)
        return false;
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-EMPTY",
        "more than %d pages without rows, one behind the other, and each says that more follow; if "
        "that is no mistake of the server, give total_path or a maximum",
        MOST_EMPTIES);
    return true;
}

/* --- cursors and links ---------------------------------------------------------------------- */

enum weir_status http_guard_place(
    struct http_chain *chain, const char *at, struct weir_error *ret_error)
{
    const struct http_page *first = chain->first;
    struct http_seen *seen = &chain->guard.seen;

    if (first->number == chain->first_number || !first->at) {
        (void)http_seen_add(seen, chain->request.url);
        if (first->at)
            (void)http_seen_add(seen, first->at);
    }
    if (http_seen_add(seen, at))
        return WEIR_OK;
    if (first->at && strcmp(first->at, at) == 0)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-LOOP",
            "page %" PRIu64 " names itself as the next page, so asking would never end; if that "
            "is how the server says that it is the last one, give has_more_path or max_pages",
            first->number + 1);
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-PAGE-LOOP",
        "page %" PRIu64 " names a next page that was here before: the server leads in a circle",
        first->number + 1);
}

void http_guard_forget(struct http_chain *chain)
{
    http_seen_done(&chain->guard.seen);
    chain->guard = (struct http_guard){0};
}

/* --- paths that lead nowhere ---------------------------------------------------------------- */

static void warn(const struct http_resource *resource, const struct weir_path *path, unsigned bit,
    const char *consequence)
{
    if (path && !(resource->paths.found & bit))
        weir_log(resource->source->stage, WEIR_LOG_WARNING,
            "%s: no answer had anything at '%s', not even null, so %s; is the paginator's path "
            "right?",
            resource->weir->name, weir_path_text(path), consequence);
}

void http_guard_tell(struct http_resource *resource)
{
    static const char is_last[] = "each first page was taken for the last one";
    const struct http_paginator *paginator = &resource->paginator;

    if (resource->paths.told || resource->paths.n_answers == 0)
        return;
    resource->paths.told = true;
    warn(resource, paginator->next_path, HTTP_FOUND_NEXT, is_last);
    warn(resource, paginator->has_more_path, HTTP_FOUND_MORE, is_last);
    warn(resource, paginator->total_path, HTTP_FOUND_TOTAL, "the number of pages was not known");
}
