#include "openings.h"

#include "feed.h"
#include "join.h"
#include "source/decode.h"
#include "source/source.h"

/* One child, and what it asks of the row that is looked at. */
struct asking {
    const struct http_resource *child;
    const struct http_takes *takes; /* from this parent */
    struct http_question question;
    struct http_members members; /* where it asks for values in groups */
};

struct reading {
    struct weir_batch *batch;
    const struct weir_node *handed;
    struct asking *askings;
    size_t n_askings;
    struct http_opener opener;
};

static const struct http_takes *takes_from(
    const struct http_feed *feed, const struct weir_resource *parent)
{
    for (size_t i = 0; i < feed->n_parents; i++)
        if (feed->parents[i]->weir == parent)
            return &feed->takes[i];
    return NULL;
}

/* What all children ask of the row is known before any of it is opened. */
static enum weir_status ask_all(struct reading *reading, size_t row)
{
    for (size_t i = 0; i < reading->n_askings; i++) {
        struct asking *asking = &reading->askings[i];
        struct weir_error error = {0};
        const char *column = NULL;

        if (http_question_of_row(asking->takes, reading->batch, row, reading->handed,
                &asking->question, &column, &error) != WEIR_OK) {
            enum weir_status status = weir_reject(reading->opener.stage, reading->batch, row,
                column, error.fault, error.code, "%s", error.text);

            return status == WEIR_OK ? WEIR_REJECT : status;
        }
    }
    return WEIR_OK;
}

/* What rows of several parents ask together is found where these meet. */
static enum weir_status open_one(struct reading *reading, struct asking *asking)
{
    struct weir_opening hold;

    if (!asking->child->feed->join)
        return http_opener_ask(&reading->opener, asking->child, &asking->question);
    hold = http_join_hold(asking->takes, &asking->question, reading->batch->arena);
    hold.resource = asking->child->weir;
    return http_opener_add(&reading->opener, &hold);
}

static enum weir_status fail(struct reading *reading, enum weir_status status)
{
    return status == WEIR_OK ? WEIR_OK
                             : weir_fail_with(reading->opener.stage, &reading->opener.error);
}

static enum weir_status open_row(struct reading *reading, size_t row)
{
    enum weir_status status = ask_all(reading, row);

    if (status != WEIR_OK)
        return status == WEIR_REJECT ? WEIR_OK : status;
    for (size_t i = 0; i < reading->n_askings && status == WEIR_OK; i++) {
        struct asking *asking = &reading->askings[i];

        if (asking->takes->group)
            http_members_add(&asking->members, &asking->question, reading->batch->arena);
        else
            status = open_one(reading, asking);
    }
    return fail(reading, status);
}

static enum weir_status open_groups(struct reading *reading, struct asking *asking)
{
    enum weir_status status = WEIR_OK;
    size_t at = 0;

    http_members_seal(&asking->members);
    while (at < asking->members.n && status == WEIR_OK) {
        at = http_members_group(
            &asking->members, at, asking->takes->group, reading->batch->arena, &asking->question);
        status = open_one(reading, asking);
    }
    return fail(reading, status);
}

static void list_children(struct reading *reading, struct http_source *source)
{
    const struct weir_resource *parent = reading->batch->resource;

    reading->n_askings = parent->n_children;
    reading->askings = weir_new_array(reading->batch->arena, parent->n_children, struct asking);
    for (size_t i = 0; i < parent->n_children; i++) {
        struct asking *asking = &reading->askings[i];

        asking->child = http_feed_resource(source, parent->children[i]);
        asking->takes = takes_from(asking->child->feed, parent);
    }
}

enum weir_status http_openings_of_unit(
    struct weir_stage *stage, struct weir_batch *batch, const struct weir_unit *unit)
{
    struct http_unit *to = unit->origin;
    struct reading reading = {.batch = batch,
        .handed = to->opened ? http_opened_handed(to->opened, batch->arena) : NULL,
        .opener = {.stage = stage,
            .arena = batch->arena,
            .parent = batch->resource->name,
            .most = HTTP_OPENINGS_MAX}};
    enum weir_status status = WEIR_OK;

    list_children(&reading, ((const struct http_options *)stage->state)->source);
    for (size_t i = 0; i < unit->n_rows && status == WEIR_OK; i++)
        status = open_row(&reading, unit->first_row + i);
    for (size_t i = 0; i < reading.n_askings && status == WEIR_OK; i++)
        status = open_groups(&reading, &reading.askings[i]);
    to->openings = reading.opener.items;
    to->n_openings = reading.opener.n;
    return status;
}
