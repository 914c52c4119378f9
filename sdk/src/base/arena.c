#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir/status.h>

/*
 * A new block is a share of those before, so that what the last one has to spare
 * is little beside what all hold, and the calls of malloc stay few.
 */
enum {
    FIRST_BLOCK = 2048,
    LARGEST_BLOCK = 256 * 1024,
    BLOCK_SHARE = 4,
    ALIGNMENT = _Alignof(max_align_t),
};

struct block {
    struct block *next;
    struct block *previous;
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
    size_t shared; /* bytes of blocks that are not one thing's alone */
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

/* Behind another, or as the newest. */
static void insert(struct weir_arena *arena, struct block *block, struct block *previous)
{
    struct block **at = previous ? &previous->next : &arena->blocks;

    block->previous = previous;
    block->next = *at;
    if (block->next)
        block->next->previous = block;
    *at = block;
}

static size_t aligned(size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT - sizeof(struct block))
        weir_out_of_memory();
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Behind the newest block, whose rest stays in use. */
void *arena_alloc_apart(struct weir_arena *arena, size_t size)
{
    struct block *block = block_new(arena, aligned(size));

    block->used = block->capacity;
    insert(arena, block, arena->blocks);
    return block->bytes;
}

void arena_free_apart(struct weir_arena *arena, void *memory)
{
    struct block *block;

    if (!memory)
        return;
    block = (struct block *)(void *)((char *)memory - offsetof(struct block, bytes));
    if (block->previous)
        block->previous->next = block->next;
    else
        arena->blocks = block->next;
    if (block->next)
        block->next->previous = block->previous;
    arena->size -= sizeof(*block) + block->capacity;
    free(block);
}

static size_t next_capacity(const struct weir_arena *arena)
{
    size_t capacity = aligned(arena->shared / BLOCK_SHARE);

    if (capacity < FIRST_BLOCK)
        return FIRST_BLOCK;
    return capacity < LARGEST_BLOCK ? capacity : LARGEST_BLOCK;
}

static void add_block(struct weir_arena *arena, size_t capacity)
{
    insert(arena, block_new(arena, capacity), NULL);
    arena->shared += capacity;
}

void *weir_alloc(struct weir_arena *arena, size_t size)
{
    struct block *block = arena->blocks;
    void *memory;

    size = aligned(size);
    if (!block || block->capacity - block->used < size) {
        size_t capacity = next_capacity(arena);

        if (size > capacity / 2)
            return arena_alloc_apart(arena, size);
        add_block(arena, capacity);
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
