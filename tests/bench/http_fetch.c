/*
 * Fetches PREFIX<n> for n from FIRST to LAST through the extractor's HTTP client,
 * CONCURRENCY at a time, and discards the bodies: what the HTTP stage costs alone.
 *
 *     http_fetch http://127.0.0.1:8080/tiny/ 1 50000 200
 */
#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct fetch {
    struct http_client *client;
    const char *prefix;
    long next, last;
    long done, bad;
    unsigned long long bytes;
};

static void send_next(struct fetch *fetch);

static void on_done(void *arg, struct http_response *response)
{
    struct fetch *fetch = arg;

    if (weir_error_is_set(&response->error) || response->status != 200) {
        if (fetch->bad++ == 0)
            fprintf(stderr, "status %d %s %s\n", response->status, response->error.code,
                response->error.text);
    }
    fetch->bytes += response->body.len;
    fetch->done++;
    if (fetch->next <= fetch->last)
        send_next(fetch);
    else if (http_client_in_flight(fetch->client) == 0)
        uv_stop(uv_default_loop());
}

static void send_next(struct fetch *fetch)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    char url[512];

    (void)snprintf(url, sizeof(url), "%s%ld", fetch->prefix, fetch->next++);
    (void)http_client_send(fetch->client,
        &(struct http_request){.method = "GET", .url = url, .headers = headers}, on_done, fetch);
}

static void report(const struct fetch *fetch, uint64_t ns)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("wall %.4f bytes %llu done %ld bad %ld cpu %.3f rss %ld KiB\n", (double)ns / 1e9,
        fetch->bytes, fetch->done, fetch->bad,
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    struct weir_error error = {0};
    struct fetch fetch = {0};
    long concurrency, wanted;
    uint64_t start;

    if (argc != 5) {
        fprintf(stderr, "usage: http_fetch PREFIX FIRST LAST CONCURRENCY\n");
        return 2;
    }
    fetch.prefix = argv[1];
    fetch.next = strtol(argv[2], NULL, 10);
    fetch.last = strtol(argv[3], NULL, 10);
    wanted = fetch.last - fetch.next + 1;
    concurrency = strtol(argv[4], NULL, 10);
    fetch.client = http_client_new(loop,
        &(struct http_client_config){.connect_timeout_ms = 10000,
            .stall_timeout_ms = 30000,
            .max_body = 32 * 1024 * 1024,
            .max_connections = (size_t)concurrency,
            .user_agent = "weir"},
        &error);
    if (!fetch.client) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    start = uv_hrtime();
    for (long i = 0; i < concurrency && fetch.next <= fetch.last; i++)
        send_next(&fetch);
    uv_run(loop, UV_RUN_DEFAULT);
    report(&fetch, uv_hrtime() - start);
    http_client_close(fetch.client);
    uv_run(loop, UV_RUN_DEFAULT);
    if (uv_loop_close(loop) != 0) {
        fprintf(stderr, "the loop still has handles\n");
        return 1;
    }
    return fetch.done == wanted && fetch.bad == 0 ? 0 : 1;
}
