#include "again.h"

#include "source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_SIZE = 512 };

static void sum_up(struct http_source *source, struct http_again_cause *cause, uint64_t now_ms)
{
    if (cause->n_more)
        weir_log(source->stage, WEIR_LOG_INFO,
            "%" PRIu64 " more %s so within %.0f s, to be tried again: %s", cause->n_more,
            cause->n_more == 1 ? "request failed" : "requests failed",
            (double)(now_ms - cause->since_ms + 999) / 1000, cause->text);
    *cause = (struct http_again_cause){{0}, 0, 0, 0};
}

void http_again_sum(struct http_source *source, bool all)
{
    uint64_t now_ms = http_source_now(source);

    for (size_t i = 0; i < HTTP_AGAIN_CAUSES; i++) {
        struct http_again_cause *cause = &source->again.causes[i];

        if (*cause->text && (all || now_ms - cause->since_ms >= HTTP_AGAIN_PERIOD_MS))
            sum_up(source, cause, now_ms);
    }
}

/* "status 503 [E-HTTP-STATUS]": without what the answer itself says, which may differ each time. */
static void name_cause(const struct weir_error *reason, char text[HTTP_AGAIN_CAUSE_SIZE])
{
    size_t len = strcspn(reason->text, "'");

    while (len && strchr(", ", reason->text[len - 1]))
        len--;
    (void)snprintf(text, HTTP_AGAIN_CAUSE_SIZE, "%.*s [%s]", (int)(len < 120 ? len : 120),
        reason->text, reason->code);
}

/* The cause's place, or that of the one that has been there longest. */
static struct http_again_cause *place_of(
    struct http_source *source, const char *text, uint64_t now_ms)
{
    struct http_again_cause *causes = source->again.causes;
    struct http_again_cause *place = &causes[0];

    for (size_t i = 0; i < HTTP_AGAIN_CAUSES; i++) {
        if (strcmp(causes[i].text, text) == 0)
            return &causes[i];
        /* Free ones are from the beginning of time. */
        if (causes[i].since_ms < place->since_ms)
            place = &causes[i];
    }
    sum_up(source, place, now_ms);
    (void)snprintf(place->text, sizeof(place->text), "%s", text);
    place->since_ms = now_ms;
    return place;
}

void http_again_tell(
    const struct http_page *page, const struct weir_error *reason, const char *when)
{
    const struct http_resource *resource = page->chain->resource;
    struct http_source *source = resource->source;
    char cause[HTTP_AGAIN_CAUSE_SIZE], label[LABEL_SIZE];
    struct http_again_cause *place;
    bool is_told;

    http_again_sum(source, false);
    name_cause(reason, cause);
    place = place_of(source, cause, http_source_now(source));
    is_told = place->told < HTTP_AGAIN_LINES;
    if (is_told)
        place->told++;
    else
        place->n_more++;
    http_page_label(page, label, sizeof(label));
    weir_log(source->stage, is_told ? WEIR_LOG_INFO : WEIR_LOG_DEBUG,
        "%s: %s; attempt %u of %lld %s", label, reason->text, page->attempts + 1,
        (long long)resource->options->retry.max_attempts, when);
}
