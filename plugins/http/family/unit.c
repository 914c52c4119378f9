#include "unit.h"

#include "join.h"
#include "openings.h"
#include "source/decode.h"
#include "source/source.h"

enum weir_status http_chosen(struct weir_stage *stage, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i++)
        status = http_openings_of_unit(stage, batch, &batch->units[i]);
    return status;
}

/* A half is written down, and with it all that it makes; then others meet it. */
static enum weir_status open_half(
    struct http_resource *child, const struct weir_opening *hold, struct http_opener *opener)
{
    enum weir_status status = http_opener_add(opener, hold);
    struct weir_resume resume;

    if (status == WEIR_OK)
        status = http_join_open(child->feed->join, child, hold->next, opener);
    if (status != WEIR_OK ||
        weir_chain_resume(child->source->stage, child->weir, &hold->chain, &resume) ||
        !http_feed_begin(child->feed, &hold->chain))
        return status;
    return http_join_learn(child->feed->join, child, hold->next, &opener->error);
}

static enum weir_status open_all(
    struct http_source *source, const struct http_unit *unit, struct http_opener *opener)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < unit->n_openings && status == WEIR_OK; i++) {
        const struct weir_opening *opening = &unit->openings[i];
        struct http_resource *child = http_feed_resource(source, opening->resource);

        status = child->feed->join ? open_half(child, opening, opener)
                                   : http_opener_add(opener, opening);
    }
    return status;
}

/* Has it a child that has other parents, too? */
static bool joins(const struct http_resource *parent)
{
    for (size_t i = 0; i < parent->weir->n_children; i++)
        if (parent->weir->children[i]->n_parents > 1)
            return true;
    return false;
}

enum weir_status http_unit_open(struct http_resource *parent, const struct http_unit *unit,
    struct weir_position *position, struct weir_arena *arena)
{
    struct http_source *source = parent->source;
    struct http_opener opener = {.stage = source->stage,
        .arena = arena,
        .parent = parent->weir->name,
        .most = HTTP_OPENINGS_MAX};

    if (joins(parent))
        opener.most = unit->n_openings + HTTP_JOINED_MAX;
    if (position->left_out || position->follow == WEIR_FOLLOW_WAIT)
        return WEIR_OK;
    if (open_all(source, unit, &opener) != WEIR_OK) {
        http_source_fail(source, &opener.error);
        return WEIR_FAIL;
    }
    position->openings = opener.items;
    position->n_openings = opener.n;
    for (size_t i = 0; i < opener.n; i++)
        if (!http_join_is_hold(opener.items[i].next))
            http_feed_add(http_feed_resource(source, opener.items[i].resource), &opener.items[i]);
    return WEIR_OK;
}

void http_unit_place(
    const struct http_unit *unit, struct weir_position *position, struct weir_arena *arena)
{
    bool goes_on = position->follow == WEIR_FOLLOW_NEXT;

    if (goes_on || (position->follow == WEIR_FOLLOW_END && unit->keeps_opened))
        position->next = http_opened_place(unit->opened, goes_on ? position->next : NULL, arena);
}
