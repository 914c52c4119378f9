#include "source.h"

#include "connection.h"
#include "descriptors.h"
#include "hand_over.h"
#include "job/job.h"
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ESTIMATE = 64 * 1024 };

uint64_t http_source_now(struct http_source *source)
{
    uv_loop_t *loop = weir_loop(source->stage);

    uv_update_time(loop);
    return uv_now(loop);
}

void http_source_fail(struct http_source *source, const struct weir_error *error)
{
    if (source->failed)
        return;
    source->failed = true;
    source->error = *error;
}

static void free_readers(void *arg)
{
    http_readers_done(arg);
}

static enum weir_status start_client(struct http_source *source, struct weir_error *ret_error)
{
    source->client = http_connection_open(source->stage, source->max_in_flight, ret_error);
    source->credentials.context.client = source->client;
    return source->client ? WEIR_OK : WEIR_FAIL;
}

/* Mistakes in the list of partitions were told by `check`; here they only stop the run. */
static enum weir_status start_partitions(
    struct http_resource *resource, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct weir_node *node = resource->options->partitions;
    const struct weir_partitions *partitions = NULL;

    if (resource->feed)
        return WEIR_OK;
    if (node) {
        struct weir_mistakes mistakes;

        weir_mistakes_init(&mistakes, arena);
        partitions = weir_partitions_parse(arena, node, &mistakes);
        if (!partitions)
            return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE", "partitions of '%s': %s",
                resource->weir->name, mistakes.n ? mistakes.items[0].text : "not understood");
    }
    return http_walk_init(resource, partitions, ret_error);
}

static enum weir_status start_resource(
    struct http_resource *resource, struct weir_arena *arena, struct weir_error *ret_error)
{
    struct http_source *source = resource->source;
    const struct http_resource_options *options = resource->weir->options;

