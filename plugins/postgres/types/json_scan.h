/*
 * A JSON text, token by token, and all that PostgreSQL would say about it before it
 * is sent. Nothing is copied and no digit is lost.
 */
#ifndef TYPES_JSON_SCAN_H
#define TYPES_JSON_SCAN_H

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

bool json_take_word(struct json_scan *scan, const char *word);
bool json_take_string(struct json_scan *scan, struct json_string *ret_string);
bool json_take_number(struct json_scan *scan, struct weir_str *ret_number);

/* Into `out`, which has as much room as raw is long; returns how many bytes. */
size_t json_unescape(struct weir_str raw, char *out);

/* Is it JSON, and, with is_jsonb, such that jsonb can hold it? */
bool json_fits(struct weir_str s, bool is_jsonb, const char **ret_why);

#endif
