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
    return walk->partitions ? weir_partition_cursor_total(walk->partitions) : walk->n_fed;
}

bool http_walk_is_single(const struct http_walk *walk)
{
    return walk->partitions && http_walk_total(walk) == 1 && walk->n_chains == 1;
}

/* --- counting ----------------------------------------------------------------------------- */

/* More chains than were known of, or fewer. Where each is one page, they are as many requests. */
static void expect(struct http_resource *resource, int64_t more)
{
    struct http_walk *walk = &resource->walk;

    walk->n_expected += (uint64_t)more;
    if (walk->knows_all && resource->paginator.max_pages == 1)
        resource->weir->progress->requests_total = walk->n_expected;
}

enum weir_status http_walk_init(struct http_resource *resource,
    const struct weir_partitions *partitions, struct weir_error *ret_error)
{
    struct http_walk *walk = &resource->walk;

    walk->partitions = weir_partition_cursor_new(partitions, ret_error);
    if (!walk->partitions)
        return WEIR_FAIL;
    if (resource->weir->incremental)
        return WEIR_OK;
    walk->knows_all = true;
    expect(resource, (int64_t)http_walk_total(walk));
    return WEIR_OK;
}

static void drop_part(struct http_walk *walk)
{
    weir_windows_free(walk->windows);
    walk->windows = NULL;
    weir_arena_free(walk->window_arena);
    walk->window_arena = NULL;
    http_part_release(walk->part);
    walk->part = NULL;
}

void http_walk_done(struct http_walk *walk)
{
    drop_part(walk);
    weir_partition_cursor_free(walk->partitions);
    walk->partitions = NULL;
}

/* --- partitions and windows --------------------------------------------------------------- */

static enum weir_status begin_windows(struct http_resource *resource, struct weir_error *ret_error)
{
    struct http_walk *walk = &resource->walk;
    struct weir_stage *stage = resource->source->stage;
    struct weir_error error = {0};

    walk->windows = weir_windows_new(resource->weir->incremental,
        weir_last_mark(stage, resource->weir, &walk->part->partition.id), weir_pass_now(stage),
        &error);
    if (!walk->windows)
        return weir_error_set(ret_error, error.fault, error.code, "incremental of '%s': %s",
            resource->weir->name, error.text);
    walk->n_chains = weir_windows_total(walk->windows);
    walk->knows_all = http_walk_total(walk) == 1;
    expect(resource, (int64_t)walk->n_chains);
    return WEIR_OK;
}

static enum weir_status next_part(struct http_resource *resource, struct weir_error *ret_error)
{
    struct http_walk *walk = &resource->walk;
    struct weir_arena *arena = weir_arena_new();
    struct http_part *part = weir_new(arena, struct http_part);
    enum weir_status status;

    part->arena = arena;
    part->n_users = 1;
    status = resource->feed
                 ? http_feed_next(resource, part, ret_error)
                 : weir_partition_next(walk->partitions, arena, &part->partition, ret_error);
    if (status == WEIR_AGAIN) {
        http_part_release(part);
        return status;
    }
    if (status != WEIR_OK) {
        http_part_release(part);
        walk->knows_all = true;
        expect(resource, 0);
        return status;
    }
    drop_part(walk);
    walk->part = part;
    walk->n_fed++;
    walk->n_begun = 0;
    walk->n_chains = 1;
    if (!resource->weir->incremental || part->window)
        return WEIR_OK;
    return begin_windows(resource, ret_error);
}

/* The part's next chain; there must be one. */
static void next_chain(struct http_resource *resource)
{
    struct http_walk *walk = &resource->walk;

    walk->n_begun++;
    walk->chain = walk->part->opened ? walk->part->chain : walk->part->partition.id;
    if (walk->windows) {
        weir_arena_free(walk->window_arena);
        walk->window_arena = weir_arena_new();
        (void)weir_windows_next(walk->windows, walk->window_arena, &walk->window);
        walk->chain = weir_window_id(walk->windows, &walk->window, walk->chain);
    }
    (void)weir_chain_resume(resource->source->stage, resource->weir, &walk->chain, &walk->resume);
    if (resource->feed)
        walk->resume.next = http_opened_next(walk->resume.next);
    walk->part->has_holes |= walk->resume.n_holes > 0;
    walk->next_hole = 0;
    walk->has_rest = !walk->resume.done;
    expect(resource, (int64_t)walk->resume.n_holes - walk->resume.done);
}

/* --- what is left of a chain -------------------------------------------------------------- */

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

/* What is left of the chain; false: nothing. */
static bool take_start(struct http_walk *walk, struct http_start *ret_start)
{
    const struct weir_resume *resume = &walk->resume;

    if (!walk->part || walk->n_begun == 0)
        return false;
    *ret_start = (struct http_start){.part = walk->part,
        .chain = walk->chain,
        .window = walk->windows ? &walk->window : walk->part->window,
        .is_only = walk->n_chains == 1 && resume->n_holes + walk->has_rest == 1};
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
    struct http_walk *walk = &resource->walk;
    struct http_source *source = resource->source;
    enum weir_status status = WEIR_OK;

    while (status == WEIR_OK && !take_start(walk, ret_start)) {
        if (source->skips_left == 0)
            return WEIR_AGAIN;
        if (walk->part && walk->n_begun < walk->n_chains) {
            next_chain(resource);
            source->skips_left -= walk->resume.done;
        } else {
            status = next_part(resource, ret_error);
            source->skips_left -= status == WEIR_OK && walk->n_chains == 0;
        }
    }
    return status;
}
