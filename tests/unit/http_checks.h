/* For tests of the http extractor: its options from a document, as the engine
 * would read them. */
#ifndef HTTP_CHECKS_H
#define HTTP_CHECKS_H

#include "node_checks.h"

#include "../../plugins/http/options.h"

#include <weir/stage.h>

struct http_fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    struct weir_error error;
    struct http_options connection;
    struct http_resource_options options;
    struct weir_resource resource;
    struct weir_progress progress;
};

static inline int http_setup(void **state)
{
    static struct http_fixture f;

    memset(&f, 0, sizeof(f));
    f.arena = weir_arena_new();
    weir_mistakes_init(&f.mistakes, f.arena);
    *state = &f;
    return 0;
}

static inline int http_teardown(void **state)
{
    struct http_fixture *f = *state;

    weir_arena_free(f->arena);
    return 0;
}

/* Secrets that stand in a file are a mistake of their own. */
static inline void substitute_all(const struct weir_node *node)
{
    for (size_t i = 0; node && i < node->n; i++)
        node->items[i]->substituted = true;
}

/* Both tables are filled from one map, as from the map under `extract` of a
 * single resource. */
static inline void http_parse(struct http_fixture *f, const char *text)
{
    struct weir_option_context context = {.arena = f->arena, .mistakes = &f->mistakes};
    const struct weir_node *node = document(f->arena, text);
    struct weir_option_target targets[] = {
        {http_option_table, sizeof(struct weir_option), &f->connection},
        {http_resource_option_table, sizeof(struct weir_option), &f->options},
    };

    substitute_all(weir_node_get(node, "auth"));
    substitute_all(weir_node_get(node, "tls"));
    memset(&f->connection, 0, sizeof(f->connection));
    memset(&f->options, 0, sizeof(f->options));
    weir_mistakes_init(&f->mistakes, f->arena);
    f->error = (struct weir_error){0};
    (void)weir_options_parse(&context, node, node, targets, 2);
    f->resource = (struct weir_resource){.name = "items",
        .table = "items",
        .options = &f->options,
        .config = node,
        .progress = &f->progress};
}

#endif
