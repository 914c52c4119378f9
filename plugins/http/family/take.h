/*
 * What a child takes from rows of its parent: the fields that its placeholders name, which tell
 * one of its chains from all others, those that its own rows are given, and those that are handed on
 * to children of its own, which ask for them by the name of an ancestor.
 */
#ifndef WEIR_HTTP_TAKE_H
#define WEIR_HTTP_TAKE_H

#include "fanout.h"
#include "options.h"

#include <weir/plugin.h>

enum http_taken_use {
    HTTP_ASK,  /* a placeholder needs it */
    HTTP_GIVE, /* rows are given it */
    HTTP_PASS, /* handed on */
    HTTP_N_USES,
};

/* One field. */
struct http_taken {
    int use; /* enum http_taken_use */
    const char
        *name; /* "repos.id", the name of a partition, or of the column that rows are given */
    const char *field; /* of the parent's row */
    bool is_handed;    /* the parent's own chain was handed it, by that name, and no row has it */
};

/* By use; those of a use in the order of their names, or as the file has them. */
struct http_takes {
    const char *parent;
    struct http_taken *items;
    size_t n;
    const struct http_fanout_column *group; /* one of them is asked for in groups; else NULL */
    size_t index;                           /* which of the parents it is */
    size_t besides;                         /* bytes of what is asked for with it, at the most */
};

enum { HTTP_TAKES_MAX = 64 };

/* For the plugin. */
void http_parents(const struct weir_resource *resource, struct weir_parents *parents);
/* From one parent of the resource. Mistakes were told by http_takes_check. */
enum weir_status http_takes_init(struct http_takes *takes, const struct weir_resource *resource,
    size_t parent, struct weir_arena *arena, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The combinations of its lists. */
enum weir_status http_takes_product(const struct weir_resource *resource,
    struct http_product *product, struct weir_arena *arena,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
void http_takes_check(const struct weir_resource *resource, struct weir_mistakes *mistakes);

#endif
