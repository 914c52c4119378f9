#include "partition_source.h"

#include "line_reader.h"
#include "occurrences.h"

#include <inttypes.h>

static enum weir_status fail_changed(const struct partition_walk *walk, struct weir_error *error)
{
    return weir_error_set(error, WEIR_FAULT_DATA, "E-PARTITION-FILE",
        "'%s' was changed while it was read: it had %" PRIu64 " values when the run began; leave "
        "it alone until the run is over",
        walk->source->path, walk->total);
}

static enum weir_status count_lines(struct partition_walk *walk, struct weir_error *error)
{
    struct weir_str line;
    enum weir_status status;

    while ((status = line_reader_next(walk->lines, &line, error)) == WEIR_OK)
        walk->total++;
    return status == WEIR_END ? line_reader_rewind(walk->lines, error) : status;
}

static enum weir_status count_range(struct partition_walk *walk, struct weir_error *error)
{
    const struct partition_source *source = walk->source;
    uint64_t distance = (uint64_t)source->to - (uint64_t)source->from;

    walk->total = distance / (uint64_t)source->step;
    if (walk->total == UINT64_MAX)
        return weir_error_set(error, WEIR_FAULT_USAGE, "E-LIMIT",
            "partition '%s' has more values than can be counted", source->name);
    walk->total++;
    return WEIR_OK;
}

enum weir_status partition_walk_init(struct partition_walk *walk,
    const struct partition_source *source, struct weir_error *ret_error)
{
    *walk = (struct partition_walk){.source = source};
    if (source->kind == PARTITION_RANGE)
        return count_range(walk, ret_error);
    if (source->kind == PARTITION_LIST) {
        walk->total = source->texts.n;
        return WEIR_OK;
    }
    walk->lines = line_reader_new(source->path, ret_error);
    return walk->lines ? count_lines(walk, ret_error) : WEIR_FAIL;
}

void partition_walk_done(struct partition_walk *walk)
{
    line_reader_free(walk->lines);
    walk->lines = NULL;
    occurrences_free(walk->occurrences);
    walk->occurrences = NULL;
}

/* A file may have grown or shrunk since it was counted, and then the total was a lie. */
static enum weir_status next_line(struct partition_walk *walk, struct weir_error *error)
{
    struct weir_str line;
    enum weir_status status = line_reader_next(walk->lines, &line, error);

    if (status == WEIR_FAIL)
        return WEIR_FAIL;
    if ((status == WEIR_END) != (walk->at == walk->total))
        return fail_changed(walk, error);
    if (status == WEIR_OK) {
        walk->value = weir_text(WEIR_TEXT, line);
        walk->at++;
    }
    return status;
}

static enum weir_status next_item(struct partition_walk *walk)
{
    if (walk->at == walk->total)
        return WEIR_END;
    walk->value = weir_text(WEIR_TEXT, weir_str(walk->source->texts.items[walk->at++]));
    return WEIR_OK;
}

static enum weir_status next_in_range(struct partition_walk *walk)
{
    const struct partition_source *source = walk->source;

    if (walk->at == walk->total)
        return WEIR_END;
    /* Modulo 2^64 no step overflows, and the sum is in the range. */
    walk->value = weir_int((int64_t)((uint64_t)source->from + walk->at * (uint64_t)source->step));
    walk->at++;
    return WEIR_OK;
}

enum weir_status partition_walk_next(struct partition_walk *walk, struct weir_error *ret_error)
{
    enum weir_status status;

    if (walk->source->kind == PARTITION_RANGE)
        return next_in_range(walk);
    status = walk->lines ? next_line(walk, ret_error) : next_item(walk);
    if (status != WEIR_OK)
        return status;
    if (!walk->occurrences)
        walk->occurrences = occurrences_new(walk->total);
    walk->occurrence = occurrences_count(walk->occurrences, weir_value_str(&walk->value));
    return WEIR_OK;
}

enum weir_status partition_walk_rewind(struct partition_walk *walk, struct weir_error *ret_error)
{
    walk->at = 0;
    occurrences_reset(walk->occurrences);
    return walk->lines ? line_reader_rewind(walk->lines, ret_error) : WEIR_OK;
}
