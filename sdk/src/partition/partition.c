#include "partition_id.h"
#include "partition_source.h"

#include "option/option_reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 16 }; /* each of them multiplies the others */

/* Parsing */

/* A range or a file; which of them, the keys say. */
struct partition_map {
    int64_t from, to, step;
    const char *file;
};

static const struct weir_option range_options[] = {
    WEIR_INT(struct partition_map, from, .required = true, .help = "The first number."),
    WEIR_INT(struct partition_map, to, .required = true, .help = "The last number."),
    WEIR_INT(struct partition_map, step, .initial = "1", .min = 1, .help = "From one to the next."),
    {0},
};

static const struct weir_option file_options[] = {
    WEIR_TEXT(struct partition_map, file, .required = true, .min = 1,
        .help = "A file with one value a line."),
    {0},
};

static const struct weir_option list_row = {.type = WEIR_OPTION_TEXTS, .min = 1};

static bool parse_table(const struct weir_option_context *context, const struct weir_node *map,
    const struct weir_option *options, void *target)
{
    struct weir_option_target targets = {options, sizeof(*options), target};

    return weir_options_parse(context, map, map, &targets, 1);
}

static bool parse_range(const struct weir_option_context *context, struct partition_source *source,
    const struct weir_node *node)
{
    struct partition_map range = {0};

    source->kind = PARTITION_RANGE;
    if (!parse_table(context, node, range_options, &range))
        return false;
    source->from = range.from;
    source->to = range.to;
    source->step = range.step;
    if (range.from <= range.to)
        return true;
    weir_mistake(context->mistakes, weir_node_get(node, "from"), 0, "E-VALUE",
        "the range of partition '%s' is empty: 'from' is %" PRId64 ", 'to' is %" PRId64,
        source->name, range.from, range.to);
    return false;
}

static bool parse_file(const struct weir_option_context *context, struct partition_source *source,
    const struct weir_node *node)
{
    struct partition_map file = {0};

    source->kind = PARTITION_FILE;
    if (!parse_table(context, node, file_options, &file))
        return false;
    source->path = file.file;
    return true;
}

static bool parse_list(const struct weir_option_context *context, struct partition_source *source,
    const struct weir_node *node)
{
    struct option_reading reading = {
        .context = context,
        .row = &list_row,
        .what = weir_printf(context->arena, "partition '%s'", source->name),
    };

    source->kind = PARTITION_LIST;
    return option_texts(&reading, node, &source->texts);
}

static bool parse_source(const struct weir_option_context *context, struct partition_source *source,
    const struct weir_node *node)
{
    if (node->kind == WEIR_NODE_LIST)
        return parse_list(context, source, node);
    if (weir_node_get(node, "file"))
        return parse_file(context, source, node);
    if (weir_node_get(node, "from") || weir_node_get(node, "to"))
        return parse_range(context, source, node);
    weir_mistake(context->mistakes, node, 0, "E-VALUE",
        "partition '%s' needs a list [a, b], a range {from: 1, to: 9} or a file {file: ids.txt}",
        source->name);
    return false;
}

/* A name that {partition.x} can say. */
static bool check_key(const struct weir_option_context *context, const struct weir_node *key)
{
    for (size_t i = 0; i < key->text.len; i++)
        if ((unsigned char)key->text.ptr[i] < ' ' || strchr("{}", key->text.ptr[i])) {
            weir_mistake(context->mistakes, key, i, "E-KEY",
                "the name of a partition may hold no braces and no control characters");
            return false;
        }
    if (key->text.len > 0)
        return true;
    weir_mistake(context->mistakes, key, 0, "E-KEY", "a partition needs a name");
    return false;
}

static bool check_map(const struct weir_option_context *context, const struct weir_node *node)
{
    if (node->kind != WEIR_NODE_MAP || node->n == 0) {
        weir_mistake(context->mistakes, node, 0, "E-VALUE",
            "partitions need a map with at least one key, as in {region: [eu, us]}");
        return false;
    }
    if (node->n <= KEYS_MAX)
        return true;
    weir_mistake(context->mistakes, node, 0, "E-LIMIT", "partitions have %zu keys; %d is the most",
        node->n, KEYS_MAX);
    return false;
}

const struct weir_partitions *weir_partitions_parse(
    struct weir_arena *arena, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_option_context context = {.arena = arena, .mistakes = mistakes};
    struct weir_partitions *partitions = weir_new(arena, struct weir_partitions);
    bool good = true;

    if (!node || !check_map(&context, node))
        return NULL;
    partitions->n = node->n;
    partitions->sources = weir_new_array(arena, node->n, struct partition_source);
    for (size_t i = 0; i < node->n; i++) {
        partitions->sources[i].name = weir_copy(arena, node->keys[i]->text).ptr;
        good = check_key(&context, node->keys[i]) &&
               parse_source(&context, &partitions->sources[i], node->items[i]) && good;
    }
    return good ? partitions : NULL;
}

bool weir_partitions_have(const struct weir_partitions *partitions, struct weir_str name)
{
    for (size_t i = 0; partitions && i < partitions->n; i++)
        if (weir_str_is(name, partitions->sources[i].name))
            return true;
    return false;
}

/* Walking */

struct weir_partition_cursor {
    struct partition_walk *walks;
    size_t n;
    uint64_t total;
    uint64_t number; /* of the combinations given so far */
    bool ended;
    struct weir_buf bytes; /* what an id is the hash of */
};

