/*
 * Memory that is freed all at once.
 *
 * An arena owns what is allocated in it; nothing in it is freed alone. The
 * engine keeps three kinds, by lifetime: the plan's, each stage's and each
 * batch's. A value that must outlive its arena is copied into a longer one.
 * Allocation never returns NULL: out of memory ends the program with one line,
 * which is why everything a user or a server can make large is bounded before.
 * An arena belongs to one thread at a time.
 */
#ifndef WEIR_ARENA_H
#define WEIR_ARENA_H

#include <stdarg.h>
#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_arena;

WEIR_API struct weir_arena *weir_arena_new(void);
/* Calls what weir_defer left, the latest first, and gives the memory back. Accepts NULL. */
WEIR_API void weir_arena_free(struct weir_arena *arena);
/* Bytes held, adopted ones included: what the memory budget counts. */
WEIR_API size_t weir_arena_size(const struct weir_arena *arena);

/* Aligned for every type, contents undefined. A size of 0 gives a valid pointer. */
WEIR_API void *weir_alloc(struct weir_arena *arena, size_t size);
/* The same, all bytes zero; n * size may not overflow (the program ends if it does). */
WEIR_API void *weir_alloc_zero(struct weir_arena *arena, size_t n, size_t size);
#define weir_new(arena, T) ((T *)weir_alloc_zero((arena), 1, sizeof(T)))
#define weir_new_array(arena, n, T) ((T *)weir_alloc_zero((arena), (n), sizeof(T)))

/* Copies s, with a NUL after it that len does not count. */
WEIR_API struct weir_str weir_copy(struct weir_arena *arena, struct weir_str s);
WEIR_API char *weir_copy_text(struct weir_arena *arena, const char *text);
WEIR_API char *weir_printf(struct weir_arena *arena, const char *format, ...) WEIR_PRINTF(2, 3);
WEIR_API char *weir_vprintf(struct weir_arena *arena, const char *format, va_list args);

/* Calls release(arg) when the arena is freed, the latest call first. */
WEIR_API void weir_defer(struct weir_arena *arena, void (*release)(void *arg), void *arg);
/* Takes over memory that came from malloc: counts its size and frees it with the arena. */
WEIR_API void weir_adopt(struct weir_arena *arena, void *memory, size_t size);

/*
 * malloc, calloc and realloc that never return NULL, for memory with a life of
 * its own; freed with free(). Out of memory ends the program with exit code 8.
 */
WEIR_API void *weir_malloc(size_t size);
WEIR_API void *weir_calloc(size_t n, size_t size);
WEIR_API void *weir_realloc(void *memory, size_t size);
/* How they end it: for what finds by itself that there is no memory left. */
WEIR_API void weir_out_of_memory(void) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
