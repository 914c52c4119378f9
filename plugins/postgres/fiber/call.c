#include "call.h"

#include <assert.h>
#include <string.h>

static void run(void *arg)
{
    struct call *call = arg;

    call->status = call->body(call->stage, call->args);
    if (call->is_awaited)
        weir_wake(call->stage);
}

static void begin(struct call *call, struct weir_stage *stage,
    enum weir_status (*body)(struct weir_stage *stage, const void *args), const void *args,
    size_t size)
{
    assert(size <= CALL_ARGS_SIZE);
    call->stage = stage;
    call->body = body;
    call->is_awaited = false;
    if (size)
        memcpy(call->args, args, size);
    call->fiber = fiber_new(run, call);
    fiber_resume(call->fiber);
}

enum weir_status call_run(struct call *call, struct weir_stage *stage,
    enum weir_status (*body)(struct weir_stage *stage, const void *args), const void *args,
    size_t size)
{
    if (!call->fiber)
        begin(call, stage, body, args, size);
    assert(call->body == body);
    if (!fiber_is_done(call->fiber)) {
        call->is_awaited = true;
        return WEIR_AGAIN;
    }
    fiber_free(call->fiber);
    call->fiber = NULL;
    return call->status;
}
