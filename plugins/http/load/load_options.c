#include "load_options.h"

#include "auth/credential.h"
#include "check.h"
#include "client/url.h"
#include "politeness/limits.h"
#include "request/header.h"

#include <string.h>
#include <strings.h>

static const struct weir_choice method_choices[] = {
    {"POST", HTTP_LOAD_POST, NULL},
    {"PUT", HTTP_LOAD_PUT, NULL},
    {"PATCH", HTTP_LOAD_PATCH, NULL},
    {0},
};

static const struct weir_choice format_choices[] = {
    {"json", HTTP_BODY_JSON, "An array of rows, or with `key` an object that holds it."},
    {"ndjson", HTTP_BODY_NDJSON, "A row on each line."},
    {"rows", HTTP_BODY_ROWS, "One row: each is a request of its own."},
    {0},
};

static const struct weir_option body_options[] = {
    WEIR_CHOICE(struct http_load_body, format, format_choices, .initial = "json",
        .help = "How rows are written."),
    WEIR_TEXT(struct http_load_body, key, .min = 1, .example = "data",
        .help = "With `format: json`: the array stands under this key of an object."),
    WEIR_TEXT(struct http_load_body, table_key, .min = 1, .example = "_table",
        .help = "A key that is put first in each row, with the name of the resource's table as "
                "its value."),
    WEIR_BOOL(struct http_load_body, nulls, .initial = "true",
        .help = "Write keys whose value is null; those that the source left out are not written "
                "in any case. Neither keys of requests nor `batch.bytes` count nulls."),
    {0},
};

static const struct weir_option batch_options[] = {
    WEIR_INT(struct http_load_batch, rows, .initial = "500", .min = 1, .max = 100000,
        .help = "The most rows of a request."),
    WEIR_SIZE(struct http_load_batch, bytes, .initial = "1MiB", .min = 1, .max = 64LL * 1024 * 1024,
        .help = "The most bytes of rows in a request; a row that is larger is sent alone."),
    {0},
};

static const struct weir_option concurrency_options[] = {
    WEIR_INT(struct http_concurrency, max, .initial = "4", .min = 1, .max = 64,
        .help = "The most requests in flight at once. With 1 they are sent in the order of the "
                "source, one behind the other."),
    {0},
};

static const struct weir_option key_options[] = {
    WEIR_TEXT(struct http_load_key, header, .initial = "Idempotency-Key", .min = 1,
        .help = "The header that carries it."),
    WEIR_TEMPLATE(struct http_load_key, scope, .example = "{vars.day}",
        .help = "What else the key is made of. The same rows have another key under another "
                "scope, and are new to the server."),
    {0},
};

const struct weir_option http_load_option_table[] = {
    WEIR_TEMPLATE(struct http_load, url, .required = true,
        .example = "https://api.example.org/v1/items", .help = "Where rows are sent to."),
    WEIR_CHOICE(struct http_load, method, method_choices, .initial = "POST", .help = "How."),
    WEIR_TEMPLATES(struct http_load, headers, .sensitive = true,
        .example = "{ Prefer: return=minimal }", .help = "Headers of the requests."),
    WEIR_VARIANT(struct http_load, auth, http_auth_variants, .tuning = true, .initial = "none",
        .help = "How to log in."),
    WEIR_GROUP(struct http_load, body, struct http_load_body, body_options,
        .help = "What a request holds."),
    WEIR_GROUP(struct http_load, batch, struct http_load_batch, batch_options,
        .help = "How much of it. A request holds rows of one answer of the source, never of two."),
    WEIR_GROUP(struct http_options, concurrency, struct http_concurrency, concurrency_options,
        .tuning = true, .help = "How much is sent at once."),
    WEIR_GROUP(struct http_load, retry, struct http_retry_options, http_retry_option_table,
        .tuning = true,
        .help = "When a request is sent again; after a status 409 or 425 it is in any case, for "
                "these say that the same key is still being worked on, or that it is too early."),
    WEIR_GROUPS(struct http_options, rate_limits, struct http_limit, http_limit_options,
        .tuning = true, .help = "How often rows may be sent."),
    HTTP_CONNECTION_OPTIONS,
    WEIR_GROUP(struct http_load, idempotency_key, struct http_load_key, key_options,
        .help = "The key that each request bears, the same whenever the same rows are sent again."),
    {0},
};

const char *http_load_method_name(int method)
{
    return method == HTTP_LOAD_PUT ? "PUT" : method == HTTP_LOAD_PATCH ? "PATCH" : "POST";
}

/* --- check ---------------------------------------------------------------------------------- */

