#include <weir/arena.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir/status.h>

enum {
    FIRST_BLOCK = 2048,
    LARGEST_BLOCK = 256 * 1024,
    ALIGNMENT = _Alignof(max_align_t),
};

/* Blocks grow by doubling, so that a small batch costs little and a large one
 * few calls of malloc. */
struct block {
    struct block *next;
    size_t used;
    size_t capacity;
    max_align_t bytes[];
};

/* What is done when the arena goes: a call, or memory given back. */
struct deferred {
    struct deferred *next;
    void (*release)(void *arg);
    void *arg;
};

struct weir_arena {
    struct block *blocks; /* the newest first; allocation is from it */
    struct deferred *deferred;
    size_t size;
    size_t next_capacity;
};

void weir_out_of_memory(void)
{
    static const char text[] = "weir: error[E-MEMORY]: out of memory; lower limits.memory or "
                               "concurrency, or give the process more\n";

    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(WEIR_FAULT_MEMORY);
}

void *weir_malloc(size_t size)
{
    void *memory = malloc(size ? size : 1);

    if (!memory)
        weir_out_of_memory();
    return memory;
}

void *weir_calloc(size_t n, size_t size)
{
    void *memory = calloc(n ? n : 1, size ? size : 1);

    if (!memory)
        weir_out_of_memory();
    return memory;
}

void *weir_realloc(void *memory, size_t size)
{
    void *grown = realloc(memory, size ? size : 1);

    if (!grown)
        weir_out_of_memory();
    return grown;
}

struct weir_arena *weir_arena_new(void)
{
    struct weir_arena *arena = weir_calloc(1, sizeof(*arena));

    arena->size = sizeof(*arena);
    arena->next_capacity = FIRST_BLOCK;
    return arena;
}

void weir_arena_free(struct weir_arena *arena)
{
    if (!arena)
        return;
    for (struct deferred *d = arena->deferred; d; d = d->next)
        d->release(d->arg);
    for (struct block *block = arena->blocks; block;) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
    free(arena);
}

size_t weir_arena_size(const struct weir_arena *arena)
{
    return arena->size;
}

static struct block *block_new(struct weir_arena *arena, size_t capacity)
{
    struct block *block = weir_malloc(sizeof(*block) + capacity);

    block->used = 0;
    block->capacity = capacity;
    arena->size += sizeof(*block) + capacity;
    return block;
}

/* A block of its own for what is large, behind the current one, whose rest stays in use. */
static void *alloc_large(struct weir_arena *arena, size_t size)
{
    struct block *block = block_new(arena, size);

    block->used = size;
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = NULL;
        arena->blocks = block;
    }
    return block->bytes;
}

static void add_block(struct weir_arena *arena)
{
    struct block *block = block_new(arena, arena->next_capacity);

    block->next = arena->blocks;
    arena->blocks = block;
    if (arena->next_capacity < LARGEST_BLOCK)
        arena->next_capacity *= 2;
}

void *weir_alloc(struct weir_arena *arena, size_t size)
{
    struct block *block = arena->blocks;
    void *memory;

    if (size > SIZE_MAX - ALIGNMENT - sizeof(struct block))
        weir_out_of_memory();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!block || block->capacity - block->used < size) {
        if (size > arena->next_capacity / 2)
            return alloc_large(arena, size);
        add_block(arena);
        block = arena->blocks;
    }
    memory = (char *)block->bytes + block->used;
    block->used += size;
    return memory;
}

void *weir_alloc_zero(struct weir_arena *arena, size_t n, size_t size)
{
    size_t total;
    void *memory;

    if (__builtin_mul_overflow(n, size, &total))
        weir_out_of_memory();
    memory = weir_alloc(arena, total);
    memset(memory, 0, total);
    return memory;
}

struct weir_str weir_copy(struct weir_arena *arena, struct weir_str s)
{
    char *copy = weir_alloc(arena, s.len + 1);

    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (struct weir_str){copy, s.len};
}

char *weir_copy_text(struct weir_arena *arena, const char *text)
{
    return (char *)(uintptr_t)weir_copy(arena, weir_str(text)).ptr;
}

char *weir_vprintf(struct weir_arena *arena, const char *format, va_list args)
{
    va_list measure;
    int length;
    char *text;

    va_copy(measure, args);
    length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (length < 0)
        length = 0;
    text = weir_alloc(arena, (size_t)length + 1);
    text[0] = '\0';
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *weir_printf(struct weir_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = weir_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void weir_defer(struct weir_arena *arena, void (*release)(void *arg), void *arg)
{
    struct deferred *deferred = weir_alloc(arena, sizeof(*deferred));

    *deferred = (struct deferred){arena->deferred, release, arg};
    arena->deferred = deferred;
}

void weir_adopt(struct weir_arena *arena, void *memory, size_t size)
{
    weir_defer(arena, free, memory);
    arena->size += size;
}
