#include "placeholders.h"

#include <string.h>
#include <weir/template.h>

static bool look(void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct http_looking *looking = arg;

    if (root == WEIR_ROOT_RESOURCES)
        looking->found(looking, name);
    *ret_value = weir_text(WEIR_TEXT, weir_str("x"));
    return true;
}

/* What comes of it is of no interest here. */
static void look_on(enum weir_status status)
{
    (void)status;
}

static void look_through(
    struct http_looking *looking, const struct weir_template *t, struct weir_arena *arena)
{
    struct weir_error ignored = {0};
    struct weir_str text;

    if (t && weir_template_roots(t) & WEIR_ROOT_RESOURCES)
        look_on(weir_template_fill(t, arena, WEIR_ENCODE_NONE, look, looking, &text, &ignored));
}

static void look_through_headers(
    struct http_looking *looking, const struct weir_templates *headers, struct weir_arena *arena)
{
    for (size_t i = 0; i < headers->n; i++) {
        looking->at = headers->items[i].node;
        look_through(looking, headers->items[i].value, arena);
    }
}

static void look_through_job(
    struct http_looking *looking, const struct weir_resource *resource, struct weir_arena *arena)
{
    const struct http_resource_options *options = resource->options;
    const struct http_job_options *job = &options->job;
    struct weir_error ignored = {0};
    struct weir_str text;

    looking->at = weir_resource_node(resource, "job");
    look_through(looking, job->poll.path, arena);
    look_through(looking, job->poll.url, arena);
    look_through(looking, job->download.path, arena);
    look_through(looking, job->download.url, arena);
    if (job->poll.json)
        look_on(weir_document_fill(job->poll.json, arena, look, looking, &text, &ignored));
    look_through_headers(looking, &job->poll.headers, arena);
    look_through_headers(looking, &job->download.headers, arena);
}

/* A template does not list its placeholders, so each is filled once, by who looks on. */
void http_placeholders(struct http_looking *looking, const struct weir_resource *resource)
{
    const struct http_resource_options *o = resource->options;
    struct weir_arena *arena = weir_arena_new();
    struct weir_error ignored = {0};
    struct weir_str text;

    looking->at = weir_resource_node(resource, "url");
    look_through(looking, o->url, arena);
    looking->at = weir_resource_node(resource, "path");
    look_through(looking, o->path, arena);
    for (size_t i = 0; i < o->params.n; i++) {
        looking->at = o->params.items[i].node;
        look_through(looking, o->params.items[i].value, arena);
    }
    look_through_headers(looking, &o->headers, arena);
    looking->at = weir_resource_node(resource, "json");
    if (o->json)
        look_on(weir_document_fill(o->json, arena, look, looking, &text, &ignored));
    looking->at = weir_resource_node(resource, "data");
    if (o->data)
        look_on(weir_document_fill(o->data, arena, look, looking, &text, &ignored));
    look_through_job(looking, resource, arena);
    weir_arena_free(arena);
}

struct weir_str http_placeholder_resource(struct weir_str name)
{
    const char *dot = memchr(name.ptr, '.', name.len);

    return (struct weir_str){name.ptr, dot ? (size_t)(dot - name.ptr) : name.len};
}