    resource->options = options;
    resource->estimate = FIRST_ESTIMATE;
    http_paginator_init(&resource->paginator, &options->paginator);
    if (http_paginator_start(
            &resource->paginator, source->stage, resource->weir->name, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (http_job_is_used(resource->weir) &&
        http_job_start(resource, source->options->base_url, arena, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (http_actions_start(&resource->actions, &options->response_actions, source->stage,
            resource->weir->name, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    resource->credential =
        http_credential_use(&source->credentials, &options->auth, &options->retry, arena);
    if (http_plan_init(&resource->plan, options, source->options->base_url, arena, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    http_past_start(resource, arena);
    if (options->max_failed_partitions)
        (void)http_allowance_parse(options->max_failed_partitions, &resource->allowance);
    resource->exhausted = weir_resource_is_read(source->stage, resource->weir);
    if (!resource->exhausted && start_partitions(resource, arena, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (resource->plan.origin)
        resource->host = http_host_use(&source->hosts, resource->plan.origin);
    return WEIR_OK;
}

static void start_timers(struct http_source *source)
{
    uv_loop_t *loop = weir_loop(source->stage);

    uv_timer_init(loop, &source->retry_timer);
    uv_timer_init(loop, &source->hand_timer);
    uv_timer_init(loop, &source->skip_timer);
    source->retry_timer.data = source->hand_timer.data = source->skip_timer.data = source;
    source->has_timers = true;
}

/* What could not be open at once would only fail, and be tried again until it has failed for good. */
static void limit_requests(struct http_source *source)
{
    const struct http_options *options = source->options;
    size_t wanted = (size_t)options->concurrency.max;

    source->max_in_flight = http_requests_allowed(wanted);
    if (source->max_in_flight < wanted)
        weir_log(source->stage, WEIR_LOG_WARNING,
            "concurrency.max is lowered from %zu to %zu, for no more files can be open at once; "
            "raise ulimit -n",
            wanted, source->max_in_flight);
    source->max_per_host = (size_t)options->concurrency.per_host;
    if (source->max_per_host == 0 || source->max_per_host > source->max_in_flight)
        source->max_per_host = source->max_in_flight;
}

enum weir_status http_source_start(struct weir_stage *stage)
{
    struct http_options *options = stage->state;
    struct http_source *source = weir_new(stage->arena, struct http_source);
    struct weir_error error = {0};

    options->source = source;
    source->stage = stage;
    source->options = options;
    limit_requests(source);
    source->skips_left = HTTP_MOST_SKIPS;
    source->random = uv_hrtime() | 1;
    (void)uv_random(NULL, NULL, &source->random, sizeof(source->random), 0, NULL);
    source->random |= 1;
    source->credentials.context = (struct http_credential_context){.stage = stage,
        .base_url = options->base_url,
        .changed = http_schedule_on_login,
        .arg = source};
    http_readers_init(&source->readers);
    /* Batches may be with the workers when the stage stops, so what decoding needs outlives it. */
    weir_defer(stage->arena, free_readers, &source->readers);
    source->resources = weir_new_array(stage->arena, stage->n_resources, struct http_resource);
    for (size_t i = 0; i < stage->n_resources; i++) {
        struct http_resource *resource = &source->resources[source->n_resources++];

        resource->source = source;
        resource->weir = stage->resources[i];
    }
    if (http_feeds_start(source, stage->arena, &error) != WEIR_OK)
        return weir_fail_with(stage, &error);
    for (size_t i = 0; i < stage->n_resources; i++)
        if (start_resource(&source->resources[i], stage->arena, &error) != WEIR_OK)
            return weir_fail_with(stage, &error);
    if (start_client(source, &error) != WEIR_OK)
        return weir_fail_with(stage, &error);
    start_timers(source);
    http_polite_start(source);
    http_kept_start(source);
    return WEIR_OK;
}

static void close_resource(struct http_resource *resource)
{
    while (resource->chains)
        http_chain_close(resource->chains);
    http_host_release(&resource->source->hosts, resource->host);
    http_walk_done(&resource->walk);
    http_feed_done(resource->feed);
}

void http_source_stop(struct weir_stage *stage)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;

    if (!source || source->stopped)
        return;
    source->stopped = true;
    http_again_sum(source, true);
    for (size_t i = 0; i < source->n_resources; i++)
        close_resource(&source->resources[i]);
    http_waiting_done(&source->waiting);
    http_credentials_stop(&source->credentials);
    http_polite_stop(source);
    http_folder_stop(source->folder);
    if (source->client)
        http_client_close(source->client);
    if (source->has_timers) {
        uv_close((uv_handle_t *)&source->retry_timer, NULL);
        uv_close((uv_handle_t *)&source->hand_timer, NULL);
        uv_close((uv_handle_t *)&source->skip_timer, NULL);
    }
}

/* Drops what is under way. What is finished, and in order, is still handed over. */
static void cut(struct http_source *source)
{
    source->cut = true;
    for (size_t i = 0; i < source->n_resources; i++) {
        struct http_chain *chain = source->resources[i].chains;

        source->resources[i].exhausted = true;
        while (chain) {
            struct http_chain *behind = chain->behind;

            http_chain_cut(chain);
            if (!chain->first)
                http_chain_close(chain);
            chain = behind;
        }
    }
}

enum weir_status http_source_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct http_source *source = ((const struct http_options *)stage->state)->source;

    http_schedule(source);
    if (!source->cut && (source->failed || weir_stopping(stage)))
        cut(source);
    if (http_hand_batch(source, batch)) {
        http_schedule(source);
        return WEIR_OK;
    }
    if (!http_hand_is_over(source))
        return WEIR_AGAIN;
    http_again_sum(source, true);
    if (source->failed)
        return weir_fail_with(stage, &source->error);
    for (size_t i = 0; i < source->n_resources; i++) {
        http_guard_tell(&source->resources[i]);
        http_feed_tell(&source->resources[i]);
    }
    return WEIR_END;
}
