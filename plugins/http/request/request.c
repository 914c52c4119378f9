#include "request.h"

#include "client/url.h"
#include "data.h"
#include "format/format.h"
#include "header.h"
#include "job/values.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool templates_are_constant(const struct weir_templates *templates)
{
    for (size_t i = 0; i < templates->n; i++)
        if (weir_template_roots(templates->items[i].value))
            return false;
    return true;
}

static bool has_header(const struct weir_templates *headers, const char *name)
{
    for (size_t i = 0; i < headers->n; i++)
        if (strcasecmp(headers->items[i].name, name) == 0)
            return true;
    return false;
}

static bool find_value(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct http_values *values = arg;

    if (!values)
        return false;
    if (root == WEIR_ROOT_JOB)
        return http_job_lookup(values->job, name, ret_value);
    /* What a parent's row says stands among the partition's fields. */
    if (root != WEIR_ROOT_INCREMENTAL)
        return weir_partition_lookup(values->partition, WEIR_ROOT_PARTITION, name, ret_value);
    if (weir_window_lookup(values->window, root, name, ret_value))
        return true;
    values->lacks_start = weir_str_is(name, "start_value");
    return false;
}

static enum weir_status fill_header(const struct weir_named_template *header,
    struct http_values *values, struct weir_arena *arena, const char **ret_line,
    struct weir_error *ret_error)
{
    struct weir_str value;

    if (weir_template_fill(header->value, arena, WEIR_ENCODE_NONE, find_value, values, &value,
            ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!http_header_value_is_valid(value))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-HEADER",
            "the value for header '%s' holds a line break or another control byte", header->name);
    *ret_line = weir_printf(arena, "%s: %.*s", header->name, WEIR_STR_ARG(value));
    return WEIR_OK;
}

static const char *body_type(const struct http_plan *plan)
{
    if (plan->options->json)
        return "Content-Type: application/json";
    if (!plan->options->data)
        return NULL;
    return plan->has_form ? "Content-Type: application/x-www-form-urlencoded"
                          : "Content-Type: text/plain; charset=utf-8";
}

/* All header lines but the login's: the user's, and what says which formats we speak. */
static enum weir_status fill_headers(const struct http_plan *plan, struct http_values *values,
    struct weir_arena *arena, const char *const **ret_lines, struct weir_error *ret_error)
{
    const struct weir_templates *headers = &plan->options->headers;
    const char **lines = weir_new_array(arena, headers->n + 3, const char *);
    size_t n = 0;

    for (size_t i = 0; i < headers->n; i++)
        if (fill_header(&headers->items[i], values, arena, &lines[n++], ret_error) != WEIR_OK)
            return WEIR_FAIL;
    if (!has_header(headers, "Accept"))
        lines[n++] = "Accept: application/json";
    if (body_type(plan) && !has_header(headers, "Content-Type"))
        lines[n++] = body_type(plan);
    *ret_lines = lines;
    return WEIR_OK;
}

/* The origin that the text of a URL template fixes by itself: scheme, host and port stand in it,
 * whole, before any placeholder. */
static const char *fixed_origin(struct weir_arena *arena, struct weir_str source)
{
    const char *text = weir_copy(arena, source).ptr;
    const char *host = strstr(text, "://");
    const char *end;

    if (!host)
        return NULL;
    end = host + 3 + strcspn(host + 3, "/?#");
    if (memchr(text, '{', (size_t)(end - text)))
        return NULL;
    return http_url_origin(
        arena, weir_copy(arena, (struct weir_str){text, (size_t)(end - text)}).ptr);
}

static const char *plan_origin(const struct http_plan *plan, struct weir_arena *arena)
{
    const struct http_resource_options *options = plan->options;
    struct weir_str path;

    if (options->url)
        return fixed_origin(arena, weir_template_source(options->url));
    path = weir_template_source(options->path);
    if (path.len && path.ptr[0] == '{')
        return NULL;
    if (memmem(path.ptr, path.len, "://", 3))
        return fixed_origin(arena, path);
    return http_url_origin(arena, plan->base_url);
}

enum weir_status http_plan_init(struct http_plan *plan, const struct http_resource_options *options,
    const char *base_url, struct weir_arena *arena, struct weir_error *ret_error)
{
    *plan = (struct http_plan){.options = options, .base_url = base_url};
    plan->origin = plan_origin(plan, arena);
    plan->has_form = options->data && http_data_is_form(options->data);
    if (!templates_are_constant(&options->headers))
        return WEIR_OK;
    return fill_headers(plan, NULL, arena, &plan->headers, ret_error);
}

/* Adds a parameter to the URL, or none where it has nothing to say yet. */
static enum weir_status fill_param(const struct weir_named_template *param,
    struct http_values *values, struct weir_arena *arena, const char **url,
    struct weir_error *ret_error)
{
    struct weir_str text;

    if (values)
        values->lacks_start = false;
    if (weir_template_fill(param->value, arena, WEIR_ENCODE_NONE, find_value, values, &text,
            ret_error) != WEIR_OK) {
        if (!values || !values->lacks_start)
            return WEIR_FAIL;
        *ret_error = (struct weir_error){0};
        return WEIR_OK;
    }
    *url = http_url_add_param(arena, *url, param->name, text);
    return WEIR_OK;
}

static enum weir_status fill_url(const struct http_plan *plan, struct http_values *values,
    struct weir_arena *arena, const char **ret_url, struct weir_error *ret_error)
{
    const struct http_resource_options *options = plan->options;
    const struct weir_template *t = options->url ? options->url : options->path;
    struct weir_str text;
    const char *url;

    if (weir_template_fill(t, arena, WEIR_ENCODE_URL, find_value, values, &text, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    if (memchr(text.ptr, '\0', text.len))
        return weir_error_set(
            ret_error, WEIR_FAULT_DATA, "E-URL", "a value for the URL holds a NUL byte");
    url = options->url ? text.ptr : http_url_join(arena, plan->base_url, text.ptr);
    for (size_t i = 0; i < options->params.n; i++)
        if (fill_param(&options->params.items[i], values, arena, &url, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    *ret_url = url;
    return http_url_check(url, ret_error);
}

enum weir_status http_plan_fill(const struct http_plan *plan, struct http_values *values,
    struct weir_arena *arena, struct http_request *ret_request, struct weir_error *ret_error)
{
    const struct http_resource_options *options = plan->options;

    *ret_request = (struct http_request){.method = http_method_name(options->method),
        .headers = plan->headers,
        .hides_cuts = http_format_hides_cuts(options)};
    if (fill_url(plan, values, arena, &ret_request->url, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!plan->headers &&
        fill_headers(plan, values, arena, &ret_request->headers, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    ret_request->is_form = plan->has_form;
    if (options->data)
        return http_data_fill(options->data, plan->has_form, arena, find_value, values,
            &ret_request->body, ret_error);
    if (!options->json)
        return WEIR_OK;
    return weir_document_fill(
        options->json, arena, find_value, values, &ret_request->body, ret_error);
}

void http_request_label(const char *method, const char *url, char *out, size_t size)
{
    int length = snprintf(out, size, "%s ", method);

    if (length > 0 && (size_t)length < size)
        http_url_redact(url, out + length, size - (size_t)length);
}
