#include "judge.h"

#include "attempt.h"
#include "job/work.h"
#include "schedule.h"
#include "source.h"

#include <inttypes.h>

enum {
    MOST_MISSES = 3, /* pages that fail one behind the other where the end is not known */
    LABEL_SIZE = 512,
};

/* Says where an error was met: whoever found it knows the answer, not the address. */
static void place_error(
    const struct http_page *page, const struct weir_error *error, struct weir_error *ret_error)
{
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    *ret_error = (struct weir_error){0};
    if (page->attempts > 1)
        weir_error_set(ret_error, error->fault, error->code, "%s: %u attempts, the last: %s", label,
            page->attempts, error->text);
    else
        weir_error_set(ret_error, error->fault, error->code, "%s: %s", label, error->text);
}

/* More partitions have gaps than the file allows: the run fails. */
static void count_gap(struct http_chain *chain, const struct weir_error *error)
{
    struct http_resource *resource = chain->resource;
    uint64_t total = http_walk_total(&resource->walk);
    struct weir_error gaps = {0};

    if (chain->part->has_gap)
        return;
    chain->part->has_gap = true;
    resource->n_gaps++;
    if (!resource->options->max_failed_partitions ||
        resource->n_gaps <= http_allowance_of(&resource->allowance, total))
        return;
    weir_error_set(&gaps, error->fault, "E-HTTP-GAPS",
        "%" PRIu64 " of %" PRIu64 " partitions of '%s' failed, more than max_failed_partitions: "
        "%s; the last: %s",
        resource->n_gaps, total, resource->weir->name, resource->options->max_failed_partitions,
        error->text);
    http_source_fail(resource->source, &gaps);
}

static struct weir_position *position_of(
    const struct http_chain *chain, const struct http_page *page, struct weir_arena *arena)
{
    struct weir_position *position = weir_new(arena, struct weir_position);

    position->chain = chain->id;
    position->series = chain->part->partition.id;
    position->number = page->number;
    return position;
}

/* --- failures ----------------------------------------------------------------------------- */

/* Is the place of the page behind it known, and is there hope that it is there? */
static bool may_leave_out(const struct http_chain *chain, const struct http_page *page)
{
    const struct http_resource *resource = chain->resource;

    return http_page_on_error(page) == HTTP_CONTINUE && chain->host &&
           resource->paginator.kind->computable && !chain->stream &&
           (chain->knows_total || chain->misses < MOST_MISSES ||
               page->number + 1 >= chain->n_pages);
}

/* The first page gave nothing. What is remembered of it; NULL: the run fails, and the next one
 * finds out for itself. */
static struct weir_position *judge_failure(struct http_chain *chain, const struct http_page *page,
    const struct weir_error *error, struct weir_arena *arena)
{
    struct http_resource *resource = chain->resource;
    struct http_source *source = resource->source;
    struct weir_position *position;
    struct weir_error placed;
    char label[LABEL_SIZE];

    resource->weir->progress->failures++;
    place_error(page, error, &placed);
    if (http_page_on_error(page) == HTTP_FAIL) {
        http_source_fail(source, &placed);
        return NULL;
    }
    http_page_label(page, label, sizeof(label));
    weir_give_up(source->stage, resource->weir, label, page->attempts, error);
    count_gap(chain, &placed);
    if (source->failed)
        return NULL;
    chain->misses++;
    position = position_of(chain, page, arena);
    position->label = weir_copy_text(arena, label);
    position->left_out = chain->is_hole || may_leave_out(chain, page);
    if (chain->is_hole)
        position->follow = WEIR_FOLLOW_FILL;
    else if (!position->left_out)
        position->follow = WEIR_FOLLOW_WAIT;
    else if (page->number + 1 >= chain->n_pages)
        position->follow = WEIR_FOLLOW_END;
    return position;
}

/* --- good answers ------------------------------------------------------------------------- */

static void learn_total(struct http_chain *chain, const struct http_facts *facts)
{
    struct http_resource *resource = chain->resource;

    if (facts->total < 0 || !resource->paginator.kind->count || chain->is_hole)
        return;
    chain->n_pages = http_paginator_count(&resource->paginator, facts);
    chain->knows_total = true;
    if (http_walk_is_single(&resource->walk) && chain->n_pages > chain->first_number)
        resource->weir->progress->requests_total =
            chain->n_pages - chain->first_number + resource->walk.resume.n_holes;
}

/* The page that this one names cannot be asked for: it failed, and where is told by this one. */
static void add_refused(
    struct http_chain *chain, const struct http_page *page, const struct weir_error *error)
{
    struct http_page *refused = http_chain_add(chain, NULL);

    refused->url = weir_copy_text(http_page_arena(refused), page->url);
    refused->as_get = page->as_get;
    refused->attempts = page->attempts;
    http_page_set_error(refused, error);
}

/* A link may carry the key of the login, which no state may hold. */
static const char *storable(
    const struct http_resource *resource, const char *at, struct weir_arena *arena)
{
    if (resource->paginator.allow_hosts)
        at = http_credential_strip(resource->credential, arena, at);
    return weir_copy_text(arena, at);
}

