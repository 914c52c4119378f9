/*
 * What the tests of the postgres loader's state share:
 * loaders that are run as the engine runs them, but without lanes: the callbacks
 * of the store are called, and what lanes would write is written in SQL.
 */
#ifndef POSTGRES_STATE_CHECKS_H
#define POSTGRES_STATE_CHECKS_H

#include "postgres_database.h"

#include "store/store.h"

#include "load.h"

enum { RESOURCES_MAX = 3 };

/* A run of the loader: its own loop, as if it were a process of its own. */
struct loader {
    struct postgres_load load;
    struct weir_stage stage;
    struct weir_host host;
    uv_loop_t loop;
    struct weir_resource resources[RESOURCES_MAX];
    struct weir_resource *pointers[RESOURCES_MAX];
    struct table tables[RESOURCES_MAX];
    struct table *of_resource[RESOURCES_MAX];
    char logged[512];        /* the last line */
    struct weir_error error; /* the first one */
    bool stopping;
    struct weir_run run;
    struct weir_found found;
    struct weir_pass pass;
    struct weir_generation generations[RESOURCES_MAX];
};

/* --- in place of the lanes ------------------------------------------------------------------ */

enum weir_status load_drain(struct postgres_load *load)
{
    return load->has_failed ? WEIR_FAIL : WEIR_OK;
}

size_t load_list_replaced(const struct postgres_load *load, struct table **tables)
{
    size_t n = 0;

    for (size_t i = 0; i < load->state.stage->n_resources; i++)
        if (load->state.generations[i].is_open &&
            load->state.stage->resources[i]->disposition == WEIR_REPLACE)
            tables[n++] = load->of_resource[i];
    return n;
}

/* --- a loader ------------------------------------------------------------------------------- */

static inline struct loader *loader_of(struct weir_stage *stage)
{
    return stage->engine;
}

static inline void loader_on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    if (!weir_error_is_set(&loader_of(stage)->error))
        loader_of(stage)->error = *error;
}

static inline bool loader_on_stopping(struct weir_stage *stage)
{
    return loader_of(stage)->stopping;
}

static inline void loader_on_wake(struct weir_stage *stage)
{
    (void)stage;
}

static inline void loader_on_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)level;
    (void)snprintf(loader_of(stage)->logged, sizeof(loader_of(stage)->logged), "%s", text);
}

static inline void *loader_loop(struct weir_stage *stage)
{
    return &loader_of(stage)->loop;
}

static inline struct weir_resource *add_resource(struct loader *l, const char *name)
{
    size_t i = l->stage.n_resources++;

    l->resources[i] = (struct weir_resource){.name = name, .table = name};
    l->pointers[i] = &l->resources[i];
    l->tables[i] = (struct table){.stage = &l->stage,
        .schema = weir_str("public"),
        .name = weir_str(name),
        .resource = &l->resources[i],
        .exists = true};
    l->of_resource[i] = &l->tables[i];
    return &l->resources[i];
}

/* On the server itself, or by way of the line. One resource, "t"; nothing is opened. */
static inline struct loader *loader_new_at(
    const struct fixture *f, const char *folder, const char *user)
{
    struct loader *l = weir_calloc(1, sizeof(*l));

    l->host = (struct weir_host){.size = sizeof(l->host),
        .wake = loader_on_wake,
        .fail = loader_on_fail,
        .log = loader_on_log,
        .stopping = loader_on_stopping,
        .loop = loader_loop};
    l->stage = (struct weir_stage){.name = "load",
        .state = &l->load,
        .arena = weir_arena_new(),
        .resources = l->pointers,
        .host = &l->host,
        .engine = l};
    l->load.settings = (struct settings){.host = folder,
        .port = strtol(f->port, NULL, 10),
        .user = user,
        .dbname = f->name,
        .connect_timeout = 10000,
        .lock_wait = 10000,
        .retry = 10000};
    l->load.schema = "public";
    l->load.lanes = 2;
    l->load.of_resource = l->of_resource;
    assert_int_equal(uv_loop_init(&l->loop), 0);
    connection_init(&l->load.control, &l->stage, &l->loop, &l->load.settings, "control");
    state_init(&l->load.state, &l->stage, l->load.schema, 2);
    (void)add_resource(l, "t");
    return l;
}

static inline struct loader *loader_new(const struct fixture *f)
{
    return loader_new_at(f, f->folder, f->user);
}

static inline void loader_free(struct loader *l)
{
    connection_done(&l->load.control);
    (void)uv_run(&l->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&l->loop), 0);
    weir_arena_free(l->stage.arena);
    free(l);
}

/* A callback of the store, asked again until it is done. */
#define WAIT_FOR(l, ret_status, call)                                                              \
    do {                                                                                           \
        while ((*(ret_status) = (call)) == WEIR_AGAIN)                                             \
            (void)uv_run(&(l)->loop, UV_RUN_ONCE);                                                 \
    } while (0)

static inline void must(const struct loader *l, enum weir_status status)
{
    if (status != WEIR_OK)
        fail_msg("%s: %s", l->error.code, l->error.text);
}

static inline void assert_error(
    const struct loader *l, enum weir_status status, enum weir_fault fault, const char *code)
{
    assert_int_equal(status, WEIR_FAIL);
    if (strcmp(l->error.code, code) != 0)
        fail_msg("%s, not %s: %s", l->error.code, code, l->error.text);
    assert_int_equal(l->error.fault, fault);
}

