/*
 * Text as a view: a pointer and a length, owned by somebody else.
 *
 * A view is passed by value and never freed. What it points to lives in an
 * arena, in a body that an arena keeps, or in the program itself; the comment
 * at the function that hands it out says which. A view need not end in NUL.
 */
#ifndef WEIR_STR_H
#define WEIR_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weir/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_str {
    const char *ptr;
    size_t len;
};

/* A list of NUL-terminated texts, as an option of kind "texts" gives it. */
struct weir_strs {
    const char *const *items;
    size_t n;
};

/* How printf prints a view: printf("%.*s", WEIR_STR_ARG(s)). */
#define WEIR_STR_ARG(s) (int)(s).len, (s).ptr

WEIR_API struct weir_str weir_str(const char *text);
WEIR_API bool weir_str_equal(struct weir_str a, struct weir_str b);
WEIR_API bool weir_str_is(struct weir_str s, const char *text);
WEIR_API bool weir_strs_contain(const struct weir_strs *list, struct weir_str s);

/* True when the list is empty (nothing was named, so all is meant) or holds s. */
WEIR_API bool weir_strs_allow(const struct weir_strs *list, struct weir_str s);

/* The fewest letters to insert, delete, exchange or swap that turn a into b;
 * anything beyond `limit` is reported as limit + 1. For "did you mean". */
WEIR_API size_t weir_str_distance(const char *a, const char *b, size_t limit);

/*
 * Writes s to out as text that is safe on a terminal and in a log: control
 * bytes, bidirectional overrides and bytes that are not UTF-8 become \xNN or
 * \u{N}. Cuts at the last whole character that fits, with "..." behind it, and
 * always ends in NUL. Returns the length written.
 */
WEIR_API size_t weir_str_printable(struct weir_str s, char *out, size_t size);

/* The offset of the first byte that is not part of valid UTF-8, or s.len. */
WEIR_API size_t weir_str_utf8_error(struct weir_str s);
/* Writes a character (up to U+10FFFF) as one to four bytes, without a NUL; returns the place behind. */
WEIR_API char *weir_put_utf8(char *out, uint32_t character);
/* The value of a hexadecimal digit, 0 to 15; -1: it is none. */
WEIR_API int weir_hex_digit(char c);

#ifdef __cplusplus
}
#endif
#endif
