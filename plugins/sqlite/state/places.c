#include "places.h"

#include <limits.h>

static const char add_place[] =
    "INSERT INTO main._weir_place(generation, chain, number, next, done)"
    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
static const char find_place[] =
    "SELECT number, next, done FROM main._weir_place WHERE generation = ?1 AND chain = ?2";
static const char set_place[] = "UPDATE main._weir_place SET number = ?3, next = ?4, done = ?5"
                                " WHERE generation = ?1 AND chain = ?2";
static const char remove_place[] =
    "DELETE FROM main._weir_place WHERE generation = ?1 AND chain = ?2";

int places_add(struct state *state, int64_t generation, const struct weir_id *chain,
    const struct place *place, bool *ret_added)
{
    int rc = query_run(&state->queries, add_place, bind_integer(generation), bind_id(chain),
        bind_integer((int64_t)place->number), bind_text(place->next), bind_integer(place->done));

    *ret_added = rc == SQLITE_OK && sqlite3_changes(state->db->connection) == 1;
    return rc;
}

int places_find(struct state *state, int64_t generation, const struct weir_id *chain,
    struct weir_arena *arena, struct place *ret_place, bool *ret_found)
{
    sqlite3_stmt *query =
        query_begin(&state->queries, find_place, bind_integer(generation), bind_id(chain));

    *ret_place = (struct place){0};
    *ret_found = query_step(query);
    if (*ret_found) {
        const char *next = query_text(query, 1);

        ret_place->number = (uint64_t)sqlite3_column_int64(query, 0);
        ret_place->next = next ? weir_copy_text(arena, next) : NULL;
        ret_place->done = sqlite3_column_int(query, 2) != 0;
    }
    return query_end(query);
}

int places_set(
    struct state *state, int64_t generation, const struct weir_id *chain, const struct place *place)
{
    return query_run(&state->queries, set_place, bind_integer(generation), bind_id(chain),
        bind_integer((int64_t)place->number), bind_text(place->next), bind_integer(place->done));
}

int places_remove(struct state *state, int64_t generation, const struct weir_id *chain)
{
    return query_run(&state->queries, remove_place, bind_integer(generation), bind_id(chain));
}

/* --- all of a generation -------------------------------------------------------------------- */

static const char read_places[] =
    "SELECT chain, number, next, done FROM main._weir_place WHERE generation = ?1";

enum weir_status places_read(
    struct state *state, int64_t generation, size_t index, const struct weir_reading *reading)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_places, bind_integer(generation));
    bool sound = true;
    int rc;

    while (sound && query_step(query)) {
        struct weir_place place = {
            .generation = index,
            .number = (uint64_t)sqlite3_column_int64(query, 1),
            .next = query_text(query, 2),
            .done = sqlite3_column_int(query, 3) != 0,
        };

        sound = query_id(query, 0, &place.chain);
        if (sound && reading->place)
            reading->place(reading->arg, &place);
    }
    rc = query_end(query);
    if (!sound)
        return state_damaged(state, "a chain in _weir_place has a name of the wrong length");
    return state_judge(state, rc, "cannot read its places");
}

static const char forget_all[] = "DELETE FROM main._weir_place";
static const char forget_generation[] = "DELETE FROM main._weir_place WHERE generation = ?1";
static const char forget_pass[] = "DELETE FROM main._weir_place WHERE generation IN"
                                  " (SELECT id FROM main._weir_generation WHERE pass = ?1)";
static const char next_generation[] =
    "SELECT min(generation) FROM main._weir_place WHERE generation > ?1";

static bool is_among(int64_t id, const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Is there a place of any other generation? Steps from one to the next, not from row to row. */
static int are_alone(struct state *state, const int64_t *generations, size_t n, bool *ret_alone)
{
    int64_t at = INT64_MIN;
    bool more = true;
    int rc = SQLITE_OK;

    *ret_alone = true;
    while (rc == SQLITE_OK && more && *ret_alone) {
        sqlite3_stmt *query = query_begin(&state->queries, next_generation, bind_integer(at));

        more = query_step(query) && sqlite3_column_type(query, 0) == SQLITE_INTEGER;
        if (more) {
            at = sqlite3_column_int64(query, 0);
            *ret_alone = is_among(at, generations, n);
        }
        rc = query_end(query);
    }
    return rc;
}

/* Rows that are all to go are dropped by the page, and not one by one. */
enum weir_status places_forget(struct state *state, const int64_t *generations, size_t n)
{
    bool alone = false;
    int rc = are_alone(state, generations, n, &alone);

    if (rc == SQLITE_OK && alone)
        rc = query_run_with(&state->queries, forget_all, NULL, 0);
    for (size_t i = 0; i < n && rc == SQLITE_OK && !alone; i++)
        rc = query_run(&state->queries, forget_generation, bind_integer(generations[i]));
    return state_judge(state, rc, "cannot forget its places");
}

enum weir_status places_forget_pass(struct state *state, int64_t pass)
{
    int rc = query_run(&state->queries, forget_pass, bind_integer(pass));

    return state_judge(state, rc, "cannot forget its places");
}
