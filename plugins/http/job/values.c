#include "values.h"

#include <string.h>

/* --- which there are ---------------------------------------------------------------------- */

struct finding {
    struct http_job_names *names;
    const struct weir_node *at;
    struct weir_arena *arena;
    struct weir_mistakes *mistakes; /* NULL: they were told before */
};

static bool is_known(const struct http_job_names *names, struct weir_str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (weir_str_is(name, names->names[i]))
            return true;
    return false;
}

static void add_name(struct finding *finding, struct weir_str name)
{
    struct http_job_names *names = finding->names;
    struct weir_error error = {0};
    const struct weir_path *path;
    size_t offset;

    if (is_known(names, name))
        return;
    path = weir_path_parse(finding->arena, name, &offset, &error);
    if (path && names->n < HTTP_JOB_NAMES_MAX && !memmem(name.ptr, name.len, "[*]", 3)) {
        names->paths[names->n] = path;
        names->names[names->n++] = weir_copy(finding->arena, name).ptr;
        return;
    }
    if (!finding->mistakes)
        return;
    if (path)
        weir_mistake(finding->mistakes, finding->at, 0, "E-TEMPLATE",
            "'{job.%.*s}' cannot be told by: a job has up to %d such values, and each is a single "
            "one",
            WEIR_STR_ARG(name), HTTP_JOB_NAMES_MAX);
    else
        weir_mistake(finding->mistakes, finding->at, 0, "E-TEMPLATE",
            "'{job.%.*s}' names no place in an answer: %s", WEIR_STR_ARG(name), error.text);
}

static bool look(void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    if (root == WEIR_ROOT_JOB)
        add_name(arg, name);
    *ret_value = weir_text(WEIR_TEXT, weir_str("x"));
    return true;
}

/* What comes of it is of no interest here. */
static void look_on(enum weir_status status)
{
    (void)status;
}

/* A template does not list its placeholders, so it is filled once by who looks on. */
static void look_through(struct finding *finding, const struct weir_template *t)
{
    struct weir_error ignored = {0};
    struct weir_str text;

    if (t && weir_template_roots(t) & WEIR_ROOT_JOB)
        look_on(weir_template_fill(
            t, finding->arena, WEIR_ENCODE_NONE, look, finding, &text, &ignored));
}

static void look_through_all(struct finding *finding, const struct weir_templates *templates)
{
    for (size_t i = 0; i < templates->n; i++)
        look_through(finding, templates->items[i].value);
}

void http_job_names_find(struct http_job_names *names, const struct http_job_options *options,
    const struct weir_node *node, struct weir_arena *arena, struct weir_mistakes *mistakes)
{
    const struct weir_node *poll = weir_node_get(node, "poll");
    const struct weir_node *download = weir_node_get(node, "download");
    struct finding finding = {names, poll ? poll : node, arena, mistakes};
    struct weir_error ignored = {0};
    struct weir_str text;

    *names = (struct http_job_names){.n = 0};
    look_through(&finding, options->poll.path);
    look_through(&finding, options->poll.url);
    look_through_all(&finding, &options->poll.headers);
    if (options->poll.json)
        look_on(weir_document_fill(options->poll.json, arena, look, &finding, &text, &ignored));
    finding.at = download ? download : node;
    look_through(&finding, options->download.path);
    look_through(&finding, options->download.url);
    look_through_all(&finding, &options->download.headers);
}

/* --- what they are ------------------------------------------------------------------------ */

bool http_job_is_value(const struct weir_value *value)
{
    return value->kind != WEIR_NULL && value->kind != WEIR_BOOL && value->kind != WEIR_JSON;
}

bool http_job_lookup(
    const struct http_job_values *values, struct weir_str name, struct weir_value *ret_value)
{
    for (size_t i = 0; values && i < values->names->n; i++)
        if (weir_str_is(name, values->names->names[i])) {
            *ret_value = values->values[i];
            return ret_value->kind != WEIR_NULL;
        }
    return false;
}

enum weir_status http_job_look(struct weir_str body, const struct weir_path *const *paths, size_t n,
    struct weir_arena *arena, struct weir_value *values, bool *found, struct weir_error *ret_error)
{
    struct weir_arena *scratch;
    struct weir_json_reader *reader;
    enum weir_status status = WEIR_FAIL;
    char *copy;

    if (body.len > HTTP_JOB_ANSWER_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-LIMIT-BODY",
            "an answer about a job has more than %d bytes", HTTP_JOB_ANSWER_MAX);
    scratch = weir_arena_new();
    copy = weir_alloc_zero(scratch, body.len + WEIR_JSON_PADDING, 1);
    if (body.len)
        memcpy(copy, body.ptr, body.len);
    reader = weir_json_reader_new();
    if (weir_node_from_json(scratch, (struct weir_str){copy, body.len}, ret_error))
        status = weir_json_find_all(
            reader, (struct weir_str){copy, body.len}, paths, n, arena, values, found, ret_error);
    weir_json_reader_free(reader);
    weir_arena_free(scratch);
    return status;
}

static enum weir_status check_value(
    const struct weir_value *value, const char *name, struct weir_error *ret_error)
{
    bool is_text = value->kind == WEIR_TEXT || value->kind == WEIR_DECIMAL;

    if (!is_text || value->length <= HTTP_JOB_VALUE_MAX)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-LIMIT",
        "the value for {job.%s} has more than %d bytes", name, HTTP_JOB_VALUE_MAX);
}

enum weir_status http_job_values_add(struct http_job_values *values, struct weir_str body,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_job_names *names = values->names;
    struct weir_value seen[HTTP_JOB_NAMES_MAX];
    bool found[HTTP_JOB_NAMES_MAX];

    if (names->n == 0)
        return WEIR_OK;
    if (http_job_look(body, names->paths, names->n, arena, seen, found, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    for (size_t i = 0; i < names->n; i++) {
        if (values->values[i].kind != WEIR_NULL || !http_job_is_value(&seen[i]))
            continue;
        if (check_value(&seen[i], names->names[i], ret_error) != WEIR_OK)
            return WEIR_FAIL;
        values->values[i] = seen[i];
    }
    return WEIR_OK;
}
