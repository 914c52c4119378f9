/* Options that are a list or a map of scalars, and documents. */
#include "option_reading.h"

#include <string.h>
#include <weir/status.h>

static bool refuse(const struct option_reading *reading, const struct weir_node *node)
{
    return option_refuse(reading, node, option_needs(reading->context->arena, reading->row), "");
}

/* Items are read as single texts, so that a message asks for a text and not for a list. */
static const struct weir_option text_row = {.type = WEIR_OPTION_TEXT};

static struct weir_option item_row(const struct option_reading *reading)
{
    struct weir_option row = text_row;

    row.sensitive = reading->row->sensitive;
    row.roots = reading->row->roots;
    return row;
}

bool option_texts(
    const struct option_reading *reading, const struct weir_node *node, struct weir_strs *ret_texts)
{
    struct weir_node *const *items = node->kind == WEIR_NODE_LIST ? node->items : NULL;
    size_t n = items || node->kind == WEIR_NODE_LIST ? node->n : 1;
    struct weir_option row = item_row(reading);
    const char **texts = weir_new_array(reading->context->arena, n, const char *);
    bool good = true;

    if (node->kind == WEIR_NODE_MAP || weir_node_is_null(node) ||
        !option_range_holds_unsigned(option_range(reading->row), n))
        return refuse(reading, node);
    for (size_t i = 0; i < n; i++) {
        struct option_reading item =
            items ? option_reading_of(reading, "item %zu of %s", i + 1, reading->what) : *reading;

        item.row = &row;
        texts[i] = option_text(&item, items ? items[i] : node);
        option_tell_secret(&item, items ? items[i] : node);
        good = good && texts[i];
    }
    *ret_texts = (struct weir_strs){.items = texts, .n = good ? n : 0};
    return good;
}

/* The key as the name of a pair; NULL and a mistake where it can be none. */
static const char *pair_name(const struct option_reading *reading, const struct weir_node *key)
{
    struct option_reading name = option_reading_of(reading, "a key of %s", reading->what);

    name.row = &text_row;
    if (!key->quoted && weir_node_is_null(key))
        return weir_copy(reading->context->arena, key->text).ptr;
    return option_text(&name, key);
}

static struct option_reading pair_reading(const struct option_reading *reading,
    const struct weir_option *row, const struct weir_node *key)
{
    struct option_reading item;
    char shown[80];

    weir_str_printable(key->text, shown, sizeof(shown));
    item = option_reading_of(reading, "'%s' of %s", shown, reading->what);
    item.row = row;
    return item;
}

bool option_pairs(const struct option_reading *reading, const struct weir_node *node,
    struct weir_pairs *ret_pairs)
{
    struct weir_option row = item_row(reading);
    struct weir_pair *pairs;
    bool good = true;

    if (node->kind != WEIR_NODE_MAP)
        return refuse(reading, node);
    pairs = weir_new_array(reading->context->arena, node->n, struct weir_pair);
    for (size_t i = 0; i < node->n; i++) {
        struct option_reading item = pair_reading(reading, &row, node->keys[i]);

        pairs[i].name = pair_name(reading, node->keys[i]);
        pairs[i].text = option_text(&item, node->items[i]);
        pairs[i].node = node->items[i];
        option_tell_secret(&item, node->items[i]);
        good = good && pairs[i].name && pairs[i].text;
    }
    *ret_pairs = (struct weir_pairs){.items = pairs, .n = good ? node->n : 0};
    return good;
}

bool option_templates(const struct option_reading *reading, const struct weir_node *node,
    struct weir_templates *ret_templates)
{
    struct weir_option row = item_row(reading);
    struct weir_named_template *templates;
    bool good = true;

    if (node->kind != WEIR_NODE_MAP)
        return refuse(reading, node);
    templates = weir_new_array(reading->context->arena, node->n, struct weir_named_template);
    for (size_t i = 0; i < node->n; i++) {
        struct option_reading item = pair_reading(reading, &row, node->keys[i]);

        templates[i].name = pair_name(reading, node->keys[i]);
        templates[i].value = option_template(&item, node->items[i]);
        templates[i].node = node->items[i];
        good = good && templates[i].name && templates[i].value;
    }
    *ret_templates = (struct weir_templates){.items = templates, .n = good ? node->n : 0};
    return good;
}

static void tell_secrets_within(const struct option_reading *reading, const struct weir_node *node)
{
    option_tell_secret(reading, node);
    for (size_t i = 0; i < node->n; i++)
        tell_secrets_within(reading, node->items[i]);
}

bool option_document(const struct option_reading *reading, const struct weir_node *node,
    const struct weir_document **ret_document)
{
    const struct weir_option_context *context = reading->context;

    if (weir_node_is_null(node))
        return refuse(reading, node);
    *ret_document = weir_document_parse(
        context->arena, node, reading->row->roots, context->constants, context->mistakes);
    /* Only a tree whose depth was found good is walked to its ground. */
    if (*ret_document && reading->row->sensitive)
        tell_secrets_within(reading, node);
    return *ret_document != NULL;
}
