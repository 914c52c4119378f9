/* What a resource of a database says: a table, or a query with a key. */
#include <weir/chunks.h>

#include <string.h>

const char *weir_chunks_cursor(struct weir_arena *arena, const struct weir_resource *resource)
{
    const struct weir_path *rest;
    struct weir_str column;

    if (!resource->incremental ||
        !weir_path_split(arena, resource->incremental->cursor_path, &column, &rest) || rest)
        return NULL;
    return weir_copy(arena, column).ptr;
}

static void check_resource(
    struct weir_arena *arena, const struct weir_resource *resource, struct weir_mistakes *mistakes)
{
    const struct weir_chunk_wish *wish = resource->options;
    const struct weir_node *query = weir_node_get(resource->config, "query");

    if (wish->from && wish->query)
        weir_mistake(mistakes, query, 0, "E-VALUE", "either 'from' or 'query'");
    if (wish->query && wish->key.n == 0)
        weir_mistake(mistakes, query, 0, "E-VALUE",
            "a query needs 'key', the columns that tell its rows apart, such as key: id");
    if (resource->incremental && !weir_chunks_cursor(arena, resource))
        weir_mistake(mistakes, weir_node_get(resource->config, "incremental"), 0, "E-VALUE",
            "'cursor_path' must be a column here");
}

void weir_chunks_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    struct weir_arena *arena = weir_arena_new();

    for (size_t i = 0; i < stage->n_resources; i++)
        check_resource(arena, stage->resources[i], mistakes);
    weir_arena_free(arena);
}

/* A semicolon at its end would end the statement that it is put into; a comment ends with its line. */
const char *weir_chunks_subquery(struct weir_arena *arena, const char *query)
{
    size_t n = strlen(query);

    while (n && strchr("; \t\r\n", query[n - 1]))
        n--;
    return weir_printf(arena, "(%.*s\n)", (int)n, query);
}
