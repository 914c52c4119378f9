#include "made.h"

#include "../adopt.h"

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
