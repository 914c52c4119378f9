#include "signs.h"

#include <string.h>

enum place { LINK, CURSOR, PAGE, N_PAGES, OFFSET, LIMIT, TOTAL, MORE };

struct usual {
    enum place place;
    const char *path;
    const char *param;
};

/* The first that is there counts, for each place. */
static const struct usual usual[] = {
    {LINK, "next", NULL},
    {LINK, "next_url", NULL},
    {LINK, "next_link", NULL},
    {LINK, "nextLink", NULL},
    {LINK, "next_page_url", NULL},
    {LINK, "['@odata.nextLink']", NULL},
    {LINK, "links.next", NULL},
    {LINK, "links.next.href", NULL},
    {LINK, "_links.next", NULL},
    {LINK, "_links.next.href", NULL},
    {LINK, "paging.next", NULL},
    {LINK, "pagination.next", NULL},
    {LINK, "pagination.next_url", NULL},
    {LINK, "meta.next", NULL},
    {LINK, "info.next", NULL},
    {CURSOR, "next_cursor", "cursor"},
    {CURSOR, "meta.next_cursor", "cursor"},
    {CURSOR, "pagination.next_cursor", "cursor"},
    {CURSOR, "response_metadata.next_cursor", "cursor"},
    {CURSOR, "cursors.next", "cursor"},
    {CURSOR, "nextCursor", "cursor"},
    {CURSOR, "nextPageToken", "pageToken"},
    {CURSOR, "next_page_token", "page_token"},
    {CURSOR, "next_token", "next_token"},
    {CURSOR, "nextToken", "nextToken"},
    {CURSOR, "paging.cursors.after", "after"},
    {CURSOR, "paging.next.after", "after"},
    {CURSOR, "next_page", "page"},
    {CURSOR, "meta.next_page", "page"},
    {CURSOR, "pagination.next_page", "page"},
    {PAGE, "page", "page"},
    {PAGE, "current_page", "page"},
    {PAGE, "meta.page", "page"},
    {PAGE, "meta.current_page", "page"},
    {PAGE, "pagination.page", "page"},
    {PAGE, "pagination.current_page", "page"},
    {PAGE, "page.number", "page"},
    {N_PAGES, "total_pages", NULL},
    {N_PAGES, "totalPages", NULL},
    {N_PAGES, "last_page", NULL},
    {N_PAGES, "pages", NULL},
    {N_PAGES, "meta.total_pages", NULL},
    {N_PAGES, "meta.last_page", NULL},
    {N_PAGES, "pagination.total_pages", NULL},
    {N_PAGES, "page.totalPages", NULL},
    {OFFSET, "offset", "offset"},
    {OFFSET, "meta.offset", "offset"},
    {OFFSET, "pagination.offset", "offset"},
    {LIMIT, "limit", NULL},
    {LIMIT, "meta.limit", NULL},
    {LIMIT, "pagination.limit", NULL},
    {TOTAL, "total", NULL},
    {TOTAL, "total_count", NULL},
    {TOTAL, "totalCount", NULL},
    {TOTAL, "meta.total", NULL},
    {TOTAL, "meta.total_count", NULL},
    {TOTAL, "pagination.total", NULL},
    {MORE, "has_more", NULL},
    {MORE, "hasMore", NULL},
    {MORE, "has_next", NULL},
    {MORE, "meta.has_more", NULL},
    {MORE, "pagination.has_more", NULL},
    {MORE, "pagination.has_next", NULL},
};

enum { N_USUAL = sizeof(usual) / sizeof(*usual) };

static const char *const params[] = {"cursor", "pageToken", "page_token", "next_token", "nextToken",
    "after", "page", "offset", NULL};

struct http_sign_paths {
    const struct weir_path *items[N_USUAL];
};

const struct http_sign_paths *http_sign_paths_new(struct weir_arena *arena)
{
    struct http_sign_paths *paths = weir_new(arena, struct http_sign_paths);

    for (size_t i = 0; i < N_USUAL; i++) {
        struct weir_error never = {0};
        size_t offset;

        paths->items[i] = weir_path_parse(arena, weir_str(usual[i].path), &offset, &never);
    }
    return paths;
}

const char *http_sign_param(size_t i)
{
    return params[i];
}

bool http_sign_is_param(struct weir_str text)
{
    for (size_t i = 0; params[i]; i++)
        if (weir_str_is(text, params[i]))
            return true;
    return false;
}

/* A text, or a number as text; NULL: nothing that names a page. */
static const char *text_of(const struct weir_value *value, struct weir_arena *arena)
{
    if ((value->kind != WEIR_TEXT && value->kind != WEIR_INT) ||
        (value->kind == WEIR_TEXT && (!value->length || memchr(value->text, '\0', value->length))))
        return NULL;
    return weir_copy(arena, weir_value_format(value, arena, false)).ptr;
}

static bool is_link(const char *text)
{
    return !text || strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0 ||
           *text == '/' || *text == '?';
}

/* Is it what the place is for? Objects stand at some of the paths in other APIs. */
static bool fits(enum place place, const struct weir_value *value, const char *text)
{
    if (value->kind == WEIR_JSON)
        return false;
    if (place == LINK)
        return value->kind != WEIR_INT && is_link(text);
    return place == CURSOR || (place == MORE) == (value->kind == WEIR_BOOL);
}

static struct http_sign *sign_at(struct http_signs *signs, enum place place)
{
    struct http_sign *const all[] = {[LINK] = &signs->link,
        [CURSOR] = &signs->cursor,
        [PAGE] = &signs->page,
        [N_PAGES] = &signs->n_pages,
        [OFFSET] = &signs->offset,
        [LIMIT] = &signs->limit,
        [TOTAL] = &signs->total,
        [MORE] = &signs->more};

    return all[place];
}

static void take(struct http_signs *signs, const struct usual *where, const char *param,
    const struct weir_value *value, struct weir_arena *arena)
{
    const char *text = text_of(value, arena);
    struct http_sign *sign = sign_at(signs, where->place);

    if (sign->path || !fits(where->place, value, text))
        return;
    sign->path = where->path;
    sign->text = text;
    sign->param = param;
    if (value->kind == WEIR_BOOL)
        sign->number = value->boolean;
    else if (value->kind == WEIR_INT && value->integer >= 0)
        sign->number = value->integer;
}

enum weir_status http_signs_read(const struct http_sign_paths *paths,
    struct weir_json_reader *reader, struct weir_str body, struct weir_arena *arena,
    struct http_signs *ret_signs, struct weir_error *ret_error)
{
    struct weir_value values[N_USUAL];
    bool found[N_USUAL];

    *ret_signs = (struct http_signs){0};
    for (enum place place = LINK; place <= MORE; place++)
        sign_at(ret_signs, place)->number = -1;
    if (weir_json_find_all(reader, body, paths->items, N_USUAL, arena, values, found, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    for (size_t i = 0; i < N_USUAL; i++)
        if (found[i])
            take(ret_signs, &usual[i], usual[i].param, &values[i], arena);
    /* `next` may be a cursor as well, and is one if it is no link. */
    if (found[0] && !ret_signs->cursor.path && values[0].kind == WEIR_TEXT &&
        !is_link(text_of(&values[0], arena)))
        take(ret_signs, &(struct usual){CURSOR, "next", NULL}, "cursor", &values[0], arena);
    return WEIR_OK;
}
