/*
 * A growing byte buffer with a limit that must be named when it is made.
 *
 * Appending beyond the limit fails, leaves the buffer as it was and says so;
 * everything that comes from outside is gathered in one of these. The memory
 * comes from malloc: weir_buf_take hands it over (to weir_adopt, for example).
 */
#ifndef WEIR_BUF_H
#define WEIR_BUF_H

#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_buf {
    char *ptr;       /* NUL-terminated once anything was appended, else NULL */
    size_t len;      /* without the NUL */
    size_t capacity; /* bytes allocated, for weir_adopt */
    size_t limit;    /* the most that len may become */
    size_t padding;  /* bytes that stay allocated behind len */
};

/* Allocates nothing. Padding: see WEIR_JSON_PADDING; 1 where nothing is asked. */
WEIR_API void weir_buf_init(struct weir_buf *buf, size_t limit, size_t padding);
WEIR_API void weir_buf_done(struct weir_buf *buf);
/* Empties it and keeps the memory. */
WEIR_API void weir_buf_reset(struct weir_buf *buf);
/* Makes room for `more` bytes at once, so that appending them does not move it. */
WEIR_API bool weir_buf_reserve(struct weir_buf *buf, size_t more) WEIR_MUST_CHECK;
WEIR_API bool weir_buf_add(struct weir_buf *buf, const void *bytes, size_t n) WEIR_MUST_CHECK;
WEIR_API bool weir_buf_add_text(struct weir_buf *buf, const char *text) WEIR_MUST_CHECK;
WEIR_API bool weir_buf_printf(struct weir_buf *buf, const char *format, ...) WEIR_MUST_CHECK
    WEIR_PRINTF(2, 3);
/* The caller owns the memory now (free it, or weir_adopt it); the buffer is as new. */
WEIR_API char *weir_buf_take(struct weir_buf *buf, size_t *ret_capacity);

#ifdef __cplusplus
}
#endif
#endif
