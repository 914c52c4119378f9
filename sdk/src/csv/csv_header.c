/* From the first record to columns of the batch. */
#include "csv_reader.h"

enum {
    FIRST_NAMES = 16,
    /* A batch may always have so many cells; beyond, as many as the text has bytes. */
    FREE_CELLS = 1 << 20,
};

static bool check_name(struct weir_csv_reader *reader, size_t n, size_t start, struct weir_str name)
{
    if (n == WEIR_CSV_MAX_COLUMNS)
        return csv_fail(reader, "E-LIMIT-COLUMNS", start, SIZE_MAX, "more than %d columns",
            WEIR_CSV_MAX_COLUMNS);
    if (name.len > WEIR_CSV_MAX_NAME)
        return csv_fail(reader, "E-LIMIT-KEY", start, SIZE_MAX,
            "the name of column %zu has more than %d bytes", n + 1, WEIR_CSV_MAX_NAME);
    if (name.len == 0)
        return csv_fail(reader, "E-CSV", start, SIZE_MAX,
            "column %zu has no name; name all of them under columns", n + 1);
    return true;
}

static void add_name(struct weir_csv_reader *reader, struct weir_str **names, size_t n,
    const struct csv_field *field)
{
    struct weir_str name = field->raw;

    if (n >= FIRST_NAMES ? (n & (n - 1)) == 0 : n == 0) {
        struct weir_str *more =
            weir_new_array(reader->arena, n ? 2 * n : FIRST_NAMES, struct weir_str);

        for (size_t i = 0; i < n; i++)
            more[i] = (*names)[i];
        *names = more;
    }
    if (field->has_doubled)
        name = csv_undouble(reader->arena, name);
    (*names)[n] = weir_copy(reader->arena, name);
}

bool csv_read_header(struct weir_csv_reader *reader)
{
    bool is_named = reader->names != NULL;
    size_t start = reader->scan.at;
    struct weir_str *names = NULL;
    struct csv_field field;
    enum csv_end end;
    size_t n = 0;

    do {
        if (!csv_next_field(reader, start, SIZE_MAX, &field, &end) ||
            (!is_named && !check_name(reader, n, start, field.raw)))
            return false;
        if (!is_named)
            add_name(reader, &names, n, &field);
        n++;
    } while (end == CSV_MORE);
    if (is_named && n != reader->n_names)
        return csv_fail(reader, "E-CSV", start, SIZE_MAX,
            "%zu names stand there, and %zu under columns", n, reader->n_names);
    if (!is_named)
        reader->names = names;
    reader->n_names = n;
    reader->wants_header = false;
    return true;
}

bool csv_map_columns(struct weir_csv_reader *reader)
{
    struct weir_batch *batch = reader->batch;

    reader->columns = weir_realloc(reader->columns, (reader->n_names + 1) * sizeof(size_t));
    for (size_t i = 0; i < reader->n_names; i++) {
        reader->columns[i] = weir_batch_column(batch, reader->names[i]);
        if (batch->n_columns > WEIR_CSV_MAX_COLUMNS)
            return csv_fail(reader, "E-LIMIT-COLUMNS", reader->scan.at, SIZE_MAX,
                "more than %d columns among several answers", WEIR_CSV_MAX_COLUMNS);
        for (size_t k = 0; k < i; k++)
            if (reader->columns[k] == reader->columns[i])
                return csv_fail(reader, "E-CSV", 0, i,
                    "two columns have this name; name all of them under columns");
    }
    reader->most_cells = batch->n_rows * batch->n_columns + FREE_CELLS + reader->scan.text.len;
    return true;
}