/* Does the chain go on? Begins the next page where this one names it. */
static bool leads_on(struct http_chain *chain, struct http_page *page,
    const struct http_facts *facts, struct weir_position *position, struct weir_arena *arena)
{
    const struct http_resource *resource = chain->resource;
    struct weir_error error = {0};
    enum weir_status status;
    const char *at;

    if (page->cut) {
        position->next = weir_copy_text(arena, page->cut);
        return true;
    }
    if (page->number + 1 >= chain->n_pages)
        return false;
    if (http_guard_goes_on(chain, page, facts))
        return true;
    status = page->job
                 ? http_job_next(page, facts, http_page_arena(page), &at, &error)
                 : http_paginator_next(&resource->paginator, http_page_arena(page),
                       &(struct http_origin){page->url, page->at, page->home}, facts, &at, &error);
    if (status == WEIR_END)
        return false;
    if (at)
        position->next = storable(resource, at, arena);
    if (status == WEIR_OK && at && (status = http_guard_place(chain, at, &error)) != WEIR_OK)
        /* Behind a circle there is no place to go on from, now or later. */
        position->next = NULL;
    if (resource->source->failed)
        return true;
    if (status != WEIR_OK)
        add_refused(chain, page, &error);
    else if (at)
        http_schedule_ready(http_chain_add(chain, at), false);
    return true;
}

static struct weir_position *judge_answer(struct http_chain *chain, struct http_page *page,
    const struct http_facts *facts, bool is_past, struct weir_arena *arena)
{
    struct weir_position *position = position_of(chain, page, arena);

    chain->misses = 0;
    if (chain->is_hole)
        position->follow = WEIR_FOLLOW_FILL;
    else if (is_past || !leads_on(chain, page, facts, position, arena))
        position->follow = WEIR_FOLLOW_END;
    return position;
}

/* --- answers that are none ---------------------------------------------------------------- */

/* The chain is at its end, for this run at least. */
static bool leave(struct http_chain *chain)
{
    http_chain_pass(chain, false);
    http_chain_settle(chain);
    return true;
}

/* What was kept of it is of no use, and the server still has it. */
static void ask_server(
    struct http_chain *chain, struct http_page *page, const struct weir_error *error)
{
    char label[LABEL_SIZE];

    http_page_label(page, label, sizeof(label));
    weir_log(chain->resource->source->stage, WEIR_LOG_INFO, "%s: %s; the server is asked for it",
        label, error->text);
    page->shuns_cache = true;
    http_page_restart(page);
    http_schedule_ready(page, true);
}

/* Is the page asked for again? */
static bool ask_again(
    struct http_chain *chain, const struct http_unit *decoded, const struct weir_error *error)
{
    const struct http_source *source = chain->resource->source;
    enum http_verdict verdict = decoded->verdict;

    if (verdict != HTTP_RETRY && verdict != HTTP_RATE_LIMITED && verdict != HTTP_REFRESH_AUTH &&
        verdict != HTTP_RESET && verdict != HTTP_UNKEPT)
        return false;
    if (source->failed || source->cut || weir_stopping(source->stage))
        return leave(chain);
    if (verdict == HTTP_UNKEPT)
        ask_server(chain, decoded->page, error);
    else if (!http_attempt_again(decoded->page, verdict, error, NULL))
        return false;
    http_chain_recall(chain);
    return true;
}

/* Does nothing of this answer count, whatever it is? */
static bool never_happened(
    struct http_chain *chain, const struct http_unit *decoded, const struct weir_error *error)
{
    if (decoded->page->is_stale) {
        http_chain_return(chain, decoded->page);
        return true;
    }
    if (chain->ended)
        return leave(chain);
    return error && ask_again(chain, decoded, error);
}

struct http_judgement http_chain_judge(struct http_chain *chain, const struct http_unit *decoded,
    const struct weir_unit *unit, struct weir_arena *arena)
{
    struct http_judgement judgement = {.error = unit->error};
    const struct http_facts *facts = &decoded->facts;
    struct http_page *page = decoded->page;
    struct weir_error repeat = {0};

    if (never_happened(chain, decoded, unit->error))
        return judgement;
    page->skips |= decoded->verdict == HTTP_SKIP;
    page->is_last |= decoded->verdict == HTTP_STOP || facts->stops;
    learn_total(chain, facts);
    if (!unit->error)
        http_guard_learn(chain, page, facts);
    if (!unit->error && http_guard_refuses(chain, page, facts, &repeat)) {
        struct weir_error *error = weir_new(arena, struct weir_error);

        *error = repeat;
        judgement.error = error;
    }
    judgement.position =
        judgement.error ? judge_failure(chain, page, judgement.error, arena)
                        : judge_answer(chain, page, facts, unit->is_past || page->is_last, arena);
    http_chain_pass(chain, judgement.position && judgement.position->follow == WEIR_FOLLOW_NEXT);
    http_chain_settle(chain);
    return judgement;
}
