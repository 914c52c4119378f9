#include <fiber/call.h>
#include <fiber/fiber.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What happened, in order, a letter each. */
static char trace[64];

static void note(char what)
{
    size_t n = strlen(trace);

    assert_true(n < sizeof(trace) - 1);
    trace[n] = what;
    trace[n + 1] = '\0';
}

static int reset(void **state)
{
    (void)state;
    trace[0] = '\0';
    return 0;
}

static void three_steps(void *arg)
{
    const char *letters = arg;

    for (int i = 0; i < 3; i++) {
        note(letters[i]);
        if (i < 2)
            fiber_pause();
    }
}

static void a_fiber_pauses_and_goes_on(void **state)
{
    struct fiber *fiber = fiber_new(three_steps, "abc");

    (void)state;
    assert_string_equal(trace, "");
    for (int i = 0; i < 3; i++) {
        assert_false(fiber_is_done(fiber));
        fiber_resume(fiber);
        note('.');
    }
    assert_true(fiber_is_done(fiber));
    assert_null(fiber_current());
    fiber_free(fiber);
    assert_string_equal(trace, "a.b.c.");
}

static void fibers_take_turns(void **state)
{
    struct fiber *one = fiber_new(three_steps, "abc"), *two = fiber_new(three_steps, "xyz");

    (void)state;
    while (!fiber_is_done(one)) {
        fiber_resume(one);
        fiber_resume(two);
    }
    assert_true(fiber_is_done(two));
    fiber_free(one);
    fiber_free(two);
    assert_string_equal(trace, "axbycz");
}

static void resumes_another(void *arg)
{
    struct fiber *self = fiber_current();

    note('(');
    fiber_resume(arg);
    assert_ptr_equal(fiber_current(), self);
    fiber_pause();
    assert_ptr_equal(fiber_current(), self);
    fiber_resume(arg);
    note(')');
}

static void one_fiber_resumes_another(void **state)
{
    struct fiber *inner = fiber_new(three_steps, "abc");
    struct fiber *outer = fiber_new(resumes_another, inner);

    (void)state;
    fiber_resume(outer);
    /* Somebody else resumes the inner one than did at first. */
    fiber_resume(inner);
    assert_null(fiber_current());
    fiber_resume(outer);
    assert_true(fiber_is_done(outer));
    assert_true(fiber_is_done(inner));
    fiber_free(inner);
    fiber_free(outer);
    assert_string_equal(trace, "(abc)");
}

static void one_that_never_ran_is_freed(void **state)
{
    (void)state;
    fiber_free(fiber_new(three_steps, "abc"));
    fiber_free(NULL);
    assert_string_equal(trace, "");
}

/* Fills most of the stack, so that a smaller one than promised would be run over. */
static void fills_its_stack(void *arg)
{
    volatile char bytes[FIBER_STACK_SIZE * 3 / 4];
    unsigned *sum = arg;

    memset((char *)bytes, 1, sizeof(bytes));
    fiber_pause();
    for (size_t i = 0; i < sizeof(bytes); i++)
        *sum += (unsigned)bytes[i];
}

static void what_is_on_the_stack_stays(void **state)
{
    unsigned sums[8] = {0};
    struct fiber *fibers[8];

    (void)state;
    for (int i = 0; i < 8; i++) {
        fibers[i] = fiber_new(fills_its_stack, &sums[i]);
        fiber_resume(fibers[i]);
    }
    for (int i = 0; i < 8; i++) {
        fiber_resume(fibers[i]);
        assert_int_equal(sums[i], FIBER_STACK_SIZE * 3 / 4);
        fiber_free(fibers[i]);
    }
}

static void *on_thread(void *arg)
{
    unsigned *sum = arg;

    for (int i = 0; i < 200; i++) {
        struct fiber *fiber = fiber_new(fills_its_stack, sum);

        fiber_resume(fiber);
        fiber_resume(fiber);
        fiber_free(fiber);
    }
    return NULL;
}

static void threads_have_fibers_of_their_own(void **state)
{
    pthread_t threads[2];
    unsigned sums[2] = {0};

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, on_thread, &sums[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(sums[0], 200u * (FIBER_STACK_SIZE * 3 / 4));
    assert_int_equal(sums[1], sums[0]);
}

/* Calls */

static unsigned n_woken;

static void on_wake(struct weir_stage *stage)
{
    (void)stage;
    n_woken++;
}

static const struct weir_host host = {.size = sizeof(struct weir_host), .wake = on_wake};

static struct fiber *waiting;

static enum weir_status doubles(struct weir_stage *stage, const void *args)
{
    int number;

    memcpy(&number, args, sizeof(number));
    note((char)number);
    if (stage->state) {
        waiting = fiber_current();
        fiber_pause();
    }
    note((char)(number + 1));
    return number == 'a' ? WEIR_OK : WEIR_FAIL;
}

static void a_call_that_waits_answers_again_and_wakes(void **state)
{
    struct weir_stage stage = {.host = &host, .state = &stage};
    struct call call = {0};
    int number = 'a';

    (void)state;
    n_woken = 0;
    assert_int_equal(call_run(&call, &stage, doubles, &number, sizeof(number)), WEIR_AGAIN);
    number = 'x';
    assert_int_equal(call_run(&call, &stage, doubles, &number, sizeof(number)), WEIR_AGAIN);
    assert_int_equal(n_woken, 0);
    fiber_resume(waiting);
    assert_int_equal(n_woken, 1);
    assert_int_equal(call_run(&call, &stage, doubles, &number, sizeof(number)), WEIR_OK);
    assert_null(call.fiber);
    assert_string_equal(trace, "ab");
}

static void a_call_that_does_not_wait_is_answered_at_once(void **state)
{
    struct weir_stage stage = {.host = &host};
    struct call call = {0};
    int number = 'x';

    (void)state;
    n_woken = 0;
    assert_int_equal(call_run(&call, &stage, doubles, &number, sizeof(number)), WEIR_FAIL);
    number = 'a';
    assert_int_equal(call_run(&call, &stage, doubles, &number, sizeof(number)), WEIR_OK);
    assert_int_equal(n_woken, 0);
    assert_string_equal(trace, "xyab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_fiber_pauses_and_goes_on, reset),
        cmocka_unit_test_setup(fibers_take_turns, reset),
        cmocka_unit_test_setup(one_fiber_resumes_another, reset),
        cmocka_unit_test_setup(one_that_never_ran_is_freed, reset),
        cmocka_unit_test_setup(what_is_on_the_stack_stays, reset),
        cmocka_unit_test_setup(threads_have_fibers_of_their_own, reset),
        cmocka_unit_test_setup(a_call_that_waits_answers_again_and_wakes, reset),
        cmocka_unit_test_setup(a_call_that_does_not_wait_is_answered_at_once, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
