#include "fanout.h"

#include "opened.h"

#include <inttypes.h>
#include <string.h>

enum { GROUP_MAX = 10000 };

static const struct weir_choice as_choices[] = {
    {"text", HTTP_GROUP_TEXT, "One text, joined by `join`."},
    {"array", HTTP_GROUP_ARRAY, "A JSON array."},
    {0},
};

static const struct weir_option column_options[] = {
    WEIR_TEXT(struct http_fanout_column, resource, .required = true, .min = 1,
        .help = "The resource whose rows have the values."),
    WEIR_TEXT(
        struct http_fanout_column, field, .required = true, .min = 1, .help = "Their column."),
    WEIR_INT(struct http_fanout_column, group, .min = 1, .max = GROUP_MAX,
        .help = "The most values that are asked for at once."),
    WEIR_TEXT(struct http_fanout_column, join, .initial = ",", .min = 1, .max = 16,
        .help = "What stands between two of them."),
    WEIR_CHOICE(struct http_fanout_column, as, as_choices, .initial = "text",
        .help = "What they make together."),
    {0},
};

/* Does it say where in the parent's rows its values are? */
static bool is_column(const struct weir_node *source)
{
    return weir_node_get(source, "resource") != NULL;
}

static bool is_map(const struct weir_node *node)
{
    return node && node->kind == WEIR_NODE_MAP;
}

void http_fanout_parents(const struct weir_node *partitions, struct weir_parents *parents)
{
    for (size_t i = 0; is_map(partitions) && i < partitions->n; i++) {
        const struct weir_node *name = weir_node_get(partitions->items[i], "resource");

        if (name && name->kind == WEIR_NODE_SCALAR)
            weir_parents_add(parents, name->text, name);
    }
}

bool http_fanout_has(const struct weir_node *partitions, struct weir_str name)
{
    for (size_t i = 0; is_map(partitions) && i < partitions->n; i++)
        if (weir_str_equal(partitions->keys[i]->text, name))
            return true;
    return false;
}

/* --- parsing -------------------------------------------------------------------------------- */

static bool check_column(const struct http_fanout_column *column, const struct weir_node *at,
    struct weir_mistakes *mistakes)
{
    static const char *const of_groups[] = {"join", "as"};
    const struct weir_node *node;

    for (size_t i = 0; i < 2 && column->group == 0; i++)
        if ((node = weir_node_get(at, of_groups[i]))) {
            weir_mistake(mistakes, node, 0, "E-VALUE",
                "'%s' is for values that are asked for together; say how many with 'group'",
                of_groups[i]);
            return false;
        }
    if (column->as == HTTP_GROUP_ARRAY && (node = weir_node_get(at, "join"))) {
        weir_mistake(mistakes, node, 0, "E-VALUE", "'join' has no part in a JSON array");
        return false;
    }
    if (!memchr(column->name, '.', strlen(column->name)))
        return true;
    weir_mistake(mistakes, at, 0, "E-KEY",
        "the name of a partition that takes a column of a parent holds no dot");
    return false;
}

static bool parse_column(const struct weir_node *node, const char *name, struct weir_arena *arena,
    struct weir_mistakes *mistakes, struct http_fanout_column *column)
{
    const struct weir_option_context context = {.arena = arena, .mistakes = mistakes};
    struct weir_option_target target = {column_options, sizeof(*column_options), column};

    column->name = name;
    column->node = node;
    return weir_options_parse(&context, node, node, &target, 1) &&
           check_column(column, node, mistakes);
}

static bool check_groups(struct http_fanout *fanout, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < fanout->n_columns; i++) {
        const struct http_fanout_column *column = &fanout->columns[i];

        if (!column->group)
            continue;
        if (fanout->group) {
            weir_mistake(mistakes, column->node, 0, "E-VALUE",
                "'%s' and '%s' cannot both be asked for in groups; leave 'group' out of one",
                fanout->group->name, column->name);
            return false;
        }
        fanout->group = column;
    }
    return true;
}

/* The map without the columns. */
static const struct weir_node *lists_of(
    const struct weir_node *partitions, struct weir_arena *arena)
{
    struct weir_node *lists = weir_new(arena, struct weir_node);

    *lists = *partitions;
    lists->n = 0;
    lists->items = weir_new_array(arena, partitions->n, struct weir_node *);
    lists->keys = weir_new_array(arena, partitions->n, struct weir_node *);
    for (size_t i = 0; i < partitions->n; i++)
        if (!is_column(partitions->items[i])) {
            lists->keys[lists->n] = partitions->keys[i];
            lists->items[lists->n++] = partitions->items[i];
        }
    return lists->n ? lists : NULL;
}

bool http_fanout_parse(const struct weir_node *partitions, struct weir_arena *arena,
    struct weir_mistakes *mistakes, struct http_fanout *ret_fanout)
{
    bool good = true;

    *ret_fanout = (struct http_fanout){.lists = partitions};
    if (!is_map(partitions))
        return true;
    ret_fanout->columns = weir_new_array(arena, partitions->n, struct http_fanout_column);
    for (size_t i = 0; i < partitions->n; i++)
        if (is_column(partitions->items[i]))
            good = parse_column(partitions->items[i], partitions->keys[i]->text.ptr, arena,
                       mistakes, &ret_fanout->columns[ret_fanout->n_columns++]) &&
                   good;
    if (ret_fanout->n_columns)
        ret_fanout->lists = lists_of(partitions, arena);
    return good && check_groups(ret_fanout, mistakes);
}

/* --- the product ---------------------------------------------------------------------------- */

static struct weir_str write_combination(
    const struct weir_partition *partition, struct weir_arena *arena)
{
    struct weir_buf buf;
    struct weir_str text;

    /* A line of a file has its limit, and so have these. */
    weir_buf_init(&buf, SIZE_MAX, 1);
    for (size_t i = 0; i < partition->n_fields; i++)
        (void)!http_opened_add(&buf, partition->fields[i].name, &partition->fields[i].value, arena);
    text = weir_copy(arena, (struct weir_str){buf.ptr ? buf.ptr : "", buf.len});
    weir_buf_done(&buf);
    return text;
}

static enum weir_status take_all(struct http_product *product, struct weir_partition_cursor *cursor,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    struct weir_partition partition;
    enum weir_status status;

    while ((status = weir_partition_next(cursor, arena, &partition, ret_error)) == WEIR_OK) {
        struct weir_str text = write_combination(&partition, arena);

        if (text.len > product->longest)
            product->longest = text.len;
        product->items[product->n++] = text;
    }
    return status == WEIR_END ? WEIR_OK : status;
}

enum weir_status http_product_init(struct http_product *product,
    const struct weir_partitions *partitions, struct weir_arena *arena,
    struct weir_error *ret_error)
{
    struct weir_partition_cursor *cursor = weir_partition_cursor_new(partitions, ret_error);
    enum weir_status status;
    uint64_t total;

    *product = (struct http_product){0};
    if (!cursor)
        return WEIR_FAIL;
    total = weir_partition_cursor_total(cursor);
    if (total > HTTP_PRODUCT_MAX) {
        status = weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-LIMIT",
            "the lists make %" PRIu64 " combinations, each of which would be asked for with each "
            "row of the parent; %d is the most",
            total, HTTP_PRODUCT_MAX);
    } else {
        product->items = weir_new_array(arena, total + 1, struct weir_str);
        status = take_all(product, cursor, arena, ret_error);
    }
    weir_partition_cursor_free(cursor);
    return status;
}
