#include <weir/loop.h>
#include <weir/stage.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum { LOG_LINE_SIZE = 4096 };

/* A plugin may be newer than the engine that runs it, so a field is used only where it exists. */
#define HOST_HAS(host, field)                                                                      \
    ((host) && (host)->size >= offsetof(struct weir_host, field) + sizeof((host)->field) &&        \
        (host)->field)

void weir_wake(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, wake))
        host->wake(stage);
}

enum weir_status weir_fail(
    struct weir_stage *stage, enum weir_fault fault, const char *code, const char *format, ...)
{
    struct weir_error error = {0};
    char text[2 * WEIR_ERROR_TEXT_SIZE];
    va_list args;

    text[0] = '\0';
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)weir_error_set(&error, fault, code, "%s", text);
    return weir_fail_with(stage, &error);
}

enum weir_status weir_fail_with(struct weir_stage *stage, const struct weir_error *error)
{
    const struct weir_host *host = stage->host;
    struct weir_error unknown = {0};

    if (!weir_error_is_set(error)) {
        (void)weir_error_set(&unknown, WEIR_FAULT_BUG, "E-BUG", "failed without saying why");
        error = &unknown;
    }
    if (HOST_HAS(host, fail))
        host->fail(stage, error);
    return WEIR_FAIL;
}

bool weir_reserve(struct weir_stage *stage, size_t bytes)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, reserve) ? host->reserve(stage, bytes) : true;
}

void weir_release(struct weir_stage *stage, size_t bytes)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, release))
        host->release(stage, bytes);
}

void weir_log(struct weir_stage *stage, enum weir_level level, const char *format, ...)
{
    const struct weir_host *host = stage->host;
    char raw[LOG_LINE_SIZE];
    char text[LOG_LINE_SIZE];
    va_list args;

    if (!HOST_HAS(host, log))
        return;
    raw[0] = '\0';
    va_start(args, format);
    (void)vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    (void)weir_str_printable(weir_str(raw), text, sizeof(text));
    host->log(stage, level, text);
}

void weir_secret(struct weir_stage *stage, const char *text)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, secret))
        host->secret(stage, text);
}

void weir_give_up(struct weir_stage *stage, const struct weir_resource *resource, const char *what,
    unsigned attempts, const struct weir_error *error)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, give_up))
        host->give_up(stage, resource, what, attempts, error);
}

bool weir_stopping(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, stopping) ? host->stopping(stage) : false;
}

bool weir_incomplete(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, incomplete) ? host->incomplete(stage) : weir_stopping(stage);
}

bool weir_is_offline(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, is_offline) && host->is_offline(stage);
}

void weir_keep(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, keep))
        host->keep(stage, batch);
}

void weir_loaded(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, loaded))
        host->loaded(stage, batch);
}

void weir_dropped(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct weir_host *host = stage->host;

    if (HOST_HAS(host, dropped))
        host->dropped(stage, batch);
}

size_t weir_keep_max(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, keep_max) ? host->keep_max(stage) : SIZE_MAX;
}

const char *weir_pipeline_name(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, pipeline) ? host->pipeline(stage) : "";
}

uv_loop_t *weir_loop(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, loop) ? host->loop(stage) : NULL;
}

bool weir_chain_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    const struct weir_host *host = stage->host;

    *ret_resume = (struct weir_resume){0};
    return HOST_HAS(host, resume) && host->resume(stage, resource, chain, ret_resume);
}

bool weir_chain_opened(struct weir_stage *stage, const struct weir_resource *resource, size_t i,
    struct weir_opened *ret_opened)
{
    const struct weir_host *host = stage->host;

    *ret_opened = (struct weir_opened){0};
    return HOST_HAS(host, opened) && host->opened(stage, resource, i, ret_opened);
}

bool weir_resource_is_read(struct weir_stage *stage, const struct weir_resource *resource)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, is_read) && host->is_read(stage, resource);
}

const char *weir_last_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, mark) ? host->mark(stage, resource, series) : NULL;
}

const char *weir_noted(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, noted) ? host->noted(stage, resource, chain, number) : NULL;
}

const char *weir_pass_now(struct weir_stage *stage)
{
    const struct weir_host *host = stage->host;

    return HOST_HAS(host, now) ? host->now(stage) : NULL;
}

const struct weir_node *weir_resource_node(const struct weir_resource *resource, const char *key)
{
    const struct weir_node *node = weir_node_get(resource->config, key);

    if (!node)
        node = weir_node_get(resource->config, "name");
    return node ? node : resource->config;
}
