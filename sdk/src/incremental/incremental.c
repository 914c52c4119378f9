/* The options of incremental reading, and what they mean together. */
#include "format.h"
#include "range.h"

#include "template/template_parts.h"
#include "json/path.h"

#include <string.h>

static const struct weir_choice cursor_types[] = {
    {"datetime", WEIR_CURSOR_DATETIME,
        "A time in ISO 8601 or RFC 3339, with any offset; without one it is UTC."},
    {"date", WEIR_CURSOR_DATE, "A day, such as 2024-05-01."},
    {"integer", WEIR_CURSOR_INTEGER, "A whole number of 64 bits, or a text of its digits."},
    {"epoch", WEIR_CURSOR_EPOCH, "Seconds since 1970, perhaps with a fraction."},
    {"epoch_ms", WEIR_CURSOR_EPOCH_MS, "Milliseconds since 1970."},
    {"text", WEIR_CURSOR_TEXT, "A text; texts are in the order of their bytes."},
    {0},
};

static const struct weir_choice row_orders[] = {
    {"none", WEIR_ORDER_NONE, "In any order: all pages are read."},
    {"asc", WEIR_ORDER_ASC, "The oldest rows come first: pages behind the end are not read."},
    {"desc", WEIR_ORDER_DESC,
        "The newest rows come first: pages behind the last run's mark are not read."},
    {0},
};

static const struct weir_choice missings[] = {
    {"fail", WEIR_MISSING_FAIL, "The row is a bad one; see `on_row_error`."},
    {"include", WEIR_MISSING_INCLUDE,
        "The row is loaded; with `write_disposition: append` again in each run that reads it."},
    {"exclude", WEIR_MISSING_EXCLUDE, "The row is left out."},
    {0},
};

const struct weir_option weir_incremental_options[] = {
    WEIR_PATH(struct weir_incremental, cursor_path, .required = true, .example = "updated_at",
        .help = "Where in a row its cursor is: a value that grows, such as the time of the last "
                "change. The highest one seen is kept, and the next run asks from there."),
    WEIR_CHOICE(struct weir_incremental, cursor_type, cursor_types, .initial = "datetime",
        .help = "What the cursor is. Values are compared as what they are, never as text."),
    WEIR_TEXT(struct weir_incremental, cursor_format, .min = 1, .max = 100,
        .example = "%d/%m/%Y %H:%M:%S",
        .help = "The form of datetimes and dates that are not in ISO 8601, as strptime has it; %f "
                "is a fraction, %z an offset. Computed values are written in this form, in UTC."),
    WEIR_TEMPLATE(struct weir_incremental, initial_value, .example = "2024-01-01T00:00:00Z",
        .help = "Where the first run begins; rows before it are left out. It may use {vars.x}. "
                "When absent, the first run takes all rows."),
    WEIR_TEMPLATE(struct weir_incremental, end_value, .example = "{vars.until}",
        .help = "Where every run ends: rows at it and behind it are left out. It may use {vars.x}. "
                "No end when absent, and {incremental.end_value} is then the time at which the "
                "reading began."),
    WEIR_TEXT(struct weir_incremental, lag, .min = 1, .example = "1h",
        .help = "How far before the mark the next run begins, for rows that appear late: a "
                "duration, or a whole number for integers. It needs `write_disposition: merge`, "
                "since rows are read again."),
    WEIR_TEXT(struct weir_incremental, step, .min = 1, .example = "30d",
        .help = "Cuts the range into windows of this length, each asked for alone, from "
                "{incremental.start_value} to before {incremental.end_value}: a duration, or a "
                "whole number for integers. The last one ends at `end_value`, or at the time at "
                "which the reading began; a day that is not over then is left to a later run."),
    WEIR_CHOICE(struct weir_incremental, row_order, row_orders, .initial = "none",
        .help = "The order of the rows by their cursor, if the source promises one. It saves pages "
                "of which no row would be wanted."),
    WEIR_CHOICE(struct weir_incremental, on_cursor_value_missing, missings, .initial = "fail",
        .help = "What becomes of a row whose cursor is null or missing."),
    {0},
};

/* What is being checked. */
struct checking {
    const struct weir_incremental *incremental;
    const struct weir_node *node;
    struct weir_mistakes *mistakes;
    struct weir_arena *arena;
};

static const struct weir_node *place(const struct checking *c, const char *key)
{
    const struct weir_node *at = weir_node_get(c->node, key);

    return at ? at : c->node;
}

static void check_path(const struct checking *c)
{
    const struct weir_path *path = c->incremental->cursor_path;

    for (size_t i = 0; path && i < path->n_steps; i++)
        if (path->steps[i].kind == PATH_EACH) {
            weir_mistake(c->mistakes, place(c, "cursor_path"), 0, "E-VALUE",
                "'%s' names many values where one is needed; use an index instead of [*]",
                path->text);
            return;
        }
    if (path && (path->n_steps == 0 || path->steps[0].kind != PATH_KEY))
        weir_mistake(c->mistakes, place(c, "cursor_path"), 0, "E-VALUE",
            "'%s' is in no column; 'cursor_path' begins with the name of one, as in updated_at or "
            "meta.updated_at",
            path->text);
}

