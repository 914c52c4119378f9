/*
 * How fast SQL runs over batches, in millions of rows a second on one core.
 *
 *     sql_batch [ROWS_IN_A_BATCH [SECONDS_EACH]]
 *
 * Not a test: it measures, and nothing fails if it is slow. The batch is built
 * anew for each run, which is not counted. It needs the SDK alone:
 *
 *     cc -O2 -Isdk/include tests/bench/sql_batch.c -Lbuild -lweir -Wl,-rpath,build
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <weir/sql.h>

enum { N_COLUMNS = 12 };

struct measured {
    const char *what;
    struct weir_sql *sql;
};

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct weir_value cell(struct weir_batch *batch, size_t row, size_t column)
{
    static const char *const words[] = {"yes", "no", "maybe", "a somewhat longer text than that"};

    switch (column % 4) {
    case 0:
        return weir_int((int64_t)(row * 7 + column));
    case 1:
        return weir_float((double)row / 3 - 100);
    case 2:
        return weir_text(WEIR_TEXT, weir_str(words[(row + column) % 4]));
    default:
        return column == 3
                   ? weir_bool(row % 2)
                   : weir_text(WEIR_JSON,
                         weir_str(weir_printf(batch->arena, "{\"a\":%zu,\"b\":[1,2]}", row)));
    }
}

static struct weir_batch *make_batch(size_t n_rows)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    for (size_t c = 0; c < N_COLUMNS; c++) {
        char name[8];

        (void)snprintf(name, sizeof(name), "c%zu", c);
        (void)weir_batch_column(batch, weir_str(name));
    }
    weir_batch_add_unit(batch, NULL);
    for (size_t r = 0; r < n_rows; r++) {
        weir_batch_add_row(batch);
        for (size_t c = 0; c < N_COLUMNS; c++)
            weir_batch_set(batch, c, cell(batch, r, c));
    }
    return batch;
}

static void measure(const struct measured *measured, size_t n_rows, double seconds)
{
    double spent = 0;
    size_t rows = 0;

    while (spent < seconds) {
        struct weir_batch *batch = make_batch(n_rows);
        struct weir_error error = {0};
        double start = now();

        if (weir_sql_run(measured->sql, batch, &error) != WEIR_OK) {
            (void)fprintf(stderr, "%s: %s\n", measured->what, error.text);
            exit(1);
        }
        spent += now() - start;
        rows += n_rows;
        weir_batch_free(batch);
    }
    (void)printf("%7.2f M rows/s  %8.1f us a batch  %s\n", (double)rows / spent / 1e6,
        spent / ((double)rows / (double)n_rows) * 1e6, measured->what);
}

/* Compiles "condition: ...", "column: ..." or "select: ...". */
static struct weir_sql *compile(const char *form, const char *text)
{
    static const char *const name = "x";
    struct weir_error error = {0};
    size_t offset, index;
    struct weir_sql *sql;

    if (form[1] == 'e')
        sql = weir_sql_select(text, &offset, &error);
    else if (form[2] == 'n')
        sql = weir_sql_condition(text, &offset, &error);
    else
        sql = weir_sql_columns(&name, &text, 1, &index, &offset, &error);
    if (sql)
        return sql;
    (void)fprintf(stderr, "%s: %s\n", text, error.text);
    exit(1);
}

int main(int argc, char **argv)
{
    static const char *const texts[][2] = {
        {"condition", "c0 > 5000"},
        {"condition", "c2 = 'yes'"},
        {"condition", "c0 % 2 = 0 AND c2 <> 'no' AND c1 > 0"},
        {"condition", "c2 LIKE '%some%'"},
        {"condition", "c7 ->> 'a' > 100"},
        {"column", "c0 + 1"},
        {"column", "c1 * 2.0 + c0"},
        {"column", "c2"},
        {"column", "upper(c2) || '-' || c0"},
        {"column", "c7 ->> 'a'"},
        {"column", "c7 -> 'b'"},
        {"select", "SELECT c0, c1, c2, c3 FROM batch WHERE c0 > 5000"},
        {"select", "SELECT * FROM batch"},
        {"select", "SELECT c2, count(*) AS n, sum(c1) AS s FROM batch GROUP BY c2"},
        {"select", "SELECT c0, c2, c3 FROM batch ORDER BY c1 DESC"},
    };
    size_t n_rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 0.5;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        double start = now();
        struct measured measured = {texts[i][1], compile(texts[i][0], texts[i][1])};

        if (i == 0)
            (void)printf(
                "compiled in %.0f us; batches of %zu rows\n", (now() - start) * 1e6, n_rows);
        measure(&measured, n_rows > 0 ? n_rows : 1, seconds);
        weir_sql_free(measured.sql);
    }
    return 0;
}
