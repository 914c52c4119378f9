#include "line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/arena.h>

enum { CAPACITY = LINE_READER_MAX + 2 }; /* the longest line and its CR LF */

struct line_reader {
    char *path;
    int fd;
    bool at_end;   /* the file has no more bytes */
    size_t start;  /* of the bytes that were not given out yet */
    size_t len;    /* of all bytes in the buffer */
    uint64_t line; /* the number of the last one taken */
    char bytes[CAPACITY];
};

static enum weir_status fail_system(
    const struct line_reader *reader, const char *verb, struct weir_error *error)
{
    return weir_error_set(error, WEIR_FAULT_USAGE, "E-PARTITION-FILE", "cannot %s '%s': %s", verb,
        reader->path, strerror(errno));
}

static bool open_file(struct line_reader *reader, struct weir_error *error)
{
    struct stat info;

    /* Without O_NONBLOCK the opening of a pipe waits for its writer. */
    reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reader->fd < 0 || fstat(reader->fd, &info) != 0) {
        (void)fail_system(reader, "open", error);
        return false;
    }
    if (S_ISREG(info.st_mode))
        return true;
    (void)weir_error_set(error, WEIR_FAULT_USAGE, "E-PARTITION-FILE",
        "cannot use '%s': it is %s; a regular file is needed, because it is read more than once",
        reader->path, S_ISDIR(info.st_mode) ? "a directory" : "no regular file");
    return false;
}

struct line_reader *line_reader_new(const char *path, struct weir_error *ret_error)
{
    struct line_reader *reader = weir_calloc(1, sizeof(*reader));

    reader->fd = -1;
    reader->path = weir_malloc(strlen(path) + 1);
    memcpy(reader->path, path, strlen(path) + 1);
    if (open_file(reader, ret_error))
        return reader;
    line_reader_free(reader);
    return NULL;
}

void line_reader_free(struct line_reader *reader)
{
    if (!reader)
        return;
    if (reader->fd >= 0)
        (void)close(reader->fd);
    free(reader->path);
    free(reader);
}

enum weir_status line_reader_rewind(struct line_reader *reader, struct weir_error *ret_error)
{
    reader->at_end = false;
    reader->start = 0;
    reader->len = 0;
    reader->line = 0;
    if (lseek(reader->fd, 0, SEEK_SET) == 0)
        return WEIR_OK;
    return fail_system(reader, "read", ret_error);
}

/* Moves what is left to the front and reads more behind it. */
static enum weir_status fill(struct line_reader *reader, struct weir_error *error)
{
    ssize_t n;

    if (reader->start > 0)
        memmove(reader->bytes, reader->bytes + reader->start, reader->len - reader->start);
    reader->len -= reader->start;
    reader->start = 0;
    do
        n = read(reader->fd, reader->bytes + reader->len, CAPACITY - reader->len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail_system(reader, "read", error);
    reader->at_end = n == 0;
    reader->len += (size_t)n;
    return WEIR_OK;
}

static enum weir_status fail_length(const struct line_reader *reader, struct weir_error *error)
{
    return weir_error_set(error, WEIR_FAULT_DATA, "E-LIMIT",
        "%s:%" PRIu64 ": the line is longer than %d bytes", reader->path, reader->line + 1,
        LINE_READER_MAX);
}

/* The next line without its end; WEIR_END when nothing is left. */
static enum weir_status take_line(
    struct line_reader *reader, struct weir_str *ret_line, struct weir_error *error)
{
    struct weir_str line;
    const char *end;

    for (;;) {
        line = (struct weir_str){reader->bytes + reader->start, reader->len - reader->start};
        end = memchr(line.ptr, '\n', line.len);
        if (end || reader->at_end)
            break;
        if (line.len == CAPACITY)
            return fail_length(reader, error);
        if (fill(reader, error) != WEIR_OK)
            return WEIR_FAIL;
    }
    if (!end && line.len == 0)
        return WEIR_END;
    if (end)
        line.len = (size_t)(end - line.ptr);
    reader->start += line.len + (end ? 1 : 0);
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (line.len > LINE_READER_MAX)
        return fail_length(reader, error);
    reader->line++;
    *ret_line = line;
    return WEIR_OK;
}

static bool is_skipped(struct weir_str line)
{
    if (line.len > 0 && line.ptr[0] == '#')
        return true;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
            return false;
    return true;
}

static enum weir_status check_line(
    const struct line_reader *reader, struct weir_str line, struct weir_error *error)
{
    size_t valid = weir_str_utf8_error(line);
    const char *nul = memchr(line.ptr, '\0', line.len);

    if (valid < line.len)
        return weir_error_set(error, WEIR_FAULT_DATA, "E-UTF8",
            "%s:%" PRIu64 ": byte %zu of the line is not valid UTF-8", reader->path, reader->line,
            valid + 1);
    if (nul)
        return weir_error_set(error, WEIR_FAULT_DATA, "E-TEXT-NUL",
            "%s:%" PRIu64 ": byte %zu of the line is NUL, which no text may hold", reader->path,
            reader->line, (size_t)(nul - line.ptr) + 1);
    return WEIR_OK;
}

/* Some editors put a mark of three bytes before UTF-8. */
static struct weir_str without_mark(struct weir_str line)
{
    if (line.len >= 3 && memcmp(line.ptr, "\xEF\xBB\xBF", 3) == 0)
        return (struct weir_str){line.ptr + 3, line.len - 3};
    return line;
}

enum weir_status line_reader_next(
    struct line_reader *reader, struct weir_str *ret_line, struct weir_error *ret_error)
{
    struct weir_str line;

    do {
        enum weir_status status = take_line(reader, &line, ret_error);

        if (status != WEIR_OK)
            return status;
        if (reader->line == 1)
            line = without_mark(line);
    } while (is_skipped(line));
    if (check_line(reader, line, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_line = line;
    return WEIR_OK;
}
