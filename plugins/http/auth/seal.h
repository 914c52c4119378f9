/*
 * Secrets at rest: AES-256-GCM, which keeps them secret and shows when they were changed.
 *
 * A key is 32 random bytes, as base64 or hexadecimal: not a password, so that none has to be
 * stretched on the loop's thread.
 */
#ifndef WEIR_HTTP_SEAL_H
#define WEIR_HTTP_SEAL_H

#include <stdbool.h>
#include <weir/arena.h>

enum {
    HTTP_SEAL_KEY = 32,
    HTTP_SEAL_NONCE = 12,
    HTTP_SEAL_TAG = 16,
    HTTP_SEAL_MORE = HTTP_SEAL_NONCE + HTTP_SEAL_TAG, /* bytes beyond the text */
};

struct http_seal_key {
    unsigned char bytes[HTTP_SEAL_KEY];
};

bool http_seal_key_parse(const char *text, struct http_seal_key *ret_key);
/* Writes text.len + HTTP_SEAL_MORE bytes: nonce, text, tag. `about` is not in them, and has to be the
 * same when they are opened. False: the library failed. */
bool http_seal(const struct http_seal_key *key, struct weir_str about, struct weir_str text,
    unsigned char *out);
/* The text, in the arena; ptr NULL: another key, or not as it was written. */
struct weir_str http_unseal(const struct http_seal_key *key, struct weir_str about,
    struct weir_str sealed, struct weir_arena *arena);

#endif
