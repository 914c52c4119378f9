/*
 * A JSON text, token by token, and all that PostgreSQL would say about it before it
 * is sent. Nothing is copied and no digit is lost.
 */
#ifndef TYPES_JSON_SCAN_H
#define TYPES_JSON_SCAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include <weir/str.h>

struct json_scan {
    const char *at;
    const char *end;
};

struct json_string {
    struct weir_str raw; /* between the quotes */
    bool has_escape;
    bool has_nul;  /* \u0000 */
    bool has_half; /* of a surrogate pair, without the other */
};

/* Inline, since they are done for each token of each text. */
static inline void json_skip_blanks(struct json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

/* Each takes its token, or nothing and false. */
static inline bool json_take(struct json_scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

static inline bool json_take_word(struct json_scan *scan, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(scan->end - scan->at) < n || memcmp(scan->at, word, n) != 0)
        return false;
    scan->at += n;
    return true;
}

/*
 * To the first byte that cannot stand for itself in a string, or to the end: eight at a time, as
 * far as there are eight. Whatever is below a space is below 0x21 when a bit is turned over that
 * makes a quote of 0x20. The lowest bit that is found is right; those above it need not be.
 */
static inline const char *json_skip_plain(const char *at, const char *end)
{
    const uint64_t each = 0x0101010101010101;

    for (; end - at >= 8; at += 8) {
        uint64_t word, found;

        memcpy(&word, at, sizeof(word));
        word = le64toh(word);
        found = ((word ^ each * 0x02) - each * 0x21) | ((word ^ each * '\\') - each);
        found &= ~word & each << 7;
        if (found)
            return at + (__builtin_ctzll(found) >> 3);
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ')
        at++;
    return at;
}

bool json_take_string(struct json_scan *scan, struct json_string *ret_string);
bool json_take_number(struct json_scan *scan, struct weir_str *ret_number);

/* Into `out`, which has as much room as raw is long; returns how many bytes. */
size_t json_unescape(struct weir_str raw, char *out);

/* Is it JSON, and, with is_jsonb, such that jsonb can hold it? */
bool json_fits(struct weir_str s, bool is_jsonb, const char **ret_why);

#endif
