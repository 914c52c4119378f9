/* For tests of what reads a document: documents from JSON, and the mistakes found in them. */
#ifndef NODE_CHECKS_H
#define NODE_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weir/node.h>
#include <weir/status.h>

/* Single quotes stand for double ones, so that a document in C can be read. */
static inline struct weir_node *document(struct weir_arena *arena, const char *text)
{
    char *json = weir_copy_text(arena, text);
    struct weir_error error = {0};
    const struct weir_node *node;

    for (char *c = json; *c; c++)
        if (*c == '\'')
            *c = '"';
    node = weir_node_from_json(arena, weir_str(json), &error);
    if (!node)
        fail_msg("%s in %s", error.text, json);
    return (struct weir_node *)(uintptr_t)node;
}

/* The value as it is after substitution from the environment. */
static inline void substitute(struct weir_node *node, const char *key)
{
    struct weir_node *item = (struct weir_node *)(uintptr_t)weir_node_get(node, key);

    assert_non_null(item);
    item->substituted = true;
}

static inline void check_mistake(
    const struct weir_mistakes *mistakes, size_t i, const char *code, const char *text)
{
    if (i >= mistakes->n)
        fail_msg("only %zu mistakes, none says: %s", mistakes->n, text);
    assert_string_equal(mistakes->items[i].text, text);
    assert_string_equal(mistakes->items[i].code, code);
}

static inline void check_none(const struct weir_mistakes *mistakes)
{
    if (mistakes->n > 0)
        fail_msg("unexpected: %s", mistakes->items[0].text);
}

#endif
