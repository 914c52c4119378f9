#include "option_reading.h"

#include <string.h>
#include <weir/status.h>

enum { SHOWN_SIZE = 80 }; /* bytes of a value in a message, NUL included */

bool option_is_hidden(const struct option_reading *reading, const struct weir_node *node)
{
    return node->substituted || reading->row->sensitive || reading->row->type == WEIR_OPTION_SECRET;
}

const char *option_got(const struct option_reading *reading, const struct weir_node *node)
{
    char shown[SHOWN_SIZE];

    if (node->kind == WEIR_NODE_LIST)
        return "a list";
    if (node->kind == WEIR_NODE_MAP)
        return "a map";
    if (weir_node_is_null(node))
        return "nothing";
    if (node->substituted)
        return node->text.len > 0 ? "a value from the environment (not shown)"
                                  : "an empty value from the environment";
    if (option_is_hidden(reading, node))
        return "a value that is not shown";
    weir_str_printable(node->text, shown, sizeof(shown));
    return weir_printf(reading->context->arena, "'%s'", shown);
}

bool option_refuse(const struct option_reading *reading, const struct weir_node *node,
    const char *needs, const char *hint)
{
    /* Behind a list of names a comma would read as one more of them. */
    const char *comma = strncmp(needs, "one of ", 7) == 0 ? ";" : ",";

    weir_mistake(reading->context->mistakes, node, 0, "E-VALUE", "%s needs %s%s got %s%s",
        reading->what, needs, comma, option_got(reading, node), hint);
    return false;
}

size_t option_characters(struct weir_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return n;
}

bool option_refuse_part(const struct option_reading *reading, const struct weir_node *node,
    size_t offset, const struct weir_error *error)
{
    struct weir_str before = {node->text.ptr, offset < node->text.len ? offset : node->text.len};

    /* A mistake keeps the code as a pointer, and the error is gone before it. */
    weir_mistake(reading->context->mistakes, node, option_characters(before),
        weir_copy_text(reading->context->mistakes->arena, error->code), "%s: %s", reading->what,
        node->substituted ? "a mistake in the text (not shown, as it is from the environment)"
                          : error->text);
    return false;
}

struct option_reading option_reading_of(
    const struct option_reading *reading, const char *format, ...)
{
    struct option_reading other = *reading;
    va_list args;

    va_start(args, format);
    other.what = weir_vprintf(reading->context->arena, format, args);
    va_end(args);
    return other;
}

const char *option_text(const struct option_reading *reading, const struct weir_node *node)
{
    if (node->kind != WEIR_NODE_SCALAR || weir_node_is_null(node)) {
        option_refuse(reading, node, option_needs(reading->context->arena, reading->row), "");
        return NULL;
    }
    if (memchr(node->text.ptr, '\0', node->text.len)) {
        weir_mistake(reading->context->mistakes, node, 0, "E-VALUE",
            "%s holds a NUL character; remove it", reading->what);
        return NULL;
    }
    if (weir_str_utf8_error(node->text) != node->text.len) {
        weir_mistake(reading->context->mistakes, node, 0, "E-UTF8",
            "%s is not valid UTF-8 from byte %zu on", reading->what,
            weir_str_utf8_error(node->text) + 1);
        return NULL;
    }
    return weir_copy(reading->context->arena, node->text).ptr;
}

/* The pieces that are not in the file: "Bearer ${TOKEN}" is no secret, the token in it is. */
static void tell_pieces(const struct weir_option_context *context, const struct weir_node *node)
{
    for (size_t i = 0; i < node->written->n; i++) {
        const struct weir_splice *splice = &node->written->splices[i];
        struct weir_str piece = {node->text.ptr + splice->at, splice->len};

        if (splice->foreign && splice->len > 0)
            context->secret(context->secret_arg, weir_copy(context->arena, piece).ptr);
    }
}

void option_tell_secret(const struct option_reading *reading, const struct weir_node *node)
{
    const struct weir_option_context *context = reading->context;
    bool is_secret = reading->row->type == WEIR_OPTION_SECRET;

    if (!context->secret || node->kind != WEIR_NODE_SCALAR || node->text.len == 0)
        return;
    if (!is_secret && !(reading->row->sensitive && node->substituted))
        return;
    if (is_secret || !node->written)
        context->secret(context->secret_arg, weir_copy(context->arena, node->text).ptr);
    if (node->substituted && node->written)
        tell_pieces(context, node);
}
