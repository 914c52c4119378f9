#include "progress.h"

#include "log.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    LIVE_INTERVAL_MS = 200,
    PLAIN_INTERVAL_MS = 10000,
    /* Beyond these a terminal would scroll; the rest is summed up in a line. */
    MAX_RESOURCE_LINES = 20,
    LINE_SIZE = 512,
    TEXT_SIZE = 12288,
};

static uint64_t elapsed_us(const struct flow_view *view)
{
    return (uv_hrtime() - view->stats->started_ns) / 1000;
}

/* ", about 12 s left" where the number of requests is known, else nothing. */
static void time_left(
    const struct flow_view *view, const struct weir_progress *p, char *out, size_t size)
{
    uint64_t finished = p->requests + p->from_cache + p->failures;
    char time[WORDS_SIZE];

    out[0] = '\0';
    if (!finished || p->requests_total <= finished)
        return;
    double left =
        (double)elapsed_us(view) * (double)(p->requests_total - finished) / (double)finished;

    snprintf(out, size, ", about %s left", words_time((uint64_t)left, time, sizeof(time)));
}

static void add_count(uint64_t n, const char *what, char *out, size_t size)
{
    size_t used = strlen(out);

    if (n)
        snprintf(out + used, size - used, ", %" PRIu64 " %s", n, what);
}

static void requests_of(const struct weir_progress *p, char *out, size_t size)
{
    char done[WORDS_SIZE], total[WORDS_SIZE];
    size_t used;

    snprintf(out, size, "%s%s%s requests",
        words_count(p->requests + p->from_cache, done, sizeof(done)),
        p->requests_total ? " of " : "",
        p->requests_total ? words_count(p->requests_total, total, sizeof(total)) : "");
    add_count(p->from_cache, "from the cache", out, size);
    add_count(p->not_modified, "not modified", out, size);
    add_count(p->in_flight, "in flight", out, size);
    used = strlen(out);
    if (p->in_flight && p->allowed_in_flight)
        snprintf(out + used, size - used, " of %" PRIu64 " allowed", p->allowed_in_flight);
    add_count(p->retries, "retried", out, size);
    add_count(p->failures, "failed", out, size);
}

/* The bytes of its first n characters. */
static int bytes_of(const char *text, int n)
{
    int bytes = 0;

    while (text[bytes] && n-- > 0)
        do {
            bytes++;
        } while (((unsigned char)text[bytes] & 0xc0) == 0x80);
    return bytes;
}

static int characters_of(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Without secrets before it is cut: half a secret would not be found. Width 0: as it is. */
static void name_of(const struct weir_resource *resource, int width, char *out, size_t size)
{
    char name[LINE_SIZE];
    int fill;

    snprintf(name, sizeof(name), "%s", resource->name);
    log_redact(name);
    fill = width - characters_of(name);
    snprintf(out, size, "%.*s%*s", width ? bytes_of(name, width) : (int)strlen(name), name,
        fill > 0 ? fill : 0, "");
}

static void resource_line(const struct flow_view *view, size_t i, int width, char *out, size_t size)
{
    const struct weir_resource *resource = &view->plan->resources[i];
    const struct resource_stats *stats = &view->stats->resources[i];
    uint64_t loaded = counted(&stats->rows_loaded), us = elapsed_us(view);
    uint64_t rate = us ? loaded * 1000000 / us : 0;
    char requests[192], rows[WORDS_SIZE], speed[WORDS_SIZE], bytes[WORDS_SIZE], left[64];
    char name[LINE_SIZE / 2];

    name_of(resource, width, name, sizeof(name));
    requests_of(resource->progress, requests, sizeof(requests));
    time_left(view, resource->progress, left, sizeof(left));
    snprintf(out, size, "%s  %s; %s rows, %s/s; %s%s", name, requests,
        words_count(loaded, rows, sizeof(rows)), words_count(rate, speed, sizeof(speed)),
        words_bytes(resource->progress->bytes, bytes, sizeof(bytes)), left);
}

static void queue_line(const struct flow_view *view, char *out, size_t size)
{
    char held[WORDS_SIZE], limit[WORDS_SIZE], time[WORDS_SIZE];
    size_t fill = view->queue_limit ? view->queued * 100 / view->queue_limit : 0;

    snprintf(out, size, "%s%s; queue %zu%% full, %s of %s held", view->stopping ? "stopping; " : "",
        words_time(elapsed_us(view), time, sizeof(time)), fill > 100 ? 100 : fill,
        words_bytes(view->held, held, sizeof(held)),
        words_bytes(view->held_limit, limit, sizeof(limit)));
}

/* No more than a quarter of the terminal, for the numbers are what changes. */
static int name_width(const struct plan *plan, int columns)
{
    int width = 0, most = columns / 4 < 8 ? 8 : columns / 4;

    for (size_t i = 0; i < plan->n_resources; i++)
        if (characters_of(plan->resources[i].name) > width)
            width = characters_of(plan->resources[i].name);
    return width > most ? most : width;
}

/* Terminals change their size while a run goes on. */
static int columns_now(int before)
{
    struct winsize size = {0};

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : before;
}

/* A line longer than the terminal would wrap, and the view could not be erased. */
static size_t add_line(char *text, size_t used, const char *line, int columns)
{
    int n = snprintf(text + used, TEXT_SIZE - used, "%.*s\n", bytes_of(line, columns - 1), line);

    return n > 0 && used + (size_t)n < TEXT_SIZE ? used + (size_t)n : used;
}

static void draw(struct progress *progress, const struct flow_view *view)
{
    char text[TEXT_SIZE] = "", line[LINE_SIZE];
    size_t n = view->plan->n_resources, used = 0;
    int width;

    progress->columns = columns_now(progress->columns);
    width = name_width(view->plan, progress->columns);
    for (size_t i = 0; i < n && i < MAX_RESOURCE_LINES; i++) {
        resource_line(view, i, width, line, sizeof(line));
        used = add_line(text, used, line, progress->columns);
    }
    if (n > MAX_RESOURCE_LINES) {
        snprintf(line, sizeof(line), "and %zu more resources", n - MAX_RESOURCE_LINES);
        used = add_line(text, used, line, progress->columns);
    }
    queue_line(view, line, sizeof(line));
    add_line(text, used, line, progress->columns);
    log_redact(text);
    log_set_view(text);
}

static void say(const struct flow_view *view)
{
    char line[LINE_SIZE];

    for (size_t i = 0; i < view->plan->n_resources; i++) {
        resource_line(view, i, 0, line, sizeof(line));
        log_event(WEIR_LOG_INFO, NULL, line);
    }
}

static void on_tick(void *arg, const struct flow_view *view)
{
    struct progress *progress = arg;

    if (progress->form == PROGRESS_LIVE)
        draw(progress, view);
    else
        say(view);
}

struct flow_observer progress_observer(struct progress *progress)
{
    static const uint64_t intervals[] = {0, PLAIN_INTERVAL_MS, LIVE_INTERVAL_MS};

    return (struct flow_observer){intervals[progress->form], on_tick, progress};
}

void progress_end(struct progress *progress)
{
    if (progress->form == PROGRESS_LIVE)
        log_set_view(NULL);
}
