/*
 * A row as COPY writes it in its text format: fields with tabs between them and a
 * newline behind; \N is null, and a backslash stands before what would be taken for
 * something else.
 */
#include "source.h"

#include <string.h>

static char letter_of(char c)
{
    static const char names[] = "bfnrtv", letters[] = "\b\f\n\r\t\v";
    const char *found = c ? strchr(names, c) : NULL;

    return found ? letters[found - names] : c;
}

/* From a backslash on; the field ends where *ret_end is. */
static char *unescape(char *from, char **ret_end)
{
    char *to = from;

    for (; *from != '\t' && *from != '\n'; from++)
        *to++ = *from == '\\' ? letter_of(*++from) : *from;
    *ret_end = to;
    return from;
}

struct weir_str source_line_next(char **at)
{
    char *start = *at, *end = start, *behind;

    if (start[0] == '\\' && start[1] == 'N') {
        *at = start + 3;
        return (struct weir_str){NULL, 0};
    }
    while (*end != '\t' && *end != '\n' && *end != '\\')
        end++;
    behind = *end == '\\' ? unescape(end, &end) : end;
    *end = '\0';
    *at = behind + 1;
    return (struct weir_str){start, (size_t)(end - start)};
}

char *source_line_tail(char *line, size_t size, size_t n)
{
    char *at = line + size - 1;

    while (n && at > line)
        if (*--at == '\t')
            n--;
    return n ? line : at + 1;
}

bool source_line_has_null(const char *fields)
{
    if (fields[0] == '\\' && fields[1] == 'N')
        return true;
    for (const char *at = fields; *at != '\n'; at++)
        if (at[0] == '\t' && at[1] == '\\' && at[2] == 'N')
            return true;
    return false;
}
