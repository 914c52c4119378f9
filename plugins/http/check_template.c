/*
 * The placeholders of a template: do they name something?
 *
 * A template does not list its placeholders, so it is filled once with a lookup
 * that looks each of them over.
 */
#include "check.h"

#include "family/fanout.h"

#include <stdlib.h>
#include <string.h>
#include <weir/incremental.h>

struct look {
    struct http_check_names *names;
    const struct weir_node *at;
    struct weir_str source; /* the template's text, to find the place; len 0: unknown */
};

static const char *partition_name(const void *candidates, size_t i)
{
    const struct weir_node *map = candidates;

    return map->keys[i]->text.ptr;
}

static const char *suggestion(const struct http_check_names *names, const char *word)
{
    const struct weir_node *map = names->partitions_node;

    if (!map || map->kind != WEIR_NODE_MAP)
        return "";
    return weir_did_you_mean(names->arena, word, partition_name, map, map->n);
}

/* How many characters into the source the placeholder stands; 0 where it cannot be found. */
static size_t offset_of(const struct look *look, const char *placeholder)
{
    const char *found = NULL;
    size_t characters = 0;

    if (look->source.len)
        found = memmem(look->source.ptr, look->source.len, placeholder, strlen(placeholder));
    for (const char *at = look->source.ptr; found && at < found; at++)
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    return characters;
}

static void look_at_partition(struct look *look, const char *name)
{
    struct http_check_names *names = look->names;
    const char *placeholder = weir_printf(names->arena, "{partition.%s}", name);

    names->partitions_are_used = true;
    if (!names->partitions_node)
        weir_mistake(names->mistakes, look->at, offset_of(look, placeholder), "E-TEMPLATE",
            "'%s' needs a 'partitions' key in this resource, such as partitions: { %s: [a, b] }",
            placeholder, name);
    else if (names->partitions_are_sound &&
             !http_fanout_has(names->partitions_node, weir_str(name)))
        weir_mistake(names->mistakes, look->at, offset_of(look, placeholder), "E-TEMPLATE",
            "there is no partition '%s' in this resource%s", name, suggestion(names, name));
}

static const char *const incremental_names[] = {"start_value", "end_value", "initial_value"};

enum { N_INCREMENTAL_NAMES = sizeof(incremental_names) / sizeof(incremental_names[0]) };

static const char *incremental_name(const void *candidates, size_t i)
{
    return ((const char *const *)candidates)[i];
}

static bool is_incremental_name(const char *name)
{
    for (size_t i = 0; i < N_INCREMENTAL_NAMES; i++)
        if (strcmp(name, incremental_names[i]) == 0)
            return true;
    return false;
}

/* The key without which the placeholder would stand for nothing, or NULL. */
static const char *missing_key(const struct http_check_names *names, const char *name)
{
    const struct weir_incremental *incremental = names->incremental;
    bool has_now = incremental->cursor_type != WEIR_CURSOR_INTEGER &&
                   incremental->cursor_type != WEIR_CURSOR_TEXT;

    if (strcmp(name, "end_value") == 0)
        return incremental->end_value || has_now ? NULL : "end_value";
    if (strcmp(name, "start_value") == 0 && names->may_be_left_out)
        return NULL;
    return incremental->initial_value ? NULL : "initial_value";
}

static void look_at_incremental(struct look *look, const char *name)
{
    struct http_check_names *names = look->names;
    const char *placeholder = weir_printf(names->arena, "{incremental.%s}", name);
    size_t offset = offset_of(look, placeholder);
    const char *key;

    if (!is_incremental_name(name)) {
        weir_mistake(names->mistakes, look->at, offset, "E-TEMPLATE", "there is no '%s'%s",
            placeholder,
            weir_did_you_mean(
                names->arena, name, incremental_name, incremental_names, N_INCREMENTAL_NAMES));
        return;
    }
    if (!names->incremental_node) {
        weir_mistake(names->mistakes, look->at, offset, "E-TEMPLATE",
            "'%s' needs an 'incremental' key in this resource, such as incremental: { cursor_path: "
            "updated_at }",
            placeholder);
        return;
    }
    key = names->incremental ? missing_key(names, name) : NULL;
    if (key)
        weir_mistake(names->mistakes, look->at, offset, "E-TEMPLATE",
            "'%s' needs '%s' under 'incremental': without it there is no such value%s", placeholder,
            key, strcmp(key, "end_value") == 0 ? "" : " in the first run");
}

static bool look_at(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    struct look *look = arg;

    *ret_value = weir_text(WEIR_TEXT, weir_str("x"));
    if (root == WEIR_ROOT_PARTITION)
        look_at_partition(look, weir_copy(look->names->arena, name).ptr);
    if (root == WEIR_ROOT_INCREMENTAL)
        look_at_incremental(look, weir_copy(look->names->arena, name).ptr);
    return true;
}

static void tell(
    struct http_check_names *names, const struct weir_node *at, const struct weir_error *error)
{
    weir_mistake(
        names->mistakes, at, 0, weir_copy_text(names->arena, error->code), "%s", error->text);
}

void http_check_template(
    struct http_check_names *names, const struct weir_template *t, const struct weir_node *at)
{
    struct look look = {names, at, weir_template_source(t)};
    struct weir_error error = {0};
    struct weir_str text;

    if (weir_template_fill(t, names->arena, WEIR_ENCODE_NONE, look_at, &look, &text, &error) !=
        WEIR_OK)
        tell(names, at, &error);
}

void http_check_document(struct http_check_names *names, const struct weir_document *document,
    const struct weir_node *at)
{
    struct look look = {names, at, {NULL, 0}};
    struct weir_error error = {0};
    struct weir_str text;

    if (weir_document_fill(document, names->arena, look_at, &look, &text, &error) != WEIR_OK)
        tell(names, at, &error);
}
