#include "bad_row.h"

#include "errors.h"
#include "names.h"

#include <stdarg.h>
#include <stdio.h>

size_t row_in_unit(const struct weir_batch *batch, size_t row)
{
    for (size_t i = 0; i < batch->n_units; i++) {
        const struct weir_unit *unit = &batch->units[i];

        if (row >= unit->first_row && row - unit->first_row < unit->n_rows)
            return row - unit->first_row + 1;
    }
    return row + 1;
}

enum weir_status bad_row(struct table *table, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
{
    char reason[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    (void)column;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    return database_refuse(table->db, fault, code, "table '%s', row %zu of its unit: %s",
        name_show(table->shown).text, row_in_unit(batch, row), reason);
}
