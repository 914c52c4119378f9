#include "hand_over.h"

#include "cache/keep.h"
#include "decode.h"
#include "family/unit.h"
#include "judge.h"
#include "schedule.h"

enum {
    BATCH_BYTES = 256 * 1024,
    BATCH_PAGES = 1024,
    LINGER_MS = 5, /* how long small answers wait for company */
};

/* All before it is judged, so nothing can keep it from ending the run. */
static bool ends_the_run(const struct http_page *page)
{
    return page->state == HTTP_PAGE_FAILED && page == page->chain->first &&
           http_page_on_error(page) == HTTP_FAIL;
}

void http_hand_over(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;

    if (ends_the_run(page)) {
        source->doomed = true;
        http_page_list_prepend(&resource->finished, page);
    } else {
        http_page_list_append(&resource->finished, page);
    }
    resource->finished_bytes += page->body_len;
    source->finished_bytes += page->body_len;
    source->n_finished++;
    if (resource->finished_bytes >= BATCH_BYTES || resource->finished.n >= BATCH_PAGES)
        source->hand_at = uv_now(weir_loop(source->stage));
    else if (source->n_finished == 1)
        source->hand_at = uv_now(weir_loop(source->stage)) + LINGER_MS;
}

void http_hand_back(struct http_page *page)
{
    struct http_resource *resource = page->chain->resource;

    http_page_list_remove(page);
    resource->finished_bytes -= page->body_len;
    resource->source->finished_bytes -= page->body_len;
    resource->source->n_finished--;
}

/* Waiting for company is right only while other requests are under way and none could be added. */
static bool is_due(struct http_source *source)
{
    if (source->n_finished == 0)
        return false;
    return source->failed || source->doomed || source->cut || source->starved || source->no_room ||
           source->paused.n || source->in_flight == 0 ||
           uv_now(weir_loop(source->stage)) >= source->hand_at;
}

bool http_hand_is_over(const struct http_source *source)
{
    if (source->n_out > 0 || source->n_finished > 0)
        return false;
    if (source->failed || source->cut)
        return true;
    for (size_t i = 0; i < source->n_resources; i++)
        if (!http_feed_has_read(&source->resources[i]))
            return false;
    return true;
}

void http_hand_notify(struct http_source *source)
{
    if (is_due(source) || (source->failed && !source->cut) || http_hand_is_over(source))
        weir_wake(source->stage);
    else if (source->n_finished > 0 && !uv_is_active((const uv_handle_t *)&source->hand_timer))
        uv_timer_start(&source->hand_timer, http_hand_on_timer, LINGER_MS, 0);
}

void http_hand_on_timer(uv_timer_t *timer)
{
    struct http_source *source = timer->data;

    if (source->n_finished > 0)
        weir_wake(source->stage);
}

/* The next resource, in turn, that has something; NULL when none has. */
static struct http_resource *next_resource(struct http_source *source)
{
    for (size_t i = 0; i < source->n_resources; i++) {
        struct http_resource *resource = &source->resources[source->hand_turn];

        source->hand_turn = (source->hand_turn + 1) % source->n_resources;
        if (resource->finished.n)
            return resource;
    }
    return NULL;
}

/* How many pages go into one batch, from the front: at least one. */
static size_t count_pages(const struct http_resource *resource)
{
    size_t n = 0, bytes = 0;

    for (const struct http_page *page = resource->finished.first; page; page = page->behind) {
        bytes += page->body_len;
        if (n > 0 && (bytes > BATCH_BYTES || n == BATCH_PAGES))
            break;
        n++;
    }
    return n;
}

/* The answer, or why there is none, moves into the batch, whose memory the engine counts; the page
 * stays until it is judged. */
static const char *copy_opened(const struct http_part *part, struct weir_arena *arena)
{
    return part->opened ? weir_copy_text(arena, part->opened) : NULL;
}

static void hand_page(struct http_page *page, struct weir_batch *batch, struct http_unit *unit)
{
    struct http_resource *resource = page->chain->resource;
    struct http_batch_kept *kept = http_kept_hand(page, batch);
    struct weir_str room = kept ? http_keep_room(kept) : (struct weir_str){NULL, 0};

    http_hand_back(page);
    if (page->body)
        weir_adopt(batch->arena, page->body, page->body_size);
    if (page->error)
        weir_adopt(batch->arena, page->error, sizeof(*page->error));
    *unit = (struct http_unit){.page = page,
        .body = room.ptr ? room : (struct weir_str){page->body ? page->body : "", page->body_len},
        .kept = kept,
        .past = http_past_hand(page, batch->arena),
        .format = page->format,
        .no_content = page->no_content,
        .actions_left = page->actions_left,
        .head = http_answer_copy(page->head, batch->arena),
        .window = weir_window_copy(batch->arena, page->chain->window),
        .series = page->chain->part->partition.id,
        .opened = copy_opened(page->chain->part, batch->arena),
        .keeps_opened =
            page->chain->part->has_holes || resource->options->on_error == HTTP_CONTINUE,
        .error = page->error,
        .link = page->link ? weir_copy_text(batch->arena, page->link) : NULL};
    page->body = NULL;
    page->error = NULL;
    http_page_release(page, 0);
    resource->source->n_out++;
    http_chain_taken(page->chain, page);
}

bool http_hand_batch(struct http_source *source, struct weir_batch *batch)
{
    struct http_resource *resource = is_due(source) ? next_resource(source) : NULL;
    struct http_delivery *delivery;

    if (!resource)
        return false;
    delivery = weir_new(batch->arena, struct http_delivery);
    delivery->resource = resource;
    delivery->n = count_pages(resource);
    delivery->units = weir_new_array(batch->arena, delivery->n, struct http_unit);
    for (size_t i = 0; i < delivery->n; i++)
        hand_page(resource->finished.first, batch, &delivery->units[i]);
    batch->resource = resource->weir;
    batch->payload = delivery;
    return true;
}

/* What a pass will want to know, and families: what the chain was opened with stays in its place,
 * and what the unit opens goes along. */
static const struct weir_position *place(struct http_resource *resource,
    const struct http_unit *from, const struct weir_position *position, struct weir_arena *arena)
{
    struct weir_position *copy;

    if (!position || (!from->opened && !from->n_openings && !from->past))
        return position;
    copy = weir_new(arena, struct weir_position);
    *copy = *position;
    /* response_actions may say something else of it in another pass. */
    if (from->past && from->verdict == HTTP_GOOD)
        copy->note = http_past_note(from->past, &from->facts, arena);
    if (from->opened)
        http_unit_place(from, copy, arena);
    return http_unit_open(resource, from, copy, arena) == WEIR_OK ? copy : NULL;
}

enum weir_status http_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;

    for (size_t i = 0; i < batch->n_units; i++) {
        struct weir_unit *unit = &batch->units[i];
        const struct http_unit *from = unit->origin;
        const struct weir_position *position;
        struct http_judgement judgement;

        struct http_resource *resource = from->page->chain->resource;

        source->n_out--;
        judgement = http_chain_judge(from->page->chain, from, unit, batch->arena);
        position = place(resource, from, judgement.position, batch->arena);
        if (!position || judgement.error || http_past_leaves_out(from->past, resource->weir))
            weir_batch_void_unit(batch, i);
        unit->position = position;
        http_keep_judge(
            from->kept, judgement.position && !judgement.error && from->verdict == HTTP_GOOD);
        unit->error = judgement.error;
    }
    http_schedule(source);
    http_hand_notify(source);
    return WEIR_OK;
}
