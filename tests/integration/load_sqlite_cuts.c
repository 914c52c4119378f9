/*
 * The sqlite loader gives one table for the same rows, however they are cut into
 * batches: random rows are loaded whole into one table and in pieces into another.
 */
#include "sqlite_checks.h"

#include <math.h>

enum { MOST_ROWS = 24, MOST_COLUMNS = 6, ROUNDS = 200 };

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % n;
}

/* Rows of values; the first column may be the key, and its values differ then. */
struct rows {
    struct weir_value cells[MOST_ROWS][MOST_COLUMNS];
    bool is_absent[MOST_ROWS][MOST_COLUMNS]; /* a null that the source does not even name */
    size_t n_rows;
    size_t n_columns;
    bool has_key;
};

static struct weir_value value_of(enum weir_kind kind, unsigned i, struct weir_arena *arena)
{
    static const double floats[] = {0.5, 0.0, 4503599627370496.0, 9007199254740992.0, 1e300, -1e17,
        0.1, 18014398509481984.0, INFINITY};
    const int64_t far = 9007199254740992;
    struct weir_str text = weir_str(weir_printf(arena, "%u", i));

    switch (kind) {
    case WEIR_INT:
        return weir_int(random_below(8) ? (int64_t)i : far + (int64_t)random_below(2) * (i + 1));
    case WEIR_FLOAT:
        return weir_float(random_below(2) ? (double)i / 2 : floats[random_below(9)]);
    case WEIR_BOOL:
        return weir_bool(i % 2);
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return (struct weir_value){.kind = (uint8_t)kind, .integer = (int64_t)i};
    case WEIR_NULL:
        return weir_null();
    default:
        return weir_text(kind, text);
    }
}

static struct weir_value key_of(enum weir_kind kind, unsigned i, struct weir_arena *arena)
{
    if (kind == WEIR_FLOAT)
        return weir_float((double)i + (i % 2 ? 0.5 : 0));
    if (kind == WEIR_INT)
        return weir_int((int64_t)i + (i % 7 ? 0 : 9007199254740993));
    return weir_text(kind, weir_str(weir_printf(arena, "%u", i)));
}

/* A few kinds for each column, more often those that numbers and texts have. */
static void make_column(struct rows *rows, size_t column, struct weir_arena *arena)
{
    static const enum weir_kind usual[] = {WEIR_INT, WEIR_FLOAT, WEIR_INT, WEIR_FLOAT, WEIR_TEXT};
    static const enum weir_kind for_keys[] = {WEIR_INT, WEIR_FLOAT, WEIR_TEXT, WEIR_BYTES};
    enum weir_kind kinds[3];
    unsigned n_kinds = 1 + random_below(3);
    unsigned nulls = random_below(4);

    for (unsigned k = 0; k < n_kinds; k++)
        if (rows->has_key && column == 0)
            kinds[k] = for_keys[random_below(4)];
        else
            kinds[k] = random_below(2) ? usual[random_below(5)] : random_below(WEIR_N_KINDS);
    for (unsigned r = 0; r < rows->n_rows; r++) {
        enum weir_kind kind = kinds[random_below(n_kinds)];

        /* A table needs a column, so the first one is always there. */
        rows->is_absent[r][column] = column > 0 && random_below(2);
        if (rows->has_key && column == 0)
            rows->cells[r][column] = key_of(kind, r, arena);
        else if (random_below(4) < nulls)
            rows->cells[r][column] = weir_null();
        else
            rows->cells[r][column] = value_of(kind, r, arena);
    }
    /* Somewhere it is there, be it with a null. */
    rows->is_absent[random_below((unsigned)rows->n_rows)][column] = false;
}

static void make_rows(struct rows *rows, struct weir_arena *arena)
{
    rows->n_rows = 1 + random_below(MOST_ROWS);
    rows->n_columns = 1 + random_below(MOST_COLUMNS);
    rows->has_key = random_below(2) == 1;
    for (size_t c = 0; c < rows->n_columns; c++)
        make_column(rows, c, arena);
}

static void load_rows(struct fixture *f, const struct weir_resource *resource,
    const struct rows *rows, size_t first, size_t n)
{
    struct weir_batch *batch = weir_batch_new(resource);
    char name[] = "c0";

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t r = first; r < first + n; r++) {
        (void)weir_batch_add_row(batch);
        for (size_t c = 0; c < rows->n_columns; c++) {
            name[1] = (char)('0' + c);
            if (rows->cells[r][c].kind != WEIR_NULL || !rows->is_absent[r][c])
                weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), rows->cells[r][c]);
        }
    }
    if (stage_load(&f->s, batch) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static void load_in_pieces(
    struct fixture *f, const struct weir_resource *resource, const struct rows *rows)
{
    size_t longest = 1 + random_below((unsigned)rows->n_rows);

    for (size_t at = 0, n; at < rows->n_rows; at += n) {
        n = 1 + random_below((unsigned)longest);
        if (n > rows->n_rows - at)
            n = rows->n_rows - at;
        load_rows(f, resource, rows, at, n);
        if (random_below(4) == 0)
            assert_int_equal(stage_commit(&f->s), WEIR_OK);
    }
}

/* Columns may stand in another order; all else is the same. */
static void assert_same(const struct fixture *f, const struct rows *rows)
{
    const char *types = "SELECT name, type, \"notnull\", pk FROM pragma_table_info('%s')";
    char sql[512];
    char left[128];
    char right[128];

    (void)snprintf(left, sizeof(left), types, "whole");
    (void)snprintf(right, sizeof(right), types, "pieces");
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM (%s EXCEPT %s)", left, right);
    assert_answer(f, sql, "");
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM (%s EXCEPT %s)", right, left);
    assert_answer(f, sql, "");
    for (size_t c = 0; c < rows->n_columns; c++) {
        /* Without a key, rows are known by their number. */
        const char *key = rows->has_key ? "c0" : "_rowid_";

        (void)snprintf(sql, sizeof(sql),
            "SELECT w.%s, quote(w.c%zu), quote(p.c%zu) FROM whole AS w LEFT JOIN pieces AS p"
            " ON w.%s = p.%s WHERE quote(w.c%zu) IS NOT quote(p.c%zu)"
            " OR typeof(w.c%zu) <> typeof(p.c%zu)",
            key, c, c, key, key, c, c, c, c);
        assert_answer(f, sql, "");
    }
    assert_answer(f, "SELECT (SELECT count(*) FROM whole) - (SELECT count(*) FROM pieces)", "0");
    assert_answer(f, "PRAGMA integrity_check", "ok");
}

static void types_and_values_do_not_depend_on_the_cuts(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        void *own = NULL;
        struct fixture *f;
        struct rows rows;
        struct weir_resource *whole;
        struct weir_resource *pieces;

        random_state = (uint64_t)round + 1;
        assert_int_equal(setup(&own), 0);
        f = own;
        make_rows(&rows, f->s.arena);
        whole = stage_resource(&f->s, "whole", rows.has_key ? "c0" : NULL);
        pieces = stage_resource(&f->s, "pieces", rows.has_key ? "c0" : NULL);
        start(f);
        load_rows(f, whole, &rows, 0, rows.n_rows);
        load_in_pieces(f, pieces, &rows);
        commit_and_stop(f);
        assert_same(f, &rows);
        (void)teardown(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_and_values_do_not_depend_on_the_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
