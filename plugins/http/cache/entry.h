/*
 * A kept answer in a file: what it was asked with, as a hash, what is needed of its head, its
 * body, and checksums of both.
 *
 * A file is written whole under another name before it gets its own, so one that is there is
 * whole, unless a disk or somebody has damaged it: then it is none. Its time of change says when
 * the server gave it, or last said that it has not changed; its time of access, when it was used.
 * Any thread.
 */
#ifndef WEIR_HTTP_ENTRY_H
#define WEIR_HTTP_ENTRY_H

#include "cache_key.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_ENTRY_HEAD_MAX = 32 * 1024 };

struct http_entry {
    struct http_cache_key key;
    unsigned char sum[HTTP_CACHE_HASH]; /* of the body */
    uint64_t body_len;
    int status;
    int64_t confirmed_ms; /* since 1970: when the server gave it, or said that it stays */
    size_t head_len;
    char head[]; /* "Name: value\n" for each field; behind it a NUL */
};

/* With room for the head; malloc. */
struct http_entry *http_entry_new(struct weir_str head);
/* The value of a field, into `out`; false: it is not there, or does not fit. */
bool http_entry_field(const struct http_entry *entry, const char *name, char *out, size_t size);

/* What the file says besides the body; malloc. NULL: there is none, or not that of the key. */
struct http_entry *http_entry_open(int folder, const char *name, const struct http_cache_key *key);
/* Reads its body, body_len bytes. False: it is gone, another one by now, or damaged. */
bool http_entry_read(int folder, const char *name, const struct http_entry *entry, char *ret_body);
/* Makes a file of it, that must not be there yet; fills entry->sum. False: errno says why, and there
 * is none. */
bool http_entry_write(int folder, const char *name, struct http_entry *entry, struct weir_str body);

#endif
