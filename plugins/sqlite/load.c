/*
 * sqlite - load rows into tables of a SQLite database. See README.md.
 *
 * A batch is checked against its table, written row by row inside a transaction
 * that batches share, and taken back alone if one of its rows is refused. With it
 * goes where its source stands: see state/.
 */
#include "load.h"

#include <weir/failpoint.h>
#include <weir/plugin.h>
#include <weir/version.h>

#include "check.h"
#include "errors.h"
#include "insert.h"
#include "state/dead_letters.h"
#include "state/guard.h"
#include "state/store.h"
#include "transaction.h"

static const struct weir_option options[] = {
    WEIR_TEXT(struct sqlite_load, path, .required = true, .min = 1, .example = "data.db",
        .help = "The database file; it is created if it does not exist. A relative path is "
                "relative to the current directory."),
    WEIR_DURATION(struct sqlite_load, lock_wait, .initial = "10s", .max = 86400000,
        .help = "How long to wait while another process writes to the database."),
    {0},
};

static void sqlite_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct sqlite_load *load = stage->state;

    check_path(stage, load->path, mistakes);
    check_tables(stage, mistakes);
}

/* Resources that name one table share it. */
static struct table *table_for(struct sqlite_load *load, const struct weir_resource *resource)
{
    struct table *table;

    for (size_t i = 0; i < load->n_tables; i++)
        if (weir_str_is(load->tables[i].name, resource->table))
            return &load->tables[i];
    table = &load->tables[load->n_tables++];
    table_init(table, &load->db, resource);
    return table;
}

static void make_tables(struct weir_stage *stage)
{
    struct sqlite_load *load = stage->state;

    load->tables = weir_new_array(stage->arena, stage->n_resources, struct table);
    load->n_tables = 0;
    load->of_resource = weir_new_array(stage->arena, stage->n_resources, struct table *);
    for (size_t i = 0; i < stage->n_resources; i++)
        load->of_resource[i] = table_for(load, stage->resources[i]);
}

/* All tables are looked at before anything is fetched. */
static enum weir_status read_tables(struct sqlite_load *load)
{
    enum weir_status status = database_begin(&load->db);

    for (size_t i = 0; i < load->n_tables && status == WEIR_OK; i++)
        status = table_read(&load->tables[i]);
    if (status == WEIR_OK && database_run(&load->db, "ROLLBACK") != SQLITE_OK)
        status = database_fail(&load->db, "cannot read the database");
    return status;
}

static enum weir_status sqlite_start(struct weir_stage *stage)
{
    struct sqlite_load *load = stage->state;
    enum weir_status status;

    load->db = (struct database){
        .stage = stage,
        .path = load->path,
        .lock_wait = load->lock_wait,
    };
    if (!weir_is_offline(stage))
        make_tables(stage);
    status = database_open(&load->db);
    state_init(&load->state, stage, &load->db);
    return status == WEIR_OK && load->n_tables ? read_tables(load) : status;
}

static struct table *table_of(struct weir_stage *stage, const struct weir_resource *resource)
{
    struct sqlite_load *load = stage->state;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (stage->resources[i] == resource)
            return load->of_resource[i];
    return NULL;
}

static enum weir_status insert_rows(struct table *table, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    if (batch->n_rows)
        status = table_read(table);
    if (status == WEIR_OK && batch->n_rows)
        status = table_insert(table, batch);
    return status;
}

/* What was set aside comes last: the table may have set rows aside, too. */
static enum weir_status keep_rejects(
    struct sqlite_load *load, struct guard *guard, struct weir_batch *batch)
{
    enum weir_status status = dead_letters_settle(&load->state, guard->generation, batch);

    if (status == WEIR_OK)
        status = guard_end(guard);
    /* The rows are in, and cannot be taken back alone any more. */
    if (status != WEIR_OK)
        database_lose(&load->db);
    return status;
}

static enum weir_status load_guarded(
    struct sqlite_load *load, struct table *table, struct weir_batch *batch)
{
    struct generation *generation = state_generation(&load->state, batch->resource);
    struct guard guard;
    enum weir_status status = guard_begin(&guard, &load->state, batch);

    if (status != WEIR_OK)
        return status;
    WEIR_FAILPOINT("after_guard");
    status = insert_rows(table, batch);
    if (status != WEIR_OK) {
        guard_undo(&guard);
        return status;
    }
    WEIR_FAILPOINT("after_rows");
    status = keep_rejects(load, &guard, batch);
    if (status == WEIR_OK)
        generation->rows += batch->n_rows;
    return status;
}

static enum weir_status sqlite_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct sqlite_load *load = stage->state;
    struct table *table = table_of(stage, batch->resource);
    enum weir_status status;

    if (!table)
        return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG", "a batch of an unknown resource came");
    if (!load->state.is_open && batch->n_rows == 0)
        return WEIR_OK;
    status = state_enter(&load->state);
    if (status != WEIR_OK)
        return status;
    if (load->state.is_open)
        return load_guarded(load, table, batch);
    return insert_rows(table, batch);
}

static enum weir_status sqlite_commit(struct weir_stage *stage)
{
    struct sqlite_load *load = stage->state;
    enum weir_status status = state_flush(&load->state);

    return status == WEIR_OK ? database_commit(&load->db) : status;
}

enum weir_status load_create_waiting(struct sqlite_load *load)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < load->n_tables && status == WEIR_OK; i++) {
        status = table_read(&load->tables[i]);
        if (status == WEIR_OK)
            status = table_create_waiting(&load->tables[i]);
    }
    return status;
}

static bool is_replaced(const struct sqlite_load *load, const struct table *table)
{
    const struct weir_stage *stage = load->state.stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (load->of_resource[i] == table && load->state.generations[i].is_open &&
            stage->resources[i]->disposition == WEIR_REPLACE)
            return true;
    return false;
}

size_t load_list_replaced(const struct sqlite_load *load, struct table **tables)
{
    size_t n = 0;

    for (size_t i = 0; i < load->n_tables; i++)
        if (is_replaced(load, &load->tables[i]))
            tables[n++] = &load->tables[i];
    return n;
}

/* At the end of a run, columns that never had a value are still columns. */
static void create_waiting_columns(struct sqlite_load *load)
{
    enum weir_status status = state_enter(&load->state);

    if (status == WEIR_OK)
        status = load_create_waiting(load);
    /* A failure has been told by itself; there is nobody to return it to. */
    if (status != WEIR_OK || database_commit(&load->db) != WEIR_OK)
        return;
}

static void sqlite_stop(struct weir_stage *stage)
{
    struct sqlite_load *load = stage->state;
    struct database *db = &load->db;
    bool waits = false;

    for (size_t i = 0; i < load->n_tables; i++)
        waits = waits || table_has_waiting(&load->tables[i]);
    if (waits && db->connection && !db->failed && !database_in_transaction(db))
        create_waiting_columns(load);
    for (size_t i = 0; i < load->n_tables; i++)
        table_done(&load->tables[i]);
    state_done(&load->state);
    database_close(db);
    lock_release(&load->state.lock);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "sqlite",
    .summary = "Load rows into tables of a SQLite database.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_WORKER,
    .flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE | WEIR_KEEPS_OPENINGS | WEIR_KEEPS_NOTES,
    .state_size = sizeof(struct sqlite_load),
    .options = options,
    .check = sqlite_check,
    .start = sqlite_start,
    .stop = sqlite_stop,
    .load = sqlite_load,
    .commit = sqlite_commit,
    .store = &store,
};
