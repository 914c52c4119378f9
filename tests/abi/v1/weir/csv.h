/*
 * CSV to rows, as RFC 4180 has it: records end with LF or CRLF, a field in quotes
 * may hold delimiters, line ends and doubled quotes.
 *
 * Nothing is guessed. Every value is a text; a field without anything in it is
 * null, one of two quotes is an empty text. A record with more or fewer fields
 * than there are columns is an error, and so is a quote where none may stand.
 * Empty lines count for nothing.
 */
#ifndef WEIR_CSV_H
#define WEIR_CSV_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    WEIR_CSV_MAX_COLUMNS = 4096,
    WEIR_CSV_MAX_NAME = 65536,             /* bytes of a column's name */
    WEIR_CSV_MAX_RECORD = 16 * 1024 * 1024 /* bytes */
};

struct weir_csv {
    char delimiter; /* NUL: a comma */
    bool no_quotes; /* a quote is a character as any other */
    bool no_header; /* the first record is a row already, and columns name its fields */
    /* Names of the fields, in their order; empty: those of the header. */
    struct weir_strs columns;
};

/* Whether this can part fields: one byte, neither a quote nor the end of a line. */
WEIR_API bool weir_csv_may_delimit(char c);

/* What is known of a text whose records come in pieces. Of one thread at a time. */
struct weir_csv_reader;

/* The columns must live as long as the reader. */
WEIR_API struct weir_csv_reader *weir_csv_reader_new(const struct weir_csv *csv);
WEIR_API void weir_csv_reader_free(struct weir_csv_reader *reader);

/*
 * Appends the rows of a piece to the last unit of the batch: whole records, of
 * which the first ones bring the header. Fields without doubled quotes point into
 * the piece, which must live as long as the batch (weir_adopt it). Whether records
 * are missing at the end nobody can tell from the text, so the caller must know
 * that it is whole.
 *
 * On WEIR_FAIL the batch may hold rows of the unit so far; weir_batch_fail_unit
 * takes them back, and the reader is of no use any more. Codes: E-CSV with row,
 * line and offset; E-UTF8; E-TEXT-NUL; E-BODY-SHAPE when there is no header, or
 * the text looks like HTML, XML or JSON; E-LIMIT-COLUMNS, E-LIMIT-KEY and
 * E-LIMIT-RECORD.
 */
WEIR_API enum weir_status weir_csv_rows(struct weir_csv_reader *reader, struct weir_str piece,
    struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
