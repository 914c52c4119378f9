#include "mark_tables.h"

#include "pass.h"
#include "tables.h"

/* Quoted, so that no two pairs of names have one key. */
#define KEY(pipeline, resource) "format('marks of %L%L', " pipeline ", " resource ")"

static const char find_table[] =
    "SELECT v, v = format('%I.%I', $3::text, $4::text), format('%I.%I', $3::text, $4::text)"
    " FROM weir.meta WHERE k = " KEY("$1::text", "$2::text");
static const char note_table[] =
    "INSERT INTO weir.meta AS m (k, v)"
    " SELECT " KEY("$1::text",
        "$2::text") ", format('%I.%I', $3::text, $4::text)"
                    " WHERE EXISTS (SELECT FROM weir.mark WHERE pipeline = $1::text AND resource = "
                    "$2::text)"
                    " ON CONFLICT (k) DO UPDATE SET v = excluded.v WHERE m.v <> excluded.v";
static const char forget_tables[] = "DELETE FROM weir.meta WHERE k IN (SELECT " KEY(
    "pipeline", "resource") " FROM weir.mark WHERE pipeline = $1::text AND ($2::text IS NULL OR "
                            "resource = $2::text))";

#define READ_ANEW "or read everything anew, behind 'weir state FILE reset --resource %s'"
enum { SHOWN_SIZE = 256 };

static enum weir_status refuse_gone(
    struct connection *control, const char *table, const char *resource)
{
    return connection_refuse(control, WEIR_FAULT_DESTINATION, "E-STATE-TABLE",
        "table '%s' is gone, and resource '%s' reads only what is new: all rows up to its mark, "
        "which earlier runs had put there, would be missing; put the table back, " READ_ANEW,
        table, resource, resource);
}

static enum weir_status refuse_other(
    struct connection *control, const char *filled, const char *table, const char *resource)
{
    return connection_refuse(control, WEIR_FAULT_DESTINATION, "E-STATE-TABLE",
        "resource '%s' reads only what is new, and all rows up to its mark are in table '%s': they "
        "would be missing in '%s'; undo the change of the table, " READ_ANEW,
        resource, filled, table, resource);
}

/* `found` is the row of find_table. */
static enum weir_status judge(struct connection *control, const PGresult *found,
    const struct table *table, const char *resource)
{
    char filled[SHOWN_SIZE];
    char now[SHOWN_SIZE];

    (void)weir_str_printable(weir_str(query_text(found, 0, 0)), filled, sizeof(filled));
    (void)weir_str_printable(weir_str(query_text(found, 0, 2)), now, sizeof(now));
    if (!query_bool(found, 0, 1))
        return refuse_other(control, filled, now, resource);
    return table->exists ? WEIR_OK : refuse_gone(control, now, resource);
}

static enum weir_status check_table(
    struct connection *control, const struct postgres_load *load, size_t resource)
{
    const char *name = load->state.stage->resources[resource]->name;
    const struct table *table = load->of_resource[resource];
    PGresult *found = query_get(control, find_table, bind_text(load->state.run.pipeline),
        bind_text(name), bind_str(table->schema), bind_str(table->name));
    enum weir_status status = WEIR_OK;

    if (!found)
        return tables_fail(control, "cannot read what its marks belong to");
    if (PQntuples(found))
        status = judge(control, found, table, name);
    PQclear(found);
    return status;
}

enum weir_status mark_tables_check(
    struct connection *control, const struct postgres_load *load, const struct weir_pass *pass)
{
    const struct weir_stage *stage = load->state.stage;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < stage->n_resources && status == WEIR_OK; i++) {
        const struct weir_generation *part = pass_part(pass, stage->resources[i]->name);

        if (stage->resources[i]->incremental && part && !part->done)
            status = check_table(control, load, i);
    }
    return status;
}

enum weir_status mark_tables_note(
    struct connection *control, const struct postgres_load *load, size_t resource)
{
    const struct weir_resource *noted = load->state.stage->resources[resource];
    const struct table *table = load->of_resource[resource];
    bool done = true;

    if (noted->incremental && table->exists)
        done = query_run(control, NULL, note_table, bind_text(load->state.run.pipeline),
            bind_text(noted->name), bind_str(table->schema), bind_str(table->name));
    return tables_judge(control, done, "cannot note what its marks belong to");
}

enum weir_status mark_tables_forget(
    struct connection *control, const char *pipeline, const char *resource)
{
    bool done = query_run(control, NULL, forget_tables, bind_text(pipeline), bind_text(resource));

    return tables_judge(control, done, "cannot forget what its marks belong to");
}
