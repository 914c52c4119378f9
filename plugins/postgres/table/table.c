#include "inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- beginning and end -------------------------------------------------------------------- */

/* Of all resources that fill the table; what two of them say of a column is the same. */
static void gather_declared(struct table *table)
{
    struct table_inside *inside = table_inside(table);
    const struct weir_stage *stage = table->stage;
    size_t n = 0;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (strcmp(stage->resources[i]->table, table->resource->table) == 0)
            n += stage->resources[i]->schema->n_columns;
    inside->declared = weir_new_array(inside->arena, n, struct declared);
    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_schema *schema = stage->resources[i]->schema;

        if (strcmp(stage->resources[i]->table, table->resource->table) != 0)
            continue;
        for (size_t c = 0; c < schema->n_columns; c++) {
            struct declared *declared = &inside->declared[inside->n_declared];

            declared->name = weir_str(schema->columns[c].name);
            if (!table_declared(table, declared->name) &&
                type_from_words(schema->columns[c].type, inside->arena, &declared->type))
                inside->n_declared++;
        }
    }
}

void table_init(struct table *table, struct weir_stage *stage, struct weir_str schema,
    const struct weir_resource *resource)
{
    struct table_inside *inside = weir_calloc(1, sizeof(*inside));

    inside->arena = weir_arena_new();
    *table = (struct table){
        .stage = stage,
        .schema = schema,
        .name = weir_str(resource->table),
        .resource = resource,
        .private = inside,
    };
    gather_declared(table);
}

void table_done(struct table *table)
{
    struct table_inside *inside = table_inside(table);

    if (!inside)
        return;
    known_free(inside->now);
    known_free(inside->next);
    weir_arena_free(inside->arena);
    free(inside);
    table->private = NULL;
    table->columns = NULL;
    table->n_columns = 0;
}

/* --- what is known ------------------------------------------------------------------------ */

static struct column *known_find(const struct known *known, struct weir_str name)
{
    size_t low = 0;
    size_t high = known ? known->n_columns : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct column *column = &known->columns[known->by_name[middle]];
        int order = name_compare(name, column->name);

        if (order == 0)
            return column;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct column *table_find(const struct table *table, struct weir_str name)
{
    return known_find(table_inside(table)->now, name);
}

struct shown_table table_show(const struct table *table)
{
    struct shown_table shown;

    if (table->target)
        return table_show(table->target);
    (void)snprintf(shown.text, sizeof(shown.text), "%s.%s", name_show(table->schema).text,
        name_show(table->name).text);
    return shown;
}

static void install(struct table *table, struct known *known)
{
    struct table_inside *inside = table_inside(table);

    if (inside->now != known)
        known_free(inside->now);
    inside->now = known;
    table->oid = known->oid;
    table->exists = known->exists;
    table->is_ours = known->is_ours;
    table->columns = known->columns;
    table->n_columns = known->n_columns;
    table->version++;
}

enum weir_status table_read(struct table *table, struct connection *connection)
{
    struct known *known;
    enum weir_status status = known_read(table, connection, &known);

    if (status == WEIR_OK)
        status = rights_check(table, connection, known);
    if (status == WEIR_OK)
        status = keys_check(table, connection, known);
    if (status == WEIR_OK)
        install(table, known);
    else
        known_free(known);
    if (status == WEIR_OK)
        declared_compare(table);
    return status;
}

void table_adapted(struct table *table, bool committed)
{
    struct table *filled = (struct table *)table_filled(table);
    struct table_inside *inside = table_inside(filled);
    struct known *next = inside->next;

    inside->next = NULL;
    if (!next)
        return;
    if (!committed) {
        known_free(next);
        return;
    }
    install(filled, next);
    if (inside->change)
        weir_log(filled->stage, WEIR_LOG_INFO, "%s", inside->change);
}

/* --- the end of a run --------------------------------------------------------------------- */

void table_note_waiting(struct table *table, struct weir_str name)
{
    struct table_inside *inside = table_inside(table);

    for (size_t i = 0; i < inside->n_waiting && i < WAITING_NAMED; i++)
        if (weir_str_equal(inside->waiting[i], name))
            return;
    if (inside->n_waiting < WAITING_NAMED)
        inside->waiting[inside->n_waiting] = weir_copy(inside->arena, name);
    if (inside->n_waiting <= WAITING_NAMED)
        inside->n_waiting++;
}

static void tell_waiting(const struct table *table)
{
    struct table_inside *inside = table_inside(table);
    const char *names = "";
    size_t n_named = 0;
    size_t n_made = 0;

    for (size_t i = 0; i < inside->n_waiting && i < WAITING_NAMED; i++) {
        if (table_find(table, inside->waiting[i])) {
            n_made++;
            continue;
        }
        names = weir_printf(inside->arena, "%s%s'%s'", names, n_named++ ? ", " : "",
            name_show(inside->waiting[i]).text);
    }
    if (inside->n_waiting > WAITING_NAMED)
        names = weir_printf(inside->arena, "%s and others", names);
    if (inside->n_waiting > n_made)
        weir_log(table->stage, WEIR_LOG_INFO,
            "table '%s' has no column for %s: no value came that would tell a type; declare them "
            "under 'schema.columns' to have them all the same",
            table_show(table).text, names);
}

void table_tell(const struct table *table)
{
    const struct table *filled = table_filled(table);
    const struct table_inside *inside = table_inside(filled);

    tell_waiting(filled);
    declared_tell(filled);
    if (inside->n_rows_left_out || inside->n_values_left_out)
        weir_log(table->stage, WEIR_LOG_INFO,
            "table '%s': as 'schema.contract' says, %llu row%s and %llu value%s were left out",
            table_show(table).text, (unsigned long long)inside->n_rows_left_out,
            inside->n_rows_left_out == 1 ? "" : "s", (unsigned long long)inside->n_values_left_out,
            inside->n_values_left_out == 1 ? "" : "s");
}
