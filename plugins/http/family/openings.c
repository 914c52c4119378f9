#include "openings.h"

#include "feed.h"
#include "slice.h"
#include "source/source.h"

#include <string.h>

/* One child, and what it asks of the row that is looked at. */
struct asking {
    const struct http_resource *child;
    struct http_question question;
    struct http_members members; /* where it asks for values in groups */
};

struct opener {
    struct weir_stage *stage;
    struct weir_batch *batch;
    const struct weir_node *handed;
    struct asking *askings;
    size_t n_askings;
    struct http_openings *openings;
    size_t capacity;
};

/* --- writing -------------------------------------------------------------------------------- */

static void grow(struct opener *opener)
{
    struct http_openings *openings = opener->openings;
    struct weir_opening *items;

    opener->capacity = opener->capacity ? 2 * opener->capacity : 64;
    items = weir_new_array(opener->batch->arena, opener->capacity, struct weir_opening);
    if (openings->n)
        memcpy(items, openings->items, openings->n * sizeof(*items));
    openings->items = items;
}

static enum weir_status add(struct opener *opener, const struct weir_opening *opening)
{
    if (opener->openings->n == HTTP_OPENINGS_MAX)
        return weir_fail(opener->stage, WEIR_FAULT_DATA, "E-LIMIT",
            "one answer of '%s' leads to more than %d requests; ask for smaller pages, or leave "
            "rows out with 'where'",
            opener->batch->resource->name, HTTP_OPENINGS_MAX);
    if (opener->openings->n == opener->capacity)
        grow(opener);
    opener->openings->items[opener->openings->n++] = *opening;
    return WEIR_OK;
}

static enum weir_status add_slices(struct opener *opener, const struct weir_opening *whole)
{
    struct weir_error error = {0};
    struct weir_windows *windows = http_slices_of(opener->stage, whole->resource, whole, &error);
    enum weir_status status = WEIR_OK;
    struct weir_opening opening;

    if (!windows)
        return weir_fail_with(opener->stage, &error);
    while (status == WEIR_OK && http_slice_next(windows, whole, opener->batch->arena, &opening))
        status = add(opener, &opening);
    weir_windows_free(windows);
    return status;
}

/* With each combination of the child's lists. */
static enum weir_status open_all(struct opener *opener, const struct asking *asking)
{
    const struct http_product *product = &asking->child->feed->takes.product;
    const struct weir_resource *child = asking->child->weir;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < product->n && status == WEIR_OK; i++) {
        struct weir_opening opening =
            http_question_open(&asking->question, product->items[i], opener->batch->arena);

        opening.resource = child;
        status = http_slices(child) ? add_slices(opener, &opening) : add(opener, &opening);
    }
    return status;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* What all children ask of the row is known before any of it is opened. */
static enum weir_status ask_all(struct opener *opener, size_t row)
{
    for (size_t i = 0; i < opener->n_askings; i++) {
        struct asking *asking = &opener->askings[i];
        struct weir_error error = {0};
        const char *column = NULL;

        if (http_question_of_row(&asking->child->feed->takes, opener->batch, row, opener->handed,
                &asking->question, &column, &error) != WEIR_OK) {
            enum weir_status status = weir_reject(opener->stage, opener->batch, row, column,
                error.fault, error.code, "%s", error.text);

            return status == WEIR_OK ? WEIR_REJECT : status;
        }
    }
    return WEIR_OK;
}

static enum weir_status open_row(struct opener *opener, size_t row)
{
    enum weir_status status = ask_all(opener, row);

    if (status != WEIR_OK)
        return status == WEIR_REJECT ? WEIR_OK : status;
    for (size_t i = 0; i < opener->n_askings && status == WEIR_OK; i++) {
        struct asking *asking = &opener->askings[i];

        if (asking->child->feed->takes.group)
            http_members_add(&asking->members, &asking->question, opener->batch->arena);
        else
            status = open_all(opener, asking);
    }
    return status;
}

static enum weir_status open_groups(struct opener *opener, struct asking *asking)
{
    const struct http_fanout_column *group = asking->child->feed->takes.group;
    enum weir_status status = WEIR_OK;
    size_t at = 0;

    http_members_seal(&asking->members);
    while (at < asking->members.n && status == WEIR_OK) {
        at = http_members_group(
            &asking->members, at, group, opener->batch->arena, &asking->question);
        status = open_all(opener, asking);
    }
    return status;
}

enum weir_status http_openings_of_unit(struct weir_stage *stage, struct weir_batch *batch,
    const struct weir_unit *unit, const char *opened, struct http_openings *ret_openings)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;
    const struct weir_resource *parent = batch->resource;
    struct opener opener = {.stage = stage,
        .batch = batch,
        .handed = opened ? http_opened_handed(opened, batch->arena) : NULL,
        .askings = weir_new_array(batch->arena, parent->n_children, struct asking),
        .n_askings = parent->n_children,
        .openings = ret_openings};
    enum weir_status status = WEIR_OK;

    *ret_openings = (struct http_openings){0};
    for (size_t i = 0; i < parent->n_children; i++)
        opener.askings[i].child = http_feed_resource(source, parent->children[i]);
    for (size_t i = 0; i < unit->n_rows && status == WEIR_OK; i++)
        status = open_row(&opener, unit->first_row + i);
    for (size_t i = 0; i < opener.n_askings && status == WEIR_OK; i++)
        status = open_groups(&opener, &opener.askings[i]);
    return status;
}
