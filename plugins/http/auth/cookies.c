#include "cookies.h"

#include "client/head.h"

#include <string.h>
#include <strings.h>

enum { MOST = 64 }; /* cookies of a login */

struct cookies {
    struct weir_str names[MOST], values[MOST];
    size_t n;
};

static bool is_same(struct weir_str a, struct weir_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static void add(struct cookies *all, const char *field)
{
    size_t whole = strcspn(field, ";");
    const char *equals = memchr(field, '=', whole);
    struct weir_str name, value;
    size_t at = 0;

    if (!equals || equals == field)
        return;
    name = (struct weir_str){field, (size_t)(equals - field)};
    value = (struct weir_str){equals + 1, whole - name.len - 1};
    while (at < all->n && !is_same(all->names[at], name))
        at++;
    if (at == MOST)
        return;
    if (at == all->n)
        all->n++;
    all->names[at] = name;
    all->values[at] = value;
}

/* The fields of a head: name, NUL, value, NUL, and so on. */
static void gather(struct cookies *all, const struct weir_buf *fields)
{
    const char *at = fields->ptr, *end = fields->ptr + fields->len;

    while (at && at < end) {
        const char *value = at + strlen(at) + 1;

        if (value >= end)
            break;
        if (strcasecmp(at, "Set-Cookie") == 0)
            add(all, value);
        at = value + strlen(value) + 1;
    }
}

const char *http_cookies(
    const struct http_response *response, struct weir_arena *arena, const char **ret_secret)
{
    struct cookies all = {.n = 0};
    const char *text = NULL;
    size_t longest = 0;

    if (response->head)
        gather(&all, &response->head->fields);
    for (size_t i = 0; i < all.n; i++) {
        struct weir_str value = all.values[i];

        if (value.len == 0)
            continue;
        text = weir_printf(arena, "%s%s%.*s=%.*s", text ? text : "", text ? "; " : "",
            WEIR_STR_ARG(all.names[i]), WEIR_STR_ARG(value));
        if (value.len > longest) {
            *ret_secret = weir_copy(arena, value).ptr;
            longest = value.len;
        }
    }
    return text;
}
