/*
 * Runs the cases of a transform: run_cases PLUGIN.so FOLDER
 *
 * Each FOLDER/cases/<what_it_shows>.json has
 *
 *     with      the options, as in a pipeline file
 *     in        rows, or {"units": [rows, ...]}
 *     out       the same, for what comes of it; nulls may be left out
 *     columns   the names that the batch then has, in order (optional)
 *     error     instead of out: a part of the message, which opens with its code
 *     at        with error: where in this very file the mistake is to be found, as
 *               the text that begins there (optional)
 *
 * Rows are read as the engine reads a response, so numbers keep all digits.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/json.h>
#include <weir/plugin.h>

enum { LARGEST_FILE = 1024 * 1024 };

struct outcome {
    struct weir_error error; /* "CODE: text" of what failed; empty if nothing did */
    uint32_t line, column;   /* of a mistake, in the case's file */
};

/* What the case in hand ran into: the stage's host is told by a pointer to this. */
struct test_stage {
    struct weir_stage stage; /* first: the host is handed the stage alone */
    struct outcome *outcome;
};

static void host_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct outcome *outcome = ((struct test_stage *)stage)->outcome;

    if (!weir_error_is_set(&outcome->error))
        outcome->error = *error;
}

static const struct weir_host host = {
    .size = sizeof(host),
    .fail = host_fail,
};

static struct weir_str read_file(struct weir_arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = weir_alloc_zero(arena, 1, LARGEST_FILE + 1);
    struct weir_str content = {text, 0};

    if (!file) {
        (void)fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    content.len = fread(text, 1, LARGEST_FILE + 1, file);
    if (content.len > LARGEST_FILE) {
        (void)fprintf(stderr, "%s is larger than a case should be\n", path);
        exit(1);
    }
    (void)fclose(file);
    return content;
}

static bool add_unit(struct weir_batch *batch, const struct weir_node *rows)
{
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_str json = weir_node_to_json(batch->arena, rows);
    char *body = weir_alloc_zero(batch->arena, 1, json.len + WEIR_JSON_PADDING);
    struct weir_error error = {0};
    bool read;

    memcpy(body, json.ptr, json.len);
    (void)weir_batch_add_unit(batch, NULL);
    read =
        weir_json_rows(reader, (struct weir_str){body, json.len}, NULL, batch, &error) == WEIR_OK;
    if (!read)
        (void)fprintf(stderr, "line %u: %s\n", rows->line, error.text);
    weir_json_reader_free(reader);
    return read;
}

/* The rows of "in" or "out". */
static struct weir_batch *make_batch(const struct weir_node *node)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    const struct weir_node *units = weir_node_get(node, "units");

    if (!units) {
        if (!add_unit(batch, node))
            exit(1);
        return batch;
    }
    for (size_t i = 0; i < units->n; i++) {
        if (!add_unit(batch, units->items[i]))
            exit(1);
    }
    return batch;
}

static void show_row(FILE *out, const struct weir_batch *batch, size_t row)
{
    const char *comma = "";

    (void)fputs("  {", out);
    for (size_t c = 0; c < batch->n_columns; c++) {
        const struct weir_column *column = &batch->columns[c];
        const struct weir_value *value = &column->values[row];
        struct weir_str text = weir_value_format(value, batch->arena, true);

        if (value->kind == WEIR_NULL)
            continue;
        (void)fprintf(out, "%s%.*s: %.*s", comma,
            WEIR_STR_ARG(weir_json_quote(batch->arena, column->name)), WEIR_STR_ARG(text));
        comma = ", ";
    }
    (void)fputs("}\n", out);
}

/* Rows a line each, columns in order, without nulls: equal texts are equal batches. */
static char *show(const struct weir_batch *batch)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    for (size_t u = 0; u < batch->n_units; u++) {
        const struct weir_unit *unit = &batch->units[u];

        (void)fprintf(out, "unit %zu\n", u + 1);
        for (size_t i = 0; i < unit->n_rows; i++)
            show_row(out, batch, unit->first_row + i);
    }
    (void)fclose(out);
    return text;
}

/* What the options and the plugin's own check find; the first mistake in the file is the outcome. */
static bool check(const struct weir_plugin *plugin, struct test_stage *test)
{
    struct weir_stage *stage = &test->stage;
    struct weir_constants constants = {0};
    struct weir_mistakes mistakes;
    struct weir_option_target target = {plugin->options, plugin->header.option_size, stage->state};
    struct weir_option_context context = {
        .arena = stage->arena, .mistakes = &mistakes, .constants = &constants};

    weir_mistakes_init(&mistakes, stage->arena);
    if (weir_options_parse(&context, stage->config, stage->config, &target, 1) && plugin->check)
        plugin->check(stage, &mistakes);
    if (mistakes.n_errors == 0)
        return true;
    weir_mistakes_sort(&mistakes);
    (void)weir_error_set(&test->outcome->error, WEIR_FAULT_USAGE, mistakes.items[0].code, "%s",
        mistakes.items[0].text);
    test->outcome->line = mistakes.items[0].line;
    test->outcome->column = mistakes.items[0].column;
    return false;
}

/* The life of a stage with one batch. */
static void run(const struct weir_plugin *plugin, const struct weir_node *with,
    struct weir_batch *batch, struct outcome *outcome)
{
    struct test_stage test = {
        .stage = {.name = plugin->name, .config = with, .host = &host},
        .outcome = outcome,
    };
    struct weir_stage *stage = &test.stage;

