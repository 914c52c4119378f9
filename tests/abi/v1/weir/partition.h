/*
 * Partitions: the list of things that one resource is asked about, one by one.
 *
 *     partitions: { region: [eu, us] }                  a list
 *     partitions: { page: { from: 1, to: 1000 } }       a range, both ends included
 *     partitions: { url: { file: urls.txt } }           a file, one value a line
 *     partitions: { region: [eu, us], year: { from: 2020, to: 2024 } }   their product
 *
 * In a product the first key varies slowest. A file is read as it is needed, so a
 * million lines cost 11 MB (what tells a line that is there twice); blank lines and lines that begin with # are
 * skipped. Relative paths are relative to the current directory.
 */
#ifndef WEIR_PARTITION_H
#define WEIR_PARTITION_H

#include <weir/position.h>
#include <weir/template.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_partitions; /* what the file says; read-only after parsing */

/* NULL when node is NULL or mistakes were found (and told). Opens no file. */
WEIR_API const struct weir_partitions *weir_partitions_parse(
    struct weir_arena *arena, const struct weir_node *node, struct weir_mistakes *mistakes);
/* Is there a key of that name? For checking {partition.x} before the run. */
WEIR_API bool weir_partitions_have(const struct weir_partitions *partitions, struct weir_str name);

struct weir_partition_field {
    const char *name;
    struct weir_value value; /* text, or int from a range */
};

/* One combination. Fields and texts live in the arena given to weir_partition_next. */
struct weir_partition {
    uint64_t number; /* from 0, in order */
    struct weir_partition_field *fields;
    size_t n_fields;
    struct weir_id id; /* of its values, in every run; the same values again have another one */
};

/* Walks through the combinations; of one thread. */
struct weir_partition_cursor;

/* Opens the files and counts the combinations; NULL and an error when one cannot be read.
 * With NULL partitions the walk has one combination without fields. */
WEIR_API struct weir_partition_cursor *weir_partition_cursor_new(
    const struct weir_partitions *partitions, struct weir_error *ret_error);
WEIR_API void weir_partition_cursor_free(struct weir_partition_cursor *cursor);
WEIR_API uint64_t weir_partition_cursor_total(const struct weir_partition_cursor *cursor);
/* WEIR_OK with the next one, WEIR_END, or WEIR_FAIL with the error. */
WEIR_API enum weir_status weir_partition_next(struct weir_partition_cursor *cursor,
    struct weir_arena *arena, struct weir_partition *ret_partition,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* For weir_template_fill: finds {partition.x}. arg is a struct weir_partition *. */
WEIR_API bool weir_partition_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value);
/* "region=eu year=2020", printable, for messages and reports. */
WEIR_API size_t weir_partition_label(const struct weir_partition *p, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
