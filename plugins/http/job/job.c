#include "job.h"

#include "client/unpack.h"
#include "source/source.h"

#include <string.h>
#include <strings.h>

bool http_job_is_used(const struct weir_resource *resource)
{
    const struct weir_node *node = weir_node_get(resource->config, "job");

    return node && !weir_node_is_null(node);
}

/* --- the paginator of a resource that has one --------------------------------------------- */

/* What names the next page is a place, which was made here or is the state's. */
static enum weir_status follow(const struct http_paginator *paginator, struct weir_arena *arena,
    const struct http_origin *from, const char *next, const char **ret_at,
    struct weir_error *ret_error)
{
    (void)paginator;
    (void)from;
    (void)ret_error;
    *ret_at = weir_copy_text(arena, next);
    return WEIR_OK;
}

static const struct http_paginator_kind kind = {.follow = follow};

/* Facts are picked as the file's own paginator has it; what they mean is decided in work.c. */
static void lead_through(struct http_paginator *paginator, struct http_job *job)
{
    job->inner = *paginator;
    job->follows_links = paginator->link_rel || paginator->allow_hosts;
    paginator->kind = &kind;
    paginator->max_pages = UINT64_MAX;
    paginator->allow_hosts = NULL;
    paginator->stop_after_empty_page = false;
    paginator->guards_repeats = false;
    paginator->is_hidden = false;
}

/* --- requests ------------------------------------------------------------------------------ */

static bool has(const struct weir_templates *headers, const char *name)
{
    for (size_t i = 0; i < headers->n; i++)
        if (strcasecmp(headers->items[i].name, name) == 0)
            return true;
    return false;
}

/* The resource's, but for those that stand in `own`, which come behind them. What they ask to be
 * given is not meant for downloads. */
static struct weir_templates headers_of(const struct weir_templates *resource,
    const struct weir_templates *own, bool is_download, struct weir_arena *arena)
{
    struct weir_named_template *items =
        weir_new_array(arena, resource->n + own->n + 1, struct weir_named_template);
    struct weir_error never = {0};
    size_t n = 0, offset;

    for (size_t i = 0; i < resource->n; i++)
        if (!has(own, resource->items[i].name) &&
            !(is_download && strcasecmp(resource->items[i].name, "Accept") == 0))
            items[n++] = resource->items[i];
    for (size_t i = 0; i < own->n; i++)
        items[n++] = own->items[i];
    if (is_download && !has(own, "Accept"))
        items[n++] = (struct weir_named_template){
            "Accept", weir_template_parse(arena, weir_str("*/*"), 0, NULL, &offset, &never), NULL};
    return (struct weir_templates){items, n};
}

/* A request's options: the resource's, with the address of this one where the file has one. */
static struct http_resource_options request_options(const struct http_resource_options *resource,
    const struct weir_template *path, const struct weir_template *url,
    struct weir_templates headers)
{
    struct http_resource_options options = *resource;

    options.method = HTTP_GET;
    options.json = options.data = NULL;
    options.headers = headers;
    options.format.type = NULL;
    if (path || url) {
        options.path = path;
        options.url = url;
        options.params = (struct weir_templates){NULL, 0};
    }
    return options;
}

enum weir_status http_job_start(struct http_resource *resource, const char *base_url,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_resource_options *options = resource->options;
    const struct http_job_poll *poll = &options->job.poll;
    const struct http_job_download *download = &options->job.download;
    struct http_job *job = weir_alloc_zero(arena, 1, sizeof(*job));

    job->options = &options->job;
    http_job_names_find(
        &job->names, job->options, weir_node_get(resource->weir->config, "job"), arena, NULL);
    job->has_poll = poll->path || poll->url;
    job->has_download = download->path || download->url;
    job->has_urls = download->urls_path != NULL;
    if (job->has_urls && !http_job_urls_split(download->urls_path, arena, &job->urls))
        return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE", "job.download.urls_path");
    job->poll_options = request_options(options, poll->path, poll->url,
        headers_of(&options->headers, &poll->headers, false, arena));
    job->poll_options.method = poll->method;
    job->poll_options.json = poll->json;
    job->download_options = request_options(options, download->path, download->url,
        headers_of(&options->headers, &download->headers, true, arena));
    job->download_options.format = options->format;
    lead_through(&resource->paginator, job);
    resource->job = job;
    if (http_plan_init(&job->poll, &job->poll_options, base_url, arena, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    return http_plan_init(&job->download, &job->download_options, base_url, arena, ret_error);
}

bool http_job_may_create(const struct http_resource *resource)
{
    const struct http_job *job = resource->job;

    return !job || job->n_running < (uint64_t)job->options->max;
}

/* --- downloads ------------------------------------------------------------------------------ */

enum weir_status http_job_unpack(struct weir_str body, uint64_t limit, struct weir_arena *arena,
    struct weir_str *ret_body, struct weir_error *ret_error)
{
    struct http_unpack unpack = {0};
    struct weir_buf buf;
    enum weir_status status;
    size_t capacity;
    char *memory;

    *ret_body = body;
    if (body.len < 2 || memcmp(body.ptr, "\x1f\x8b", 2) != 0)
        return WEIR_OK;
    weir_buf_init(&buf, limit, WEIR_JSON_PADDING);
    http_unpack_begin(&unpack, &http_encoding_gzip);
    status = http_unpack_add(&unpack, body.ptr, body.len, &buf, ret_error);
    if (status == WEIR_OK)
        status = http_unpack_end(&unpack, ret_error);
    http_unpack_done(&unpack);
    ret_body->ptr = "";
    ret_body->len = buf.len;
    memory = weir_buf_take(&buf, &capacity);
    if (memory) {
        ret_body->ptr = memory;
        weir_adopt(arena, memory, capacity);
    }
    weir_buf_done(&buf);
    return status;
}
