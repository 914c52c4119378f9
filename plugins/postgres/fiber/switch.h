/*
 * Going from one stack to another, in a way that the sanitizers and valgrind
 * follow: they keep a shadow of the stack that they would else lose.
 */
#ifndef FIBER_SWITCH_H
#define FIBER_SWITCH_H

#include <stddef.h>
#include <ucontext.h>

/* A point at which code was left. All zero: that of a stack that somebody else has made. */
struct fiber_place {
    ucontext_t context;
    const void *stack; /* its lowest byte */
    size_t size;
    void *shadow; /* what AddressSanitizer keeps of it */
    void *racer;  /* what ThreadSanitizer knows it by */
    unsigned valgrind;
};

/* A new stack; `main` runs when it is gone to, calls _arrive first and _leave last. */
void fiber_place_init(struct fiber_place *place, char *stack, size_t size, void (*main)(void));
void fiber_place_done(struct fiber_place *place);
/* Returns when somebody goes to `from`. */
void fiber_place_go(struct fiber_place *from, struct fiber_place *to);
void fiber_place_arrive(struct fiber_place *place, struct fiber_place *from);
/* For good. */
_Noreturn void fiber_place_leave(struct fiber_place *from, struct fiber_place *to);

#endif
