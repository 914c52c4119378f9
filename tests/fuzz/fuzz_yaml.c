/*
 * Any bytes as a pipeline file: read, checked, filled in, and its mistakes shown.
 * Whatever comes out keeps its promises.
 */
#include "file/show_mistakes.h"
#include "file/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Or more, but not less; with the one behind the end. */
static size_t count_lines(struct weir_str text)
{
    size_t n = 2;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n' || text.ptr[i] == '\r' || (unsigned char)text.ptr[i] >= 0x80;
    return n;
}

/* Places lie in the file or, for what is missing at its end, just behind it; and those inside a
 * text do not lie before its node. */
static void check_places(const struct yaml_source *source, const struct weir_node *node)
{
    size_t lines = count_lines(source->text);
    uint32_t line, column;

    demand(node->line >= 1 && node->line <= lines && node->column >= 1);
    for (size_t offset = 0; offset <= node->text.len && offset < 100; offset++) {
        weir_node_place(node, offset, &line, &column);
        demand(line >= node->line && line <= lines && column >= 1);
        demand(line > node->line || column >= node->column);
    }
}

static void tell(void *arg, const struct weir_node *again, const struct weir_node *first)
{
    (void)arg;
    (void)again;
    (void)first;
    abort();
}

static size_t check_tree(
    const struct yaml_source *source, const struct weir_node *node, size_t depth)
{
    size_t n = 1;

    demand(depth <= WEIR_NODE_MAX_DEPTH);
    check_places(source, node);
    if (node->kind == WEIR_NODE_SCALAR) {
        demand(strlen(node->text.ptr) == node->text.len);
        demand(weir_str_utf8_error(node->text) == node->text.len);
        return 1;
    }
    for (size_t i = 0; i < node->n; i++) {
        n += check_tree(source, node->items[i], depth + 1);
        if (node->kind == WEIR_NODE_MAP)
            n += check_tree(source, node->keys[i], depth + 1);
    }
    weir_node_duplicates(node, tell, NULL);
    return n;
}

static void check_output(struct weir_mistakes *mistakes, const struct yaml_source *source)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    demand(out != NULL);
    show_mistakes(mistakes, source, false, out);
    show_mistakes_json(mistakes, source, out);
    fclose(out);
    demand(weir_str_utf8_error((struct weir_str){text, size}) == size);
    for (size_t i = 0; i < size; i++)
        demand((unsigned char)text[i] >= ' ' || text[i] == '\n');
    demand(strstr(text, "s3cret") == NULL);
    free(text);
}

/* What is written as JSON can be read as such, and written again the same. */
static void check_json(struct weir_arena *arena, const struct weir_node *node)
{
    struct weir_str json = weir_node_to_json(arena, node);
    const struct weir_node *again = weir_node_from_json(arena, json, NULL);

    demand(again != NULL);
    demand(weir_str_equal(weir_node_to_json(arena, again), json));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return setenv("A", "s3cret: [\n*", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_mistakes mistakes;
    struct yaml_source source = {.path = "fuzz.yaml"};
    const struct weir_node *node = NULL;

    /* Only what stands in the environment: files may never end, and s3cret would not be secret. */
    if (!memmem(data, size, "${file:", 7) && !memmem(data, size, "s3cret", 6)) {
        source.text = weir_copy(arena, (struct weir_str){(const char *)data, size});
        weir_mistakes_init(&mistakes, arena);
        if (yaml_source_check(&source, &mistakes))
            node = yaml_parse(&source, arena, &mistakes);
        demand((node != NULL) == (mistakes.n_errors == 0));
        check_output(&mistakes, &source);
        if (node) {
            demand(check_tree(&source, node, 0) <= WEIR_NODES_MAX);
            check_json(arena, node);
        }
    }
    weir_arena_free(arena);
    return 0;
}
