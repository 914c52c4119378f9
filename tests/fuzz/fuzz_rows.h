/* What every reader of rows promises of those that it takes. */
#ifndef WEIR_FUZZ_ROWS_H
#define WEIR_FUZZ_ROWS_H

#include <stdlib.h>
#include <string.h>
#include <weir/batch.h>

static inline void check(bool holds)
{
    if (!holds)
        abort();
}

static inline bool has_text(const struct weir_value *value)
{
    return value->kind == WEIR_TEXT || value->kind == WEIR_JSON || value->kind == WEIR_DECIMAL;
}

/* Texts are UTF-8 without NUL, and kinds are those of the values. */
static inline void check_rows(const struct weir_batch *batch)
{
    for (size_t c = 0; c < batch->n_columns; c++) {
        const struct weir_column *column = &batch->columns[c];
        uint32_t kinds = 0;

        check(weir_str_utf8_error(column->name) == column->name.len);
        for (size_t r = 0; r < batch->n_rows; r++) {
            const struct weir_value *value = &column->values[r];

            kinds |= 1U << value->kind;
            if (!has_text(value))
                continue;
            check(weir_str_utf8_error(weir_value_str(value)) == value->length);
            check(!value->length || !memchr(value->text, '\0', value->length));
        }
        check((kinds & ~(1U << WEIR_NULL)) == column->kinds);
    }
}

/* The same columns, rows and values. */
static inline void check_same(const struct weir_batch *a, const struct weir_batch *b)
{
    check(a->n_rows == b->n_rows && a->n_columns == b->n_columns);
    for (size_t c = 0; c < a->n_columns; c++) {
        check(weir_str_equal(a->columns[c].name, b->columns[c].name));
        for (size_t r = 0; r < a->n_rows; r++) {
            const struct weir_value *x = &a->columns[c].values[r], *y = &b->columns[c].values[r];

            check(x->kind == y->kind);
            if (has_text(x))
                check(weir_str_equal(weir_value_str(x), weir_value_str(y)));
            else
                check(x->integer == y->integer || x->kind == WEIR_NULL || x->kind == WEIR_BOOL);
        }
    }
}

/* A copy that ends where its memory does, but for the padding. */
static inline struct weir_str body_of(
    struct weir_batch *batch, const void *bytes, size_t n, size_t padding)
{
    char *copy = weir_malloc(n + padding + 1);

    if (n)
        memcpy(copy, bytes, n);
    memset(copy + n, '"', padding);
    copy = weir_realloc(copy, n + padding ? n + padding : 1);
    weir_adopt(batch->arena, copy, n + padding);
    return (struct weir_str){copy, n};
}

#endif
