/* Records to rows. */
#include <weir/csv.h>

#include "batch/batch.h"
#include "csv_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool weir_csv_may_delimit(char c)
{
    return c != '\0' && c != '"' && c != '\r' && c != '\n' && (unsigned char)c < 0x80;
}

struct weir_csv_reader *weir_csv_reader_new(const struct weir_csv *csv)
{
    struct weir_csv_reader *reader = weir_calloc(1, sizeof(*reader));
    struct weir_str *names;

    csv_scan_init(&reader->scan, csv->delimiter ? csv->delimiter : ',', !csv->no_quotes);
    reader->wants_header = !csv->no_header;
    reader->arena = weir_arena_new();
    if (!csv->columns.n)
        return reader;
    names = weir_new_array(reader->arena, csv->columns.n, struct weir_str);
    for (size_t i = 0; i < csv->columns.n; i++)
        names[i] = weir_str(csv->columns.items[i]);
    reader->names = names;
    reader->n_names = csv->columns.n;
    return reader;
}

void weir_csv_reader_free(struct weir_csv_reader *reader)
{
    if (!reader)
        return;
    weir_arena_free(reader->arena);
    free(reader->columns);
    free(reader);
}

static bool begins_with(struct weir_str text, const char *word)
{
    size_t n = strlen(word);

    return text.len >= n && strncasecmp(text.ptr, word, n) == 0;
}

/* Any of these is most often not what was asked for but somebody's in between. */
static const char *wrong_shape(struct weir_str text)
{
    if (begins_with(text, "\xff\xfe") || begins_with(text, "\xfe\xff"))
        return "looks like UTF-16; CSV is read as UTF-8, ask the source for that";
    if (begins_with(text, "\x1f\x8b"))
        return "is compressed (gzip), but was not announced as such";
    while (text.len && strchr(" \t\r\n", *text.ptr))
        text = (struct weir_str){text.ptr + 1, text.len - 1};
    if (begins_with(text, "<!doctype") || begins_with(text, "<html"))
        return "looks like HTML (a sign-in or error page?), not CSV";
    if (begins_with(text, "<?xml"))
        return "looks like XML, not CSV";
    if (begins_with(text, "{\"") || begins_with(text, "[{") || begins_with(text, "{}"))
        return "looks like JSON, not CSV";
    return NULL;
}

static bool open_row(struct weir_csv_reader *reader, size_t start)
{
    struct weir_batch *batch = reader->batch;

    if ((batch->n_rows + 1) * batch->n_columns > reader->most_cells)
        return csv_fail(reader, "E-LIMIT-COLUMNS", start, SIZE_MAX,
            "%zu rows with %zu columns among them, nearly all empty", batch->n_rows + 1,
            batch->n_columns);
    (void)batch_open_row(batch);
    for (size_t c = 0; c < batch->n_columns; c++)
        batch->columns[c].values[batch->n_rows - 1] = weir_absent();
    return true;
}

static void set_cell(struct weir_csv_reader *reader, size_t n, const struct csv_field *field)
{
    struct weir_batch *batch = reader->batch;
    struct weir_column *column = &batch->columns[reader->columns[n]];
    struct weir_str text = field->raw;

    column->values[batch->n_rows - 1] = weir_null();
    if (text.len == 0 && !field->is_quoted)
        return;
    if (field->has_doubled)
        text = csv_undouble(batch->arena, text);
    column->values[batch->n_rows - 1] = weir_text(WEIR_TEXT, text);
    column->kinds |= 1U << WEIR_TEXT;
}

static bool read_row(struct weir_csv_reader *reader)
{
    size_t start = reader->scan.at;
    struct csv_field field;
    enum csv_end end;
    size_t n = 0;

    if (!open_row(reader, start))
        return false;
    do {
        if (!csv_next_field(reader, start, n, &field, &end))
            return false;
        if (n < reader->n_names)
            set_cell(reader, n, &field);
        n++;
    } while (end == CSV_MORE);
    if (n != reader->n_names)
        return csv_fail(reader, "E-CSV", start, SIZE_MAX,
            "%zu field%s where there are %zu column%s", n, n == 1 ? "" : "s", reader->n_names,
            reader->n_names == 1 ? "" : "s");
    reader->n_rows++;
    return true;
}

static bool read_piece(struct weir_csv_reader *reader)
{
    if (!csv_scan_record(&reader->scan))
        return true;
    if (reader->wants_header && !csv_read_header(reader))
        return false;
    if (!csv_map_columns(reader))
        return false;
    while (csv_scan_record(&reader->scan))
        if (!read_row(reader))
            return false;
    return true;
}

/* Checks what can be told of the text as a whole. */
static bool open_piece(struct weir_csv_reader *reader, struct weir_str piece)
{
    bool is_first = reader->n_bytes == 0;
    size_t mark = is_first && begins_with(piece, "\xef\xbb\xbf") ? 3 : 0;
    const char *shape = is_first ? wrong_shape(piece) : NULL;
    size_t bad;

    reader->scan.text = piece;
    reader->scan.at = mark;
    if (shape) {
        (void)weir_error_set(
            reader->error, WEIR_FAULT_DATA, "E-BODY-SHAPE", "the answer %s", shape);
        return false;
    }
    bad = weir_str_utf8_error(piece);
    if (bad < piece.len)
        (void)weir_error_set(reader->error, WEIR_FAULT_DATA, "E-UTF8",
            "byte 0x%02X is not UTF-8, at line %zu (byte %zu)",
            (unsigned)(unsigned char)piece.ptr[bad],
            reader->n_lines + csv_count_lines(piece, bad) + 1, reader->n_bytes + bad);
    return bad == piece.len;
}

enum weir_status weir_csv_rows(struct weir_csv_reader *reader, struct weir_str piece,
    struct weir_batch *batch, struct weir_error *ret_error)
{
    reader->batch = batch;
    reader->error = ret_error;
    if (!open_piece(reader, piece) || !read_piece(reader))
        return WEIR_FAIL;
    if (reader->wants_header)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer is empty; not even a header is there");
    reader->n_lines += csv_count_lines(piece, piece.len);
    reader->n_bytes += piece.len;
    return WEIR_OK;
}
