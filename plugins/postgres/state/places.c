#include "places.h"

#include "tables.h"

/* An empty bytea stands before every chain. */
static const char read_places[] =
    "SELECT chain, number, next, done FROM weir.place"
    " WHERE generation = $1::bigint AND chain > $2::bytea ORDER BY chain";

struct places_telling {
    struct reading_at *at;
    const struct weir_reading *reading;
    bool unsound;
};

static void tell_place(void *arg, const PGresult *row)
{
    struct places_telling *telling = arg;
    struct weir_place place = {
        .generation = telling->at->generation,
        .number = (uint64_t)query_integer(row, 0, 1),
        .next = query_text(row, 0, 2),
        .done = query_bool(row, 0, 3),
    };

    if (!query_id(row, 0, 0, &place.chain)) {
        telling->unsound = true;
        return;
    }
    if (telling->reading->place)
        telling->reading->place(telling->reading->arg, &place);
    telling->at->has_chain = true;
    telling->at->chain = place.chain;
}

enum weir_status places_read(struct connection *control, int64_t generation, struct reading_at *at,
    const struct weir_reading *reading)
{
    struct places_telling telling = {.at = at, .reading = reading};
    struct weir_id behind = at->chain;
    const struct bound values[] = {
        bind_integer(generation), at->has_chain ? bind_id(&behind) : bind_bytes(weir_str(""))};

    if (!query_each(control, read_places, values, 2, tell_place, &telling))
        return tables_fail(control, "cannot read its places");
    if (telling.unsound)
        return tables_damaged(control, "a chain in weir.place has a name of the wrong length");
    return WEIR_OK;
}

static const char sum_places[] =
    "SELECT count(*), count(*) FILTER (WHERE done), coalesce(sum(number), 0)::bigint"
    " FROM weir.place WHERE generation = $1::bigint";

enum weir_status places_show(struct connection *control, const struct weir_generation *generation,
    const struct weir_showing *showing)
{
    PGresult *result = query_get(control, sum_places, bind_integer(generation->id));

    if (!result)
        return tables_fail(control, "cannot read its places");
    showing->progress(showing->arg, generation->name, (uint64_t)query_integer(result, 0, 0),
        (uint64_t)query_integer(result, 0, 1), (uint64_t)query_integer(result, 0, 2));
    PQclear(result);
    return WEIR_OK;
}

/* --- forgotten ------------------------------------------------------------------------------- */

/* Not TRUNCATE, where they are alone: it would wait for every reader, and needs more rights. */
static const char forget_generations[] =
    "DELETE FROM weir.place WHERE generation = ANY ($1::bigint[])";
static const char forget_pass[] = "DELETE FROM weir.place WHERE generation IN"
                                  " (SELECT id FROM weir.generation WHERE pass = $1::bigint)";

enum weir_status places_forget(struct connection *control, const int64_t *generations, size_t n)
{
    bool done = query_run(control, NULL, forget_generations, bind_integers(generations, n));

    return tables_judge(control, done, "cannot forget its places");
}

enum weir_status places_forget_pass(struct connection *control, int64_t pass)
{
    bool done = query_run(control, NULL, forget_pass, bind_integer(pass));

    return tables_judge(control, done, "cannot forget its places");
}
