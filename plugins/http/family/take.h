/*
 * What a child takes from rows of its parent: the fields that its placeholders name, which tell
 * one of its chains from all others, and those that its own rows are given.
 */
#ifndef WEIR_HTTP_TAKE_H
#define WEIR_HTTP_TAKE_H

#include "options.h"

#include <weir/plugin.h>

/* One field. */
struct http_taken {
    const char *name;   /* of the placeholder, "repos.id"; NULL: none has it */
    const char *field;  /* of the parent's row */
    const char *column; /* of the child's rows; NULL: they are not given it */
};

/* In the order of their names, first those of placeholders. */
struct http_takes {
    const char *parent;
    struct http_taken *items;
    size_t n;
};

enum { HTTP_TAKES_MAX = 64 };

/* For the plugin. */
void http_parents(const struct weir_resource *resource, struct weir_parents *parents);
/* Of a resource with one parent. Mistakes were told by http_takes_check. */
void http_takes_init(
    struct http_takes *takes, const struct weir_resource *resource, struct weir_arena *arena);
void http_takes_check(const struct weir_resource *resource, struct weir_mistakes *mistakes);

#endif
