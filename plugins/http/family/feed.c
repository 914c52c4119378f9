#include "feed.h"

#include "join.h"
#include "slice.h"
#include "source/source.h"

#include <stdlib.h>
#include <string.h>

enum {
    WAITING_MAX = 4096,
    WAITING_BYTES_MAX = 1 << 20,
    BEGUN_MAX = 16 << 20, /* chains of one resource in one run */
};

struct http_fed {
    struct http_fed *next;
    struct weir_id id;
    size_t size;
    char opened[];
};

struct http_resource *http_feed_resource(
    struct http_source *source, const struct weir_resource *weir)
{
    for (size_t i = 0; i < source->n_resources; i++)
        if (source->resources[i].weir == weir)
            return &source->resources[i];
    return NULL;
}

static enum weir_status start(struct http_feed *feed, struct http_resource *child,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct weir_resource *weir = child->weir;

    feed->end = &feed->first;
    feed->n_parents = weir->n_parents;
    feed->takes = weir_new_array(arena, weir->n_parents, struct http_takes);
    feed->parents = weir_new_array(arena, weir->n_parents, struct http_resource *);
    if (http_takes_product(weir, &feed->product, arena, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    for (size_t i = 0; i < weir->n_parents; i++) {
        feed->parents[i] = http_feed_resource(child->source, weir->parents[i]);
        if (http_takes_init(&feed->takes[i], weir, i, arena, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        feed->takes[i].besides = feed->product.longest;
    }
    return WEIR_OK;
}

/* What rows that are loaded say is known from the beginning. */
static enum weir_status learn_halves(struct http_resource *child, struct weir_error *ret_error)
{
    struct http_feed *feed = child->feed;
    enum weir_status status = WEIR_OK;
    struct weir_opened opened;

    feed->join = http_join_new();
    for (size_t i = 0;
         status == WEIR_OK && weir_chain_opened(child->source->stage, child->weir, i, &opened); i++)
        if (http_join_is_hold(opened.resume.next))
            status = http_join_learn(feed->join, child, opened.resume.next, ret_error);
    return status;
}

enum weir_status http_feeds_start(
    struct http_source *source, struct weir_arena *arena, struct weir_error *ret_error)
{
    for (size_t i = 0; i < source->n_resources; i++) {
        struct http_resource *resource = &source->resources[i];

        if (!resource->weir->n_parents)
            continue;
        resource->feed = weir_new(arena, struct http_feed);
        if (start(resource->feed, resource, arena, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (resource->weir->n_parents > 1 && learn_halves(resource, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return WEIR_OK;
}

static struct http_fed *take_first(struct http_feed *feed)
{
    struct http_fed *fed = feed->first;

    if (!fed)
        return NULL;
    feed->first = fed->next;
    if (!feed->first)
        feed->end = &feed->first;
    feed->n_waiting--;
    feed->waiting_bytes -= fed->size;
    return fed;
}

void http_feed_done(struct http_feed *feed)
{
    struct http_fed *fed;

    while (feed && (fed = take_first(feed)))
        free(fed);
    if (feed) {
        http_join_free(feed->join);
        free(feed->begun);
    }
}

/* --- what has begun ------------------------------------------------------------------------- */

/* Ids are hashes already. */
static size_t slot_of(const struct http_feed *feed, const struct weir_id *id)
{
    static const struct weir_id empty = {{0}};
    size_t slot;

    memcpy(&slot, id->bytes, sizeof(slot));
    slot &= feed->capacity - 1;
    while (memcmp(&feed->begun[slot], &empty, sizeof(empty)) != 0 &&
           memcmp(&feed->begun[slot], id, sizeof(*id)) != 0)
        slot = (slot + 1) & (feed->capacity - 1);
    return slot;
}

static void grow(struct http_feed *feed)
{
    struct weir_id *old = feed->begun;
    size_t n = feed->capacity;
    static const struct weir_id empty = {{0}};

    feed->capacity = n ? 2 * n : 256;
    feed->begun = weir_calloc(feed->capacity, sizeof(*feed->begun));
    for (size_t i = 0; i < n; i++)
        if (memcmp(&old[i], &empty, sizeof(empty)) != 0)
            feed->begun[slot_of(feed, &old[i])] = old[i];
    free(old);
}

bool http_feed_begin(struct http_feed *feed, const struct weir_id *id)
{
    size_t slot;

    if (2 * (feed->n_begun + 1) > feed->capacity)
        grow(feed);
    slot = slot_of(feed, id);
    if (memcmp(&feed->begun[slot], id, sizeof(*id)) == 0)
        return false;
    feed->begun[slot] = *id;
    feed->n_begun++;
    return true;
}

/* --- in and out ----------------------------------------------------------------------------- */

static void push(struct http_feed *feed, const struct weir_opening *opening)
{
    size_t len = strlen(opening->next);
    struct http_fed *fed = weir_malloc(sizeof(*fed) + len + 1);

    *fed = (struct http_fed){.id = opening->chain, .size = sizeof(*fed) + len + 1};
    memcpy(fed->opened, opening->next, len + 1);
    *feed->end = fed;
    feed->end = &fed->next;
    feed->n_waiting++;
    feed->waiting_bytes += fed->size;
    feed->n_total++;
}

static void fail_limit(struct http_resource *child)
{
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-LIMIT",
        "rows of '%s' say of more than %d things that they are to be read for '%s'; leave some out "
        "with 'where'",
        child->feed->takes[0].parent, BEGUN_MAX, child->weir->name);
    http_source_fail(child->source, &error);
}

void http_feed_add(struct http_resource *child, const struct weir_opening *opening)
{
    struct weir_resume resume;

    if (child->feed->n_begun == BEGUN_MAX)
        fail_limit(child);
    else if (weir_chain_resume(child->source->stage, child->weir, &opening->chain, &resume) ||
             !http_feed_begin(child->feed, &opening->chain))
        child->feed->n_again++;
    else
        push(child->feed, opening);
}

/* The chain's mark is its own, or that of what it is a window of. */
static enum weir_status read_part(const struct http_resource *child, const char *text,
    const struct weir_id *id, struct http_part *part, struct weir_error *ret_error)
{
    struct weir_partition *partition = &part->partition;

    part->opened = http_opened_place(text ? text : "", NULL, part->arena);
    part->chain = partition->id = *id;
    if (http_opened_read(part->opened, part->arena, partition, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!http_slices(child->weir))
        return WEIR_OK;
    return http_slice_read(
        part->opened, child->weir, part->arena, &partition->id, &part->window, ret_error);
}

enum weir_status http_feed_next(
    struct http_resource *child, struct http_part *part, struct weir_error *ret_error)
{
    struct http_feed *feed = child->feed;
    struct weir_opened opened;
    struct http_fed *fed;
    enum weir_status status;

    feed->is_dry = false;
    while (weir_chain_opened(child->source->stage, child->weir, feed->next_opened, &opened)) {
        feed->next_opened++;
        if (http_join_is_hold(opened.resume.next))
            continue;
        feed->n_total++;
        return read_part(child, opened.resume.next, &opened.chain, part, ret_error);
    }
    fed = take_first(feed);
    if (!fed) {
        feed->is_dry = true;
        return http_feed_is_over(child) ? WEIR_END : WEIR_AGAIN;
    }
    status = read_part(child, fed->opened, &fed->id, part, ret_error);
    free(fed);
    return status;
}

bool http_feed_has_read(const struct http_resource *resource)
{
    if (resource->n_chains)
        return false;
    return resource->exhausted || (resource->feed && http_feed_is_over(resource));
}

bool http_feed_is_over(const struct http_resource *child)
{
    const struct http_feed *feed = child->feed;

    for (size_t i = 0; i < feed->n_parents; i++)
        if (!http_feed_has_read(feed->parents[i]))
            return false;
    return feed->is_dry && !feed->first;
}

bool http_feed_is_full(const struct http_resource *parent)
{
    for (size_t i = 0; i < parent->weir->n_children; i++) {
        const struct http_resource *child =
            http_feed_resource(parent->source, parent->weir->children[i]);

        if (child && child->feed &&
            (child->feed->n_waiting >= WAITING_MAX ||
                child->feed->waiting_bytes >= WAITING_BYTES_MAX))
            return true;
    }
    return false;
}

void http_feed_tell(const struct http_resource *child)
{
    if (child->feed && child->feed->n_again)
        weir_log(child->source->stage, WEIR_LOG_INFO,
            "'%s': %llu row%s of '%s' led to what was read for another row, or by an earlier run; "
            "it "
            "was read once",
            child->weir->name, (unsigned long long)child->feed->n_again,
            child->feed->n_again == 1 ? "" : "s", child->feed->takes[0].parent);
}
