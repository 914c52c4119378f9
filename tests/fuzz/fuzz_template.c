/*
 * Templates from any bytes: what is taken is filled, in both encodings, and holds its promises.
 *
 * The first byte picks the roots that are allowed; the second half of the input is
 * what every placeholder stands for.
 */
#include <stdlib.h>
#include <string.h>
#include <weir/template.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool look_up(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value)
{
    check(root == WEIR_ROOT_PARTITION || root == WEIR_ROOT_RESOURCES ||
          root == WEIR_ROOT_INCREMENTAL || root == WEIR_ROOT_JOB);
    check(name.len > 0);
    *ret_value = weir_text(WEIR_TEXT, *(const struct weir_str *)arg);
    return true;
}

static void fill(const struct weir_template *t, struct weir_arena *arena,
    enum weir_encoding encoding, struct weir_str value)
{
    struct weir_str source = weir_template_source(t);
    struct weir_error error = {0};
    struct weir_str text;

    if (weir_template_fill(t, arena, encoding, look_up, &value, &text, &error) != WEIR_OK) {
        /* A value of dots may be refused in a URL; nothing else can be wrong here. */
        check(encoding == WEIR_ENCODE_URL && value.len > 0 && value.ptr[0] == '.');
        check(weir_error_is_set(&error));
        return;
    }
    check(text.ptr[text.len] == '\0');
    if (!memchr(source.ptr, '{', source.len))
        check(weir_str_equal(text, source));
}

/* A document of one text is JSON again when it was filled, whatever the value. */
static void fill_document(struct weir_arena *arena, struct weir_str text, unsigned roots,
    const struct weir_constants *constants, struct weir_str value)
{
    struct weir_mistakes mistakes;
    struct weir_node *node = weir_node_scalar(arena, weir_copy(arena, text).ptr);
    const struct weir_document *document;
    struct weir_error error = {0};
    struct weir_str json;

    node->quoted = true;
    weir_mistakes_init(&mistakes, arena);
    document = weir_document_parse(arena, node, roots, constants, &mistakes);
    check((document == NULL) == (mistakes.n_errors > 0));
    if (!document)
        return;
    check(weir_document_fill(document, arena, look_up, &value, &json, &error) == WEIR_OK);
    if (weir_str_utf8_error(json) == json.len && !memchr(text.ptr, '\0', text.len) &&
        !memchr(value.ptr, '\0', value.len))
        check(weir_node_from_json(arena, json, &error) != NULL);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct weir_arena *arena;
    struct weir_node *vars;
    struct weir_constants constants = {.run_started_at = "2024-01-01T00:00:00Z"};
    struct weir_error error = {0};
    const struct weir_template *t;
    struct weir_str text, value;
    size_t offset = 0;
    unsigned roots;

    if (size < 1)
        return 0;
    arena = weir_arena_new();
    vars = weir_node_map(arena);
    weir_node_add(arena, vars, weir_node_scalar(arena, "v"), weir_node_scalar(arena, "a/b"));
    constants.vars = vars;
    roots = data[0];
    text = (struct weir_str){(const char *)data + 1, (size - 1) / 2};
    value = (struct weir_str){text.ptr + text.len, size - 1 - text.len};
    t = weir_template_parse(arena, text, roots, &constants, &offset, &error);
    check((t == NULL) == weir_error_is_set(&error));
    if (t) {
        check(weir_str_equal(weir_template_source(t), text));
        check((weir_template_roots(t) & ~roots) == 0);
        fill(t, arena, WEIR_ENCODE_NONE, value);
        fill(t, arena, WEIR_ENCODE_URL, value);
    } else {
        check(offset < text.len && text.ptr[offset] == '{');
    }
    fill_document(arena, text, roots, &constants, value);
    weir_arena_free(arena);
    return 0;
}
