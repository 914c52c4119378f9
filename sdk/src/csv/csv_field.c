/* Fields of records, and what is wrong about them. */
#include "csv_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    REASON_SIZE = 768,
    NAME_SIZE = 64,
};

size_t csv_count_lines(struct weir_str text, size_t until)
{
    const char *newline = text.ptr;
    const char *end = text.ptr + until;
    size_t n = 0;

    while (newline < end && (newline = memchr(newline, '\n', (size_t)(end - newline)))) {
        newline++;
        n++;
    }
    return n;
}

bool csv_fail(struct weir_csv_reader *reader, const char *code, size_t offset, size_t column,
    const char *format, ...)
{
    char reason[REASON_SIZE];
    char where[NAME_SIZE + 64] = "header: ";
    char name[NAME_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    if (!reader->wants_header && column < reader->n_names) {
        (void)weir_str_printable(reader->names[column], name, sizeof(name));
        (void)snprintf(where, sizeof(where), "row %zu, column '%s': ", reader->n_rows + 1, name);
    } else if (!reader->wants_header) {
        (void)snprintf(where, sizeof(where), "row %zu: ", reader->n_rows + 1);
    }
    (void)weir_error_set(reader->error, WEIR_FAULT_DATA, code, "%s%s, at line %zu (byte %zu)",
        where, reason, reader->n_lines + csv_count_lines(reader->scan.text, offset) + 1,
        reader->n_bytes + offset);
    return false;
}

struct weir_str csv_undouble(struct weir_arena *arena, struct weir_str raw)
{
    char *out = weir_alloc(arena, raw.len);
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        out[n++] = raw.ptr[i];
        i += raw.ptr[i] == '"';
    }
    return (struct weir_str){out, n};
}

bool csv_next_field(struct weir_csv_reader *reader, size_t start, size_t column,
    struct csv_field *ret_field, enum csv_end *ret_end)
{
    struct csv_scan *scan = &reader->scan;
    const char *nul;

    *ret_end = csv_scan_field(scan, ret_field);
    /* One without quotes ends before a NUL. */
    nul = ret_field->is_quoted && ret_field->raw.len
              ? memchr(ret_field->raw.ptr, '\0', ret_field->raw.len)
              : NULL;
    if (nul)
        return csv_fail(reader, "E-TEXT-NUL", (size_t)(nul - scan->text.ptr), column,
            "a NUL byte inside a text");
    if (*ret_end == CSV_FAULT && scan->text.ptr[scan->at] == '\0')
        return csv_fail(reader, "E-TEXT-NUL", scan->at, column, "a NUL byte inside a text");
    if (*ret_end == CSV_FAULT)
        return csv_fail(reader, "E-CSV", scan->at, column, "%s", scan->fault);
    if (scan->at - start > WEIR_CSV_MAX_RECORD)
        return csv_fail(reader, "E-LIMIT-RECORD", start, SIZE_MAX,
            "a record of more than %d bytes; is a quote missing?", WEIR_CSV_MAX_RECORD);
    return true;
}
