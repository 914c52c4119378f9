#include "quota.h"

#include "client/retry.h"

#include <stdlib.h>

enum {
    UNKNOWN_REST_MS = 60 * 1000, /* where nobody says when the count begins anew */
    SAME_RESET_MS = 2000,        /* times are told in whole seconds, and answers cross */
};

void http_quota_init(struct http_quota *quota)
{
    *quota = (struct http_quota){.left = INT64_MAX};
}

uint64_t http_quota_until(struct http_quota *quota, int64_t reserve, uint64_t at_ms)
{
    if (quota->reset_ms && quota->reset_ms <= at_ms)
        http_quota_init(quota);
    if (quota->left > reserve)
        return at_ms;
    if (!quota->reset_ms)
        quota->reset_ms = at_ms + UNKNOWN_REST_MS;
    return quota->reset_ms;
}

void http_quota_use(struct http_quota *quota)
{
    if (quota->left != INT64_MAX && quota->left > 0)
        quota->left--;
}

bool http_quota_reset(const char *text, int64_t now_s, uint64_t *ret_ms)
{
    char *end;
    double value = strtod(text, &end);
    double from_now;

    if (end == text || *end || !(value >= 0) || value > 1e15)
        return false;
    from_now = value < 1e9    ? value * 1000
               : value < 1e12 ? (value - (double)now_s) * 1000
                              : value - (double)now_s * 1000;
    *ret_ms = from_now > 0 ? (uint64_t)from_now : 0;
    return true;
}

static bool parse_left(const char *text, int64_t *ret_left)
{
    char *end;
    long long left = text ? strtoll(text, &end, 10) : -1;

    if (!text || end == text || *end || left < 0)
        return false;
    *ret_left = left;
    return true;
}

bool http_quota_hear(struct http_quota *quota, int status, const char *left, const char *reset,
    const char *retry_after, uint64_t at_ms, int64_t now_s)
{
    uint64_t known = quota->reset_ms, from_now;
    int64_t said = 0;
    bool says_left = parse_left(left, &said);
    bool is_spent = status == 429 || (status == 403 && says_left && said == 0);

    if (reset && http_quota_reset(reset, now_s, &from_now))
        quota->reset_ms = at_ms + from_now + 1;
    else if (is_spent && http_retry_after_ms(retry_after, now_s, &from_now))
        quota->reset_ms = at_ms + from_now + 1;
    /* In the same count it only gets less: answers may come in another order than they were made. */
    if (says_left && (said < quota->left || !known || quota->reset_ms > known + SAME_RESET_MS))
        quota->left = said;
    if (is_spent)
        quota->left = 0;
    return is_spent;
}
