#include "stats.h"

#include <stdlib.h>
#include <string.h>

void stats_init(struct stats *stats, size_t n_resources)
{
    memset(stats, 0, sizeof(*stats));
    stats->resources = weir_calloc(n_resources, sizeof(*stats->resources));
    stats->n_resources = n_resources;
    stats->failures_end = &stats->failures;
    stats->started_ns = uv_hrtime();
    uv_mutex_init(&stats->mutex);
}

void stats_done(struct stats *stats)
{
    for (struct failure *failure = stats->failures; failure;) {
        struct failure *next = failure->next;

        free(failure->what);
        free(failure);
        failure = next;
    }
    free(stats->resources);
    uv_mutex_destroy(&stats->mutex);
}

uint64_t stats_rows_read(const struct stats *stats)
{
    uint64_t n = 0;

    for (size_t i = 0; i < stats->n_resources; i++)
        n += counted(&stats->resources[i].rows_read);
    return n;
}

uint64_t stats_rows_loaded(const struct stats *stats)
{
    uint64_t n = 0;

    for (size_t i = 0; i < stats->n_resources; i++)
        n += counted(&stats->resources[i].rows_loaded);
    return n;
}

static void append_failure(struct stats *stats, const char *resource, const char *what,
    unsigned attempts, const struct weir_error *error)
{
    size_t size = strlen(what) + 1;
    struct failure *failure = weir_malloc(sizeof(*failure));

    *failure = (struct failure){.resource = resource, .attempts = attempts, .error = *error};
    failure->what = weir_malloc(size);
    memcpy(failure->what, what, size);
    *stats->failures_end = failure;
    stats->failures_end = &failure->next;
}

void stats_add_failure(struct stats *stats, const struct weir_resource *resource, const char *what,
    unsigned attempts, const struct weir_error *error)
{
    uv_mutex_lock(&stats->mutex);
    if (stats->n_failures < STATS_MAX_FAILURES)
        append_failure(stats, resource ? resource->name : "", what, attempts, error);
    stats->n_failures++;
    uv_mutex_unlock(&stats->mutex);
}
