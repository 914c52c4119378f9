/*
 * A loader at work without the engine: the built plugin is opened as the engine
 * opens it, its options are read from a map, and a host of the test's own stands
 * behind it.
 */
#ifndef LOAD_STAGE_H
#define LOAD_STAGE_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/buf.h>
#include <weir/plugin.h>

enum { STAGE_RESOURCES_MAX = 4 };

struct load_stage {
    const struct weir_plugin *plugin;
    struct weir_arena *arena;
    struct weir_stage stage;
    struct weir_resource resources[STAGE_RESOURCES_MAX];
    struct weir_resource *pointers[STAGE_RESOURCES_MAX];
    struct weir_node *config;
    struct weir_mistakes mistakes;
    struct weir_error error; /* the first one that the stage gave */
    bool stopping;           /* what the stage is told */
};

static inline void stage_on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct load_stage *of = stage->engine;

    if (!weir_error_is_set(&of->error))
        of->error = *error;
}

static inline bool stage_on_stopping(struct weir_stage *stage)
{
    return ((struct load_stage *)stage->engine)->stopping;
}

static const struct weir_host stage_host = {
    .size = sizeof(struct weir_host),
    .fail = stage_on_fail,
    .stopping = stage_on_stopping,
};

/* Ends the program where the plugin is not as it was built: no test can go on. */
static inline const struct weir_plugin *stage_plugin(const char *name)
{
    char path[4096];
    void *object;
    const struct weir_plugin *plugin = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s_load.so", WEIR_PLUGIN_DIR, name);
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object)
        plugin = dlsym(object, "weir_plugin");
    if (!plugin || plugin->header.abi != WEIR_ABI) {
        (void)fprintf(stderr, "%s: %s\n", path, object ? "no plugin" : dlerror());
        exit(2);
    }
    return plugin;
}

static inline void stage_init(struct load_stage *s, const char *plugin)
{
    *s = (struct load_stage){.plugin = stage_plugin(plugin), .arena = weir_arena_new()};
    s->config = weir_node_map(s->arena);
    s->stage = (struct weir_stage){
        .name = "load",
        .state = weir_alloc_zero(s->arena, 1, s->plugin->state_size),
        .config = s->config,
        .arena = s->arena,
        .resources = s->pointers,
        .host = &stage_host,
        .engine = s,
    };
    weir_mistakes_init(&s->mistakes, s->arena);
}

static inline void stage_done(struct load_stage *s)
{
    weir_arena_free(s->arena);
}

static inline void stage_set(struct load_stage *s, const char *option, const char *value)
{
    weir_node_add(
        s->arena, s->config, weir_node_scalar(s->arena, option), weir_node_scalar(s->arena, value));
}

/* A resource that fills the table; key: a column, two with a comma between them, or NULL. */
static inline struct weir_resource *stage_resource(
    struct load_stage *s, const char *table, const char *key)
{
    struct weir_resource *resource = &s->resources[s->stage.n_resources];
    const char **keys = weir_new_array(s->arena, 2, const char *);
    const char *comma = key ? strchr(key, ',') : NULL;

    if (comma) {
        keys[0] = weir_printf(s->arena, "%.*s", (int)(comma - key), key);
        keys[1] = comma + 1;
    } else {
        keys[0] = key;
    }
    *resource = (struct weir_resource){
        .name = table,
        .table = table,
        .primary_key = {keys, key ? comma ? 2 : 1 : 0},
        .config = weir_node_map(s->arena),
    };
    s->pointers[s->stage.n_resources++] = resource;
    return resource;
}

/* Reads the options and lets the plugin check them; true if neither found a mistake. */
static inline bool stage_check(struct load_stage *s)
{
    struct weir_option_context context = {.arena = s->arena, .mistakes = &s->mistakes};
    struct weir_option_target target = {
        s->plugin->options, s->plugin->header.option_size, s->stage.state};

    (void)weir_options_parse(&context, s->config, s->config, &target, 1);
    if (s->plugin->check)
        s->plugin->check(&s->stage, &s->mistakes);
    return s->mistakes.n_errors == 0;
}

static inline enum weir_status stage_start(struct load_stage *s)
{
    return s->plugin->start(&s->stage);
}

static inline void stage_stop(struct load_stage *s)
{
    s->plugin->stop(&s->stage);
}

static inline enum weir_status stage_commit(struct load_stage *s)
{
    return s->plugin->commit(&s->stage);
}

/* A batch of the resource with the rows of a JSON text as one unit; NULL if it is none. */
static inline struct weir_batch *batch_of_json(
    const struct weir_resource *resource, const char *json)
{
    struct weir_batch *batch = weir_batch_new(resource);
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    struct weir_buf body;
    size_t capacity;
    size_t n = strlen(json);
    char *text;

    weir_buf_init(&body, n + 1, WEIR_JSON_PADDING);
    if (!weir_buf_add(&body, json, n))
        abort();
    text = weir_buf_take(&body, &capacity);
    weir_adopt(batch->arena, text, capacity);
    (void)weir_batch_add_unit(batch, NULL);
    if (weir_json_rows(reader, (struct weir_str){text, n}, NULL, batch, &error) != WEIR_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        weir_batch_free(batch);
        batch = NULL;
    }
    weir_json_reader_free(reader);
    return batch;
}

/* Loads and frees the batch, as the engine does. */
static inline enum weir_status stage_load(struct load_stage *s, struct weir_batch *batch)
{
    enum weir_status status = s->plugin->load(&s->stage, batch);

    weir_batch_free(batch);
    return status;
}

#endif
