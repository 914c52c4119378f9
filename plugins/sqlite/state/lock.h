/*
 * One run at a time for each pipeline: a lock on one byte of a file beside the
 * database, never on the database itself.
 *
 * The lock goes with the process, however that ends. The file goes with the last
 * lock; what is in it means nothing.
 */
#ifndef STATE_LOCK_H
#define STATE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct lock {
    int fd;     /* -1: not held */
    char *path; /* of the file */
};

void lock_init(struct lock *lock);
/*
 * Tries once to take the lock of that name for the database at `database`. 0, or an errno: EAGAIN
 * when somebody else has it, anything else when the file cannot be locked at all.
 */
int lock_try(struct lock *lock, const char *database, const char *name);
/* Does nothing if it is not held. */
void lock_release(struct lock *lock);

#endif
