/* What libweir alone may do to an arena: give some of its memory back before all goes. */
#ifndef WEIR_SRC_ARENA_H
#define WEIR_SRC_ARENA_H

#include <weir/arena.h>

/* Memory that shares its block with nothing else. */
void *arena_alloc_apart(struct weir_arena *arena, size_t size);
/* Gives it back, and to no one else's harm. Accepts NULL. */
void arena_free_apart(struct weir_arena *arena, void *memory);

#endif
