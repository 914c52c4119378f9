/* Everything submitted is run once, and freeing the pool waits for it. */
#include "flow/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <cmocka.h>

enum { PIECES = 10000 };

struct piece {
    struct work work;
    atomic_int runs;
};

static struct piece pieces[PIECES];

static void run_piece(struct work *work)
{
    atomic_fetch_add(&((struct piece *)work)->runs, 1);
}

static void submit_all(struct workers *workers)
{
    for (int i = 0; i < PIECES; i++) {
        atomic_store(&pieces[i].runs, 0);
        pieces[i].work.run = run_piece;
        workers_submit(workers, &pieces[i].work);
    }
}

static void runs_each_piece_once(void **state)
{
    struct workers *workers = workers_new(3);

    (void)state;
    assert_non_null(workers);
    submit_all(workers);
    workers_free(workers);
    for (int i = 0; i < PIECES; i++)
        assert_int_equal(atomic_load(&pieces[i].runs), 1);
}

static void frees_an_idle_pool(void **state)
{
    (void)state;
    workers_free(workers_new(2));
    workers_free(NULL);
}

/* A piece that meets another one proves that two threads are at work. */
static uv_barrier_t both_are_here;

static void meet(struct work *work)
{
    (void)work;
    uv_barrier_wait(&both_are_here);
}

static void runs_pieces_side_by_side(void **state)
{
    struct work first = {.run = meet}, second = {.run = meet};
    struct workers *workers = workers_new(2);

    (void)state;
    uv_barrier_init(&both_are_here, 2);
    workers_submit(workers, &first);
    workers_submit(workers, &second);
    workers_free(workers);
    uv_barrier_destroy(&both_are_here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_each_piece_once),
        cmocka_unit_test(frees_an_idle_pool),
        cmocka_unit_test(runs_pieces_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
