/*
 * Bodies whose texts hold what no text may hold, for sources that send such:
 * mended before they are read, since a reader takes none of it.
 */
#ifndef WEIR_MEND_H
#define WEIR_MEND_H

#include <weir/arena.h>
#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_nul {
    WEIR_NUL_FAIL = 0, /* stays, and the reader refuses it */
    WEIR_NUL_STRIP,
    WEIR_NUL_REPLACE, /* by U+FFFD */
};

struct weir_mend {
    enum weir_nul nul;
    bool
        replaces_bytes; /* what is not UTF-8, by U+FFFD for each part that could begin a character */
    bool is_json; /* escapes mean the same, and outside of strings nothing is mended but what */
                  /* is not UTF-8 */
};

/* The body itself where nothing is to be mended, or a copy in the arena with WEIR_JSON_PADDING bytes
 * behind it. What looks like UTF-16 is left alone. */
WEIR_API struct weir_str weir_mend(
    struct weir_arena *arena, struct weir_str body, const struct weir_mend *mend);

#ifdef __cplusplus
}
#endif
#endif
