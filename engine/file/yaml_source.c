#include "yaml_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading ----------------------------------------------------------------------------- */

static void too_large(struct weir_mistakes *mistakes)
{
    weir_mistake(mistakes, NULL, 0, "E-LIMIT",
        "the file is larger than 1 MiB, the most that a pipeline file may have; "
        "is it data rather than a pipeline?");
}

/* What can be told without reading: the size of a regular file, and what is no file at all. */
static bool check_file(int fd, struct weir_mistakes *mistakes)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0) {
        weir_mistake(mistakes, NULL, 0, "E-FILE", "cannot read the file: %s", strerror(errno));
        return false;
    }
    if (S_ISDIR(stat.st_mode)) {
        weir_mistake(mistakes, NULL, 0, "E-FILE",
            "this is a directory; name the pipeline file in it, such as %s", "pipeline.yaml");
        return false;
    }
    if (S_ISREG(stat.st_mode) && stat.st_size > YAML_SOURCE_MAX) {
        too_large(mistakes);
        return false;
    }
    return true;
}

/* Reads until the end or one byte beyond the limit; -1 when reading fails. */
static ssize_t read_whole(int fd, char *bytes)
{
    size_t n = 0;

    while (n <= YAML_SOURCE_MAX) {
        ssize_t more = read(fd, bytes + n, YAML_SOURCE_MAX + 1 - n);

        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        n += (size_t)more;
    }
    return (ssize_t)n;
}

static bool read_open(
    int fd, struct weir_arena *arena, struct weir_mistakes *mistakes, struct yaml_source *source)
{
    char *bytes;
    ssize_t n;

    if (!check_file(fd, mistakes))
        return false;
    bytes = weir_malloc(YAML_SOURCE_MAX + 1);
    n = read_whole(fd, bytes);
    if (n < 0)
        weir_mistake(mistakes, NULL, 0, "E-FILE", "cannot read the file: %s", strerror(errno));
    else if (n > YAML_SOURCE_MAX)
        too_large(mistakes);
    else
        source->text = weir_copy(arena, (struct weir_str){bytes, (size_t)n});
    free(bytes);
    return source->text.ptr != NULL;
}

/* A byte order mark is no part of the text: columns are counted behind it. */
static void drop_byte_order_mark(struct yaml_source *source)
{
    if (source->text.len < 3 || memcmp(source->text.ptr, "\xef\xbb\xbf", 3) != 0)
        return;
    source->text.ptr += 3;
    source->text.len -= 3;
}

bool yaml_source_read(const char *path, struct weir_arena *arena, struct weir_mistakes *mistakes,
    struct yaml_source *ret_source)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool is_read;

    *ret_source = (struct yaml_source){.path = path};
    if (fd < 0) {
        weir_mistake(mistakes, NULL, 0, "E-FILE", "cannot open the file: %s", strerror(errno));
        return false;
    }
    is_read = read_open(fd, arena, mistakes, ret_source);
    close(fd);
    if (!is_read)
        return false;
    drop_byte_order_mark(ret_source);
    return yaml_source_check(ret_source, mistakes);
}

/* --- lines ------------------------------------------------------------------------------- */

/* The bytes of a line's end as YAML 1.1 knows it: LF, CR, CRLF, NEL, LS or PS; 0 if it is none. */
static size_t break_length(const char *at, const char *end)
{
    size_t left = (size_t)(end - at);

    if (at[0] == '\n')
        return 1;
    if (at[0] == '\r')
        return left > 1 && at[1] == '\n' ? 2 : 1;
    if (left > 1 && memcmp(at, "\xc2\x85", 2) == 0)
        return 2;
    if (left > 2 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 || memcmp(at, "\xe2\x80\xa9", 3) == 0))
        return 3;
    return 0;
}

struct weir_str yaml_source_line(const struct yaml_source *source, uint32_t line)
{
    const char *end = source->text.ptr + source->text.len;
    const char *start = source->text.ptr, *at;

    for (at = start; at < end;) {
        size_t n = break_length(at, end);

        if (n && line == 1)
            break;
        at += n ? n : 1;
        if (n) {
            start = at;
            line--;
        }
    }
    return line == 1 ? (struct weir_str){start, (size_t)(at - start)} : weir_str("");
}

/* The place of a byte, as a node that mistakes can be told of. */
static struct weir_node place_of(const struct yaml_source *source, size_t offset)
{
    const char *at = source->text.ptr, *end = at + source->text.len;
    struct weir_node node = {.line = 1, .column = 1};

    while (at < source->text.ptr + offset) {
        size_t n = break_length(at, end);

        node.column = n ? 1 : node.column + (((unsigned char)*at & 0xc0) != 0x80);
        node.line += n > 0;
        at += n ? n : 1;
    }
    return node;
}

/* --- checking ---------------------------------------------------------------------------- */

/*
 * Characters that YAML has no use for: controls but tab and line ends, the two that
 * are no characters, and a byte order mark that is not the first. They come from
 * binary files and broken editors.
 */
static bool is_refused(const unsigned char *at, size_t left)
{
    if (at[0] < 0x20)
        return at[0] != '\t' && at[0] != '\n' && at[0] != '\r';
    if (at[0] == 0xc2 && left > 1)
        return at[1] < 0xa0 && at[1] != 0x85;
    if (at[0] == 0xef && left > 2)
        return (at[1] == 0xbf && at[2] >= 0xbe) || (at[1] == 0xbb && at[2] == 0xbf);
    return at[0] == 0x7f;
}

static size_t find_refused(struct weir_str text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t i = 0;

    while (i < text.len && !is_refused(bytes + i, text.len - i))
        i++;
    return i;
}

static void tell_bad_utf8(
    const struct yaml_source *source, struct weir_mistakes *mistakes, size_t offset)
{
    const unsigned char *bytes = (const unsigned char *)source->text.ptr;
    struct weir_node at = place_of(source, offset);
    bool is_utf16 =
        offset == 0 && source->text.len > 1 &&
        ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff));

    if (is_utf16)
        weir_mistake(mistakes, &at, 0, "E-UTF8", "the file is in UTF-16; save it as UTF-8");
    else
        weir_mistake(mistakes, &at, 0, "E-UTF8",
            "byte 0x%02X is not part of valid UTF-8; save the file as UTF-8", bytes[offset]);
}

static void tell_refused(
    struct weir_mistakes *mistakes, const struct weir_node *at, unsigned char first)
{
    if (first == '\0')
        weir_mistake(mistakes, at, 0, "E-YAML",
            "there is a NUL byte here; is this a text file, and in UTF-8?");
    else if (first == 0xef)
        weir_mistake(mistakes, at, 0, "E-YAML",
            "there is an invisible character here, such as a byte order mark; remove it");
    else
        weir_mistake(mistakes, at, 0, "E-YAML",
            "there is a control character here (byte 0x%02X); remove it", first);
}

bool yaml_source_check(const struct yaml_source *source, struct weir_mistakes *mistakes)
{
    size_t bad = weir_str_utf8_error(source->text);
    size_t refused = find_refused(source->text);
    struct weir_node at;

    if (refused >= source->text.len && bad >= source->text.len)
        return true;
    if (bad < refused) {
        tell_bad_utf8(source, mistakes, bad);
        return false;
    }
    at = place_of(source, refused);
    tell_refused(mistakes, &at, (unsigned char)source->text.ptr[refused]);
    return false;
}
