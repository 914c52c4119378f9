/*
 * rate_limits of the loader: how often its one address may be sent to.
 *
 * A token is taken when a request is sent, and counts until an interval after its answer, as the
 * extractor's do. What an answer says of the server's own limit is heeded.
 */
#ifndef WEIR_HTTP_PACE_H
#define WEIR_HTTP_PACE_H

#include "politeness/polite.h"

struct http_response;

struct http_pace {
    struct http_limits limits;
    struct http_peers peers;
    size_t n; /* limits that the address falls under */
    struct http_meter *meters[HTTP_LIMITS_MAX];
    uint64_t weights[HTTP_LIMITS_MAX];
};

/* What one request has taken, from its sending until its answer. */
struct http_paced {
    bool is_taken;
    struct http_use uses[HTTP_LIMITS_MAX];
};

/* The limits have passed the check. A zeroed one has none, and may be ended. */
void http_pace_start(struct http_pace *pace, const struct weir_groups *limits, const char *url);
void http_pace_stop(struct http_pace *pace);
/* How long until a request may be sent, in ms; 0: at once. E-RATE-LIMIT: longer than may be waited. */
enum weir_status http_pace_wait(
    struct http_pace *pace, uint64_t *ret_ms, struct weir_error *ret_error) WEIR_MUST_CHECK;
void http_pace_take(struct http_pace *pace, struct http_paced *paced);
/* It is over; the response is NULL where there is none. */
void http_pace_answered(
    struct http_pace *pace, struct http_paced *paced, const struct http_response *response);

#endif
