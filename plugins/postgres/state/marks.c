#include "marks.h"

#include "tables.h"

#include <stdlib.h>
#include <string.h>

/* The mark of one unit, on its way to that of its series. */
struct sighting {
    int64_t generation;
    const struct weir_id *series;
    const struct weir_unit_mark *mark;
    size_t order;
};

/* The series together, and in each of them the highest first. */
static int compare_sightings(const void *a, const void *b)
{
    const struct sighting *left = a;
    const struct sighting *right = b;
    int order;

    if (left->generation != right->generation)
        return left->generation < right->generation ? -1 : 1;
    order = memcmp(left->series, right->series, sizeof(*left->series));
    if (!order)
        order = strcmp(right->mark->key, left->mark->key);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static bool is_same_series(const struct sighting *a, const struct sighting *b)
{
    return a->generation == b->generation && memcmp(a->series, b->series, sizeof(*a->series)) == 0;
}

static bool has_mark(const struct weir_unit *unit)
{
    return unit->position && unit->mark && unit->mark->text;
}

static size_t gather(const struct state *state, const struct transaction *transaction,
    struct sighting **ret_sightings, struct weir_arena *arena)
{
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++)
            n += has_mark(&held->batch->units[i]);
    *ret_sightings = weir_new_array(arena, n, struct sighting);
    n = 0;
    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++) {
            const struct weir_unit *unit = &held->batch->units[i];

            if (!has_mark(unit))
                continue;
            (*ret_sightings)[n] = (struct sighting){
                state->generations[held->resource].id, &unit->position->series, unit->mark, n};
            n++;
        }
    return n;
}

/* The ties of all that stand at the highest mark; they are the first `n`. */
static struct weir_str join_ties(
    const struct sighting *sightings, size_t n, struct weir_arena *arena)
{
    size_t len = 0;
    char *ties;

    for (size_t i = 0; i < n; i++)
        len += sightings[i].mark->ties.len;
    ties = weir_alloc(arena, len);
    len = 0;
    for (size_t i = 0; i < n; i++) {
        struct weir_str own = sightings[i].mark->ties;

        if (own.len)
            memcpy(ties + len, own.ptr, own.len);
        len += own.len;
    }
    return (struct weir_str){ties, len};
}

/* What a statement about many series takes. */
struct raising {
    int64_t *generations;
    struct weir_str *series;
    struct weir_str *marks;
    struct weir_str *keys;
    struct weir_str *ties;
    size_t n;
};

/* Adds the series that begins at the first of them; how many are of it. */
static size_t add_series(
    struct raising *raising, const struct sighting *sightings, size_t n, struct weir_arena *arena)
{
    const struct sighting *highest = &sightings[0];
    size_t n_highest = 1;
    size_t end;
    size_t i = raising->n++;

    while (n_highest < n && is_same_series(highest, &sightings[n_highest]) &&
           strcmp(highest->mark->key, sightings[n_highest].mark->key) == 0)
        n_highest++;
    for (end = n_highest; end < n && is_same_series(highest, &sightings[end]);)
        end++;
    raising->generations[i] = highest->generation;
    raising->series[i] = (struct weir_str){(const char *)highest->series->bytes, WEIR_ID_SIZE};
    raising->marks[i] = weir_str(highest->mark->text);
    raising->keys[i] = weir_str(highest->mark->key);
    raising->ties[i] = join_ties(sightings, n_highest, arena);
    return end;
}

enum weir_status marks_refuse_ties(struct connection *connection)
{
    return connection_refuse(connection, WEIR_FAULT_DATA, "E-LIMIT-TIES",
        "more than %d rows have one cursor value, and the next run has to know each of them again; "
        "use a finer cursor, or 'write_disposition: merge', which need not know them, and begin "
        "anew with --restart --keep-partial",
        WEIR_TIES_MAX);
}

/* Compared where they are written: another lane may raise the same series at the same time. Keys are
 * compared by their bytes (COLLATE "C"). */
#define RAISE_SEEN                                                                                 \
    "WITH raised AS ("                                                                             \
    " INSERT INTO weir.mark_seen AS m (generation, series, mark, mark_key, ties)"                  \
    " SELECT x.generation, x.series, x.mark, x.key, x.ties"                                        \
    " FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::bytea[])"                 \
    " AS x(generation, series, mark, key, ties) ORDER BY x.generation, x.series"                   \
    " ON CONFLICT (generation, series) DO UPDATE SET"                                              \
    " mark = CASE WHEN excluded.mark_key > m.mark_key THEN excluded.mark ELSE m.mark END,"         \
    " mark_key = CASE WHEN excluded.mark_key > m.mark_key THEN excluded.mark_key"                  \
    "  ELSE m.mark_key END,"                                                                       \
    " ties = CASE WHEN excluded.mark_key > m.mark_key THEN excluded.ties"                          \
    "  ELSE m.ties || excluded.ties END"                                                           \
    " WHERE excluded.mark_key > m.mark_key"                                                        \
    " OR (excluded.mark_key = m.mark_key AND octet_length(excluded.ties) > 0)"                     \
    " RETURNING octet_length(m.ties) AS size)"

static const char raise_seen[] = RAISE_SEEN " SELECT coalesce(max(size), 0) FROM raised";
static const char raise_seen_or_fail[] =
    RAISE_SEEN " SELECT (CASE WHEN coalesce(max(size), 0) <= $6::bigint THEN '0'"
               " ELSE 'weir: too many rows have one cursor value' END)::integer FROM raised";

enum { TIES_SIZE_MAX = WEIR_TIES_MAX * WEIR_ID_SIZE };

#define RAISING_BOUND(raising)                                                                     \
    bind_integers((raising)->generations, (raising)->n),                                           \
        bind_bytes_array((raising)->series, (raising)->n),                                         \
        bind_texts((raising)->marks, (raising)->n), bind_texts((raising)->keys, (raising)->n),     \
        bind_bytes_array((raising)->ties, (raising)->n)

static struct raising gather_raising(
    const struct state *state, const struct transaction *transaction, struct weir_arena *arena)
{
    struct sighting *sightings;
    size_t n = gather(state, transaction, &sightings, arena);
    struct raising raising = {
        .generations = weir_new_array(arena, n, int64_t),
        .series = weir_new_array(arena, n, struct weir_str),
        .marks = weir_new_array(arena, n, struct weir_str),
        .keys = weir_new_array(arena, n, struct weir_str),
        .ties = weir_new_array(arena, n, struct weir_str),
    };

    if (n)
        qsort(sightings, n, sizeof(*sightings), compare_sightings);
    for (size_t i = 0; i < n;)
        i += add_series(&raising, sightings + i, n - i, arena);
    return raising;
}

enum weir_status marks_raise(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct raising raising = gather_raising(state, transaction, arena);
    PGresult *result;
    int64_t size;

    if (!raising.n)
        return WEIR_OK;
    result = query_get(connection, raise_seen, RAISING_BOUND(&raising));
    if (!result)
        return tables_fail(connection, "cannot write the mark");
    size = query_integer(result, 0, 0);
    PQclear(result);
    return size <= TIES_SIZE_MAX ? WEIR_OK : marks_refuse_ties(connection);
}

void marks_script(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct raising raising = gather_raising(state, transaction, arena);

    if (raising.n)
        script_add(
            script, raise_seen_or_fail, RAISING_BOUND(&raising), bind_integer(TIES_SIZE_MAX));
}
