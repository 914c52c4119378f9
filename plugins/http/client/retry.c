#include "retry.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* What is added to a Retry-After, so that not all come back in the same moment. */
    RETRY_AFTER_SPREAD_MS = 500,
    MOST_DOUBLINGS = 40,
    DIGITS_MAX = 18, /* of seconds: what surely fits 64 bits */
};

static const struct weir_choice jitter_choices[] = {
    {"full", HTTP_JITTER_FULL,
        "A random part of the upper half of the interval, so that clients spread out, the waits "
        "still grow, and no wait is next to nothing."},
    {"none", HTTP_JITTER_NONE, "The interval itself."},
    {0},
};

const struct weir_option http_retry_option_table[] = {
    WEIR_INT(struct http_retry_options, max_attempts, .initial = "5", .min = 1, .max = 1000,
        .help = "How often a request is sent at most, the first time included."),
    WEIR_DURATION(struct http_retry_options, initial_interval, .initial = "1s", .min = 1,
        .max = 3600000,
        .help = "The wait before the second attempt; it doubles with each further one."),
    WEIR_DURATION(struct http_retry_options, max_interval, .initial = "60s", .min = 1,
        .max = 86400000, .help = "The longest wait, also where Retry-After asks for a longer one."),
    WEIR_DURATION(struct http_retry_options, max_elapsed_time, .initial = "0s", .max = 604800000,
        .help = "Give up when the next attempt would begin later than this after the first one; "
                "0s: no limit."),
    WEIR_CHOICE(struct http_retry_options, jitter, jitter_choices, .initial = "full",
        .help = "How the waits are spread."),
    WEIR_TEXTS(struct http_retry_options, status_codes, .initial = "[408, 429, 5xx]",
        .help = "The statuses that are worth another attempt: 503, or 5xx for all of them. Broken "
                "connections and cut answers always are."),
    WEIR_BOOL(struct http_retry_options, respect_retry_after, .initial = "true",
        .help = "Wait at least as long as the header Retry-After says, up to `max_interval`."),
    {0},
};

bool http_status_is_pattern(const char *text)
{
    if (strlen(text) != 3 || text[0] < '2' || text[0] > '5')
        return false;
    if (strcmp(text + 1, "xx") == 0 || strcmp(text + 1, "XX") == 0)
        return true;
    return text[1] >= '0' && text[1] <= '9' && text[2] >= '0' && text[2] <= '9';
}

bool http_status_matches(const char *pattern, int status)
{
    if (!http_status_is_pattern(pattern) || pattern[0] - '0' != status / 100)
        return false;
    return pattern[1] == 'x' || pattern[1] == 'X' || atoi(pattern) == status;
}

void http_retry_check(const struct http_retry_options *options, const struct weir_node *at,
    struct weir_mistakes *mistakes)
{
    const struct weir_node *list = weir_node_get(at, "status_codes");

    for (size_t i = 0; i < options->status_codes.n; i++) {
        const char *code = options->status_codes.items[i];
        const struct weir_node *place = list;

        if (list && list->kind == WEIR_NODE_LIST && i < list->n)
            place = list->items[i];
        if (!http_status_is_pattern(code))
            weir_mistake(mistakes, place ? place : at, 0, "E-VALUE",
                "'status_codes' needs statuses such as 429, or 5xx for all from 500 to 599, got "
                "'%s'",
                code);
    }
}

bool http_retry_status(const struct http_retry_options *options, int status)
{
    for (size_t i = 0; i < options->status_codes.n; i++)
        if (http_status_matches(options->status_codes.items[i], status))
            return true;
    return false;
}

static uint64_t interval(const struct http_retry_options *options, unsigned attempt)
{
    uint64_t ms = options->initial_interval;
    unsigned doublings = attempt > 0 ? attempt - 1 : 0;

    if (doublings > MOST_DOUBLINGS)
        doublings = MOST_DOUBLINGS;
    while (doublings-- > 0 && ms < options->max_interval)
        ms *= 2;
    return ms < options->max_interval ? ms : options->max_interval;
}

/* From half of the interval to all of it. */
static uint64_t spread(uint64_t ms, uint64_t random)
{
    uint64_t half = ms / 2;

    return half + random % (ms - half + 1);
}

static uint64_t asked_for(
    const struct http_retry_options *options, const char *header, int64_t now_s, uint64_t random)
{
    uint64_t ms;

    if (!options->respect_retry_after || !http_retry_after_ms(header, now_s, &ms))
        return 0;
    if (ms > options->max_interval)
        ms = options->max_interval;
    if (ms > 0 && options->jitter == HTTP_JITTER_FULL)
        ms += random % (RETRY_AFTER_SPREAD_MS + 1);
    return ms;
}

bool http_retry_wait(const struct http_retry_options *options, unsigned attempt,
    uint64_t elapsed_ms, const char *retry_after, int64_t now_s, uint64_t random, uint64_t *ret_ms)
{
    uint64_t ms = interval(options, attempt);
    uint64_t asked = asked_for(options, retry_after, now_s, random);

    if ((int64_t)attempt >= options->max_attempts)
        return false;
    if (options->jitter == HTTP_JITTER_FULL)
        ms = spread(ms, random);
    if (asked > ms)
        ms = asked;
    if (options->max_elapsed_time &&
        (elapsed_ms > options->max_elapsed_time || ms > options->max_elapsed_time - elapsed_ms))
        return false;
    *ret_ms = ms;
    return true;
}

/* xorshift */
uint64_t http_retry_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Digits alone; so many that they do not fit are a very long time. */
static bool parse_seconds(const char *text, uint64_t *ret_s)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits + strspn(text + digits, " \t")] != '\0')
        return false;
    *ret_s = digits > DIGITS_MAX ? UINT64_MAX / 1000 : strtoull(text, NULL, 10);
    if (*ret_s > UINT64_MAX / 1000)
        *ret_s = UINT64_MAX / 1000;
    return true;
}

bool http_retry_after_ms(const char *header, int64_t now_s, uint64_t *ret_ms)
{
    uint64_t seconds;
    time_t date;

    if (!header)
        return false;
    header += strspn(header, " \t");
    if (parse_seconds(header, &seconds)) {
        *ret_ms = seconds * 1000;
        return true;
    }
    /* Dates begin with the name of a day; libcurl would take much else for one. */
    if (!((*header >= 'A' && *header <= 'Z') || (*header >= 'a' && *header <= 'z')))
        return false;
    date = curl_getdate(header, NULL);
    if (date == -1)
        return false;
    *ret_ms = date > now_s ? (uint64_t)(date - now_s) * 1000 : 0;
    return true;
}
