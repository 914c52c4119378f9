/* Chunks: which part of which resource comes next, and the positions of what was read. */
#include <weir/chunks.h>

#include <stdlib.h>

struct weir_chunks {
    struct weir_stage *stage;
    struct weir_id series;        /* of each resource: there is one chain, or one for each window */
    size_t resource;              /* its index */
    struct weir_windows *windows; /* of that resource; NULL: it has none, or is not begun */
    uint64_t n_parts;             /* of it; 0: it is not begun */
    uint64_t n_begun;
    bool has_part;
    /* the part */
    struct weir_arena *arena;
    struct weir_window window;
    struct weir_id chain;
    uint64_t number;
    struct weir_chunk_part part;
};

struct weir_chunks *weir_chunks_new(struct weir_stage *stage)
{
    struct weir_chunks *chunks = weir_calloc(1, sizeof(*chunks));

    chunks->stage = stage;
    chunks->arena = weir_arena_new();
    chunks->series = weir_id_of(weir_str("chunks"));
    return chunks;
}

void weir_chunks_free(struct weir_chunks *chunks)
{
    if (!chunks)
        return;
    weir_windows_free(chunks->windows);
    weir_arena_free(chunks->arena);
    free(chunks);
}

static struct weir_resource *resource_of(const struct weir_chunks *chunks)
{
    return chunks->stage->resources[chunks->resource];
}

static void leave_resource(struct weir_chunks *chunks)
{
    weir_windows_free(chunks->windows);
    chunks->windows = NULL;
    chunks->n_parts = chunks->n_begun = 0;
    chunks->resource++;
}

static enum weir_status begin_resource(struct weir_chunks *chunks)
{
    const struct weir_resource *resource = resource_of(chunks);
    struct weir_error error = {0};

    chunks->n_parts = 1;
    if (!resource->incremental)
        return WEIR_OK;
    chunks->windows = weir_windows_new(resource->incremental,
        weir_last_mark(chunks->stage, resource, &chunks->series), weir_pass_now(chunks->stage),
        &error);
    if (!chunks->windows)
        return weir_fail(chunks->stage, error.fault, error.code, "incremental of '%s': %s",
            resource->name, error.text);
    chunks->n_parts = weir_windows_total(chunks->windows);
    return WEIR_OK;
}

static void begin_part(struct weir_chunks *chunks)
{
    const struct weir_resource *resource = resource_of(chunks);
    struct weir_resume resume;

    weir_arena_free(chunks->arena);
    chunks->arena = weir_arena_new();
    chunks->n_begun++;
    chunks->chain = chunks->series;
    if (chunks->windows) {
        (void)weir_windows_next(chunks->windows, chunks->arena, &chunks->window);
        chunks->chain = weir_window_id(chunks->windows, &chunks->window, chunks->series);
    }
    (void)weir_chain_resume(chunks->stage, resource, &chunks->chain, &resume);
    chunks->has_part = !resume.done;
    chunks->number = resume.number;
    chunks->part = (struct weir_chunk_part){
        .resource = resource,
        .index = chunks->resource,
        .window = chunks->windows ? &chunks->window : NULL,
        .after = resume.next ? weir_copy_text(chunks->arena, resume.next) : NULL,
    };
}

enum weir_status weir_chunks_next(
    struct weir_chunks *chunks, const struct weir_chunk_part **ret_part)
{
    while (!chunks->has_part) {
        if (chunks->resource == chunks->stage->n_resources)
            return WEIR_END;
        if (weir_resource_is_read(chunks->stage, resource_of(chunks))) {
            leave_resource(chunks);
            continue;
        }
        if (chunks->n_begun == 0 && begin_resource(chunks) != WEIR_OK)
            return WEIR_FAIL;
        if (chunks->n_begun < chunks->n_parts)
            begin_part(chunks);
        else
            leave_resource(chunks);
    }
    *ret_part = &chunks->part;
    return WEIR_OK;
}

static void go_on_behind(struct weir_chunks *chunks, const char *last_key)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_window *window = weir_window_copy(arena, chunks->part.window);

    chunks->part.after = weir_copy_text(arena, last_key);
    if (window) {
        chunks->window = *window;
        chunks->part.window = &chunks->window;
    }
    weir_arena_free(chunks->arena);
    chunks->arena = arena;
}

void weir_chunks_add(
    struct weir_chunks *chunks, struct weir_batch *batch, const char *last_key, bool is_last)
{
    struct weir_unit *unit = &batch->units[batch->n_units - 1];
    struct weir_position *position = weir_new(batch->arena, struct weir_position);

    position->chain = chunks->chain;
    position->series = chunks->series;
    position->number = chunks->number++;
    position->follow = is_last ? WEIR_FOLLOW_END : WEIR_FOLLOW_NEXT;
    position->next = is_last ? NULL : weir_copy_text(batch->arena, last_key);
    unit->position = position;
    unit->window = weir_window_copy(batch->arena, chunks->part.window);
    unit->series = chunks->series;
    resource_of(chunks)->progress->requests++;
    chunks->has_part = !is_last;
    if (!is_last)
        go_on_behind(chunks, last_key);
}
