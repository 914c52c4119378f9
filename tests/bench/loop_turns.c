/*
 * How long the turns of a libuv loop take, from where it waits to where it waits again:
 *
 *     cc -O2 -fPIC -shared -o loop_turns.so tests/bench/loop_turns.c -ldl
 *     LD_PRELOAD=./loop_turns.so build/weir run PIPELINE
 *
 * What counts is the processor time of the loop's thread, so that other processes do not matter.
 * At the end the longest turns are told, and how many took more than 1, 5, 10 and 20 ms.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>

enum { LONGEST = 8 };

typedef int wait_function(int, struct epoll_event *, int, int, const sigset_t *);

static _Thread_local double began_ms; /* 0: not in a turn */
static unsigned long n_turns, n_above[4];
static const double limits_ms[4] = {1, 5, 10, 20};
static double longest_ms[LONGEST];

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void count(double ms)
{
    n_turns++;
    for (int i = 0; i < 4; i++)
        n_above[i] += ms > limits_ms[i];
    for (int i = 0; i < LONGEST; i++)
        if (ms > longest_ms[i]) {
            double shorter = longest_ms[i];

            longest_ms[i] = ms;
            ms = shorter;
        }
}

int epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout, const sigset_t *mask)
{
    static wait_function *real;
    int rc;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "epoll_pwait");
    if (began_ms > 0)
        count(now_ms() - began_ms);
    rc = real(epfd, events, n, timeout, mask);
    began_ms = now_ms();
    return rc;
}

int epoll_wait(int epfd, struct epoll_event *events, int n, int timeout)
{
    return epoll_pwait(epfd, events, n, timeout, NULL);
}

__attribute__((destructor)) static void tell(void)
{
    if (n_turns == 0)
        return;
    fprintf(stderr, "%lu turns; above", n_turns);
    for (int i = 0; i < 4; i++)
        fprintf(stderr, " %g ms: %lu%s", limits_ms[i], n_above[i], i < 3 ? "," : ";");
    fprintf(stderr, " longest");
    for (int i = 0; i < LONGEST && longest_ms[i] > 0; i++)
        fprintf(stderr, " %.1f", longest_ms[i]);
    fprintf(stderr, " ms\n");
}
