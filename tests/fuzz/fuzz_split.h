/* What cutting an answer into pieces promises: the pieces give the rows of the whole. */
#ifndef WEIR_FUZZ_SPLIT_H
#define WEIR_FUZZ_SPLIT_H

#include "fuzz_rows.h"
#include "stream/split.h"

#include <weir/csv.h>

/* An answer, how it is written and how it arrives. */
struct split_case {
    struct http_split_form form;
    struct weir_csv csv; /* where the form is lines with quotes */
    size_t step;         /* bytes that come at once */
};

static inline bool read_body(
    const struct split_case *c, struct weir_batch *batch, struct weir_str body)
{
    const struct weir_json_form form = {
        .records = c->form.records, .is_lines = !c->form.kind->has_frame};
    struct weir_json_reader *json = weir_json_reader_new();
    struct weir_csv_reader *csv = weir_csv_reader_new(&c->csv);
    struct weir_error error = {0};
    enum weir_status status;

    (void)weir_batch_add_unit(batch, NULL);
    status = c->form.has_header ? weir_csv_rows(csv, body, batch, &error)
                                : weir_json_read(json, body, &form, batch, &error);
    check((status == WEIR_OK) != weir_error_is_set(&error));
    if (status != WEIR_OK)
        weir_batch_fail_unit(batch, &error);
    weir_csv_reader_free(csv);
    weir_json_reader_free(json);
    return status == WEIR_OK;
}

static inline bool read_piece(
    const struct split_case *c, struct weir_batch *batch, char *body, size_t len, size_t size)
{
    weir_adopt(batch->arena, body, size);
    return read_body(c, batch, (struct weir_str){body, len});
}

/* From its beginning, or from a cut on that must be there; `ret_last` is the last cut. */
static inline bool read_split(const struct split_case *c, struct weir_str text,
    struct weir_batch *batch, const struct http_cut *from, struct http_cut *ret_last)
{
    struct weir_error error = {0};
    struct http_split split;
    bool good = true;
    size_t len, size;

    *ret_last = from ? *from : (struct http_cut){0};
    http_split_init(&split, &c->form);
    http_split_begin(&split, from ? from->bytes : 0);
    while (good && text.len) {
        struct weir_str now = {text.ptr, text.len < c->step ? text.len : c->step};
        size_t before = now.len;

        good = http_split_add(&split, &now, &error) == WEIR_OK;
        text = (struct weir_str){text.ptr + before - now.len, text.len - (before - now.len)};
        if (good && split.is_cut) {
            bool is_skipped = split.skips;
            char *body = http_split_piece(&split, &len, &size);

            *ret_last = http_prefix_cut(&split.prefix);
            check(is_skipped == !body);
            if (is_skipped)
                check(http_cut_equal(from, ret_last));
            else
                good = read_piece(c, batch, body, len, size);
        }
    }
    good = good && http_split_is_closed(&split);
    if (good) {
        char *body = http_split_rest(&split, &len, &size);

        good = read_piece(c, batch, body, len, size);
    }
    http_split_done(&split);
    return good;
}

/* The pieces are taken if the whole is, and give its rows; what follows a cut gives those behind it. */
static inline void check_split(const struct split_case *c, struct weir_str text)
{
    struct weir_batch *whole = weir_batch_new(NULL), *pieces = weir_batch_new(NULL);
    struct weir_batch *rest = weir_batch_new(NULL);
    struct http_cut last, again;
    bool is_taken = read_body(c, whole, body_of(whole, text.ptr, text.len, WEIR_JSON_PADDING));

    check(read_split(c, text, pieces, NULL, &last) == is_taken);
    if (is_taken) {
        check_same(whole, pieces);
        if (last.bytes) {
            check(read_split(c, text, rest, &last, &again));
            check(http_cut_equal(&last, &again));
            check(rest->n_rows <= whole->n_rows);
        }
    }
    weir_batch_free(whole);
    weir_batch_free(pieces);
    weir_batch_free(rest);
}

#endif
