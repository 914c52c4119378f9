#include "option_words.h"

#include <inttypes.h>
#include <string.h>

struct weir_option option_row(const struct weir_option *options, size_t stride, size_t i)
{
    struct weir_option row = {0};

    if (options)
        memcpy(
            &row, (const char *)options + i * stride, stride < sizeof(row) ? stride : sizeof(row));
    return row;
}

static bool counts_from_zero(uint32_t type)
{
    return type != WEIR_OPTION_INT && type != WEIR_OPTION_NUMBER;
}

struct option_range option_range(const struct weir_option *row)
{
    struct option_range range = {.min = row->min, .max = row->max};

    if (row->min == 0 && row->max == 0)
        return range;
    range.has_min = row->min != INT64_MIN && (row->min > 0 || !counts_from_zero(row->type));
    range.has_max = row->max != INT64_MAX && (row->max != 0 || row->min < 0);
    return range;
}

bool option_range_holds(struct option_range range, int64_t value)
{
    return (!range.has_min || value >= range.min) && (!range.has_max || value <= range.max);
}

bool option_range_holds_unsigned(struct option_range range, uint64_t value)
{
    if (value > INT64_MAX)
        return !range.has_max;
    return option_range_holds(range, (int64_t)value);
}

/* A border as one would write it in the file. */
static const char *border(struct weir_arena *arena, const struct weir_option *row, int64_t value)
{
    if (row->type == WEIR_OPTION_DURATION)
        return option_duration_words(arena, (uint64_t)value);
    if (row->type == WEIR_OPTION_SIZE)
        return option_size_words(arena, (uint64_t)value);
    return weir_printf(arena, "%" PRId64, value);
}

const char *option_range_words(struct weir_arena *arena, const struct weir_option *row)
{
    struct option_range range = option_range(row);

    if (range.has_min && range.has_max)
        return weir_printf(
            arena, " from %s to %s", border(arena, row, range.min), border(arena, row, range.max));
    if (range.has_min)
        return weir_printf(arena, " of at least %s", border(arena, row, range.min));
    if (range.has_max)
        return weir_printf(arena, " of at most %s", border(arena, row, range.max));
    return "";
}

/* "a text", "a text that is not empty", "a text of 2 to 8 characters". */
static const char *text_needs(struct weir_arena *arena, const struct weir_option *row)
{
    struct option_range range = option_range(row);

    if (range.has_min && range.min == 1 && !range.has_max)
        return "a text that is not empty";
    if (!range.has_min && !range.has_max)
        return "a text";
    if (range.has_min && range.has_max)
        return weir_printf(
            arena, "a text of %" PRId64 " to %" PRId64 " characters", range.min, range.max);
    return weir_printf(arena, "a text%s characters", option_range_words(arena, row));
}

/* "a list of texts", "a list of maps", with how many where the row says so. */
static const char *list_needs(struct weir_arena *arena, const struct weir_option *row)
{
    const char *of =
        row->type == WEIR_OPTION_TEXTS ? "a text or a list of texts" : "a list of maps";
    struct option_range range = option_range(row);

    if (!range.has_min && !range.has_max)
        return of;
    if (range.has_min && range.min == 1 && !range.has_max)
        return weir_printf(arena, "%s that is not empty", of);
    return weir_printf(arena, "%s with a length%s", of, option_range_words(arena, row));
}

static const char *append_name(struct weir_arena *arena, const char *list, const char *name)
{
    return *list ? weir_printf(arena, "%s, %s", list, name) : name;
}

static const char *choice_names(struct weir_arena *arena, const struct weir_option *row)
{
    const char *names = "";

    for (const struct weir_choice *c = row->choices; c && c->name; c++)
        names = append_name(arena, names, c->name);
    return names;
}

static const char *variant_names(struct weir_arena *arena, const struct weir_option *row)
{
    const char *names = "";

    for (const struct weir_variant_type *v = row->variants; v && v->name; v++)
        names = append_name(arena, names, v->name);
    return names;
}

const char *option_needs(struct weir_arena *arena, const struct weir_option *row)
{
    switch ((enum weir_option_type)row->type) {
    case WEIR_OPTION_BOOL:
        return "true or false";
    case WEIR_OPTION_INT:
        return weir_printf(arena, "a whole number%s", option_range_words(arena, row));
    case WEIR_OPTION_NUMBER:
        return weir_printf(arena, "a number%s", option_range_words(arena, row));
    case WEIR_OPTION_SIZE:
        return "a size such as 64KiB, 8MiB, 1GiB or plain bytes";
    case WEIR_OPTION_DURATION:
        return "a duration such as 500ms, 30s, 5m, 2h, 7d";
    case WEIR_OPTION_CHOICE:
        return weir_printf(arena, "one of %s", choice_names(arena, row));
    case WEIR_OPTION_VARIANT:
        return weir_printf(arena, "one of %s", variant_names(arena, row));
    case WEIR_OPTION_TEXTS:
    case WEIR_OPTION_GROUPS:
        return list_needs(arena, row);
    case WEIR_OPTION_PAIRS:
    case WEIR_OPTION_TEMPLATES:
        return "a map of texts";
    case WEIR_OPTION_PATH:
        return "a path such as data.items or a.b[0]";
    case WEIR_OPTION_GROUP:
        return "a map";
    case WEIR_OPTION_DOCUMENT:
    case WEIR_OPTION_NODE:
        return "a value";
    case WEIR_OPTION_NONE:
    case WEIR_OPTION_TEXT:
    case WEIR_OPTION_SECRET:
    case WEIR_OPTION_TEMPLATE:
        break;
    }
    return text_needs(arena, row);
}

const char *option_needs_amount(struct weir_arena *arena, const struct weir_option *row)
{
    return weir_printf(arena, "%s%s", row->type == WEIR_OPTION_SIZE ? "a size" : "a duration",
        option_range_words(arena, row));
}
