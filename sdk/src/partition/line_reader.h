/*
 * The lines of a file, one by one, in memory that does not grow.
 *
 * Blank lines and lines that begin with # are skipped; LINE_READER_MAX is the
 * most that a line may hold. Lines end in LF or CR LF, and are valid UTF-8
 * without NUL. Errors name the file and the line.
 */
#ifndef LINE_READER_H
#define LINE_READER_H

#include <weir/status.h>
#include <weir/str.h>

enum { LINE_READER_MAX = 64 * 1024 };

struct line_reader;

/* Only a regular file is opened: it is read more than once. NULL and an error. */
struct line_reader *line_reader_new(const char *path, struct weir_error *ret_error);
void line_reader_free(struct line_reader *reader);
/* WEIR_OK with a line that lives until the next call; WEIR_END; WEIR_FAIL. */
enum weir_status line_reader_next(struct line_reader *reader, struct weir_str *ret_line,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status line_reader_rewind(
    struct line_reader *reader, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
