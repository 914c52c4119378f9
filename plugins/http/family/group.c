#include "group.h"

#include <stdlib.h>
#include <string.h>

struct http_member {
    struct http_question question;
    size_t at;
};

void http_members_add(
    struct http_members *members, const struct http_question *question, struct weir_arena *arena)
{
    if (members->n == members->capacity) {
        size_t capacity = members->capacity ? 2 * members->capacity : 64;
        struct http_member *items = weir_new_array(arena, capacity, struct http_member);

        if (members->n)
            memcpy(items, members->items, members->n * sizeof(*items));
        members->items = items;
        members->capacity = capacity;
    }
    members->items[members->n] = (struct http_member){*question, members->n};
    members->n++;
}

/* --- order ---------------------------------------------------------------------------------- */

static int compare_texts(struct weir_str a, struct weir_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* By what else is taken. */
static int compare_rest(const struct http_member *a, const struct http_member *b)
{
    int order = compare_texts(a->question.ask, b->question.ask);

    return order ? order : compare_texts(a->question.pass, b->question.pass);
}

static int compare_values(const struct http_member *a, const struct http_member *b)
{
    int order = compare_rest(a, b);

    return order ? order : compare_texts(a->question.member, b->question.member);
}

static int compare_places(const struct http_member *a, const struct http_member *b)
{
    return (a->at > b->at) - (a->at < b->at);
}

static int by_value(const void *a, const void *b)
{
    int order = compare_values(a, b);

    return order ? order : compare_places(a, b);
}

static int by_place(const void *a, const void *b)
{
    int order = compare_rest(a, b);

    return order ? order : compare_places(a, b);
}

void http_members_seal(struct http_members *members)
{
    size_t kept = 0;

    if (members->n < 2)
        return;
    qsort(members->items, members->n, sizeof(*members->items), by_value);
    for (size_t i = 0; i < members->n; i++)
        if (kept == 0 || compare_values(&members->items[kept - 1], &members->items[i]) != 0)
            members->items[kept++] = members->items[i];
    members->n = kept;
    qsort(members->items, members->n, sizeof(*members->items), by_place);
}

/* --- groups --------------------------------------------------------------------------------- */

static size_t end_of_group(const struct http_members *members, size_t at, int64_t most)
{
    size_t end = at, bytes = 0;

    while (end < members->n && end - at < (size_t)most &&
           compare_rest(&members->items[at], &members->items[end]) == 0) {
        bytes += members->items[end].question.member.len + 1;
        if (bytes > HTTP_GROUP_BYTES && end > at)
            break;
        end++;
    }
    return end;
}

static struct weir_value join(const struct http_members *members, size_t at, size_t end,
    const struct http_fanout_column *column, struct weir_arena *arena)
{
    bool is_array = column->as == HTTP_GROUP_ARRAY;
    const char *between = is_array ? "," : column->join;
    struct weir_buf buf;
    struct weir_str text;

    /* What one group holds is bounded, and so is what stands between. */
    weir_buf_init(&buf, SIZE_MAX, 1);
    for (size_t i = at; i < end; i++) {
        struct weir_str member = members->items[i].question.member;

        (void)!weir_buf_add_text(&buf, i > at ? between : is_array ? "[" : "");
        (void)!weir_buf_add(&buf, member.ptr, member.len);
    }
    (void)!weir_buf_add_text(&buf, is_array ? "]" : "");
    text = weir_copy(arena, (struct weir_str){buf.ptr, buf.len});
    weir_buf_done(&buf);
    return weir_text(is_array ? WEIR_JSON : WEIR_TEXT, text);
}

size_t http_members_group(const struct http_members *members, size_t at,
    const struct http_fanout_column *column, struct weir_arena *arena,
    struct http_question *ret_question)
{
    size_t end = end_of_group(members, at, column->group);
    struct weir_value value = join(members, at, end, column, arena);
    const struct http_question *first = &members->items[at].question;
    struct weir_buf buf;

    weir_buf_init(&buf, SIZE_MAX, 1);
    (void)!weir_buf_add(&buf, first->ask.ptr, first->ask.len);
    (void)!http_opened_add(&buf, column->name, &value, arena);
    *ret_question = *first;
    ret_question->ask = weir_copy(arena, (struct weir_str){buf.ptr, buf.len});
    weir_buf_done(&buf);
    return end;
}
