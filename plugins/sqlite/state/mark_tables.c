#include "mark_tables.h"

#include "../errors.h"
#include "../names.h"
#include "pass.h"

/* Quoted, so that no two pairs of names have one key. */
#define KEY(pipeline, resource) "'marks of ' || quote(" pipeline ") || quote(" resource ")"

static const char find_table[] = "SELECT v FROM main._weir_meta WHERE k = " KEY("?1", "?2");
static const char note_table[] = "INSERT INTO main._weir_meta(k, v) SELECT " KEY("?1",
    "?2") ", ?3"
          " WHERE EXISTS (SELECT 1 FROM main._weir_mark WHERE pipeline = ?1 AND resource = ?2)"
          " ON CONFLICT (k) DO UPDATE SET v = excluded.v WHERE v <> excluded.v";
static const char forget_tables[] =
    "DELETE FROM main._weir_meta WHERE k IN (SELECT " KEY("pipeline",
        "resource") " FROM main._weir_mark WHERE pipeline = ?1 AND (?2 IS NULL OR resource = ?2))";

#define READ_ANEW "or read everything anew, behind 'weir state FILE reset --resource %s'"

static enum weir_status refuse_gone(const struct table *table, const char *resource)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-STATE-TABLE",
        "table '%s' is gone, and resource '%s' reads only what is new: all rows up to its mark, "
        "which earlier runs had put there, would be missing; put the table back, " READ_ANEW,
        name_show(table->shown).text, resource, resource);
}

static enum weir_status refuse_other(
    const struct table *table, struct weir_str filled, const char *resource)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-STATE-TABLE",
        "resource '%s' reads only what is new, and all rows up to its mark are in table '%s': they "
        "would be missing in '%s'; undo the change of the table, " READ_ANEW,
        resource, name_show(filled).text, name_show(table->shown).text, resource);
}

static enum weir_status check_table(struct sqlite_load *load, size_t resource)
{
    struct state *state = &load->state;
    const char *name = state->stage->resources[resource]->name;
    const struct table *table = load->of_resource[resource];
    sqlite3_stmt *query =
        query_begin(&state->queries, find_table, bind_text(state->run.pipeline), bind_text(name));
    enum weir_status status = WEIR_OK;
    int rc;

    if (query_step(query)) {
        struct weir_str filled = query_bytes(query, 0);

        if (!name_equal(filled, table->name))
            status = refuse_other(table, filled, name);
        else if (!table->exists)
            status = refuse_gone(table, name);
    }
    rc = query_end(query);
    return status == WEIR_OK ? state_judge(state, rc, "cannot read what its marks belong to")
                             : status;
}

enum weir_status mark_tables_check(struct sqlite_load *load, const struct weir_pass *pass)
{
    const struct weir_stage *stage = load->state.stage;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < stage->n_resources && status == WEIR_OK; i++) {
        const struct weir_generation *generation = pass_part(pass, stage->resources[i]->name);

        if (stage->resources[i]->incremental && generation && !generation->done)
            status = check_table(load, i);
    }
    return status;
}

enum weir_status mark_tables_note(struct sqlite_load *load, size_t resource)
{
    struct state *state = &load->state;
    const struct weir_resource *noted = state->stage->resources[resource];
    const struct table *table = load->of_resource[resource];
    int rc = SQLITE_OK;

    if (noted->incremental && table->exists)
        rc = query_run(&state->queries, note_table, bind_text(state->run.pipeline),
            bind_text(noted->name), bind_str(table->name));
    return state_judge(state, rc, "cannot note what its marks belong to");
}

enum weir_status mark_tables_forget(struct state *state, const char *pipeline, const char *resource)
{
    int rc = query_run(&state->queries, forget_tables, bind_text(pipeline), bind_text(resource));

    return state_judge(state, rc, "cannot forget what its marks belong to");
}
