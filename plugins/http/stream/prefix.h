/*
 * How much of the records of an answer was cut off and given away, and what it
 * was: by this another answer is known to begin with the same records.
 *
 * The hash is SHA-256, of which 128 bits are kept. Two answers that differ must never
 * pass for the same, whoever wrote them, so no bound on mischief has to be thought
 * about; and where the processor helps, it is faster than what comes over a network.
 */
#ifndef WEIR_HTTP_PREFIX_H
#define WEIR_HTTP_PREFIX_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/str.h>

struct weir_arena;

enum { HTTP_DIGEST_SIZE = 16 };

/* Where a cut is. */
struct http_cut {
    uint64_t bytes; /* of records before it; 0: nothing was cut off */
    unsigned char digest[HTTP_DIGEST_SIZE];
};

/* The bytes that went by. */
struct http_prefix {
    void *context;
    uint64_t bytes;
};

void http_prefix_init(struct http_prefix *prefix);
void http_prefix_done(struct http_prefix *prefix);
void http_prefix_reset(struct http_prefix *prefix);
void http_prefix_add(struct http_prefix *prefix, const char *bytes, size_t n);
/* Of all bytes so far; more may be added afterwards. */
struct http_cut http_prefix_cut(const struct http_prefix *prefix);

bool http_cut_equal(const struct http_cut *a, const struct http_cut *b);
/* As a text for the place of a chain: one line. */
const char *http_cut_write(const struct http_cut *cut, struct weir_arena *arena);
/* False where it is none. */
bool http_cut_read(const char *text, struct http_cut *ret_cut);

#endif
