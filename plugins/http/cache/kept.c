#include "kept.h"

#include "answer/actions.h"
#include "format/format.h"
#include "keep.h"
#include "kept_head.h"
#include "past.h"
#include "source/attempt.h"
#include "source/room.h"
#include "source/source.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const struct http_keeping *keeping_of(const struct http_page *page)
{
    return page->chain->resource->keeping;
}

/* --- start -------------------------------------------------------------------------------- */

/* An answer that another pipeline kept may lack what this one looks for. */
struct http_cache_key http_kept_common(
    const struct http_resource *resource, const char *const *fields)
{
    struct weir_arena *scratch = weir_arena_new();
    const struct http_options *options = resource->source->options;
    const struct weir_node *auth = resource->options->auth.node;
    const char *cert = options->tls.cert_file;
    struct weir_str parts[4 + HTTP_KEPT_FIELDS];
    struct http_cache_key common;
    size_t n = 0;

    parts[n++] = weir_str("answers, 1");
    parts[n++] = weir_str(options->user_agent ? options->user_agent : "");
    parts[n++] = weir_str(cert ? cert : "");
    parts[n++] = auth ? weir_node_to_json(scratch, auth) : weir_str("");
    for (size_t i = 0; fields[i]; i++)
        parts[n++] = weir_str(fields[i]);
    common = http_cache_key_of(parts, n);
    weir_arena_free(scratch);
    return common;
}

static struct http_keeping *keep_resource(
    const struct http_resource *resource, struct http_folder *folder, struct weir_arena *arena)
{
    const char **fields = http_kept_fields(resource->options, &resource->paginator, arena);
    struct http_keeping *keeping = weir_new(arena, struct http_keeping);

    if (!fields)
        return NULL;
    keeping->folder = folder;
    keeping->fields = fields;
    keeping->common = http_kept_common(resource, fields);
    return keeping;
}

void http_kept_start(struct http_source *source)
{
    struct weir_stage *stage = source->stage;

    if (!weir_node_get(stage->config, "cache"))
        return;
    source->folder = http_folder_open(stage, &source->options->cache);
    for (size_t i = 0; source->folder && i < source->n_resources; i++)
        /* What is polled would stay as it was, and what is streamed is never here as a whole. */
        if (source->resources[i].options->method == HTTP_GET && !source->resources[i].job &&
            !source->resources[i].options->stream)
            source->resources[i].keeping =
                keep_resource(&source->resources[i], source->folder, stage->arena);
}

/* --- before a request --------------------------------------------------------------------- */

/* The file may say something else of such answers than when it was kept. */
static bool is_good(const struct http_page *page, const struct http_entry *entry)
{
    const struct http_resource *resource = page->chain->resource;
    struct http_kept_head head;
    uint64_t left;
    bool is_good = http_kept_head_open(&head, entry) &&
                   entry->body_len <= resource->source->options->max_response_size &&
                   http_actions_judge(&resource->actions, &head.response,
                       http_judge(&resource->options->retry, &head.response), &left) == HTTP_GOOD;

    http_kept_head_close(&head);
    return is_good;
}

static bool is_young(const struct http_page *page, const struct http_entry *entry)
{
    int64_t age = now_ms() - entry->confirmed_ms;

    return !page->chain->is_asked && age >= 0 &&
           (uint64_t)age < page->chain->resource->source->options->cache.ttl;
}

static void find(struct http_page *page, struct http_kept *kept)
{
    struct http_entry *entry = http_folder_find(keeping_of(page)->folder, &kept->key);

    if (entry && is_good(page, entry)) {
        kept->entry = entry;
        kept->state = is_young(page, entry) ? HTTP_KEPT_YOUNG : HTTP_KEPT_OLD;
        return;
    }
    free(entry);
}

bool http_kept_look(struct http_page *page)
{
    const struct http_keeping *keeping = keeping_of(page);

    if (!keeping)
        return false;
    if (!page->kept) {
        http_attempt_prepare(page);
        page->kept = weir_calloc(1, sizeof(*page->kept));
        page->kept->key = http_cache_key_for(&keeping->common, page->url, page->headers);
        if (!page->shuns_cache)
            find(page, page->kept);
    }
    if (page->kept->state == HTTP_KEPT_YOUNG)
        return true;
    page->chain->is_asked = true;
    return false;
}

