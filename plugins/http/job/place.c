#include "place.h"

#include <inttypes.h>
#include <string.h>

static const char *quoted(struct weir_arena *arena, const char *text)
{
    return text ? weir_json_quote(arena, weir_str(text)).ptr : "null";
}

const char *http_job_place_write(const struct http_job_place *place, struct weir_arena *arena)
{
    const struct http_job_values *values = &place->values;
    const char *job = "";

    for (size_t i = 0; i < values->names->n; i++) {
        const struct weir_value *value = &values->values[i];
        struct weir_str text =
            value->kind == WEIR_NULL ? weir_str("null") : weir_value_format(value, arena, true);

        job = weir_printf(arena, "%s%s%.*s", job, i ? "," : "", WEIR_STR_ARG(text));
    }
    return weir_printf(arena,
        "{\"job\":[%s],\"poll\":%s,\"created\":%" PRId64 ",\"part\":%" PRIu64 ",\"parts\":%" PRIu64
        ",\"page\":%" PRIu64 ",\"at\":%s}",
        job, quoted(arena, place->poll_url), place->created_ms, place->part, place->n_parts,
        place->page, quoted(arena, place->at));
}

static const char *text_at(const struct weir_node *place, const char *key)
{
    const struct weir_node *node = weir_node_get(place, key);

    return node && node->kind == WEIR_NODE_SCALAR && node->quoted ? node->text.ptr : NULL;
}

static bool count_at(const struct weir_node *place, const char *key, int64_t *ret_count)
{
    const struct weir_node *node = weir_node_get(place, key);

    return node && node->kind == WEIR_NODE_SCALAR && weir_parse_int(node->text.ptr, ret_count) &&
           *ret_count >= 0;
}

/* A number is kept as it was written. */
static struct weir_value value_of(const struct weir_node *node)
{
    int64_t integer;

    if (node->kind != WEIR_NODE_SCALAR || weir_node_is_null(node))
        return weir_null();
    if (!node->quoted && weir_parse_int(node->text.ptr, &integer))
        return weir_int(integer);
    return weir_text(node->quoted ? WEIR_TEXT : WEIR_DECIMAL, node->text);
}

enum weir_status http_job_place_read(const char *text, const struct http_job_names *names,
    struct weir_arena *arena, struct http_job_place *ret_place, struct weir_error *ret_error)
{
    struct weir_error error = {0};
    const struct weir_node *place = weir_node_from_json(arena, weir_str(text), &error);
    const struct weir_node *job = place ? weir_node_get(place, "job") : NULL;
    int64_t part, parts, page;

    *ret_place = (struct http_job_place){.values.names = names};
    if (!job || job->kind != WEIR_NODE_LIST || job->n != names->n ||
        !count_at(place, "created", &ret_place->created_ms) || !count_at(place, "part", &part) ||
        !count_at(place, "parts", &parts) || !count_at(place, "page", &page))
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-STATE",
            "what an earlier run has kept names no job; begin anew with --restart");
    for (size_t i = 0; i < job->n; i++)
        ret_place->values.values[i] = value_of(job->items[i]);
    ret_place->part = (uint64_t)part;
    ret_place->n_parts = (uint64_t)parts;
    ret_place->page = (uint64_t)page;
    ret_place->poll_url = text_at(place, "poll");
    ret_place->at = text_at(place, "at");
    return WEIR_OK;
}
