/*
 * The text of a pipeline file, kept so that mistakes can show the line they are in.
 *
 * It is read whole, up to a limit, and checked byte by byte, so that whatever reads
 * it further meets nothing but printable UTF-8 without a NUL.
 */
#ifndef FILE_YAML_SOURCE_H
#define FILE_YAML_SOURCE_H

#include <weir/node.h>

enum { YAML_SOURCE_MAX = 1024 * 1024 };

struct yaml_source {
    const char *path;
    struct weir_str text; /* without a byte order mark; NUL-terminated; in the arena */
};

/* False and a mistake where it cannot be read or is no text. *ret_source is filled as far as
 * that goes, and path must live as long as it. */
bool yaml_source_read(const char *path, struct weir_arena *arena, struct weir_mistakes *mistakes,
    struct yaml_source *ret_source);

/* Whether text may be given to the parser; a mistake where it may not. */
bool yaml_source_check(const struct yaml_source *source, struct weir_mistakes *mistakes);

/* A line without its end, from 1; an empty one where there is none. Lines end as YAML says. */
struct weir_str yaml_source_line(const struct yaml_source *source, uint32_t line);

#endif
