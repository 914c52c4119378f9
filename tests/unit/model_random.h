/* Numbers for the model: the same from the same seed, on every machine. */
#ifndef MODEL_RANDOM_H
#define MODEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_random {
    uint64_t state;
};

/* SplitMix64. */
static inline uint64_t model_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static inline uint64_t model_next(struct model_random *random)
{
    random->state += 0x9e3779b97f4a7c15;
    return model_mix(random->state);
}

/* From 0 to n - 1. */
static inline size_t model_below(struct model_random *random, size_t n)
{
    return (size_t)(model_next(random) % n);
}

/* True so many times out of a thousand. */
static inline bool model_chance(struct model_random *random, unsigned per_mille)
{
    return model_below(random, 1000) < per_mille;
}

#endif