static bool check_format(const struct checking *c)
{
    const struct weir_incremental *incremental = c->incremental;
    const char *problem = NULL;
    struct format_facts facts;
    size_t bad;

    if (!incremental->cursor_format)
        return true;
    if (incremental->cursor_type != WEIR_CURSOR_DATETIME &&
        incremental->cursor_type != WEIR_CURSOR_DATE) {
        problem = "it is for 'cursor_type: datetime' and 'cursor_type: date'";
    } else if (!format_examine(incremental->cursor_format, &facts, &bad)) {
        weir_mistake(c->mistakes, place(c, "cursor_format"), bad, "E-VALUE",
            "'cursor_format' has '%.2s', which is not known; known are %s",
            incremental->cursor_format + bad, format_known);
        return false;
    } else if (!facts.has_date) {
        problem = "it needs a whole day: %Y, %m and %d, or %s";
    } else if (facts.has_time && incremental->cursor_type == WEIR_CURSOR_DATE) {
        problem = "it has a time; set 'cursor_type: datetime'";
    }
    if (problem)
        weir_mistake(
            c->mistakes, place(c, "cursor_format"), 0, "E-VALUE", "'cursor_format': %s", problem);
    return !problem;
}

/* A value that changes from run to run would be another question in each of them. */
static bool uses_run(const struct weir_template *value)
{
    for (size_t i = 0; i < value->n_parts; i++)
        if (value->parts[i].root == WEIR_ROOT_RUN)
            return true;
    return false;
}

/* False for a mistake; an absent value has no key. */
static bool check_value(const struct checking *c, const char *key,
    const struct weir_template *value, struct weir_mark *ret_mark)
{
    struct weir_error error = {0};

    *ret_mark = (struct weir_mark){0};
    if (!value)
        return true;
    if (uses_run(value)) {
        weir_mistake(c->mistakes, place(c, key), 0, "E-VALUE",
            "'%s' may use {vars.x} alone: a pass that goes on in a later run must ask as it began",
            key);
        return false;
    }
    if (mark_read_text(c->incremental, range_text(value, c->arena), c->arena, ret_mark, &error) ==
        WEIR_OK)
        return true;
    weir_mistake(c->mistakes, place(c, key), 0, "E-VALUE", "'%s': %s", key, error.text);
    return false;
}

static bool check_distance(
    const struct checking *c, const char *key, const char *text, wide *ret_distance)
{
    const struct weir_incremental *incremental = c->incremental;
    const char *needs = "a duration, such as 1h or 30d";

    if (incremental->cursor_type == WEIR_CURSOR_INTEGER)
        needs = "a whole number of at least 1";
    else if (incremental->cursor_type == WEIR_CURSOR_DATE)
        needs = "whole days, such as 7d";
    if (text && incremental->cursor_type == WEIR_CURSOR_TEXT) {
        weir_mistake(c->mistakes, place(c, key), 0, "E-VALUE",
            "'%s' has no meaning for 'cursor_type: text', as texts cannot be reckoned with", key);
        return false;
    }
    if (!range_distance(incremental, text, ret_distance)) {
        weir_mistake(
            c->mistakes, place(c, key), 0, "E-VALUE", "'%s' needs %s, got '%s'", key, needs, text);
        return false;
    }
    if (*ret_distance % range_resolution(incremental) == 0)
        return true;
    weir_mistake(c->mistakes, place(c, key), 0, "E-VALUE",
        "'%s' is finer than 'cursor_format: %s' can say; lengthen the one or the other", key,
        incremental->cursor_format);
    return false;
}

static void check_step(const struct checking *c, wide step, const struct weir_mark *initial,
    const struct weir_mark *end)
{
    if (!initial->key.ptr)
        weir_mistake(c->mistakes, place(c, "step"), 0, "E-REQUIRED",
            "'step' needs 'initial_value': what has no beginning cannot be cut into windows");
    if (!end->key.ptr && c->incremental->cursor_type == WEIR_CURSOR_INTEGER)
        weir_mistake(c->mistakes, place(c, "step"), 0, "E-REQUIRED",
            "'step' needs 'end_value' for integers: there is no 'now' among them");
    if (initial->key.ptr && end->key.ptr &&
        range_steps(point_value(&initial->point), point_value(&end->point), step) >
            WEIR_WINDOWS_MAX)
        weir_mistake(c->mistakes, place(c, "step"), 0, "E-LIMIT",
            "'step' cuts the range into more than %d windows; make it larger", WEIR_WINDOWS_MAX);
}

static void check_all(const struct checking *c)
{
    const struct weir_incremental *incremental = c->incremental;
    struct weir_mark initial, end;
    wide lag, step;
    bool good;

    check_path(c);
    if (!check_format(c))
        return;
    good = check_value(c, "initial_value", incremental->initial_value, &initial);
    good = check_value(c, "end_value", incremental->end_value, &end) && good;
    good = check_distance(c, "lag", incremental->lag, &lag) && good;
    good = check_distance(c, "step", incremental->step, &step) && good;
    if (!good)
        return;
    if (initial.key.ptr && end.key.ptr && weir_mark_compare(&initial, &end) >= 0) {
        weir_mistake(c->mistakes, place(c, "end_value"), 0, "E-VALUE",
            "the range is empty: 'initial_value' is %s, 'end_value' is %s", initial.text.ptr,
            end.text.ptr);
        return;
    }
    if (step)
        check_step(c, step, &initial, &end);
}

void weir_incremental_check(const struct weir_incremental *incremental,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    struct checking checking = {
        .incremental = incremental,
        .node = node,
        .mistakes = mistakes,
        .arena = weir_arena_new(),
    };

    check_all(&checking);
    weir_arena_free(checking.arena);
}
