#include "turn.h"

/* The last piece comes on top of it: 16 KiB, which may become 4 MiB. */
enum { WORK_MS = 5 };

static void on_end(uv_prepare_t *end)
{
    struct http_turn *turn = (struct http_turn *)end;

    turn->began_ns = 0;
}

void http_turn_init(struct http_turn *turn, uv_loop_t *loop)
{
    uv_prepare_init(loop, &turn->end);
    uv_prepare_start(&turn->end, on_end);
    uv_unref((uv_handle_t *)&turn->end);
    turn->began_ns = 0;
    turn->n_yielding = 0;
}

void http_turn_begin(struct http_turn *turn)
{
    if (!turn->began_ns)
        turn->began_ns = uv_hrtime();
}

bool http_turn_is_over(const struct http_turn *turn)
{
    return turn->began_ns && uv_hrtime() - turn->began_ns > (uint64_t)WORK_MS * 1000 * 1000;
}

void http_turn_close(struct http_turn *turn, uv_close_cb closed)
{
    uv_close((uv_handle_t *)&turn->end, closed);
}
