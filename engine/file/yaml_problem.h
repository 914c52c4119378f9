/* What libyaml complains of, as a mistake that says what to do. */
#ifndef FILE_YAML_PROBLEM_H
#define FILE_YAML_PROBLEM_H

#include "yaml_source.h"

#include <yaml.h>

/* For a parser that has just failed on the source. `open` is the innermost list or map that is
 * being read; NULL: none. */
void yaml_problem(const yaml_parser_t *parser, const struct yaml_source *source,
    const struct weir_node *open, struct weir_mistakes *mistakes);

#endif
