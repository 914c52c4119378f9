#include "decode.h"

#include "answer/actions.h"
#include "cache/keep.h"
#include "family/opened.h"
#include "format/facts.h"
#include "job/job.h"

/* The body of a kept answer is read here. What cannot be read is asked for. */
static enum weir_status read_kept(struct http_unit *unit, struct weir_error *ret_error)
{
    if (!unit->kept || http_keep_read(unit->kept))
        return WEIR_OK;
    return weir_error_set(
        ret_error, WEIR_FAULT_SOURCE, "E-CACHE", "what was kept of the answer is gone or damaged");
}

/* By what the file says now it would not be kept. Any failure over a kept answer is the server's
 * only if its answer of today fails, too. */
static bool is_outdated(const struct http_unit *unit, struct weir_error *ret_error)
{
    return unit->kept && http_keep_is_taken(unit->kept) && unit->verdict != HTTP_GOOD &&
           weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-CACHE",
               "response_actions say something else of what was kept") == WEIR_FAIL;
}

static enum weir_status decode_unit(const struct http_resource *resource,
    struct weir_json_reader *reader, struct http_unit *unit, struct weir_batch *batch,
    struct weir_error *ret_error)
{
    size_t rows_before = batch->n_rows;
    struct weir_str body = unit->body;

    unit->facts = (struct http_facts){.next = unit->link, .total = -1};
    if (unit->past && unit->past->has_no_body)
        http_past_facts(unit->past, &unit->facts);
    if (unit->no_content)
        return WEIR_OK;
    if (read_kept(unit, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (resource->job && http_job_unpack(unit->body, resource->source->options->max_response_size,
                             batch->arena, &unit->body, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    unit->verdict = http_actions_decide(
        &resource->actions, unit->actions_left, unit->head, unit->body, ret_error);
    if (unit->verdict != HTTP_GOOD)
        return weir_error_is_set(ret_error) ? WEIR_FAIL : WEIR_OK;
    unit->body = http_format_mend(resource->options, unit->format, unit->body, batch->arena);
    if (unit->format->rows(resource->options, reader, unit->body, batch, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    unit->facts.n_rows = batch->n_rows - rows_before;
    if (unit->opened && http_opened_give(unit->opened, batch, rows_before, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (http_facts_pick(&resource->paginator, resource->options, unit->format, reader, unit->body,
            batch, &unit->facts, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (unit->kept)
        http_keep_write(unit->kept, body);
    if (unit->past)
        http_past_read(unit->past, body);
    return WEIR_OK;
}

enum weir_status http_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;
    struct http_delivery *delivery = batch->payload;
    struct weir_json_reader *reader = http_readers_borrow(&source->readers);

    for (size_t i = 0; i < delivery->n; i++) {
        struct http_unit *unit = &delivery->units[i];
        struct weir_unit *made = weir_batch_add_unit(batch, unit);
        struct weir_error error = {0};

        made->window = unit->window;
        made->series = unit->series;
        if (unit->error)
            error = *unit->error;
        else if (decode_unit(delivery->resource, reader, unit, batch, &error) == WEIR_OK &&
                 !is_outdated(unit, &error))
            continue;
        if (unit->kept && http_keep_is_taken(unit->kept))
            unit->verdict = HTTP_UNKEPT;
        unit->facts = (struct http_facts){.total = -1};
        weir_batch_fail_unit(batch, &error);
    }
    http_readers_return(&source->readers, reader);
    return WEIR_OK;
}
