#include "marks_read.h"

#include "marks.h"
#include "tables.h"

#include <string.h>

#include <weir/arena.h>
#include <weir/batch.h>

/* --- told ------------------------------------------------------------------------------------ */

/* In both of these the columns have the order of their bytes. */
static const char read_marks[] =
    "SELECT resource, series, mark, mark_key, ties FROM weir.mark WHERE pipeline = $1::text"
    " ORDER BY resource, series";
static const char read_more[] =
    "SELECT resource, series, mark, mark_key, ties FROM weir.mark WHERE pipeline = $1::text"
    " AND (resource, series) > ($2::text, $3::bytea) ORDER BY resource, series";

struct marks_telling {
    struct weir_arena *arena; /* of the stage */
    struct marks_at *at;
    void (*tell)(void *arg, const struct weir_marked *mark);
    void *arg;
    bool unsound;
};

static void note_told(struct marks_telling *telling, const struct weir_marked *mark)
{
    struct marks_at *at = telling->at;

    at->series = mark->series;
    if (!at->resource || strcmp(at->resource, mark->resource) != 0)
        at->resource = weir_copy_text(telling->arena, mark->resource);
}

static void tell_mark(void *arg, const PGresult *row)
{
    struct marks_telling *telling = arg;
    struct weir_arena *arena = weir_arena_new();
    struct weir_marked mark = {
        .resource = query_text(row, 0, 0),
        .text = query_text(row, 0, 2),
        .key = query_text(row, 0, 3),
    };

    if (query_id(row, 0, 1, &mark.series) && query_bytes(row, 0, 4, arena, &mark.ties) &&
        mark.ties.len % WEIR_ID_SIZE == 0) {
        telling->tell(telling->arg, &mark);
        note_told(telling, &mark);
    } else {
        telling->unsound = true;
    }
    weir_arena_free(arena);
}

enum weir_status marks_read(struct connection *control, const char *pipeline, struct marks_at *at,
    void (*tell)(void *arg, const struct weir_marked *mark), void *arg)
{
    struct marks_telling telling = {
        .arena = control->stage->arena, .at = at, .tell = tell, .arg = arg};
    struct weir_id series = at->series;
    const struct bound values[] = {bind_text(pipeline), bind_text(at->resource), bind_id(&series)};
    bool more = at->resource != NULL;
    bool done = query_each(
        control, more ? read_more : read_marks, values, more ? 3 : 1, tell_mark, &telling);

    if (!done)
        return tables_fail(control, "cannot read its marks");
    if (telling.unsound)
        return tables_damaged(control, "a row of weir.mark has a value of the wrong length");
    return WEIR_OK;
}

/* --- moved ----------------------------------------------------------------------------------- */

/*
 * A higher one takes the place of what was there; at the same height, the ties of both count. Keys are
 * compared by their bytes.
 */
static const char move_marks[] =
    "INSERT INTO weir.mark AS m (pipeline, resource, series, mark, mark_key, ties)"
    " SELECT $1::text, $2::text, series, mark, mark_key, ties FROM weir.mark_seen"
    " WHERE generation = $3::bigint AND series NOT IN"
    " (SELECT series FROM weir.gap WHERE generation = $3::bigint)"
    " ON CONFLICT (pipeline, resource, series) DO UPDATE SET"
    " mark = CASE WHEN excluded.mark_key > m.mark_key THEN excluded.mark ELSE m.mark END,"
    " mark_key = excluded.mark_key,"
    " ties = CASE WHEN excluded.mark_key > m.mark_key THEN excluded.ties"
    "  ELSE m.ties || excluded.ties END"
    " WHERE excluded.mark_key > m.mark_key"
    "  OR (excluded.mark_key = m.mark_key AND octet_length(excluded.ties) > 0)";
static const char find_too_many[] =
    "SELECT 1 FROM weir.mark WHERE pipeline = $1::text AND resource = $2::text"
    " AND octet_length(ties) > $3::bigint LIMIT 1";

enum weir_status marks_move(
    struct connection *control, const char *pipeline, const char *resource, int64_t generation)
{
    PGresult *result = NULL;
    bool too_many;

    if (query_run(control, NULL, move_marks, bind_text(pipeline), bind_text(resource),
            bind_integer(generation)))
        result = query_get(control, find_too_many, bind_text(pipeline), bind_text(resource),
            bind_integer((int64_t)WEIR_TIES_MAX * WEIR_ID_SIZE));
    if (!result)
        return tables_fail(control, "cannot move its marks");
    too_many = PQntuples(result) > 0;
    PQclear(result);
    return too_many ? marks_refuse_ties(control) : WEIR_OK;
}

/* --- forgotten ------------------------------------------------------------------------------- */

static const char forget_seen[] = "DELETE FROM weir.mark_seen WHERE generation = $1::bigint";
static const char forget_pass[] = "DELETE FROM weir.mark_seen WHERE generation IN"
                                  " (SELECT id FROM weir.generation WHERE pass = $1::bigint)";
static const char forget_marks[] = "DELETE FROM weir.mark WHERE pipeline = $1::text"
                                   " AND ($2::text IS NULL OR resource = $2::text)";

enum weir_status marks_forget_seen(struct connection *control, int64_t generation)
{
    bool done = query_run(control, NULL, forget_seen, bind_integer(generation));

    return tables_judge(control, done, "cannot forget its marks");
}

enum weir_status marks_forget_pass(struct connection *control, int64_t pass)
{
    bool done = query_run(control, NULL, forget_pass, bind_integer(pass));

    return tables_judge(control, done, "cannot forget its marks");
}

enum weir_status marks_forget(
    struct connection *control, const char *pipeline, const char *resource)
{
    bool done = query_run(control, NULL, forget_marks, bind_text(pipeline), bind_text(resource));

    return tables_judge(control, done, "cannot forget its marks");
}
