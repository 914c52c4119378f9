#include "table.h"

#include "report/words.h"

#include <string.h>

enum { MAX_CELL = 40, MAX_COLUMNS = 200 };

/* A column as far as it has been seen; cells that came before it are NULL. */
struct column {
    const char *name;
    uint32_t kinds;
    size_t width;
    const char **cells;
};

struct table {
    const struct weir_resource *resource;
    size_t n_rows;
    size_t n_columns;
    struct column columns[MAX_COLUMNS];
};

/* At most MAX_CELL characters, cut with an ellipsis. */
static const char *cell_text(struct weir_arena *arena, struct weir_str s)
{
    char text[4096];
    size_t n = 0;
    char *at = text;

    weir_str_printable(s, text, sizeof(text));
    for (; *at; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && ++n == MAX_CELL && at[1]) {
            memcpy(at, "…", sizeof("…"));
            break;
        }
    }
    return weir_copy_text(arena, text);
}

static struct column *find_column(
    struct weir_arena *arena, struct table *table, struct weir_str name, size_t rows)
{
    const char *shown = cell_text(arena, name);
    struct column *column;

    for (size_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->columns[i].name, shown) == 0)
            return &table->columns[i];
    if (table->n_columns == MAX_COLUMNS)
        return NULL;
    column = &table->columns[table->n_columns++];
    column->name = shown;
    column->width = words_width(shown);
    column->cells = weir_new_array(arena, rows, const char *);
    return column;
}

static void take_column(
    struct weir_stage *stage, struct table *table, const struct weir_column *from, size_t n)
{
    const struct table_state *state = stage->state;
    struct column *column = find_column(stage->arena, table, from->name, state->rows);

    if (!column)
        return;
    column->kinds |= from->kinds;
    for (size_t r = 0; r < n; r++) {
        struct weir_str text = weir_value_format(&from->values[r], stage->arena, false);
        const char *cell = cell_text(stage->arena, text);
        size_t width = words_width(cell);

        column->cells[table->n_rows + r] = cell;
        if (width > column->width)
            column->width = width;
    }
}

static struct table *table_of(struct weir_stage *stage, const struct weir_resource *resource)
{
    const struct table_state *state = stage->state;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (stage->resources[i] == resource)
            return &state->tables[i];
    return NULL;
}

static bool all_full(struct weir_stage *stage)
{
    const struct table_state *state = stage->state;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (state->tables[i].n_rows < state->rows)
            return false;
    return true;
}

static enum weir_status table_start(struct weir_stage *stage)
{
    struct table_state *state = stage->state;

    state->tables = weir_new_array(stage->arena, stage->n_resources, struct table);
    for (size_t i = 0; i < stage->n_resources; i++)
        state->tables[i].resource = stage->resources[i];
    return WEIR_OK;
}

static enum weir_status table_load(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct table_state *state = stage->state;
    struct table *table = table_of(stage, batch->resource);
    size_t room = state->rows - table->n_rows;
    size_t n = batch->n_rows < room ? batch->n_rows : room;

    if (n) {
        for (size_t c = 0; c < batch->n_columns; c++)
            take_column(stage, table, &batch->columns[c], n);
        table->n_rows += n;
    }
    return all_full(stage) ? WEIR_END : WEIR_OK;
}

/* --- printing ---------------------------------------------------------------------------- */

static const char *kinds_text(struct weir_arena *arena, uint32_t kinds)
{
    const char *text = "";

    for (int kind = 1; kind < WEIR_N_KINDS; kind++)
        if (kinds & 1u << kind)
            text = weir_printf(
                arena, "%s%s%s", text, *text ? "|" : "", weir_kind_name((enum weir_kind)kind));
    return *text ? text : "null";
}

static void print_cell(FILE *out, const char *text, size_t width, bool right)
{
    size_t used = words_width(text);
    int fill = used < width ? (int)(width - used) : 0;

    if (right)
        fprintf(out, "%*s%s", fill, "", text);
    else
        fprintf(out, "%s%*s", text, fill, "");
}

/* How many columns fit; at least one is always shown. */
static size_t columns_that_fit(const struct table *table, size_t width)
{
    size_t used = 0, n = 0;

    while (n < table->n_columns) {
        used += table->columns[n].width + 2;
        if (n && used > width)
            break;
        n++;
    }
    return n;
}

static void print_rows(const struct table *table, size_t n_shown, FILE *out)
{
    const uint32_t numbers = 1u << WEIR_INT | 1u << WEIR_FLOAT | 1u << WEIR_DECIMAL;

    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < n_shown; c++) {
            const struct column *column = &table->columns[c];
            const char *cell = column->cells[r] ? column->cells[r] : "";

            print_cell(out, cell, column->width, !(column->kinds & ~numbers));
            fputs(c + 1 < n_shown ? "  " : "\n", out);
        }
    }
}

static void print_head(struct weir_arena *arena, struct table *table, size_t n_shown, FILE *out)
{
    for (size_t c = 0; c < n_shown; c++) {
        print_cell(out, table->columns[c].name, table->columns[c].width, false);
        fputs(c + 1 < n_shown ? "  " : "\n", out);
    }
    for (size_t c = 0; c < n_shown; c++) {
        print_cell(out, kinds_text(arena, table->columns[c].kinds), table->columns[c].width, false);
        fputs(c + 1 < n_shown ? "  " : "\n", out);
    }
}

static void print_hidden(const struct table *table, size_t n_shown, FILE *out)
{
    if (n_shown == table->n_columns)
        return;
    fprintf(out, "and %zu more column%s: ", table->n_columns - n_shown,
        table->n_columns - n_shown == 1 ? "" : "s");
    for (size_t c = n_shown; c < table->n_columns; c++)
        fprintf(out, "%s%s", c == n_shown ? "" : ", ", table->columns[c].name);
    fputc('\n', out);
}

static void print_table(struct weir_stage *stage, struct table *table)
{
    const struct table_state *state = stage->state;
    size_t n_shown;

    fprintf(state->out, "%s (%zu row%s)\n", table->resource->name, table->n_rows,
        table->n_rows == 1 ? "" : "s");
    for (size_t c = 0; c < table->n_columns; c++) {
        size_t width = words_width(kinds_text(stage->arena, table->columns[c].kinds));

        if (width > table->columns[c].width)
            table->columns[c].width = width;
    }
    n_shown = columns_that_fit(table, state->width);
    print_head(stage->arena, table, n_shown, state->out);
    print_rows(table, n_shown, state->out);
    print_hidden(table, n_shown, state->out);
    fputc('\n', state->out);
}

static enum weir_status table_commit(struct weir_stage *stage)
{
    const struct table_state *state = stage->state;

    return fflush(state->out) == 0
               ? WEIR_OK
               : weir_fail(stage, WEIR_FAULT_DESTINATION, "E-OUTPUT", "cannot write to stdout");
}

static void table_stop(struct weir_stage *stage)
{
    const struct table_state *state = stage->state;
    /* What nothing came of may be empty, or was never read. */
    bool is_all = !weir_incomplete(stage);

    for (size_t i = 0; state->tables && i < stage->n_resources; i++)
        if (is_all || state->tables[i].n_rows)
            print_table(stage, &state->tables[i]);
    fflush(state->out);
}

const struct weir_plugin table_plugin = {
    .header = WEIR_HEADER,
    .name = "table",
    .summary = "Print the first rows as a table.",
    .state_size = sizeof(struct table_state),
    .start = table_start,
    .stop = table_stop,
    .load = table_load,
    .commit = table_commit,
};
