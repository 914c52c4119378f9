#include "wait.h"

#include <assert.h>
#include <stdlib.h>
#include <weir/arena.h>

enum {
    TICK = 250,           /* ms: how often is looked whether the run is being stopped */
    STOP_PATIENCE = 5000, /* ms that a server has for its next byte then */
};

struct wait {
    struct connection *connection;
    uv_timer_t timer;
    uv_poll_t *poll; /* NULL: no socket is known */
    int fd;
    struct fiber *fiber; /* that waits, or NULL */
    enum wait_end end;
    bool is_for_time;
    uint64_t until;         /* time of the loop at which this wait is over, or 0 */
    uint64_t deadline;      /* of all of them, or 0 */
    uint64_t stopping_from; /* when it was first seen in this wait, or 0 */
};

static void free_timer(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

struct wait *wait_new(struct connection *connection)
{
    struct wait *wait = weir_calloc(1, sizeof(*wait));

    wait->connection = connection;
    (void)uv_timer_init(connection->loop, &wait->timer);
    wait->timer.data = wait;
    return wait;
}

void wait_free(struct wait *wait)
{
    if (!wait)
        return;
    assert(!wait->fiber && !wait->poll);
    uv_close((uv_handle_t *)&wait->timer, free_timer);
}

void wait_resume(struct wait *wait, enum wait_end end)
{
    struct fiber *fiber = wait->fiber;

    if (!fiber)
        return;
    wait->fiber = NULL;
    wait->end = end;
    fiber_resume(fiber);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct wait *wait = poll->data;

    /* An error of the socket is libpq's to find. */
    (void)status;
    (void)events;
    wait_resume(wait, WAIT_MOVED);
}

/* A server that works on something long has a while to end it. */
static bool is_stopped(struct wait *wait, uint64_t now)
{
    if (!weir_stopping(wait->connection->stage))
        return false;
    if (wait->is_for_time)
        return true;
    if (!wait->stopping_from)
        wait->stopping_from = now;
    return now - wait->stopping_from >= STOP_PATIENCE;
}

static void on_tick(uv_timer_t *timer);

/* A tick, or what is left until the wait is over. */
static void start_timer(struct wait *wait)
{
    uint64_t now = uv_now(wait->timer.loop), ms = TICK;

    if (wait->until && wait->until < now + ms)
        ms = wait->until > now ? wait->until - now : 0;
    (void)uv_timer_start(&wait->timer, on_tick, ms, 0);
}

static void on_tick(uv_timer_t *timer)
{
    struct wait *wait = timer->data;
    uint64_t now = uv_now(timer->loop);

    if (wait->until && now >= wait->until)
        wait_resume(wait, WAIT_TIME);
    else if (is_stopped(wait, now))
        wait_resume(wait, WAIT_ENDED);
    else
        start_timer(wait);
}

static enum wait_end wait_here(struct wait *wait, uint64_t until)
{
    assert(fiber_current() && !wait->fiber);
    if (wait->connection->is_cancelled)
        return WAIT_ENDED;
    wait->stopping_from = 0;
    wait->until = until;
    wait->fiber = fiber_current();
    start_timer(wait);
    fiber_pause();
    (void)uv_timer_stop(&wait->timer);
    return wait->end;
}

static bool watch(struct wait *wait, int fd, int events)
{
    if (!wait->poll) {
        wait->poll = weir_calloc(1, sizeof(*wait->poll));
        if (uv_poll_init(wait->timer.loop, wait->poll, fd) != 0) {
            free(wait->poll);
            wait->poll = NULL;
            return false;
        }
        wait->poll->data = wait;
        wait->fd = fd;
    }
    assert(wait->fd == fd);
    return uv_poll_start(wait->poll, events, on_socket) == 0;
}

enum wait_end wait_socket(struct connection *connection, int events)
{
    struct wait *wait = connection->wait;
    enum wait_end end;

    /* Where it cannot be watched, libpq is asked again: it finds out what is wrong. */
    wait->is_for_time = false;
    if (!watch(wait, PQsocket(connection->libpq), events))
        return wait_time(connection, 1) == WAIT_TIME ? WAIT_MOVED : WAIT_ENDED;
    end = wait_here(wait, wait->deadline);
    if (wait->poll)
        (void)uv_poll_stop(wait->poll);
    return end;
}

void wait_forget_socket(struct connection *connection)
{
    struct wait *wait = connection->wait;

    if (wait->poll)
        uv_close((uv_handle_t *)wait->poll, free_handle);
    wait->poll = NULL;
}

enum wait_end wait_time(struct connection *connection, uint64_t ms)
{
    uv_update_time(connection->loop);
    connection->wait->is_for_time = true;
    return wait_here(connection->wait, uv_now(connection->loop) + ms);
}

enum wait_end wait_resumed(struct connection *connection)
{
    connection->wait->is_for_time = true;
    return wait_here(connection->wait, connection->wait->deadline);
}

void wait_set_deadline(struct connection *connection, uint64_t ms)
{
    uv_update_time(connection->loop);
    connection->wait->deadline = ms ? uv_now(connection->loop) + ms : 0;
}
