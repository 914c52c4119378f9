/*
 * CSV: what is taken is written again and read the same; what comes in pieces, too.
 *
 * The first byte picks the dialect.
 */
#include <stdio.h>
#include <weir/csv.h>
#include <weir/mend.h>

#include "fuzz_rows.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A unit of these bytes; NULL: they are none, and the error says why. */
static struct weir_batch *read_text(const struct weir_csv *csv, const void *bytes, size_t size)
{
    struct weir_csv_reader *reader = weir_csv_reader_new(csv);
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    enum weir_status status;

    (void)weir_batch_add_unit(batch, NULL);
    status = weir_csv_rows(reader, body_of(batch, bytes, size, 0), batch, &error);
    weir_csv_reader_free(reader);
    check((status == WEIR_OK) != weir_error_is_set(&error));
    if (status == WEIR_OK)
        return batch;
    weir_batch_fail_unit(batch, &error);
    check(batch->n_rows == 0);
    weir_batch_free(batch);
    return NULL;
}

static void write_text(FILE *out, struct weir_str text)
{
    fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            fputc('"', out);
        fputc(text.ptr[i], out);
    }
    fputc('"', out);
}

static void write_rows(FILE *out, const struct weir_batch *batch, char delimiter)
{
    for (size_t c = 0; c < batch->n_columns; c++) {
        if (c)
            fputc(delimiter, out);
        write_text(out, batch->columns[c].name);
    }
    fputs("\r\n", out);
    for (size_t r = 0; r < batch->n_rows; r++) {
        for (size_t c = 0; c < batch->n_columns; c++) {
            const struct weir_value *value = &batch->columns[c].values[r];

            if (c)
                fputc(delimiter, out);
            if (value->kind == WEIR_TEXT)
                write_text(out, weir_value_str(value));
        }
        fputs("\r\n", out);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    static const char *const names[] = {"a", "b"};
    struct weir_csv csv = {0}, plain = {0};
    struct weir_batch *once, *again;
    char *text = NULL;
    size_t length;
    FILE *out;

    if (size < 1)
        return 0;
    csv.delimiter = plain.delimiter = delimiters[data[0] % 4];
    csv.no_quotes = data[0] & 0x10;
    csv.no_header = data[0] & 0x20;
    if (data[0] & 0x60)
        csv.columns = (struct weir_strs){names, 2};
    once = read_text(&csv, data + 1, size - 1);
    if (!once)
        return 0;
    check_rows(once);
    if (!once->n_columns) {
        weir_batch_free(once);
        return 0;
    }
    out = open_memstream(&text, &length);
    write_rows(out, once, plain.delimiter);
    (void)fclose(out);
    again = read_text(&plain, text, length);
    check(again != NULL);
    check_same(once, again);
    free(text);
    weir_batch_free(once);
    weir_batch_free(again);
    return 0;
}
