#include "marks.h"

#include "../errors.h"
#include "../names.h"

#include <string.h>

/* --- one mark against another --------------------------------------------------------------- */

static struct weir_unit_mark copy_mark(
    sqlite3_stmt *row, int first_column, struct weir_arena *arena)
{
    return (struct weir_unit_mark){
        .text = weir_copy_text(arena, query_text(row, first_column)),
        .key = weir_copy_text(arena, query_text(row, first_column + 1)),
        .ties = weir_copy(arena, query_bytes(row, first_column + 2)),
    };
}

static struct weir_str join(struct weir_str a, struct weir_str b, struct weir_arena *arena)
{
    char *joined = weir_alloc(arena, a.len + b.len);

    if (a.len)
        memcpy(joined, a.ptr, a.len);
    if (b.len)
        memcpy(joined + a.len, b.ptr, b.len);
    return (struct weir_str){joined, a.len + b.len};
}

/* Raises `mark` to `other`; false when it stands as high already, and nothing is to be written. */
static bool raise(
    struct weir_unit_mark *mark, const struct weir_unit_mark *other, struct weir_arena *arena)
{
    int order = mark->text ? strcmp(other->key, mark->key) : 1;

    if (order < 0 || (order == 0 && other->ties.len == 0))
        return false;
    if (order > 0)
        *mark = *other;
    else
        mark->ties = join(mark->ties, other->ties, arena);
    return true;
}

static enum weir_status refuse_ties(struct state *state)
{
    return database_refuse(state->db, WEIR_FAULT_DATA, "E-LIMIT-TIES",
        "more than %d rows have one cursor value, and the next run has to know each of them again; "
        "use a finer cursor, or 'write_disposition: merge', which need not know them, and begin "
        "anew with --restart --keep-partial",
        WEIR_TIES_MAX);
}

/* --- seen ----------------------------------------------------------------------------------- */

static const char find_seen[] =
    "SELECT mark, mark_key, ties FROM main._weir_mark_seen WHERE generation = ?1 AND series = ?2";
static const char put_seen[] =
    "INSERT INTO main._weir_mark_seen(generation, series, mark, mark_key, ties)"
    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
    " mark = excluded.mark, mark_key = excluded.mark_key, ties = excluded.ties";
static const char remove_seen[] =
    "DELETE FROM main._weir_mark_seen WHERE generation = ?1 AND series = ?2";

static int write_seen(struct state *state, int64_t generation, const struct weir_id *series,
    const struct weir_unit_mark *mark)
{
    return query_run(&state->queries, put_seen, bind_integer(generation), bind_id(series),
        bind_text(mark->text), bind_text(mark->key), bind_bytes(mark->ties));
}

enum weir_status marks_raise(struct state *state, int64_t generation, const struct weir_id *series,
    const struct weir_unit_mark *mark, struct weir_arena *arena, struct mark_before *ret_before)
{
    sqlite3_stmt *query =
        query_begin(&state->queries, find_seen, bind_integer(generation), bind_id(series));
    struct weir_unit_mark raised;
    int rc;

    *ret_before = (struct mark_before){.series = *series};
    if (query_step(query))
        ret_before->mark = copy_mark(query, 0, arena);
    rc = query_end(query);
    raised = ret_before->mark;
    if (rc == SQLITE_OK && raise(&raised, mark, arena)) {
        if (raised.ties.len > (size_t)WEIR_TIES_MAX * WEIR_ID_SIZE)
            return refuse_ties(state);
        rc = write_seen(state, generation, series, &raised);
    }
    return state_judge(state, rc, "cannot write the mark");
}

int marks_restore(struct state *state, int64_t generation, const struct mark_before *before)
{
    if (before->mark.text)
        return write_seen(state, generation, &before->series, &before->mark);
    return query_run(
        &state->queries, remove_seen, bind_integer(generation), bind_id(&before->series));
}

static const char forget_seen[] = "DELETE FROM main._weir_mark_seen WHERE generation = ?1";
static const char forget_pass[] = "DELETE FROM main._weir_mark_seen WHERE generation IN"
                                  " (SELECT id FROM main._weir_generation WHERE pass = ?1)";

