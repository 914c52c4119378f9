#include "config.h"

#include "plan/keys.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRIDE = sizeof(struct weir_option) };

#define PARENT "parent "

static const uint64_t BASIS = 0xcbf29ce484222325;

/* FNV-1a: tells texts apart that nobody has made to look alike. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

static uint64_t hash_text(uint64_t hash, struct weir_str text)
{
    hash = hash_bytes(hash, &text.len, sizeof(text.len));
    return hash_bytes(hash, text.ptr, text.len);
}

/* Options inside an option: of a group, or of the type that a variant's map names. */
static const struct weir_option *inner_options(
    const struct weir_option *option, const struct weir_node *node)
{
    const struct weir_node *type = weir_node_get(node, "type");

    if (!option)
        return NULL;
    if (option->type != WEIR_OPTION_VARIANT)
        return option->options;
    for (const struct weir_variant_type *v = option->variants; v && v->name; v++)
        if (type && weir_str_is(type->text, v->name))
            return v->options;
    return NULL;
}

/* Rows of a plugin that was built before there was such a field end before it. */
static bool is_tuning(const struct weir_option *option, size_t stride)
{
    return option && stride > offsetof(struct weir_option, tuning) && option->tuning;
}

static bool is_secret(const struct weir_option *option, const struct weir_node *node)
{
    return option &&
           (option->type == WEIR_OPTION_SECRET ||
               (option->sensitive && node->kind == WEIR_NODE_SCALAR && node->substituted));
}

static uint64_t hash_node(
    uint64_t hash, const struct weir_node *node, const struct weir_option *option, size_t stride);

/* A map whose keys are options, but for the one to skip: their order means nothing, so it does not
 * count. */
static uint64_t hash_options(uint64_t hash, const struct weir_node *node,
    const struct weir_option *options, size_t stride, const char *skip)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < node->n; i++) {
        const char *key = node->keys[i]->text.ptr;
        const struct weir_option *row = weir_option_find(options, stride, key);

        if (strcmp(key, skip) != 0 && !is_tuning(row, stride))
            sum += hash_node(hash_text(BASIS, node->keys[i]->text), node->items[i], row, stride);
    }
    return hash_bytes(hash, &sum, sizeof(sum));
}

/*
 * A value from outside is a login, which may be another one in each run, or a part of the question
 * ("since"), which may not: its name has to tell.
 */
static bool sounds_secret(const char *name)
{
    static const char *const parts[] = {
        "token", "secret", "pass", "key", "auth", "cred", "cookie", "session", "sig", "jwt"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcasestr(name, parts[i]))
            return true;
    return false;
}

/* So much of a value that another one is noticed, and so little that it cannot be found out. */
static uint64_t hash_hint(uint64_t hash, struct weir_str text)
{
    struct weir_id id = weir_id_of(text);

    return hash_bytes(hash, id.bytes, 4);
}

/* What stands under a name that is no option. */
static uint64_t hash_named(uint64_t hash, const char *name, const struct weir_node *node,
    const struct weir_option *option, size_t stride)
{
    hash = hash_node(hash, node, option, stride);
    if (is_secret(option, node) && option->type != WEIR_OPTION_SECRET && !sounds_secret(name))
        hash = hash_hint(hash, node->text);
    return hash;
}

static uint64_t hash_map(
    uint64_t hash, const struct weir_node *node, const struct weir_option *option, size_t stride)
{
    const struct weir_option *inner = inner_options(option, node);

    if (inner)
        return hash_options(hash, node, inner, stride, "");
    for (size_t i = 0; i < node->n; i++) {
        hash = hash_text(hash, node->keys[i]->text);
        hash = hash_named(hash, node->keys[i]->text.ptr, node->items[i], option, stride);
    }
    return hash;
}

/* Nothing of a secret; of what may be one, how the file has it: "Bearer ${TOKEN}". */
static uint64_t hash_secret(
    uint64_t hash, const struct weir_node *node, const struct weir_option *option)
{
    return option->type == WEIR_OPTION_SECRET || !node->written
               ? hash
               : hash_text(hash, node->written->text);
}

static uint64_t hash_node(
    uint64_t hash, const struct weir_node *node, const struct weir_option *option, size_t stride)
{
    unsigned char kind = (unsigned char)node->kind;

    hash = hash_bytes(hash, &kind, 1);
    if (is_secret(option, node))
        return hash_secret(hash, node, option);
    if (node->kind == WEIR_NODE_SCALAR)
        return hash_text(hash, node->text);
    if (node->kind == WEIR_NODE_MAP)
        return hash_map(hash, node, option, stride);
    for (size_t i = 0; i < node->n; i++)
        hash = hash_node(hash, node->items[i], option, stride);
    return hash;
}