static inline void assert_error_says(const struct loader *l, const char *text)
{
    if (!strstr(l->error.text, text))
        fail_msg("'%s' is not in: %s", text, l->error.text);
}

/* --- runs ----------------------------------------------------------------------------------- */

static inline void name_run(struct loader *l, const char *key)
{
    const char *pipeline = l->run.pipeline ? l->run.pipeline : "p";

    l->run = (struct weir_run){.pipeline = pipeline,
        .id = weir_printf(l->stage.arena, "run-%p", (void *)l),
        .key = key,
        .version = "1.2.3",
        .host = "here",
        .pid = 4711,
        .started_at = "2024-05-06T07:08:09Z",
        .takeover = l->run.takeover};
}

static inline enum weir_status open_run_of(struct loader *l, const char *key)
{
    enum weir_status status;

    name_run(l, key);
    WAIT_FOR(l, &status, store.open(&l->stage, &l->run, l->stage.arena, &l->found));
    return status;
}

/* As the engine has it: the resources as the file has them, with ids of an open pass if there is one. */
static inline void make_pass(struct loader *l, const struct weir_pass *open)
{
    l->pass = (struct weir_pass){.id = open ? open->id : 0,
        .key = l->run.key,
        .started_at = open ? open->started_at : l->run.started_at,
        .generations = l->generations,
        .n_generations = l->stage.n_resources};
    for (size_t i = 0; i < l->stage.n_resources; i++) {
        const struct weir_resource *resource = &l->resources[i];
        struct weir_generation *part = &l->generations[i];

        *part = (struct weir_generation){
            .name = resource->name, .table = resource->table, .mode = "append", .config = "{}"};
        for (size_t j = 0; open && j < open->n_generations; j++)
            if (strcmp(open->generations[j].name, resource->name) == 0)
                *part = open->generations[j];
    }
}

static inline enum weir_status begin_run_of(struct loader *l, const struct weir_pass *old)
{
    enum weir_status status;

    WAIT_FOR(l, &status, store.begin(&l->stage, &l->pass, old));
    return status;
}

static inline void begin(struct loader *l, const char *key)
{
    must(l, open_run_of(l, key));
    make_pass(l, l->found.open);
    must(l, begin_run_of(l, NULL));
}

static inline enum weir_status finish(struct loader *l, bool done, bool abandon)
{
    const struct weir_ending ending = {.done = done,
        .abandon = abandon,
        .exit_code = done ? 0 : 3,
        .summary = "{}",
        .finished_at = "2024-05-06T08:00:00Z"};
    enum weir_status status;

    WAIT_FOR(l, &status, store.finish(&l->stage, &ending));
    return status;
}

static inline void end(struct loader *l, bool done)
{
    must(l, finish(l, done, false));
    loader_free(l);
}

/* The whole of a run that loads nothing. */
static inline void run_whole(const struct fixture *f, const char *key)
{
    struct loader *l = loader_new(f);

    begin(l, key);
    end(l, true);
}

/* A loader whose run has begun. */
static inline struct loader *begun(const struct fixture *f)
{
    struct loader *l = loader_new(f);

    begin(l, NULL);
    return l;
}

/* --- what is told --------------------------------------------------------------------------- */

/* One line for each thing, in the order in which it came. */
struct told {
    char text[8192];
    size_t n;
};

static inline void tell(struct told *told, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void tell(struct told *told, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    told->n += (size_t)vsnprintf(told->text + told->n, sizeof(told->text) - told->n, format, args);
    va_end(args);
    assert_true(told->n < sizeof(told->text));
}

static inline void tell_place(void *arg, const struct weir_place *place)
{
    tell(arg, "place %zu %02x %llu %s%s\n", place->generation, place->chain.bytes[0],
        (unsigned long long)place->number, place->next ? place->next : "-",
        place->done ? " done" : "");
}

static inline void tell_gap(void *arg, const struct weir_gap *gap)
{
    tell(arg, "gap %zu %02x %llu%s %s %s: %s at %s\n", gap->generation, gap->chain.bytes[0],
        (unsigned long long)gap->number, gap->alone ? " alone" : "", gap->label ? gap->label : "-",
        gap->code, gap->reason, gap->at);
}

static inline void tell_mark(void *arg, const struct weir_marked *mark)
{
    tell(arg, "mark %s %02x %s %s %zu\n", mark->resource, mark->series.bytes[0], mark->text,
        mark->key, mark->ties.len / WEIR_ID_SIZE);
}

static inline void assert_reads(struct loader *l, const char *expected)
{
    struct told told = {0};
    const struct weir_reading reading = {tell_place, tell_gap, tell_mark, &told};
    enum weir_status status;

    WAIT_FOR(l, &status, store.read(&l->stage, &l->pass, &reading));
    must(l, status);
    assert_string_equal(told.text, expected);
}

/* Sixteen bytes, as SQL has them. */
#define ID(letter) "decode(repeat('" letter "', 16), 'hex')"
/* Of the resource "t" in the open pass. */
#define OF_T "(SELECT max(id) FROM weir.generation WHERE resource = 't')"

#endif
