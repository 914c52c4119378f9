#include "client.h"

#include "config.h"
#include "inside.h"
#include "receive.h"
#include "stall.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    SCANS_A_STALL = 16, /* how much later than it should the stall clock may ring: one of so many */
    SCAN_MIN_MS = 10,
    SCAN_MAX_MS = 500,
    HANDLES = 4, /* closed one by one: timers, and those around the turn */
};

/* The loop has closed a part; the last one takes the client with it. */
static void free_part(struct http_client *client)
{
    if (--client->n_open > 0)
        return;
    weir_arena_free(client->texts);
    http_versions_done(&client->versions);
    free(client);
}

/* The callback, once; the transfer is in no list. */
static void tell(struct http_client *client, struct http_transfer *transfer, CURLcode code)
{
    bool failed;

    http_receive_end(transfer, &client->config, code);
    if (transfer->falls_back) {
        http_client_fall_back(client, transfer);
        return;
    }
    if (code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM)
        http_versions_failed(&client->versions, transfer->origin);
    /* What failed in the end is not used again, whatever the callback makes of its error. */
    failed = code != CURLE_OK || weir_error_is_set(&transfer->response.error);
    client->telling = transfer;
    transfer->done(transfer->arg, &transfer->response);
    client->telling = NULL;
    http_transfer_empty(transfer);
    /* After a failure nobody knows what libcurl keeps in it. */
    if (failed)
        http_transfer_free(transfer);
    else
        http_transfers_keep(&client->idle, transfer, client->config.max_connections);
}

/* Tells all that has ended. Never called from inside libcurl. */
static void reap(struct http_client *client)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        struct http_transfer *transfer = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(client->multi, easy);
        http_transfers_unlink(transfer);
        tell(client, transfer, code);
    }
    while (client->over.first) {
        struct http_transfer *transfer = client->over.last;

        http_transfers_unlink(transfer);
        tell(client, transfer, CURLE_OK);
    }
}

static CURLM *make_multi(struct http_client *client);

/* Takes it from libcurl; its error is set and told by the next reap. */
static void end_early(struct http_client *client, struct http_transfer *transfer)
{
    curl_multi_remove_handle(client->multi, transfer->easy);
    http_transfers_unlink(transfer);
    http_transfers_link(&client->over, transfer);
}

/* libcurl gives no word on any transfer after an error of the multi handle: begin anew. */
static void start_over(struct http_client *client, CURLMcode code)
{
    while (client->in_flight.first) {
        struct http_transfer *transfer = client->in_flight.first;

        end_early(client, transfer);
        weir_error_set(&transfer->response.error, WEIR_FAULT_SOURCE, "E-HTTP-RESET",
            "all connections were given up: %s", curl_multi_strerror(code));
        transfer->response.retryable = true;
    }
    uv_timer_stop(&client->timer);
    curl_multi_cleanup(client->multi);
    client->multi = make_multi(client);
}

static void act(struct http_client *client, curl_socket_t fd, int flags)
{
    int running;
    CURLMcode code;

    http_turn_begin(&client->turn);
    code = curl_multi_socket_action(client->multi, fd, flags, &running);
    http_client_look_after_turn(client);
    if (code != CURLM_OK)
        start_over(client, code);
    reap(client);
}

/*
 * Requests that the callbacks just made go out at once. libcurl would send them
 * with its timer, in the loop's next round, and servers would wait while all
 * answers of this one are read.
 */
