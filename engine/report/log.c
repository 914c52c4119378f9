#include "log.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum { LINE_SIZE = 4096, VIEW_SIZE = 16384 };

static struct log_options options;
static char view[VIEW_SIZE]; /* what is drawn at the bottom of the terminal now */
static uv_mutex_t mutex;
static uv_once_t once = UV_ONCE_INIT;

static void init_mutex(void)
{
    uv_mutex_init(&mutex);
}

static void lock(void)
{
    uv_once(&once, init_mutex);
    uv_mutex_lock(&mutex);
}

static void unlock(void)
{
    uv_mutex_unlock(&mutex);
}

void log_configure(const struct log_options *wanted)
{
    options = *wanted;
}

bool log_is_json(void)
{
    return options.json;
}

bool log_has_color(void)
{
    return options.color;
}

/* --- the view at the bottom -------------------------------------------------------------- */

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void erase_view(void)
{
    size_t lines = count_lines(view);

    if (lines)
        fprintf(stderr, "\033[%zuA\033[J", lines);
}

void log_set_view(const char *lines)
{
    lock();
    erase_view();
    snprintf(view, sizeof(view), "%s", lines ? lines : "");
    fputs(view, stderr);
    fflush(stderr);
    unlock();
}

static void print_line(const char *line)
{
    lock();
    erase_view();
    fprintf(stderr, "%s\n", line);
    fputs(view, stderr);
    fflush(stderr);
    unlock();
}

/* --- events ------------------------------------------------------------------------------ */

static const char *level_name(enum weir_level level)
{
    return level == WEIR_LOG_WARNING ? "warning" : level == WEIR_LOG_INFO ? "info" : "debug";
}

void log_time(char out[LOG_TIME_SIZE])
{
    struct timespec now;
    struct tm tm;
    char seconds[32];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, LOG_TIME_SIZE, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
}

static json_t *event_object(const char *level, const char *stage, const char *text)
{
    json_t *object = json_object();
    char time[LOG_TIME_SIZE];

    log_time(time);
    json_object_set_new(object, "time", json_string(time));
    json_object_set_new(object, "level", json_string(level));
    if (stage)
        json_object_set_new(object, "stage", json_string(stage));
    json_object_set_new(object, "text", json_string(text));
    return object;
}

static void print_object(json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT);

    if (line)
        print_line(line);
    free(line);
    json_decref(object);
}

void log_harmless(const char *text, char *out, size_t size)
{
    char *copy = strdup(text);

    if (copy)
        log_redact(copy);
    (void)weir_str_printable(weir_str(copy ? copy : ""), out, size);
    free(copy);
}

static const char *paint(enum weir_level level)
{
    if (!options.color)
        return "";
    return level == WEIR_LOG_WARNING ? "\033[33m" : "\033[2m";
}

static bool is_wanted(enum weir_level level)
{
    if (options.quiet)
        return level == WEIR_LOG_WARNING;
    return level != WEIR_LOG_DEBUG || options.verbose;
}

void log_event(enum weir_level level, const char *stage, const char *text)
{
    char harmless[LINE_SIZE], line[LINE_SIZE + 256];

    if (!is_wanted(level))
        return;
    log_harmless(text, harmless, sizeof(harmless));
    if (options.json) {
        print_object(event_object(level_name(level), stage, harmless));
        return;
    }
    snprintf(line, sizeof(line), "%sweir: %s%s%s%s%s", paint(level),
        level == WEIR_LOG_WARNING ? "warning: " : "", stage ? stage : "", stage ? ": " : "",
        harmless, options.color ? "\033[0m" : "");
    print_line(line);
}

static void print_error_object(
    const struct weir_error *error, const char *stage, const char *text, const char *state)
{
    json_t *object = event_object("error", stage, text);

    json_object_set_new(object, "code", json_string(error->code));
    json_object_set_new(object, "exit", json_integer(error->fault));
    if (state)
        json_object_set_new(object, "state", json_string(state));
    print_object(object);
}

void log_error(const struct weir_error *error, const char *stage, const char *state)
{
    char harmless[LINE_SIZE], line[LINE_SIZE + 1024];

    log_harmless(error->text, harmless, sizeof(harmless));
    if (options.json) {
        print_error_object(error, stage, harmless, state);
        return;
    }
    snprintf(line, sizeof(line), "weir: %serror[%s]%s: %s%s%s%s%s",
        options.color ? "\033[1;31m" : "", error->code, options.color ? "\033[0m" : "",
        stage ? stage : "", stage ? ": " : "", harmless, state ? "; " : "", state ? state : "");
    print_line(line);
}