static enum weir_status multiply(struct weir_partition_cursor *cursor, struct weir_error *error)
{
    cursor->total = 1;
    /* Times nothing is nothing, however many the others are. */
    for (size_t i = 0; i < cursor->n; i++)
        if (cursor->walks[i].total == 0)
            cursor->total = 0;
    for (size_t i = 0; i < cursor->n; i++)
        if (__builtin_mul_overflow(cursor->total, cursor->walks[i].total, &cursor->total))
            return weir_error_set(error, WEIR_FAULT_USAGE, "E-LIMIT",
                "the partitions make more combinations than can be counted; '%s' is one too many",
                cursor->walks[i].source->name);
    return WEIR_OK;
}

struct weir_partition_cursor *weir_partition_cursor_new(
    const struct weir_partitions *partitions, struct weir_error *ret_error)
{
    struct weir_partition_cursor *cursor = weir_calloc(1, sizeof(*cursor));
    size_t n = partitions ? partitions->n : 0;
    enum weir_status status = WEIR_OK;

    weir_buf_init(&cursor->bytes, SIZE_MAX, 1);
    cursor->walks = weir_calloc(n, sizeof(*cursor->walks));
    for (; status == WEIR_OK && cursor->n < n; cursor->n++)
        status = partition_walk_init(
            &cursor->walks[cursor->n], &partitions->sources[cursor->n], ret_error);
    if (status == WEIR_OK && multiply(cursor, ret_error) == WEIR_OK)
        return cursor;
    weir_partition_cursor_free(cursor);
    return NULL;
}

void weir_partition_cursor_free(struct weir_partition_cursor *cursor)
{
    if (!cursor)
        return;
    for (size_t i = 0; i < cursor->n; i++)
        partition_walk_done(&cursor->walks[i]);
    weir_buf_done(&cursor->bytes);
    free(cursor->walks);
    free(cursor);
}

uint64_t weir_partition_cursor_total(const struct weir_partition_cursor *cursor)
{
    return cursor->total;
}

static enum weir_status first_combination(
    struct weir_partition_cursor *cursor, struct weir_error *error)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; status == WEIR_OK && i < cursor->n; i++)
        status = partition_walk_next(&cursor->walks[i], error);
    return status;
}

/* As a counter goes on: the last digit, and with each one that is through the one before it. */
static enum weir_status next_combination(
    struct weir_partition_cursor *cursor, struct weir_error *error)
{
    enum weir_status status = WEIR_END;

    for (size_t i = cursor->n; status == WEIR_END && i-- > 0;) {
        struct partition_walk *walk = &cursor->walks[i];

        status = partition_walk_next(walk, error);
        if (status != WEIR_END || i == 0)
            continue;
        if (partition_walk_rewind(walk, error) != WEIR_OK ||
            partition_walk_next(walk, error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return status;
}

static struct weir_partition_field copy_field(
    struct weir_arena *arena, const struct partition_walk *walk)
{
    struct weir_partition_field field = {
        .name = weir_copy_text(arena, walk->source->name),
        .value = walk->value,
    };

    if (field.value.kind == WEIR_TEXT)
        field.value.text = weir_copy(arena, weir_value_str(&walk->value)).ptr;
    return field;
}

enum weir_status weir_partition_next(struct weir_partition_cursor *cursor, struct weir_arena *arena,
    struct weir_partition *ret_partition, struct weir_error *ret_error)
{
    enum weir_status status;

    if (cursor->ended || cursor->total == 0)
        return WEIR_END;
    status = cursor->number == 0 ? first_combination(cursor, ret_error)
                                 : next_combination(cursor, ret_error);
    cursor->ended = status != WEIR_OK;
    if (status != WEIR_OK)
        return status;
    *ret_partition = (struct weir_partition){
        .number = cursor->number++,
        .fields = weir_new_array(arena, cursor->n, struct weir_partition_field),
        .n_fields = cursor->n,
        .id = partition_id(cursor->walks, cursor->n, &cursor->bytes),
    };
    for (size_t i = 0; i < cursor->n; i++)
        ret_partition->fields[i] = copy_field(arena, &cursor->walks[i]);
    return WEIR_OK;
}

/* One combination */

bool weir_partition_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    const struct weir_partition *partition = arg;

    if (!partition || root != WEIR_ROOT_PARTITION)
        return false;
    for (size_t i = 0; i < partition->n_fields; i++)
        if (weir_str_is(name, partition->fields[i].name)) {
            *ret_value = partition->fields[i].value;
            return true;
        }
    return false;
}

/* Writes what fits of s at out[n]; returns how long all has become, size at the most. */
static size_t append(char *out, size_t size, size_t n, struct weir_str s)
{
    size_t fits = s.len < size - n ? s.len : size - n;

    if (fits > 0)
        memcpy(out + n, s.ptr, fits);
    return n + fits;
}

/* Making a text printable never shortens it, so the first `size` bytes of it decide. */
size_t weir_partition_label(const struct weir_partition *p, char *out, size_t size)
{
    struct weir_arena *arena = weir_arena_new();
    char *raw = weir_alloc(arena, size);
    size_t n = 0;

    for (size_t i = 0; i < p->n_fields; i++) {
        if (i > 0)
            n = append(raw, size, n, weir_str(" "));
        n = append(raw, size, n, weir_str(p->fields[i].name));
        n = append(raw, size, n, weir_str("="));
        n = append(raw, size, n, weir_value_format(&p->fields[i].value, arena, false));
    }
    n = weir_str_printable((struct weir_str){raw, n}, out, size);
    weir_arena_free(arena);
    return n;
}
