#include "adaptive.h"

enum {
    FIRST_ALLOWED = 4,
    HALF_MINUTE_US = 30000000,
    NOISE_US = 10000, /* what latencies differ by for no reason */
};

void http_adaptive_init(struct http_adaptive *adaptive, uint64_t ceiling, uint64_t now_us)
{
    *adaptive = (struct http_adaptive){
        .ceiling = ceiling,
        .allowed = ceiling < FIRST_ALLOWED ? ceiling : FIRST_ALLOWED,
        .round_us = now_us,
        .half_us = now_us,
    };
}

static void begin_round(struct http_adaptive *adaptive, uint64_t now_us)
{
    adaptive->round_us = now_us;
    adaptive->n = 0;
    adaptive->sum_us = 0;
    adaptive->was_full = false;
}

static void back_off(struct http_adaptive *adaptive, uint64_t to, uint64_t now_us)
{
    adaptive->has_backed_off = true;
    adaptive->allowed = to > 1 ? to : 1;
    begin_round(adaptive, now_us);
}

static void grow(struct http_adaptive *adaptive)
{
    adaptive->allowed = adaptive->has_backed_off ? adaptive->allowed + 1 : 2 * adaptive->allowed;
    if (adaptive->allowed > adaptive->ceiling)
        adaptive->allowed = adaptive->ceiling;
}

static uint64_t best_of(const struct http_adaptive *adaptive)
{
    uint64_t now = adaptive->best_us[0], before = adaptive->best_us[1];

    return now && (!before || now < before) ? now : before;
}

/* Remembers a round's mean; the best of those that are older than a minute is forgotten. */
static void remember(struct http_adaptive *adaptive, uint64_t mean_us, uint64_t now_us)
{
    if (now_us - adaptive->half_us >= HALF_MINUTE_US) {
        adaptive->best_us[1] = adaptive->best_us[0];
        adaptive->best_us[0] = 0;
        adaptive->half_us = now_us;
    }
    if (!adaptive->best_us[0] || mean_us < adaptive->best_us[0])
        adaptive->best_us[0] = mean_us;
}

void http_adaptive_answer(struct http_adaptive *adaptive, uint64_t in_flight, uint64_t latency_us,
    bool is_well, uint64_t now_us)
{
    uint64_t mean_us, best_us;

    /* Sent before the last decision, it says nothing about it. */
    if (now_us - latency_us < adaptive->round_us)
        return;
    if (!is_well) {
        back_off(adaptive, adaptive->allowed / 2, now_us);
        return;
    }
    adaptive->n++;
    adaptive->sum_us += latency_us;
    adaptive->was_full |= in_flight >= adaptive->allowed;
    if (adaptive->n < adaptive->allowed)
        return;
    mean_us = adaptive->sum_us / adaptive->n;
    best_us = best_of(adaptive);
    remember(adaptive, mean_us ? mean_us : 1, now_us);
    if (best_us && mean_us > 2 * best_us + NOISE_US) {
        /* So many were at work, and the rest in a queue (Little's law); and a few less, to see it. */
        back_off(adaptive, adaptive->allowed * best_us / mean_us * 9 / 10, now_us);
        return;
    }
    if (adaptive->was_full)
        grow(adaptive);
    begin_round(adaptive, now_us);
}