size_t http_kept_size(const struct http_page *page)
{
    return page->kept && page->kept->entry ? page->kept->entry->body_len + HTTP_PAGE_OVERHEAD : 0;
}

/* --- the request and its answer ----------------------------------------------------------- */

void http_kept_ask(struct http_page *page, struct http_request *request)
{
    struct http_kept *kept = page->kept;

    if (!kept)
        return;
    kept->is_asked = kept->state == HTTP_KEPT_OLD && page->hops == 0 &&
                     http_kept_head_ask(kept->entry, request, http_page_arena(page));
}

bool http_kept_is_confirmed(const struct http_page *page, const struct http_response *response)
{
    return page->kept && page->kept->is_asked && page->hops == 0 && response->status == 304 &&
           !weir_error_is_set(&response->error);
}

bool http_kept_leads_on(struct http_page *page, const struct http_response *response)
{
    const struct http_paginator *paginator = &page->chain->resource->paginator;
    struct weir_arena *arena = http_page_arena(page);
    const char *now = http_paginator_of_head(paginator, response, arena);
    const char *then = NULL;
    struct http_kept_head head;

    if (!now)
        return true;
    if (http_kept_head_open(&head, page->kept->entry))
        then = http_paginator_of_head(paginator, &head.response, arena);
    http_kept_head_close(&head);
    return then && strcmp(then, now) == 0;
}

void http_kept_take(struct http_page *page, bool is_confirmed)
{
    struct http_resource *resource = page->chain->resource;
    struct http_kept *kept = page->kept;
    struct http_kept_head head;

    kept->state = HTTP_KEPT_TAKEN;
    if (http_kept_head_open(&head, kept->entry)) {
        (void)http_actions_judge(
            &resource->actions, &head.response, HTTP_GOOD, &page->actions_left);
        page->head = http_actions_head(
            &resource->actions, page->actions_left, &head.response, http_page_arena(page));
        page->format = http_format_find(resource->options, head.response.content_type);
        page->link =
            http_paginator_of_head(&resource->paginator, &head.response, http_page_arena(page));
        http_past_learn(page, &head.response);
    }
    http_kept_head_close(&head);
    page->no_content = false;
    page->body_len = kept->entry->body_len;
    http_folder_touch(keeping_of(page)->folder, &kept->key, is_confirmed);
    if (is_confirmed)
        resource->weir->progress->not_modified++;
    else
        resource->weir->progress->from_cache++;
}

void http_kept_renew(struct http_page *page, const struct http_response *response)
{
    const struct http_keeping *keeping = keeping_of(page);
    struct http_kept *kept = page->kept;
    bool is_there;

    if (!kept)
        return;
    is_there = kept->entry != NULL;
    free(kept->entry);
    kept->entry = page->hops ? NULL : http_kept_head_of(response, keeping->fields);
    kept->state = kept->entry ? HTTP_KEPT_NEW : HTTP_KEPT_NOTHING;
    if (kept->entry)
        kept->entry->key = kept->key;
    else if (is_there)
        http_folder_remove(keeping->folder, &kept->key);
}

/* --- into a batch, or away ---------------------------------------------------------------- */

struct http_batch_kept *http_kept_hand(struct http_page *page, struct weir_batch *batch)
{
    struct http_kept *kept = page->kept;
    struct http_batch_kept *handed = NULL;

    if (kept && page->state == HTTP_PAGE_DONE &&
        (kept->state == HTTP_KEPT_TAKEN || kept->state == HTTP_KEPT_NEW)) {
        handed = http_keep_new(keeping_of(page)->folder, kept->entry,
            kept->state == HTTP_KEPT_TAKEN, page->chain->resource->credential, batch->arena);
        kept->entry = NULL;
    }
    http_kept_forget(page);
    return handed;
}

void http_kept_forget(struct http_page *page)
{
    if (page->kept)
        free(page->kept->entry);
    free(page->kept);
    page->kept = NULL;
}
