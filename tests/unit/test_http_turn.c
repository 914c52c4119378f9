/* How long the client may work in one turn of the loop. */
#include <client/turn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void work(uint64_t ms)
{
    uint64_t until = uv_hrtime() + ms * 1000 * 1000;

    while (uv_hrtime() < until)
        ;
}

static void goes_on(uv_idle_t *others)
{
    (void)others;
}

static void ends_when_there_was_work_enough(void **state)
{
    struct http_turn turn;
    uv_idle_t others;
    uv_loop_t loop;

    (void)state;
    uv_loop_init(&loop);
    http_turn_init(&turn, &loop);
    /* A turn ends only while there is something to wait for, which `turn` itself is not. */
    uv_idle_init(&loop, &others);
    uv_idle_start(&others, goes_on);
    /* Waiting is no work. */
    work(20);
    assert_false(http_turn_is_over(&turn));
    http_turn_begin(&turn);
    work(20);
    http_turn_begin(&turn);
    assert_true(http_turn_is_over(&turn));
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_false(http_turn_is_over(&turn));
    uv_close((uv_handle_t *)&others, NULL);
    http_turn_close(&turn, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_when_there_was_work_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
