/*
 * When to try again: exponential back-off with jitter, and what the server asks
 * for.
 *
 * Jitter is taken from the upper half of the interval only. From all of it, as
 * some do, a wait may come out as nothing, and the next one shorter than the last;
 * a server in trouble is helped by neither. What a server asks for (Retry-After)
 * is the least that is waited, plus up to half a second, so that not all who were
 * refused come back at once.
 */
#ifndef WEIR_HTTP_RETRY_H
#define WEIR_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/option.h>

/* The `retry` group of the pipeline file. */
struct http_retry_options {
    int64_t max_attempts;
    uint64_t initial_interval;     /* ms */
    uint64_t max_interval;         /* ms: also the most that a Retry-After is followed */
    uint64_t max_elapsed_time;     /* ms; 0: no limit */
    int jitter;                    /* enum http_jitter */
    struct weir_strs status_codes; /* "408", "429", "5xx" */
    bool respect_retry_after;
};

enum http_jitter { HTTP_JITTER_NONE, HTTP_JITTER_FULL };

extern const struct weir_option http_retry_option_table[];

/* "408" or "4xx", from 2xx to 5xx. */
bool http_status_is_pattern(const char *text);
bool http_status_matches(const char *pattern, int status);

/* Tells what is wrong with status_codes. */
void http_retry_check(const struct http_retry_options *options, const struct weir_node *at,
    struct weir_mistakes *mistakes);
bool http_retry_status(const struct http_retry_options *options, int status);

/*
 * The wait before attempt number `attempt` + 1, in ms, after `attempt` attempts
 * (from 1) took elapsed_ms in all; false when it is time to give up. random is any number; retry_after is
 * the header or NULL; now_s is the wall clock in seconds since 1970, for dates.
 */
bool http_retry_wait(const struct http_retry_options *options, unsigned attempt,
    uint64_t elapsed_ms, const char *retry_after, int64_t now_s, uint64_t random, uint64_t *ret_ms);

/* The next of a sequence, which `state`, never 0, is the whole of: spreads retries, guards nothing. */
uint64_t http_retry_random(uint64_t *state);

/* "120" or an HTTP date, as milliseconds from now, never negative; false when it is neither. */
bool http_retry_after_ms(const char *header, int64_t now_s, uint64_t *ret_ms);

#endif
