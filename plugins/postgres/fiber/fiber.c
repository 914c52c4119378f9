#include "fiber.h"

#include "switch.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <weir/arena.h>

struct fiber {
    struct fiber_place here; /* where it goes on */
    struct fiber_place back; /* whoever resumed it */
    struct fiber *outer;     /* the fiber in which it was resumed, or NULL */
    void (*main)(void *arg);
    void *arg;
    char *mapping; /* the guard, then the stack, which grows down towards it */
    size_t guard;
    bool is_done;
};

static _Thread_local struct fiber *current;

/* The first thing that runs on the new stack; a fiber that is done is never gone back to. */
static void begin(void)
{
    struct fiber *fiber = current;

    fiber_place_arrive(&fiber->here, &fiber->back);
    fiber->main(fiber->arg);
    fiber->is_done = true;
    fiber_place_leave(&fiber->here, &fiber->back);
}

static char *map_stack(size_t guard)
{
    char *mapping = mmap(NULL, guard + FIBER_STACK_SIZE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (mapping == MAP_FAILED || mprotect(mapping, guard, PROT_NONE) != 0)
        weir_out_of_memory();
    return mapping;
}

struct fiber *fiber_new(void (*main)(void *arg), void *arg)
{
    struct fiber *fiber = weir_calloc(1, sizeof(*fiber));

    fiber->main = main;
    fiber->arg = arg;
    fiber->guard = (size_t)sysconf(_SC_PAGESIZE);
    fiber->mapping = map_stack(fiber->guard);
    fiber_place_init(&fiber->here, fiber->mapping + fiber->guard, FIBER_STACK_SIZE, begin);
    return fiber;
}

void fiber_resume(struct fiber *fiber)
{
    assert(!fiber->is_done);
    fiber->outer = current;
    current = fiber;
    fiber_place_go(&fiber->back, &fiber->here);
    current = fiber->outer;
}

void fiber_pause(void)
{
    struct fiber *fiber = current;

    fiber_place_go(&fiber->here, &fiber->back);
}

struct fiber *fiber_current(void)
{
    return current;
}

bool fiber_is_done(const struct fiber *fiber)
{
    return fiber->is_done;
}

void fiber_free(struct fiber *fiber)
{
    if (!fiber)
        return;
    fiber_place_done(&fiber->here);
    (void)munmap(fiber->mapping, fiber->guard + FIBER_STACK_SIZE);
    free(fiber);
}