static void act_on_socket(struct http_client *client, curl_socket_t fd, int flags)
{
    client->n_sent = 0;
    act(client, fd, flags);
    if (client->n_sent > 0)
        act(client, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(void *arg, curl_socket_t fd, int flags)
{
    act_on_socket(arg, fd, flags);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_TIMERFUNCTION. The loop's time may lag behind after long work. */
static int set_timer(CURLM *multi, long ms, void *arg)
{
    struct http_client *client = arg;

    (void)multi;
    if (ms < 0) {
        uv_timer_stop(&client->timer);
        return 0;
    }
    if (ms > 0)
        uv_update_time(client->loop);
    uv_timer_start(&client->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

static void on_scan(uv_timer_t *timer)
{
    struct http_client *client = timer->data;
    uint64_t now = uv_now(client->loop);
    struct http_transfer *next;

    if (client->in_flight.n == 0)
        uv_timer_stop(timer);
    for (struct http_transfer *t = client->in_flight.first; t; t = next) {
        next = t->next;
        if (http_stall_is_over(t, &client->config, now))
            end_early(client, t);
    }
    reap(client);
}

static CURLM *make_multi(struct http_client *client)
{
    CURLM *multi = curl_multi_init();

    if (!multi)
        return NULL;
    http_sockets_serve_multi(&client->sockets, multi);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)client->config.max_connections);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING,
        (long)(client->config.two ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
    return multi;
}

/* libcurl writes TLS keys to the file that this variable names, and looks at it only once. */
static void init_curl(void)
{
    (void)unsetenv("SSLKEYLOGFILE");
    (void)curl_global_init(CURL_GLOBAL_ALL);
}

static bool is_paused(void *arg, curl_socket_t fd)
{
    const struct http_client *client = arg;

    return http_transfers_pause_on(&client->in_flight, fd);
}

static void on_sockets_closed(void *arg)
{
    free_part(arg);
}

static uint64_t scan_interval(uint64_t stall_ms)
{
    uint64_t ms = stall_ms / SCANS_A_STALL;

    return ms < SCAN_MIN_MS ? SCAN_MIN_MS : ms > SCAN_MAX_MS ? SCAN_MAX_MS : ms;
}

bool http_client_hand_over(struct http_client *client, struct http_transfer *transfer)
{
    CURLMcode code = curl_multi_add_handle(client->multi, transfer->easy);

    if (code != CURLM_OK)
        weir_error_set(&transfer->response.error, WEIR_FAULT_MEMORY, "E-MEMORY",
            "the request could not be sent: %s", curl_multi_strerror(code));
    return code == CURLM_OK;
}

void http_client_tell_soon(struct http_client *client, struct http_transfer *transfer)
{
    end_early(client, transfer);
    /* libcurl minds no call too many, and sets the timer again. */
    uv_timer_start(&client->timer, on_timer, 0, 0);
}

static void init_timer(struct http_client *client, uv_timer_t *timer)
{
    uv_timer_init(client->loop, timer);
    timer->data = client;
}

struct http_client *http_client_new(
    uv_loop_t *loop, const struct http_client_config *config, struct weir_error *ret_error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct http_client *client;

    if (http_config_check_files(config, ret_error) != WEIR_OK)
        return NULL;
    pthread_once(&once, init_curl);
    client = weir_calloc(1, sizeof(*client));
    client->loop = loop;
    client->texts = weir_arena_new();
    client->config = http_config_copy(config, client->texts);
    client->scan_ms = scan_interval(config->stall_timeout_ms);
    http_sockets_init(&client->sockets, loop, on_ready, on_sockets_closed, client);
    client->sockets.is_paused = is_paused;
    client->sockets.public_only = config->public_only;
    client->n_open = HANDLES + 1;
    init_timer(client, &client->timer);
    init_timer(client, &client->scan);
    uv_idle_init(loop, &client->next);
    client->next.data = client;
    http_turn_init(&client->turn, loop);
    client->turn.end.data = client;
    /* What is in flight keeps the loop alive, not our looking after it. */
    uv_unref((uv_handle_t *)&client->scan);
    client->multi = make_multi(client);
    if (client->multi)
        return client;
    weir_error_set(ret_error, WEIR_FAULT_MEMORY, "E-MEMORY", "out of memory");
    http_client_close(client);
    return NULL;
}

struct http_transfer *http_client_send(
    struct http_client *client, const struct http_request *request, http_done done, void *arg)
{
    struct http_transfer *transfer = http_transfers_take(&client->idle, request);
    bool two = client->config.two && !request->taker && http_version_is_safe(request->url) &&
               http_versions_has_two(&client->versions, request->url);

    if (!transfer)
        transfer = http_transfer_new(&client->config, &client->sockets, request);
    transfer->client = client;
    transfer->turn = &client->turn;
    transfer->done = done;
    transfer->arg = arg;
    http_transfers_link(&client->in_flight, transfer);
    if (!http_transfer_begin(transfer, request, two) || !http_client_hand_over(client, transfer)) {
        http_client_tell_soon(client, transfer);
        return transfer;
    }
    client->n_sent++;
    if (!uv_is_active((uv_handle_t *)&client->scan))
        uv_timer_start(&client->scan, on_scan, client->scan_ms, client->scan_ms);
    return transfer;
}

void http_transfer_cancel(struct http_transfer *transfer)
{
    struct http_client *client = transfer->client;

    if (transfer == client->telling)
        return;
    if (transfer->list == &client->in_flight)
        curl_multi_remove_handle(client->multi, transfer->easy);
    http_transfers_unlink(transfer);
    http_transfer_free(transfer);
}

size_t http_client_in_flight(const struct http_client *client)
{
    return client->in_flight.n + client->over.n;
}

static void on_closed(uv_handle_t *handle)
{
    free_part(handle->data);
}

void http_client_close(struct http_client *client)
{
    while (client->in_flight.first)
        http_transfer_cancel(client->in_flight.first);
    http_transfers_free(&client->over);
    http_transfers_free(&client->idle);
    if (client->multi)
        curl_multi_cleanup(client->multi);
    uv_close((uv_handle_t *)&client->timer, on_closed);
    uv_close((uv_handle_t *)&client->scan, on_closed);
    uv_close((uv_handle_t *)&client->next, on_closed);
    http_turn_close(&client->turn, on_closed);
    http_sockets_close(&client->sockets);
}
