/*
 * The values under one key of `partitions`: a list, a range or a file.
 *
 * A source is what the pipeline file says and is read-only; a walk goes through
 * its values once for each combination of the keys before it.
 */
#ifndef PARTITION_SOURCE_H
#define PARTITION_SOURCE_H

#include <weir/partition.h>

enum partition_kind {
    PARTITION_LIST,
    PARTITION_RANGE,
    PARTITION_FILE,
};

struct partition_source {
    const char *name;
    enum partition_kind kind;
    struct weir_strs texts; /* list */
    int64_t from, to, step; /* range */
    const char *path;       /* file */
};

struct weir_partitions {
    struct partition_source *sources;
    size_t n;
};

struct line_reader;
struct occurrences;

struct partition_walk {
    const struct partition_source *source;
    uint64_t total; /* values of a whole walk */
    uint64_t at;    /* values given since the last rewind */
    struct line_reader *lines;
    struct weir_value value;         /* the last one given; its text lives until the next */
    uint64_t occurrence;             /* how often that value came before it */
    struct occurrences *occurrences; /* NULL for a range, where nothing comes twice */
};

/* Opens a file and counts the values. On WEIR_FAIL, too, partition_walk_done is to be called. */
enum weir_status partition_walk_init(struct partition_walk *walk,
    const struct partition_source *source, struct weir_error *ret_error) WEIR_MUST_CHECK;
void partition_walk_done(struct partition_walk *walk);
/* Goes on to the next value: WEIR_OK, WEIR_END behind the last one, WEIR_FAIL. */
enum weir_status partition_walk_next(
    struct partition_walk *walk, struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status partition_walk_rewind(
    struct partition_walk *walk, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
