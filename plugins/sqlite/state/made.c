#include "made.h"

#include "../adopt.h"
#include "../errors.h"
#include "../names.h"
#include "pass.h"

static const char note_table[] = "UPDATE main._weir_generation SET makes_table = 1 WHERE id = ?1";

enum weir_status made_note(struct sqlite_load *load, const bool *is_new)
{
    struct state *state = &load->state;
    int rc = SQLITE_OK;

    for (size_t i = 0; i < state->stage->n_resources && rc == SQLITE_OK; i++)
        if (is_new[i] && !load->of_resource[i]->exists)
            rc = query_run(&state->queries, note_table, bind_integer(state->generations[i].id));
    return state_judge(state, rc, "cannot begin a pass");
}

static const char find_table[] =
    "SELECT 1 FROM main._weir_generation WHERE id = ?1 AND makes_table = 1";

static enum weir_status find_made(struct state *state, size_t resource, bool *ret_made)
{
    sqlite3_stmt *query =
        query_begin(&state->queries, find_table, bind_integer(state->generations[resource].id));

    *ret_made = query_step(query);
    return state_judge(state, query_end(query), "cannot read its passes");
}

/* Resources that share a table are of one mind about it. */
enum weir_status made_adopt(struct sqlite_load *load)
{
    struct state *state = &load->state;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < state->stage->n_resources && status == WEIR_OK; i++) {
        struct table *table = load->of_resource[i];
        bool made = false;

        status = find_made(state, i, &made);
        if (status == WEIR_OK && made)
            status = table_read(table);
        if (status == WEIR_OK && made && table->exists && !table->made_as)
            status = table_adopt(table);
    }
    return status;
}

static enum weir_status refuse_gone(const struct table *table, uint64_t n_rows)
{
    return database_refuse(table->db, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
        "table '%s' is gone, and an interrupted run had put %llu row%s there, which would be "
        "missing; put it back, or begin anew with --restart --keep-partial",
        name_show(table->shown).text, (unsigned long long)n_rows, n_rows == 1 ? "" : "s");
}

enum weir_status made_check_rows(struct sqlite_load *load, const struct weir_pass *pass)
{
    const struct weir_stage *stage = load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_generation *generation = pass_part(pass, stage->resources[i]->name);
        const struct table *table = load->of_resource[i];

        if (stage->resources[i]->disposition == WEIR_REPLACE)
            table = table->staged;
        if (generation && generation->rows && table && !table->exists)
            return refuse_gone(table, generation->rows);
    }
    return WEIR_OK;
}
