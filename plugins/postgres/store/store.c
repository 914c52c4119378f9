/*
 * The callbacks of the store: each is a fiber that does its part on the control
 * connection, as often as that takes, and the engine asks again until it is done.
 */
#include "store.h"

#include "begin.h"
#include "finish.h"
#include "open.h"
#include "reading.h"
#include "reset.h"
#include "show.h"

static struct postgres_load *load_of(struct weir_stage *stage)
{
    return stage->state;
}

struct open_args {
    const struct weir_run *run;
    struct weir_arena *arena;
    struct weir_found *ret_found;
};

static enum weir_status run_open(struct weir_stage *stage, const void *args)
{
    const struct open_args *open = args;

    return open_run(load_of(stage), open->run, open->arena, open->ret_found);
}

static enum weir_status postgres_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    const struct open_args args = {run, arena, ret_found};

    return call_run(&load_of(stage)->call, stage, run_open, &args, sizeof(args));
}

struct begin_args {
    struct weir_pass *pass;
    const struct weir_pass *old;
};

static enum weir_status run_begin(struct weir_stage *stage, const void *args)
{
    const struct begin_args *begin = args;

    return begin_run(load_of(stage), begin->pass, begin->old);
}

static enum weir_status postgres_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    const struct begin_args args = {pass, old};

    return call_run(&load_of(stage)->call, stage, run_begin, &args, sizeof(args));
}

struct read_args {
    const struct weir_pass *pass;
    const struct weir_reading *reading;
};

static enum weir_status run_read(struct weir_stage *stage, const void *args)
{
    const struct read_args *read = args;

    return reading_run(load_of(stage), read->pass, read->reading);
}

static enum weir_status postgres_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    const struct read_args args = {pass, reading};

    return call_run(&load_of(stage)->call, stage, run_read, &args, sizeof(args));
}

static enum weir_status run_finish(struct weir_stage *stage, const void *args)
{
    const struct weir_ending *const *ending = args;

    return finish_run(load_of(stage), *ending);
}

static enum weir_status postgres_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    return call_run(
        &load_of(stage)->call, stage, run_finish, (const void *)&ending, sizeof(ending));
}

struct show_args {
    const char *pipeline;
    const struct weir_showing *showing;
};

static enum weir_status run_show(struct weir_stage *stage, const void *args)
{
    const struct show_args *show = args;

    return show_run(load_of(stage), show->pipeline, show->showing);
}

static enum weir_status postgres_show(
    struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing)
{
    const struct show_args args = {pipeline, showing};

    return call_run(&load_of(stage)->call, stage, run_show, &args, sizeof(args));
}

struct reset_args {
    const char *pipeline;
    const char *resource;
};

static enum weir_status run_reset(struct weir_stage *stage, const void *args)
{
    const struct reset_args *reset = args;

    return reset_run(load_of(stage), reset->pipeline, reset->resource);
}

static enum weir_status postgres_reset(
    struct weir_stage *stage, const char *pipeline, const char *resource)
{
    const struct reset_args args = {pipeline, resource};

    return call_run(&load_of(stage)->call, stage, run_reset, &args, sizeof(args));
}

struct letters_args {
    const char *pipeline;
    int64_t after;
    size_t limit;
    void (*tell)(void *arg, const struct weir_dead_letter *letter);
    void *arg;
};

static enum weir_status run_letters(struct weir_stage *stage, const void *args)
{
    const struct letters_args *letters = args;

    return reading_letters(load_of(stage), letters->pipeline, letters->after, letters->limit,
        letters->tell, letters->arg);
}

static enum weir_status postgres_dead_letters(struct weir_stage *stage, const char *pipeline,
    int64_t after, size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg)
{
    const struct letters_args args = {pipeline, after, limit, tell, arg};

    return call_run(&load_of(stage)->call, stage, run_letters, &args, sizeof(args));
}

const struct weir_store store = {
    .size = sizeof(struct weir_store),
    .open = postgres_open,
    .begin = postgres_begin,
    .read = postgres_read,
    .finish = postgres_finish,
    .show = postgres_show,
    .reset = postgres_reset,
    .dead_letters = postgres_dead_letters,
};
