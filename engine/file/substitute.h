/*
 * ${NAME}, ${NAME:default} and ${file:PATH} in the values of a pipeline file.
 *
 * Filled in before anything else looks at a value, and never looked at as YAML: a
 * password may hold any sign. $${ stands for ${ itself. An empty variable counts
 * as one that is not set, for an empty token helps nobody: ${NAME:} says that
 * nothing is fine.
 */
#ifndef FILE_SUBSTITUTE_H
#define FILE_SUBSTITUTE_H

#include <weir/node.h>

enum {
    SUBSTITUTE_FILE_MAX = 64 * 1024,        /* of one file */
    SUBSTITUTE_TOTAL_MAX = 4 * 1024 * 1024, /* of all that comes from outside */
};

/* What is common to all values of one pipeline file. */
struct substitution {
    struct weir_arena *arena;
    struct weir_mistakes *mistakes;
    size_t total;
};

void substitution_init(
    struct substitution *substitution, struct weir_arena *arena, struct weir_mistakes *mistakes);

/*
 * Fills in a scalar's text, and says in the node what came from where. Whatever
 * cannot be filled in is told at its column, and the text stays as it was.
 */
void substitute(struct substitution *substitution, struct weir_node *node);

#endif
