/*
 * Where the tokens of a JSON text begin, found by simdjson's first stage.
 *
 * This pass looks at 64 bytes at a time and checks what concerns single bytes:
 * that all is UTF-8, that every string is closed, that none holds a raw control
 * byte. What the tokens are, and whether they may follow one another, is left to
 * the reader (json_doc.h), which thereby visits every one of them exactly once.
 */
#ifndef WEIR_SRC_JSON_TOKENS_H
#define WEIR_SRC_JSON_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { JSON_TOKENS_PADDING = 64 }; /* bytes behind the text that must be readable */

enum json_tokens_fault {
    JSON_TOKENS_OK,
    JSON_TOKENS_EMPTY,     /* nothing but blanks */
    JSON_TOKENS_STRING,    /* a string that is not closed or has a raw control byte in it */
    JSON_TOKENS_UTF8,      /* not UTF-8 */
    JSON_TOKENS_TOO_LARGE, /* 4 GiB or more */
    JSON_TOKENS_NO_MEMORY,
    JSON_TOKENS_OTHER,
};

struct json_tokens {
    void *parser;       /* simdjson's; NULL until it is needed */
    const uint32_t *at; /* n offsets, ascending, and length behind them */
    size_t n;
};

void json_tokens_init(struct json_tokens *tokens);
void json_tokens_done(struct json_tokens *tokens);

/* Finds the tokens of a text that has JSON_TOKENS_PADDING readable bytes behind it. */
enum json_tokens_fault json_tokens_find(
    struct json_tokens *tokens, const char *text, size_t length);

/* Gives memory back that only a very large text needed. */
void json_tokens_shrink(struct json_tokens *tokens);

#ifdef __cplusplus
}
#endif
#endif
