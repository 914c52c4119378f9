/*
 * A pipeline file as a tree of nodes with positions.
 *
 * YAML, less what makes a file mean something else than it says: no aliases,
 * anchors, merge keys, tags, second documents and no key twice. Bounded in size,
 * depth and number of nodes. ${NAME} is filled in from the environment on the way.
 */
#ifndef FILE_YAML_H
#define FILE_YAML_H

#include "yaml_source.h"

/*
 * NULL and at least one mistake where the file is not a usable document.
 * *ret_source, for showing the mistakes, is filled as far as the file could be
 * read. The tree lives in the arena, as does the text, which it points into.
 */
const struct weir_node *yaml_read(const char *path, struct weir_arena *arena,
    struct weir_mistakes *mistakes, struct yaml_source *ret_source);

/* The same for a text that yaml_source_check has passed. */
const struct weir_node *yaml_parse(
    const struct yaml_source *source, struct weir_arena *arena, struct weir_mistakes *mistakes);

#endif
