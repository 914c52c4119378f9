#include "seen.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

enum {
    FIRST_CAPACITY = 16,
    MOST = 1 << 20,
};

/* Eight bytes at a time, each mixed by multiplying and folding: fast enough to run over whole
 * bodies, and as good as random for what no one attacks. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t http_hash(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint64_t hash = 0x9e3779b97f4a7c15U ^ n;

    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;

        memcpy(&word, at, 8);
        hash = mix(hash ^ word, 0xd6e8feb86659fd93U);
    }
    if (n) {
        uint64_t word = 0;

        memcpy(&word, at, n);
        hash = mix(hash ^ word, 0xa0761d6478bd642fU);
    }
    hash = mix(hash, 0xe7037ed1a0b428dbU);
    return hash ? hash : 1;
}

/* Where the hash stands or would stand. */
static uint64_t *find(const struct http_seen *seen, uint64_t hash)
{
    size_t mask = seen->capacity - 1;
    size_t i = hash & mask;

    while (seen->slots[i] && seen->slots[i] != hash)
        i = (i + 1) & mask;
    return &seen->slots[i];
}

static void grow(struct http_seen *seen)
{
    struct http_seen larger = {.capacity = seen->capacity ? seen->capacity * 2 : FIRST_CAPACITY};

    larger.slots = weir_calloc(larger.capacity, sizeof(*larger.slots));
    for (size_t i = 0; i < seen->capacity; i++)
        if (seen->slots[i])
            *find(&larger, seen->slots[i]) = seen->slots[i];
    larger.n = seen->n;
    free(seen->slots);
    *seen = larger;
}

bool http_seen_add(struct http_seen *seen, const char *place)
{
    uint64_t hash = http_hash(place, strlen(place));
    uint64_t *slot;

    if (seen->n >= MOST)
        http_seen_done(seen);
    if (seen->n * 2 >= seen->capacity)
        grow(seen);
    slot = find(seen, hash);
    if (*slot)
        return false;
    *slot = hash;
    seen->n++;
    return true;
}

void http_seen_done(struct http_seen *seen)
{
    free(seen->slots);
    *seen = (struct http_seen){0};
}