    stage->arena = weir_arena_new();
    stage->state = weir_alloc_zero(stage->arena, 1, plugin->state_size);
    if (check(plugin, &test)) {
        enum weir_status status = plugin->start ? plugin->start(stage) : WEIR_OK;

        if (status == WEIR_OK)
            (void)plugin->transform(stage, batch);
        if (plugin->stop)
            plugin->stop(stage);
    }
    weir_arena_free(stage->arena);
}

/* --- the outcome is compared with what the case expects ---------------------------------- */

static bool same(const char *what, const char *expected, const char *got)
{
    if (strcmp(expected, got) == 0)
        return true;
    (void)fprintf(stderr, "%s expected\n%s\n%s got\n%s\n", what, expected, what, got);
    return false;
}

static bool check_rows(const struct weir_node *expected, const struct weir_batch *batch)
{
    struct weir_batch *wanted = make_batch(expected);
    char *a = show(wanted);
    char *b = show(batch);
    bool are_same = same("rows", a, b);

    free(a);
    free(b);
    weir_batch_free(wanted);
    return are_same;
}

static bool check_columns(const struct weir_node *expected, const struct weir_batch *batch)
{
    struct weir_node *names = weir_node_list(batch->arena);

    if (!expected)
        return true;
    for (size_t c = 0; c < batch->n_columns; c++) {
        struct weir_node *name =
            weir_node_scalar(batch->arena, weir_copy(batch->arena, batch->columns[c].name).ptr);

        name->quoted = true;
        weir_node_add(batch->arena, names, NULL, name);
    }
    return same("columns", weir_node_to_json(batch->arena, expected).ptr,
        weir_node_to_json(batch->arena, names).ptr);
}

/* The text that begins at the mistake. Columns count characters. */
static const char *place(struct weir_str file, const struct outcome *outcome)
{
    const char *at = file.ptr;

    for (uint32_t line = 1; at && line < outcome->line; line++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    for (uint32_t column = 1; at && *at && column < outcome->column; column++) {
        do
            at++;
        while (((unsigned char)*at & 0xC0) == 0x80);
    }
    return at ? at : "";
}

static bool check_error(
    const struct weir_node *node, struct weir_str file, const struct outcome *outcome)
{
    const struct weir_node *at = weir_node_get(node, "at");
    const char *part = weir_node_get(node, "error")->text.ptr;
    char got[WEIR_ERROR_CODE_SIZE + WEIR_ERROR_TEXT_SIZE + 2];

    (void)snprintf(got, sizeof(got), "%s: %s", outcome->error.code, outcome->error.text);
    if (!strstr(got, part))
        return same("error", part, weir_error_is_set(&outcome->error) ? got : "none");
    if (at && strncmp(place(file, outcome), at->text.ptr, at->text.len) != 0)
        return same("place", at->text.ptr, place(file, outcome));
    return true;
}

static bool check_outcome(const struct weir_node *node, struct weir_str file,
    const struct weir_batch *batch, const struct outcome *outcome)
{
    const struct weir_node *out = weir_node_get(node, "out");

    if (!out == !weir_node_get(node, "error"))
        return same("case", "either out or error", "both or neither");
    if (!out)
        return check_error(node, file, outcome);
    if (weir_error_is_set(&outcome->error))
        return same("error", "none", outcome->error.text);
    /* Each tells of its own, so both are looked at. */
    bool rows_are_right = check_rows(out, batch);
    bool columns_are_right = check_columns(weir_node_get(node, "columns"), batch);

    return rows_are_right && columns_are_right;
}

static bool run_case(const struct weir_plugin *plugin, const char *path)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_error error = {0};
    struct weir_str file = read_file(arena, path);
    const struct weir_node *node = weir_node_from_json(arena, file, &error);
    bool passed = false;

    if (!node || !weir_node_get(node, "with") || !weir_node_get(node, "in")) {
        (void)fprintf(stderr, "%s\n", node ? "a case has with, in, and out or error" : error.text);
    } else {
        struct outcome outcome = {.line = 0};
        struct weir_batch *batch = make_batch(weir_node_get(node, "in"));

        run(plugin, weir_node_get(node, "with"), batch, &outcome);
        passed = check_outcome(node, file, batch, &outcome);
        weir_batch_free(batch);
    }
    (void)printf("%s  %s\n", passed ? "ok  " : "FAIL", path);
    weir_arena_free(arena);
    return passed;
}

static int is_case(const struct dirent *entry)
{
    const char *point = strrchr(entry->d_name, '.');

    return point && strcmp(point, ".json") == 0;
}

static bool run_folder(const struct weir_plugin *plugin, const char *folder)
{
    struct weir_arena *arena = weir_arena_new();
    const char *path = weir_printf(arena, "%s/cases", folder);
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_case, alphasort);
    bool passed = n > 0;

    if (n <= 0)
        (void)fprintf(stderr, "no cases in %s\n", path);
    for (int i = 0; i < n; i++) {
        if (!run_case(plugin, weir_printf(arena, "%s/%s", path, entries[i]->d_name)))
            passed = false;
        free(entries[i]);
    }
    free(entries);
    weir_arena_free(arena);
    return passed;
}

int main(int argc, char **argv)
{
    const struct weir_plugin *plugin = NULL;
    void *module;

    if (argc != 3) {
        (void)fprintf(stderr, "usage: run_cases PLUGIN.so FOLDER\n");
        return 2;
    }
    module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (module)
        plugin = dlsym(module, "weir_plugin");
    if (!plugin || !plugin->transform) {
        (void)fprintf(stderr, "%s\n", plugin ? "it is no transform" : dlerror());
        return 1;
    }
    return run_folder(plugin, argv[2]) ? 0 : 1;
}
