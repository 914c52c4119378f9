#include "join.h"

#include "feed.h"
#include "source/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a row of one parent says; its pieces stand in the text. */
struct half {
    struct http_question question;
    char text[];
};

struct halves {
    struct half **items;
    size_t n;
    size_t capacity;
};

struct http_join {
    struct halves of[WEIR_PARENTS_MAX];
    size_t n;
    size_t bytes;
};

struct http_join *http_join_new(void)
{
    return weir_calloc(1, sizeof(struct http_join));
}

void http_join_free(struct http_join *join)
{
    for (size_t i = 0; join && i < WEIR_PARENTS_MAX; i++) {
        for (size_t k = 0; k < join->of[i].n; k++)
            free(join->of[i].items[k]);
        free(join->of[i].items);
    }
    free(join);
}

/* --- places --------------------------------------------------------------------------------- */

/* Which parent, and how long its pieces are: they are found again byte by byte. */
static const char head[] = "{\"half\":[%zu,%zu,%zu,%zu],\"ask\":{";
static const char begin[] = "{\"half\":[";
static const char before_give[] = "},\"give\":{";
static const char before_pass[] = "},\"pass\":{";

struct weir_opening http_join_hold(
    const struct http_takes *takes, const struct http_question *question, struct weir_arena *arena)
{
    struct weir_str name = weir_str(weir_printf(
        arena, "{\"half\":[%zu],\"ask\":{%.*s", takes->index, WEIR_STR_ARG(question->ask)));
    const char *pieces = weir_printf(arena, "%.*s%s%.*s%s%.*s}}", WEIR_STR_ARG(question->ask),
        before_give, WEIR_STR_ARG(question->give), before_pass, WEIR_STR_ARG(question->pass));

    return (struct weir_opening){
        .chain = weir_id_of(name),
        .next = weir_printf(arena, "{\"half\":[%zu,%zu,%zu,%zu],\"ask\":{%s", takes->index,
            question->ask.len, question->give.len, question->pass.len, pieces),
    };
}

bool http_join_is_hold(const char *place)
{
    return place && strncmp(place, begin, sizeof(begin) - 1) == 0;
}

static enum weir_status fail_damaged(struct weir_error *error)
{
    return weir_error_set(error, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
        "what an earlier run has left of a row's fields cannot be read; begin anew with --restart");
}

static enum weir_status read_half(const char *place, size_t n_parents, size_t *ret_parent,
    struct http_question *ret_question, struct weir_error *ret_error)
{
    size_t ask, give, pass, len = strlen(place);
    const char *at;

    if (sscanf(place, head, ret_parent, &ask, &give, &pass) != 4 || *ret_parent >= n_parents ||
        ask > len || give > len || pass > len)
        return fail_damaged(ret_error);
    at = strstr(place, "],\"ask\":{");
    if (!at)
        return fail_damaged(ret_error);
    at += strlen("],\"ask\":{");
    if ((size_t)(at - place) + ask + strlen(before_give) + give + strlen(before_pass) + pass + 2 !=
        len)
        return fail_damaged(ret_error);
    *ret_question = (struct http_question){.ask = {at, ask}};
    at += ask + strlen(before_give);
    ret_question->give = (struct weir_str){at, give};
    at += give + strlen(before_pass);
    ret_question->pass = (struct weir_str){at, pass};
    return WEIR_OK;
}

/* --- what is known -------------------------------------------------------------------------- */

static enum weir_status fail_many(const struct http_resource *child, struct weir_error *error)
{
    return weir_error_set(error, WEIR_FAULT_DATA, "E-LIMIT",
        "'%s' is asked for with each row of one parent and each of another, and what these say is "
        "held in memory: more than %d rows, or %d MiB; leave rows out with 'where'",
        child->weir->name, HTTP_HALVES_MAX, HTTP_HALVES_BYTES_MAX >> 20);
}

enum weir_status http_join_learn(struct http_join *join, const struct http_resource *child,
    const char *place, struct weir_error *ret_error)
{
    size_t size = strlen(place) + 1;
    struct half *half;
    struct halves *halves;
    size_t parent = 0;

    if (join->n == HTTP_HALVES_MAX || join->bytes + size > HTTP_HALVES_BYTES_MAX)
        return fail_many(child, ret_error);
    half = weir_malloc(sizeof(*half) + size);
    memcpy(half->text, place, size);
    if (read_half(half->text, child->feed->n_parents, &parent, &half->question, ret_error) !=
        WEIR_OK) {
        free(half);
        return WEIR_FAIL;
    }
    halves = &join->of[parent];
    if (halves->n == halves->capacity) {
        halves->capacity = halves->capacity ? 2 * halves->capacity : 64;
        halves->items = weir_realloc(halves->items, halves->capacity * sizeof(struct half *));
    }
    halves->items[halves->n++] = half;
    join->n++;
    join->bytes += size;
    return WEIR_OK;
}

/* --- what they make ------------------------------------------------------------------------- */

struct meeting {
    const struct http_join *join;
    const struct http_resource *child;
    struct http_opener *opener;
    const struct http_question *new_one;
    size_t parent; /* which it is of */
    struct weir_arena *arena;
};

static struct weir_str concat(struct weir_str a, struct weir_str b, struct weir_arena *arena)
{
    if (!a.len || !b.len)
        return a.len ? a : b;
    return weir_str(weir_printf(arena, "%.*s,%.*s", WEIR_STR_ARG(a), WEIR_STR_ARG(b)));
}

static struct http_question merge(
    const struct http_question *a, const struct http_question *b, struct weir_arena *arena)
{
    return (struct http_question){
        .ask = concat(a->ask, b->ask, arena),
        .give = concat(a->give, b->give, arena),
        .pass = concat(a->pass, b->pass, arena),
    };
}

/* The parents before `parent` have said theirs. */
static enum weir_status meet(
    const struct meeting *meeting, size_t parent, const struct http_question *so_far)
{
    const struct halves *halves = &meeting->join->of[parent];
    struct weir_arena *arena = meeting->arena;
    enum weir_status status = WEIR_OK;
    struct http_question question;

    if (parent == meeting->child->feed->n_parents)
        return http_opener_ask(meeting->opener, meeting->child, so_far);
    if (parent == meeting->parent) {
        question = merge(so_far, meeting->new_one, arena);
        return meet(meeting, parent + 1, &question);
    }
    for (size_t i = 0; i < halves->n && status == WEIR_OK; i++) {
        question = merge(so_far, &halves->items[i]->question, arena);
        status = meet(meeting, parent + 1, &question);
    }
    return status;
}

enum weir_status http_join_open(const struct http_join *join, const struct http_resource *child,
    const char *place, struct http_opener *opener)
{
    static const struct http_question nothing = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    struct http_question question;
    struct meeting meeting = {join, child, opener, &question, 0, NULL};
    enum weir_status status;

    if (read_half(place, child->feed->n_parents, &meeting.parent, &question, &opener->error) !=
        WEIR_OK)
        return WEIR_FAIL;
    meeting.arena = weir_arena_new();
    status = meet(&meeting, 0, &nothing);
    weir_arena_free(meeting.arena);
    return status;
}
