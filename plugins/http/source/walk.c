#include "walk.h"

#include "source.h"

enum { MOST_MISSES = 8 }; /* that are counted */

void http_part_release(struct http_part *part)
{
    if (part && --part->n_users == 0)
        weir_arena_free(part->arena);
}

uint64_t http_walk_total(const struct http_walk *walk)
{
    return weir_partition_cursor_total(walk->partitions);
}

/* More requests than were known of, or fewer. */
static void expect(struct http_resource *resource, int64_t more)
{
    struct http_walk *walk = &resource->walk;

    walk->n_expected += (uint64_t)more;
    if (walk->counts_requests)
        resource->weir->progress->requests_total = walk->n_expected;
}

enum weir_status http_walk_init(struct http_resource *resource,
    const struct weir_partitions *partitions, struct weir_error *ret_error)
{
    struct http_walk *walk = &resource->walk;

    walk->partitions = weir_partition_cursor_new(partitions, ret_error);
    if (!walk->partitions)
        return WEIR_FAIL;
    walk->counts_requests = resource->paginator.max_pages == 1;
    expect(resource, (int64_t)http_walk_total(walk));
    return WEIR_OK;
}

void http_walk_done(struct http_walk *walk)
{
    http_part_release(walk->part);
    walk->part = NULL;
    weir_partition_cursor_free(walk->partitions);
    walk->partitions = NULL;
}

static enum weir_status next_part(struct http_resource *resource, struct weir_error *ret_error)
{
    struct http_walk *walk = &resource->walk;
    struct weir_arena *arena = weir_arena_new();
    struct http_part *part = weir_new(arena, struct http_part);
    enum weir_status status;

    part->arena = arena;
    part->n_users = 1;
    http_part_release(walk->part);
    walk->part = part;
    status = weir_partition_next(walk->partitions, arena, &part->partition, ret_error);
    if (status != WEIR_OK)
        return status;
    (void)weir_chain_resume(
        resource->source->stage, resource->weir, &part->partition.id, &walk->resume);
    walk->next_hole = 0;
    walk->has_rest = !walk->resume.done;
    if (walk->resume.done)
        expect(resource, -1);
    expect(resource, (int64_t)walk->resume.n_holes);
    return WEIR_OK;
}

static bool is_hole(const struct weir_resume *resume, uint64_t number)
{
    for (size_t i = 0; i < resume->n_holes; i++)
        if (resume->holes[i] == number)
            return true;
    return false;
}

static unsigned count_misses(const struct weir_resume *resume)
{
    unsigned n = 0;

    while (n < MOST_MISSES && n < resume->number && is_hole(resume, resume->number - 1 - n))
        n++;
    return n;
}

/* What is left of the partition's chain; false: nothing. */
static bool take_start(struct http_walk *walk, struct http_start *ret_start)
{
    const struct weir_resume *resume = &walk->resume;

    if (!walk->part)
        return false;
    *ret_start = (struct http_start){.part = walk->part,
        .chain = walk->part->partition.id,
        .is_only = resume->n_holes + walk->has_rest == 1};
    if (walk->next_hole < resume->n_holes) {
        ret_start->number = resume->holes[walk->next_hole++];
        ret_start->is_hole = true;
    } else if (walk->has_rest) {
        walk->has_rest = false;
        ret_start->number = resume->number;
        ret_start->next = resume->next;
        ret_start->misses = count_misses(resume);
    } else {
        return false;
    }
    walk->part->n_users++;
    return true;
}

enum weir_status http_walk_next(
    struct http_resource *resource, struct http_start *ret_start, struct weir_error *ret_error)
{
    struct http_source *source = resource->source;

    while (!take_start(&resource->walk, ret_start)) {
        enum weir_status status;

        if (source->skips_left == 0)
            return WEIR_AGAIN;
        status = next_part(resource, ret_error);
        if (status != WEIR_OK)
            return status;
        if (resource->walk.resume.done)
            source->skips_left--;
    }
    return WEIR_OK;
}
