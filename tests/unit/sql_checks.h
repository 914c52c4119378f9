/*
 * Batches from JSON and back to text, and SQL run over them: for the tests of
 * SQL.
 */
#ifndef WEIR_TESTS_SQL_CHECKS_H
#define WEIR_TESTS_SQL_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weir/json.h>
#include <weir/sql.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Rows from JSON, with a bar between units. */
static inline struct weir_batch *batch_of(const char *units)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_json_reader *reader = weir_json_reader_new();

    while (units) {
        const char *bar = strchr(units, '|');
        size_t length = bar ? (size_t)(bar - units) : strlen(units);
        char *body = weir_alloc_zero(batch->arena, 1, length + WEIR_JSON_PADDING);
        struct weir_error error = {0};

        memcpy(body, units, length);
        weir_batch_add_unit(batch, NULL);
        if (weir_json_rows(reader, (struct weir_str){body, length}, NULL, batch, &error) != WEIR_OK)
            fail_msg("%s", error.text);
        units = bar ? bar + 1 : NULL;
    }
    weir_json_reader_free(reader);
    return batch;
}

/* The same way back; values that JSON has no kind for are written kind:value. */
static inline void show_value(FILE *out, struct weir_batch *batch, const struct weir_value *value)
{
    struct weir_str text = weir_value_format(value, batch->arena, true);
    bool is_plain = value->kind != WEIR_DECIMAL && value->kind != WEIR_BYTES &&
                    value->kind != WEIR_TIMESTAMP && value->kind != WEIR_DATE;

    (void)fprintf(out, "%s%s%.*s", is_plain ? "" : weir_kind_name(value->kind), is_plain ? "" : ":",
        WEIR_STR_ARG(text));
}

static inline void show_row(FILE *out, struct weir_batch *batch, size_t row)
{
    (void)fputc('{', out);
    for (size_t c = 0; c < batch->n_columns; c++) {
        const struct weir_column *column = &batch->columns[c];
        const struct weir_value *value = &column->values[row];

        assert_true(value->kind == WEIR_NULL || weir_column_has(column, value->kind));
        (void)fprintf(out, "%s%.*s:", c ? "," : "", WEIR_STR_ARG(column->name));
        show_value(out, batch, value);
    }
    (void)fputc('}', out);
}

static inline char *show(struct weir_batch *batch)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    size_t row = 0;

    for (size_t u = 0; u < batch->n_units; u++) {
        (void)fputs(u ? "|" : "", out);
        assert_int_equal(batch->units[u].first_row, row);
        for (size_t i = 0; i < batch->units[u].n_rows; i++)
            show_row(out, batch, row++);
    }
    assert_int_equal(batch->n_rows, row);
    (void)fclose(out);
    return text;
}

static inline struct weir_sql *condition(const char *text)
{
    struct weir_error error = {0};
    size_t offset;
    struct weir_sql *sql = weir_sql_condition(text, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

static inline struct weir_sql *columns(const char *name, const char *text)
{
    struct weir_error error = {0};
    size_t offset, index;
    struct weir_sql *sql = weir_sql_columns(&name, &text, 1, &index, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

static inline struct weir_sql *query(const char *text)
{
    struct weir_error error = {0};
    size_t offset;
    struct weir_sql *sql = weir_sql_select(text, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

/* Runs sql over a batch, which stays the caller's, and frees sql. */
static inline void run_over(struct weir_sql *sql, struct weir_batch *batch, const char *expected)
{
    struct weir_error error = {0};
    enum weir_status status = weir_sql_run(sql, batch, &error);
    char *text;

    if (status != WEIR_OK)
        fail_msg("%s: %s", error.code, error.text);
    text = show(batch);
    assert_string_equal(text, expected);
    free(text);
    weir_sql_free(sql);
}

static inline void run(struct weir_sql *sql, const char *units, const char *expected)
{
    struct weir_batch *batch = batch_of(units);

    run_over(sql, batch, expected);
    weir_batch_free(batch);
}

static inline void run_fails(
    struct weir_sql *sql, const char *units, const char *code, const char *part)
{
    struct weir_batch *batch = batch_of(units);
    struct weir_error error = {0};

    if (weir_sql_run(sql, batch, &error) != WEIR_FAIL)
        fail_msg("went well, instead of: %s", part);
    assert_string_equal(error.code, code);
    if (!strstr(error.text, part))
        fail_msg("'%s' lacks '%s'", error.text, part);
    weir_batch_free(batch);
    weir_sql_free(sql);
}

#endif
