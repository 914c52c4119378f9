/* Whether another try follows, and when. */
#include "attempt.h"

#include "again.h"
#include "reset.h"
#include "schedule.h"
#include "source.h"

#include <stdio.h>
#include <time.h>

static bool retry(struct http_page *page, const struct weir_error *reason, const char *retry_after)
{
    struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;
    uint64_t elapsed_ms = http_source_now(source) - page->began_ms;
    uint64_t wait_ms;
    char when[32];

    if (!http_retry_wait(&resource->options->retry, page->attempts, elapsed_ms, retry_after,
            (int64_t)time(NULL), http_retry_random(&source->random), &wait_ms))
        return false;
    (void)snprintf(when, sizeof(when), "in %.2f s", (double)wait_ms / 1000);
    http_again_tell(page, reason, when);
    resource->weir->progress->backoff_us += wait_ms * 1000;
    resource->weir->progress->retries++;
    http_page_restart(page);
    http_schedule_retry(page, wait_ms);
    return true;
}

static bool log_in_again(
    struct http_page *page, const struct weir_error *reason, const struct http_response *response)
{
    struct http_credential *credential = page->chain->resource->credential;

    /* Who was not shown the login cannot have refused it. */
    if (page->home || !http_credential_refused(credential, page->login, ++page->refusals, response))
        return false;
    http_again_tell(page, reason, "with a new login");
    page->chain->resource->weir->progress->retries++;
    http_page_restart(page);
    http_schedule_ready(page, true);
    return true;
}

bool http_attempt_again(struct http_page *page, enum http_verdict verdict,
    const struct weir_error *reason, const struct http_response *response)
{
    const char *retry_after = response ? response->retry_after : NULL;

    if (verdict == HTTP_RATE_LIMITED || (verdict == HTTP_RETRY && retry_after))
        http_polite_slow(page, retry_after);
    if (verdict == HTTP_RESET)
        return http_reset(page, reason);
    return verdict == HTTP_REFRESH_AUTH ? log_in_again(page, reason, response)
                                        : retry(page, reason, retry_after);
}