enum weir_status marks_forget_seen(struct state *state, int64_t generation)
{
    int rc = query_run(&state->queries, forget_seen, bind_integer(generation));

    return state_judge(state, rc, "cannot forget its marks");
}

enum weir_status marks_forget_pass(struct state *state, int64_t pass)
{
    int rc = query_run(&state->queries, forget_pass, bind_integer(pass));

    return state_judge(state, rc, "cannot forget its marks");
}

/* --- the pipeline's ------------------------------------------------------------------------- */

static const char read_marks[] =
    "SELECT resource, series, mark, mark_key, ties FROM main._weir_mark WHERE pipeline = ?1";

enum weir_status marks_read(struct state *state, const char *pipeline,
    void (*tell)(void *arg, const struct weir_marked *mark), void *arg)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_marks, bind_text(pipeline));
    bool sound = true;
    int rc;

    while (sound && query_step(query)) {
        struct weir_marked mark = {
            .resource = query_text(query, 0),
            .text = query_text(query, 2),
            .key = query_text(query, 3),
            .ties = query_bytes(query, 4),
        };

        sound = query_id(query, 1, &mark.series) && mark.ties.len % WEIR_ID_SIZE == 0;
        if (sound && tell)
            tell(arg, &mark);
    }
    rc = query_end(query);
    if (!sound)
        return state_damaged(state, "a row of _weir_mark has a value of the wrong length");
    return state_judge(state, rc, "cannot read its marks");
}

static const char find_mark[] = "SELECT mark, mark_key, ties FROM main._weir_mark"
                                " WHERE pipeline = ?1 AND resource = ?2 AND series = ?3";
static const char put_mark[] =
    "INSERT INTO main._weir_mark(pipeline, resource, series, mark, mark_key, ties)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"
    " mark = excluded.mark, mark_key = excluded.mark_key, ties = excluded.ties";

static enum weir_status move_one(struct state *state, const char *resource,
    const struct weir_id *series, const struct weir_unit_mark *seen, struct weir_arena *arena)
{
    const char *pipeline = state->run.pipeline;
    struct weir_unit_mark mark = {0};
    sqlite3_stmt *query = query_begin(
        &state->queries, find_mark, bind_text(pipeline), bind_text(resource), bind_id(series));
    int rc;

    if (query_step(query))
        mark = copy_mark(query, 0, arena);
    rc = query_end(query);
    if (rc == SQLITE_OK && raise(&mark, seen, arena)) {
        if (mark.ties.len > (size_t)WEIR_TIES_MAX * WEIR_ID_SIZE)
            return refuse_ties(state);
        rc = query_run(&state->queries, put_mark, bind_text(pipeline), bind_text(resource),
            bind_id(series), bind_text(mark.text), bind_text(mark.key), bind_bytes(mark.ties));
    }
    return state_judge(state, rc, "cannot move the mark");
}

static const char read_seen[] =
    "SELECT mark, mark_key, ties, series FROM main._weir_mark_seen WHERE generation = ?1"
    " AND series NOT IN (SELECT series FROM main._weir_gap WHERE generation = ?1)";

enum weir_status marks_move(struct state *state, int64_t generation, const char *resource)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_seen, bind_integer(generation));
    enum weir_status status = WEIR_OK;
    int rc;

    while (status == WEIR_OK && query_step(query)) {
        struct weir_arena *arena = weir_arena_new();
        struct weir_unit_mark seen = copy_mark(query, 0, arena);
        struct weir_id series;

        if (query_id(query, 3, &series))
            status = move_one(state, resource, &series, &seen, arena);
        else
            status = state_damaged(state, "a series in _weir_mark_seen has the wrong length");
        weir_arena_free(arena);
    }
    rc = query_end(query);
    return status == WEIR_OK ? state_judge(state, rc, "cannot move its marks") : status;
}

static const char forget_marks[] =
    "DELETE FROM main._weir_mark WHERE pipeline = ?1 AND (?2 IS NULL OR resource = ?2)";

enum weir_status marks_forget(struct state *state, const char *pipeline, const char *resource)
{
    int rc = query_run(&state->queries, forget_marks, bind_text(pipeline), bind_text(resource));

    return state_judge(state, rc, "cannot forget its marks");
}
