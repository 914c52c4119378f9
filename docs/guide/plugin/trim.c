/* trim - strip the blanks from both ends of text values. */
#include <weir/plugin.h>

struct trim {
    struct weir_strs columns;
    bool empty_is_null;
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct trim, columns, .help = "Columns to trim; every text column when absent."),
    WEIR_BOOL(struct trim, empty_is_null, .initial = "false",
        .help = "Make a value null when nothing is left."),
    {0},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text itself stays where it is; only the view of it becomes shorter. */
static void trim_value(struct weir_value *value, bool empty_is_null)
{
    if (value->kind != WEIR_TEXT)
        return;
    while (value->length && is_blank(value->text[0])) {
        value->text++;
        value->length--;
    }
    while (value->length && is_blank(value->text[value->length - 1]))
        value->length--;
    if (!value->length && empty_is_null)
        *value = weir_null();
}

static enum weir_status trim_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct trim *trim = stage->state;

    for (size_t c = 0; c < batch->n_columns; c++) {
        struct weir_column *column = &batch->columns[c];

        if (!weir_column_has(column, WEIR_TEXT) || !weir_strs_allow(&trim->columns, column->name))
            continue;
        for (size_t r = 0; r < batch->n_rows; r++)
            trim_value(&column->values[r], trim->empty_is_null);
        weir_column_recount(column, batch->n_rows);
    }
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "trim",
    .summary = "Strip the blanks from both ends of text values.",
    .version = "1.0.0",
    .threading = WEIR_IN_PARALLEL,
    .state_size = sizeof(struct trim),
    .options = options,
    .transform = trim_transform,
};
