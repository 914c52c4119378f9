/*
 * A callback of a stage on the loop whose work waits: it answers WEIR_AGAIN until
 * the fiber that does the work is done, and then what that returned.
 */
#ifndef FIBER_CALL_H
#define FIBER_CALL_H

#include "fiber.h"

#include <weir/stage.h>

enum { CALL_ARGS_SIZE = 64 };

/* One at a time. All zero at first. */
struct call {
    struct fiber *fiber; /* NULL: none is under way */
    struct weir_stage *stage;
    enum weir_status (*body)(struct weir_stage *stage, const void *args);
    _Alignas(16) char args[CALL_ARGS_SIZE];
    enum weir_status status;
    bool is_awaited; /* WEIR_AGAIN was answered: the stage is to be woken */
};

/*
 * Begins the work, or looks whether it is done. The stage is woken (weir_wake) when it is. `args` are
 * copied when it begins; they may be NULL with size 0.
 */
enum weir_status call_run(struct call *call, struct weir_stage *stage,
    enum weir_status (*body)(struct weir_stage *stage, const void *args), const void *args,
    size_t size);

#endif
