/* For tests of tables without a server: one that is known by heart, and batches for it. */
#ifndef TABLE_CHECKS_H
#define TABLE_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/adapt.h"

static struct weir_error told;
static char logged[1024];

static inline void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    if (!weir_error_is_set(&told))
        told = *error;
}

static inline void on_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    (void)stage;
    (void)level;
    (void)snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged), "%s\n", text);
}

static const struct weir_host host = {.size = sizeof(host), .fail = on_fail, .log = on_log};

/* A table "public"."t" with a bigint "id" (NOT NULL), a text "note" and whatever a test adds. */
struct table_fixture {
    struct weir_schema schema;
    struct weir_resource resource;
    struct weir_resource *resources[1];
    struct weir_stage stage;
    struct table table;
};

static inline struct column *add_known(struct table_fixture *f, const char *name, const char *type)
{
    struct known *known = table_inside(&f->table)->now;
    struct column *column = &known->columns[known->n_columns];
    size_t at = known->n_columns++;

    assert_true(known->n_columns <= 16);
    *column = (struct column){.name = weir_str(name)};
    assert_true(type_from_words(type, known->arena, &column->type));
    for (; at > 0 && strcmp(known->columns[known->by_name[at - 1]].name.ptr, name) > 0; at--)
        known->by_name[at] = known->by_name[at - 1];
    known->by_name[at] = (uint32_t)(known->n_columns - 1);
    f->table.n_columns = known->n_columns;
    return column;
}

/* Reads what the resource and its schema say, and forgets all that was told. */
static inline void init_table(struct table_fixture *f, bool exists)
{
    struct weir_arena *arena = weir_arena_new();
    struct known *known = weir_new(arena, struct known);
    struct column *id;

    table_done(&f->table);
    memset(&told, 0, sizeof(told));
    logged[0] = '\0';
    table_init(&f->table, &f->stage, weir_str("public"), &f->resource);
    *known = (struct known){.arena = arena, .exists = exists, .has_schema = true};
    known->columns = weir_new_array(arena, 16, struct column);
    known->by_name = weir_new_array(arena, 16, uint32_t);
    table_inside(&f->table)->now = known;
    f->table.exists = exists;
    f->table.columns = known->columns;
    if (!exists)
        return;
    id = add_known(f, "id", "bigint");
    id->is_not_null = true;
    id->is_required = true;
    id->is_key = f->resource.primary_key.n > 0;
    (void)add_known(f, "note", "text");
}

static inline int table_setup(void **state)
{
    struct table_fixture *f = calloc(1, sizeof(*f));

    f->resource = (struct weir_resource){.name = "r", .table = "t", .schema = &f->schema};
    f->resources[0] = &f->resource;
    f->stage = (struct weir_stage){
        .name = "load", .host = &host, .resources = f->resources, .n_resources = 1};
    init_table(f, true);
    *state = f;
    return 0;
}

static inline int table_teardown(void **state)
{
    struct table_fixture *f = *state;

    table_done(&f->table);
    free(f);
    return 0;
}

/* One unit of so many rows; ids count from 0. */
static inline struct weir_batch *new_batch(const struct table_fixture *f, size_t n_rows)
{
    struct weir_batch *batch = weir_batch_new(&f->resource);
    size_t id = weir_batch_column(batch, weir_str("id"));

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t i = 0; i < n_rows; i++) {
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, id, weir_int((int64_t)i));
    }
    return batch;
}

static inline void set_value(
    struct weir_batch *batch, const char *column, size_t row, struct weir_value value)
{
    size_t c = weir_batch_column(batch, weir_str(column));

    batch->columns[c].values[row] = value;
    weir_column_recount(&batch->columns[c], batch->n_rows);
}

static inline struct weir_value text_value(const char *text)
{
    return weir_text(WEIR_TEXT, weir_str(text));
}

static inline void check_told(enum weir_fault fault, const char *code, const char *text)
{
    assert_string_equal(told.code, code);
    assert_int_equal(told.fault, fault);
    if (!strstr(told.text, text))
        fail_msg("'%s' does not say: %s", told.text, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

#endif