/* The node of an option, or where the stage stands. */
static const struct weir_node *node_of(
    const struct weir_stage *stage, const char *group, const char *key)
{
    const struct weir_node *node = weir_node_get(stage->config, group);
    const struct weir_node *inner = node && key ? weir_node_get(node, key) : NULL;

    return inner ? inner : node ? node : stage->config;
}

/* The text is known already, unless the file has a mistake, which is told. */
static bool text_of(
    const struct weir_template *t, struct weir_arena *arena, struct weir_str *ret_text)
{
    struct weir_error ignored = {0};

    return t && weir_template_fill(t, arena, WEIR_ENCODE_NONE, NULL, NULL, ret_text, &ignored) ==
                    WEIR_OK;
}

static void check_url(const struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct http_load *load = stage->state;
    struct weir_error error = {0};
    struct weir_str url;

    if (text_of(load->url, mistakes->arena, &url) && http_url_check(url.ptr, &error) != WEIR_OK)
        weir_mistake(mistakes, node_of(stage, "url", NULL), 0,
            weir_copy_text(mistakes->arena, error.code), "%s", error.text);
}

/* Who else sets that header? */
static const char *owner_of(const struct http_load *load, const char *name)
{
    const char *login = http_credential_header_name(&load->auth);

    if (login && strcasecmp(login, name) == 0)
        return "auth";
    if (load->idempotency_key.header && strcasecmp(load->idempotency_key.header, name) == 0)
        return "idempotency_key";
    return NULL;
}

static void check_header(const struct http_load *load, size_t i, struct weir_mistakes *mistakes)
{
    const struct weir_named_template *header = &load->headers.items[i];
    const char *owner = owner_of(load, header->name);
    struct weir_str text;

    if (!http_header_name_is_valid(header->name))
        weir_mistake(mistakes, header->node, 0, "E-HEADER", "'%s' cannot be the name of a header",
            header->name);
    else if (http_header_is_reserved(header->name))
        weir_mistake(
            mistakes, header->node, 0, "E-HEADER", "'%s' is set by weir itself", header->name);
    else if (owner)
        weir_mistake(mistakes, header->node, 0, "E-HEADER", "'%s' is set here and by %s",
            header->name, owner);
    for (size_t k = 0; k < i; k++)
        if (strcasecmp(load->headers.items[k].name, header->name) == 0)
            weir_mistake(mistakes, header->node, 0, "E-HEADER",
                "'%s' is here already as '%s': names of headers have no case", header->name,
                load->headers.items[k].name);
    if (text_of(header->value, mistakes->arena, &text) && !http_header_value_is_valid(text))
        weir_mistake(mistakes, header->node, 0, "E-HEADER",
            "the value for '%s' holds a line break or another control byte", header->name);
}

static void check_key(const struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct http_load *load = stage->state;
    const char *header = load->idempotency_key.header;
    const char *login = http_credential_header_name(&load->auth);
    const struct weir_node *at = node_of(stage, "idempotency_key", "header");

    if (!header)
        return;
    if (!http_header_name_is_valid(header) || http_header_is_reserved(header))
        weir_mistake(
            mistakes, at, 0, "E-HEADER", "'%s' cannot be a header that carries a key", header);
    else if (login && strcasecmp(login, header) == 0)
        weir_mistake(mistakes, at, 0, "E-HEADER", "'%s' is set here and by auth", header);
}

static void check_body(const struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct http_load *load = stage->state;
    const struct weir_node *batch = weir_node_get(stage->config, "batch");

    if (load->body.key && load->body.format != HTTP_BODY_JSON)
        weir_mistake(mistakes, node_of(stage, "body", "key"), 0, "E-VALUE",
            "'key' goes with format: json, whose rows can stand under one");
    if (load->body.format == HTTP_BODY_ROWS && batch)
        weir_mistake(mistakes, batch, 0, "E-VALUE",
            "with format: rows each row is a request of its own; leave 'batch' out");
}

void http_load_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct http_load *load = stage->state;

    check_url(stage, mistakes);
    for (size_t i = 0; i < load->headers.n; i++)
        check_header(load, i, mistakes);
    check_key(stage, mistakes);
    check_body(stage, mistakes);
    http_credential_check(&load->auth, NULL, mistakes);
    http_retry_check(&load->retry, node_of(stage, "retry", NULL), mistakes);
    http_limits_check(
        &load->connection.rate_limits, weir_node_get(stage->config, "rate_limits"), mistakes);
    http_check_connection(&load->connection, stage->config, mistakes);
}
