/*
 * Fibers: code that waits and yet reads from top to bottom.
 *
 * A fiber is a function with a stack of its own. Where it has to wait for a socket
 * or a timer it pauses, and the loop goes on; whatever it waited for resumes it.
 * Fibers of one loop run one at a time, so that between two waits nothing else
 * happens, and nothing here needs a lock.
 */
#ifndef FIBER_FIBER_H
#define FIBER_FIBER_H

#include <stdbool.h>

enum {
    FIBER_STACK_SIZE = 256 << 10
}; /* bytes of address space; pages are taken as they are used */

struct fiber;

/* Does not run yet. */
struct fiber *fiber_new(void (*main)(void *arg), void *arg);
/* From outside of it: runs it until it pauses or returns. */
void fiber_resume(struct fiber *fiber);
/* From inside: back to whoever resumed it; returns when it is resumed again. */
void fiber_pause(void);
/* The one that runs on this thread, or NULL. */
struct fiber *fiber_current(void);
bool fiber_is_done(const struct fiber *fiber);
/* One that is done, or never ran. Accepts NULL. */
void fiber_free(struct fiber *fiber);

#endif