static void put(json_t *object, const char *field, uint64_t hash)
{
    char text[20];

    (void)snprintf(text, sizeof(text), "%016" PRIx64, hash);
    json_object_set_new(object, field, json_string(text));
}

static void put_option(json_t *object, const struct weir_node *config, size_t key,
    const struct weir_option *options, size_t stride)
{
    const char *name = config->keys[key]->text.ptr;
    const struct weir_option *option = weir_option_find(options, stride, name);

    if (option && !is_tuning(option, stride))
        put(object, name, hash_node(BASIS, config->items[key], option, stride));
}

static void put_resource(json_t *object, const struct plan *plan, size_t resource)
{
    const struct weir_plugin *plugin = plan->extract.plugin;
    const struct weir_node *config = plan->resources[resource].config;

    for (size_t i = 0; i < config->n; i++) {
        put_option(object, config, i, plugin->resource_options, plugin->header.option_size);
        if (strcmp(config->keys[i]->text.ptr, "name") != 0)
            put_option(object, config, i, resource_key_table, STRIDE);
    }
}

/* What all resources share, such as base_url. */
static void put_source(json_t *object, const struct plan *plan)
{
    const struct weir_plugin *plugin = plan->extract.plugin;
    const struct weir_node *config = plan->extract.stage.config;

    for (size_t i = 0; i < config->n; i++)
        put_option(object, config, i, plugin->options, plugin->header.option_size);
    put(object, "extract.type", hash_text(BASIS, weir_str(plan->extract.type)));
}

/* May go into what is asked for, secrets too, so those from outside count as their names tell. */
static void put_vars(json_t *object, const struct plan *plan, struct weir_arena *arena)
{
    static const struct weir_option sensitive = {.sensitive = true};
    const struct weir_node *vars = plan->vars;

    for (size_t i = 0; vars && i < vars->n; i++)
        put(object, weir_printf(arena, "vars.%s", vars->keys[i]->text.ptr),
            hash_named(BASIS, vars->keys[i]->text.ptr, vars->items[i], &sensitive, STRIDE));
}

static void put_transforms(json_t *object, const struct plan *plan, size_t resource)
{
    uint64_t hash = BASIS;

    for (size_t i = 0; i < plan->n_transforms; i++) {
        const struct plan_stage *stage = &plan->transforms[i];

        if (stage->takes[resource])
            hash = hash_options(hash, stage->stage.config, stage->plugin->options,
                stage->plugin->header.option_size, "resources");
    }
    put(object, "transform", hash);
}

const char *config_of(const struct plan *plan, size_t resource)
{
    const struct weir_resource *of = &plan->resources[resource];
    json_t *object = json_object();
    char *text;
    const char *copy;

    put_resource(object, plan, resource);
    put_source(object, plan);
    put_vars(object, plan, plan->arena);
    put_transforms(object, plan, resource);
    for (size_t i = 0; i < of->n_parents; i++)
        put(object, weir_printf(plan->arena, PARENT "%s", of->parents[i]->name), BASIS);
    put(object, "table", hash_text(BASIS, weir_str(of->table)));
    put(object, "write_disposition", hash_text(BASIS, weir_str(disposition_word(of->disposition))));
    text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    copy = weir_copy_text(plan->arena, text ? text : "{}");
    free(text);
    json_decref(object);
    return copy;
}

bool config_has_parent(const char *config, const char *name)
{
    json_t *object = json_loads(config, 0, NULL);
    struct weir_arena *arena = weir_arena_new();
    bool has = json_object_get(object, weir_printf(arena, PARENT "%s", name)) != NULL;

    weir_arena_free(arena);
    json_decref(object);
    return has;
}

static size_t name_missing_or_changed(
    json_t *before, json_t *now, bool only_missing, char *out, size_t size, size_t n)
{
    const char *field;
    json_t *value;

    json_object_foreach(now, field, value)
    {
        const json_t *other = json_object_get(before, field);

        if (only_missing ? !other : !json_equal(value, other)) {
            int len = snprintf(out + n, size - n, "%s%s", n ? ", " : "", field);

            if (len < 0 || n + (size_t)len >= size)
                out[n] = '\0';
            else
                n += (size_t)len;
        }
    }
    return n;
}

size_t config_differences(const char *before, const char *now, char *out, size_t size)
{
    json_t *first = json_loads(before, 0, NULL);
    json_t *second = json_loads(now, 0, NULL);
    size_t n = 0;

    out[0] = '\0';
    n = name_missing_or_changed(first, second, false, out, size, n);
    n = name_missing_or_changed(second, first, true, out, size, n);
    if (n == 0 && !(json_is_object(first) && json_is_object(second)))
        n = (size_t)snprintf(out, size, "what is stored about it cannot be read");
    json_decref(first);
    json_decref(second);
    return n;
}
