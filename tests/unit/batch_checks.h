/* For tests of batches: ids counted through, and what became of rows that were set aside. */
#ifndef BATCH_CHECKS_H
#define BATCH_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weir/batch.h>
#include <weir/stage.h>

/* `units` units of `rows` rows: id counts from 0, name is "n<id>". */
static inline struct weir_batch *batch_of_ids(size_t units, size_t rows)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    size_t id = weir_batch_column(batch, weir_str("id"));
    size_t name = weir_batch_column(batch, weir_str("name"));

    for (size_t u = 0; u < units; u++) {
        (void)weir_batch_add_unit(batch, NULL);
        for (size_t r = 0; r < rows; r++) {
            size_t row = weir_batch_add_row(batch);
            const char *text = weir_printf(batch->arena, "n%zu", row);

            weir_batch_set(batch, id, weir_int((int64_t)row));
            weir_batch_set(batch, name, weir_text(WEIR_TEXT, weir_str(text)));
        }
    }
    return batch;
}

static inline void set_aside(struct weir_batch *batch, size_t row, const char *code)
{
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_DATA, code, "told to");
    weir_batch_reject(batch, row, "id", &error);
}

static inline void keep_only(struct weir_batch *batch, const char *marks)
{
    bool kept[64] = {0};

    assert_int_equal(strlen(marks), batch->n_rows);
    for (size_t r = 0; marks[r]; r++)
        kept[r] = marks[r] == '1';
    weir_batch_keep(batch, kept);
}

/* The ids as "0 1 2", and behind each unit a bar. */
static inline void check_batch_ids(const struct weir_batch *batch, const char *expected)
{
    size_t column = weir_batch_find(batch, weir_str("id"));
    char text[1024] = "";
    size_t rows = 0;

    for (size_t u = 0; u < batch->n_units; u++) {
        const struct weir_unit *unit = &batch->units[u];

        assert_int_equal(unit->first_row, rows);
        rows += unit->n_rows;
        for (size_t r = unit->first_row; r < rows; r++)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ",
                (int)batch->columns[column].values[r].integer);
        strcat(text, "|");
    }
    assert_int_equal(rows, batch->n_rows);
    assert_string_equal(text, expected);
}

static inline void check_reject(
    const struct weir_reject *reject, size_t unit, size_t number, uint32_t stage, const char *row)
{
    assert_non_null(reject);
    assert_int_equal(reject->unit, unit);
    assert_int_equal(reject->number, number);
    assert_int_equal(reject->stage, stage);
    assert_string_equal(reject->row.ptr, row);
    assert_int_equal(reject->row.len, strlen(row));
}

#endif
