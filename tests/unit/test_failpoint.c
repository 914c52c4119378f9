#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <weir/failpoint.h>

/* The plan is read once a process: each test has a process of its own. */
static int ending_of(const char *plan, int (*body)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        setenv("WEIR_FAIL", plan, 1);
        _exit(body());
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* How often each of two places was passed before something happened. */
static int pass_three_times(void)
{
    for (int i = 0; i < 3; i++)
        if (weir_failpoint_reached("first") || weir_failpoint_reached("second") == EIO)
            return 10 + i;
    return 0;
}

static void nothing_happens_unasked(void **state)
{
    (void)state;
    assert_int_equal(ending_of("", pass_three_times), 0);
    assert_int_equal(ending_of("third:1:kill", pass_three_times), 0);
    assert_int_equal(ending_of("second:4:kill", pass_three_times), 0);
}

static void the_kth_time_acts(void **state)
{
    int status;

    (void)state;
    status = ending_of("second:2:eio", pass_three_times);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 11);
    status = ending_of("second:3:exit", pass_three_times);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), WEIR_FAILPOINT_EXIT);
    status = ending_of("first:1:kill", pass_three_times);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void a_plan_that_cannot_be_read_ends_the_program(void **state)
{
    static const char *const plans[] = {
        "first", "first:1", "first:0:kill", "first:x:kill", "first:1:explode", "first:1:kill:2"};

    (void)state;
    for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
        int status = ending_of(plans[i], pass_three_times);

        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), WEIR_FAILPOINT_EXIT - 1);
    }
}

static void names_are_logged_once(void **state)
{
    char path[] = "/tmp/weir-failpoint-XXXXXX";
    char text[64] = "";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    setenv("WEIR_FAIL_LOG", path, 1);
    assert_int_equal(ending_of("", pass_three_times), 0);
    unsetenv("WEIR_FAIL_LOG");
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    assert_string_equal(text, "first\nsecond\n");
    close(fd);
    unlink(path);
}

/* What the code says is a place in builds for tests and nothing in others. */
static int say_it(void)
{
    WEIR_FAILPOINT("place");
    return WEIR_FAILPOINT("place") ? 1 : 0;
}

static void the_macro_is_nothing_in_other_builds(void **state)
{
    int status = ending_of("place:2:eio", say_it);

    (void)state;
#ifdef WEIR_FAILPOINTS
    assert_int_equal(WEXITSTATUS(status), 1);
#else
    assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_happens_unasked),
        cmocka_unit_test(the_kth_time_acts),
        cmocka_unit_test(a_plan_that_cannot_be_read_ends_the_program),
        cmocka_unit_test(names_are_logged_once),
        cmocka_unit_test(the_macro_is_nothing_in_other_builds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
