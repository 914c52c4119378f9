/* A row that cannot go on: set aside where the resource does so, else the end of the run. */
#include <weir/stage.h>

#include <stdarg.h>
#include <stdio.h>

static enum weir_status fail_at_row(struct weir_stage *stage, const struct weir_batch *batch,
    size_t row, const char *column, const struct weir_error *error)
{
    const char *name = batch->resource ? batch->resource->name : "?";
    bool is_exact;
    size_t number = weir_batch_row_number(batch, row, &is_exact);

    return weir_fail(stage, error->fault, error->code,
        "resource '%s', row %zu of %sits unit%s%s%s: %s", name, number,
        is_exact ? "" : "what is left of ", column ? ", column '" : "", column ? column : "",
        column ? "'" : "", error->text);
}

enum weir_status weir_reject(struct weir_stage *stage, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
{
    struct weir_error error = {0};
    char text[2 * WEIR_ERROR_TEXT_SIZE];
    va_list args;

    text[0] = '\0';
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)weir_error_set(&error, fault, code, "%s", text);
    if (!batch->resource || !batch->resource->sets_aside)
        return fail_at_row(stage, batch, row, column, &error);
    weir_batch_reject(batch, row, column, &error);
    return WEIR_OK;
}
