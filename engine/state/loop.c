#include "loop.h"

#include "report/log.h"

static void close_left_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void look_for_open(uv_handle_t *handle, void *ret_found)
{
    *(bool *)ret_found = *(bool *)ret_found || !uv_is_closing(handle);
}

void loop_finish(uv_loop_t *loop)
{
    bool left_open = false;

    uv_walk(loop, look_for_open, &left_open);
    if (left_open) {
        log_event(WEIR_LOG_WARNING, NULL, "a plugin left handles open on the loop");
        uv_walk(loop, close_left_handle, NULL);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(loop);
}
