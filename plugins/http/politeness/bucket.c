#include "bucket.h"

#include <math.h>
#include <string.h>

enum { SAME_RESET_US = 2000000 }; /* resets are told in whole seconds, and answers cross */

void http_bucket_init(struct http_bucket *bucket, uint64_t limit, uint64_t interval_us,
    uint64_t burst, uint64_t now_us)
{
    memset(bucket, 0, sizeof(*bucket));
    bucket->limit = limit;
    bucket->burst = burst;
    bucket->interval_us = interval_us;
    bucket->step_us = interval_us / HTTP_BUCKET_STEPS;
    bucket->tokens = (double)burst;
    bucket->refilled_us = now_us;
}

/* The step that ends at this time or behind it. */
static uint64_t step_of(const struct http_bucket *bucket, uint64_t us)
{
    return (us + bucket->step_us - 1) / bucket->step_us;
}

static uint32_t *slot(struct http_bucket *bucket, uint64_t step)
{
    return &bucket->slots[step % HTTP_BUCKET_SLOTS];
}

static void refill(struct http_bucket *bucket, uint64_t now_us)
{
    double us = (double)(now_us - bucket->refilled_us);

    bucket->tokens += us * (double)bucket->limit / (double)bucket->interval_us;
    if (bucket->tokens > (double)bucket->burst)
        bucket->tokens = (double)bucket->burst;
    bucket->refilled_us = now_us;
}

/* Forgets what the server no longer counts. */
static void forget(struct http_bucket *bucket, uint64_t now_us)
{
    uint64_t ago = now_us > bucket->interval_us ? now_us - bucket->interval_us : 0;
    uint64_t oldest = ago ? ago / bucket->step_us + 1 : 0;

    if (bucket->counted == 0)
        bucket->oldest = oldest > bucket->oldest ? oldest : bucket->oldest;
    for (; bucket->oldest < oldest; bucket->oldest++) {
        bucket->counted -= *slot(bucket, bucket->oldest);
        *slot(bucket, bucket->oldest) = 0;
    }
    if (bucket->left_until_us && bucket->left_until_us <= now_us)
        bucket->left_until_us = 0;
}

/* Until so many count no more, those that are under way held to be counted by now. */
static uint64_t wait_for_room(struct http_bucket *bucket, uint64_t weight, uint64_t now_us)
{
    uint64_t now = step_of(bucket, now_us), step = bucket->oldest, counted = bucket->counted;
    uint64_t free_us;

    while (counted + weight > bucket->limit && step < now)
        counted -= *slot(bucket, step++);
    if (counted + weight > bucket->limit)
        return bucket->interval_us;
    if (step == bucket->oldest)
        return 0;
    free_us = (step - 1) * bucket->step_us + bucket->interval_us;
    return free_us > now_us ? free_us - now_us : 0;
}

static uint64_t wait_for_tokens(const struct http_bucket *bucket, uint64_t weight)
{
    double lacking = (double)weight - bucket->tokens;

    /* A sum of many parts of tokens is never quite whole. */
    if (lacking < 1e-6)
        return 0;
    return (uint64_t)ceil(lacking * (double)bucket->interval_us / (double)bucket->limit);
}

uint64_t http_bucket_wait(struct http_bucket *bucket, uint64_t weight, uint64_t now_us)
{
    uint64_t room, tokens, longer;

    refill(bucket, now_us);
    forget(bucket, now_us);
    room = wait_for_room(bucket, weight, now_us);
    tokens = wait_for_tokens(bucket, weight);
    longer = room > tokens ? room : tokens;
    if (bucket->left_until_us && bucket->left < weight && bucket->left_until_us - now_us > longer)
        longer = bucket->left_until_us - now_us;
    return longer;
}

uint64_t http_bucket_take(struct http_bucket *bucket, uint64_t weight, uint64_t now_us)
{
    uint64_t step = step_of(bucket, now_us + bucket->interval_us);

    refill(bucket, now_us);
    forget(bucket, now_us);
    bucket->tokens -= (double)weight;
    *slot(bucket, step) += (uint32_t)weight;
    bucket->counted += weight;
    if (bucket->left_until_us)
        bucket->left -= weight < bucket->left ? weight : bucket->left;
    return step;
}

void http_bucket_answered(
    struct http_bucket *bucket, uint64_t weight, uint64_t ticket, uint64_t now_us)
{
    uint64_t step = step_of(bucket, now_us);

    forget(bucket, now_us);
    if (step >= ticket)
        return;
    *slot(bucket, ticket) -= (uint32_t)weight;
    *slot(bucket, step) += (uint32_t)weight;
}

void http_bucket_hear(struct http_bucket *bucket, uint64_t left, uint64_t unanswered,
    uint64_t reset_us, uint64_t now_us)
{
    bool is_new;

    forget(bucket, now_us);
    is_new = !bucket->left_until_us || reset_us > bucket->left_until_us + SAME_RESET_US;
    left = left > unanswered ? left - unanswered : 0;
    /* Answers come in any order: of one count, the least that was said is the latest. */
    if (is_new || left < bucket->left)
        bucket->left = left;
    if (is_new)
        bucket->left_until_us = reset_us;
}
