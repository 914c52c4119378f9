#include "link_header.h"

#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* Is rel among the words of a list of relations? */
static bool has_relation(struct weir_str list, const char *rel)
{
    size_t len = strlen(rel);

    for (size_t i = 0; i < list.len;) {
        size_t end = i;

        while (end < list.len && list.ptr[end] != ' ' && list.ptr[end] != '\t')
            end++;
        if (end - i == len && strncasecmp(list.ptr + i, rel, len) == 0)
            return true;
        i = end + 1;
    }
    return false;
}

/* A token, or a text in quotes (without them; escapes are left, since no relation has any).
 * Returns what follows. */
static const char *read_value(const char *at, struct weir_str *ret_value)
{
    const char *start = at;

    if (*at != '"') {
        at += strcspn(at, ";, \t");
        *ret_value = (struct weir_str){start, (size_t)(at - start)};
        return at;
    }
    for (start = ++at; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    *ret_value = (struct weir_str){start, (size_t)(at - start)};
    return *at ? at + 1 : at;
}

/* The parameters behind a target, up to the comma before the next link. Only the first rel of a
 * link counts, says the RFC. */
static const char *read_params(const char *at, const char *rel, bool *ret_match)
{
    bool had_rel = false;

    *ret_match = false;
    for (at = skip_blanks(at); *at == ';'; at = skip_blanks(at)) {
        struct weir_str value = {NULL, 0};
        const char *name = at = skip_blanks(at + 1);
        size_t len = strcspn(at, "=;, \t");

        at = skip_blanks(at + len);
        if (*at == '=')
            at = read_value(skip_blanks(at + 1), &value);
        if (len == 3 && strncasecmp(name, "rel", 3) == 0 && !had_rel) {
            had_rel = true;
            *ret_match = has_relation(value, rel);
        }
    }
    return at;
}

struct weir_str http_link_find(const char *header, const char *rel)
{
    const char *at = header;

    while ((at = strchr(at, '<'))) {
        const char *target = at + 1;
        const char *end = strchr(target, '>');
        bool match;

        if (!end)
            break;
        at = read_params(end + 1, rel, &match);
        if (match)
            return (struct weir_str){target, (size_t)(end - target)};
        at += strcspn(at, ",");
    }
    return (struct weir_str){NULL, 0};
}
