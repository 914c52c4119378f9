/*
 * postgres_rows [ROWS] - how fast rows go into PostgreSQL, beside the limit.
 *
 * ROWS (500,000) of 13 columns are appended; then the same rows are merged into a table that has
 * them, a tenth of them changed, also where versions are texts in the table and times to the
 * resource. Each beside the same rows from a file of the server: COPY into the table, and COPY into a
 * temporary table with the usual upsert behind it, in one transaction. Prints the times and
 * their ratios; where other programs are at work, the processor's are the ones to look at.
 *
 *     cmake --build build --target bench_postgres_rows
 *
 * WEIR_TEST_PG says where the server is, which must be on this machine and may write to /tmp.
 */
#include "../integration/postgres_rows_bench.h"

#include <sys/resource.h>
#include <time.h>

enum { BATCH = 1000, TRANSACTION = 20, COLUMNS = 13 };

static size_t n_rows = 500000;

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double own_time(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

/* Of the process that serves the connection, where it is on this machine. */
static double server_time(PGconn *connection)
{
    char path[64];
    unsigned long user = 0, system = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", PQbackendPID(connection));
    file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                    &user, &system) != 2)
        user = system = 0;
    if (file)
        (void)fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static struct weir_value text(struct weir_batch *batch, const char *format, size_t i)
{
    char out[80];

    (void)snprintf(out, sizeof(out), format, i);
    return weir_text(WEIR_TEXT, weir_str(weir_copy_text(batch->arena, out)));
}

static struct weir_batch *make_batch(struct table *t, size_t first, bool again)
{
    static const char *const names[COLUMNS] = {
        "id", "name", "email", "score", "n", "updated_at", "a", "b", "c", "d", "e", "f", "g"};
    struct weir_batch *batch = weir_batch_new(t->resource);
    size_t at[COLUMNS];

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t c = 0; c < COLUMNS; c++)
        at[c] = weir_batch_column(batch, weir_str(names[c]));
    for (size_t i = first; i < first + BATCH; i++) {
        bool changed = again && i % 10 == 0;
        const struct weir_value values[COLUMNS] = {weir_int((int64_t)i), text(batch, "name %zu", i),
            text(batch, "mail%zu@example.org", i), weir_float((double)i * 0.5),
            weir_int((int64_t)(i % 1000) + changed),
            {.kind = WEIR_TIMESTAMP,
                .integer = 1704067200000000 + (int64_t)(i + (changed ? 86400 : 0)) * 1000000},
            text(batch, "%032zx", i * 2654435761U), text(batch, "b%zu", i),
            weir_int((int64_t)i * 7), text(batch, "%zu.25", i), weir_bool(i % 2),
            {.kind = WEIR_DATE, .integer = 19723 + (int64_t)(i % 1000)},
            text(batch, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", i)};

        (void)weir_batch_add_row(batch);
        for (size_t c = 0; c < COLUMNS; c++)
            weir_batch_set(batch, at[c], values[c]);
    }
    return batch;
}

struct times {
    double wall, own, server;
};

/* Times of the resource's cursor, in a column of texts. */
static void write_times(struct weir_batch *batch)
{
    struct weir_column *column = &batch->columns[weir_batch_find(batch, weir_str("updated_at"))];

    for (size_t r = 0; r < batch->n_rows; r++)
        column->values[r] =
            weir_text(WEIR_TEXT, weir_value_format(&column->values[r], batch->arena, false));
    weir_column_recount(column, batch->n_rows);
}

static struct times load_all(struct bench *b, struct table *t, bool again)
{
    struct weir_batch *batches[TRANSACTION];
    struct times times = {0, 0, -server_time(b->rig.connection.libpq)};

    for (size_t first = 1; first <= n_rows;) {
        size_t n = 0;
        double start, own;

        for (; n < TRANSACTION && first <= n_rows; first += BATCH)
            batches[n++] = make_batch(t, first, again);
        for (size_t i = 0; i < n && t->resource->incremental; i++)
            write_times(batches[i]);
        start = now();
        own = own_time();
        for (size_t i = 0; i < n; i++)
            check(&b->rig, table_check_rows(t, batches[i]) == WEIR_OK);
        script(&b->rig, "BEGIN");
        check(
            &b->rig, rows_load(&b->rows, &b->rig.connection, t, batches, n, &b->fault) == WEIR_OK);
        script(&b->rig, "COMMIT");
        times.wall += now() - start;
        times.own += own_time() - own;
        for (size_t i = 0; i < n; i++)
            weir_batch_free(batches[i]);
    }
    times.server += server_time(b->rig.connection.libpq);
    return times;
}

static struct times judged(struct bench *b, const char *sql)
{
    struct times times = {-now(), 0, -server_time(b->judge)};

    bench_do(b, sql);
    times.wall += now();
    times.server += server_time(b->judge);
    return times;
}

static const char create[] =
    "CREATE TABLE %s (id bigint PRIMARY KEY, name text, email text, score float8, n bigint,"
    " updated_at timestamptz, a text, b text, c bigint, d numeric, e bool, f date, g text)";

static const char upsert[] =
    "BEGIN; CREATE TEMP TABLE st (LIKE raw) ON COMMIT DROP;"
    "COPY st FROM '/tmp/weir_bench_rows.bin' (FORMAT binary);"
    "INSERT INTO raw AS t SELECT DISTINCT ON (id) * FROM st"
    " ORDER BY id, updated_at DESC NULLS LAST ON CONFLICT (id) DO UPDATE SET"
    " (name, email, score, n, updated_at, a, b, c, d, e, f, g) = ROW(excluded.name,"
    " excluded.email, excluded.score, excluded.n, excluded.updated_at, excluded.a, excluded.b,"
    " excluded.c, excluded.d, excluded.e, excluded.f, excluded.g)"
    " WHERE (t.updated_at IS NULL OR excluded.updated_at >= t.updated_at) AND (t.name, t.email,"
    " t.score, t.n, t.updated_at, t.a, t.b, t.c, t.d, t.e, t.f, t.g) IS DISTINCT FROM"
    " (excluded.name, excluded.email, excluded.score, excluded.n, excluded.updated_at,"
    " excluded.a, excluded.b, excluded.c, excluded.d, excluded.e, excluded.f, excluded.g); COMMIT";

static void show(const char *what, struct times times, struct times raw)
{
    (void)printf(
        "%-8s %6.2f s (server's processor %5.2f s, this process's %5.2f s); the limit %6.2f s"
        " (%5.2f s); ratio %.2f (%.2f)\n",
        what, times.wall, times.server, times.own, raw.wall, raw.server, times.wall / raw.wall,
        times.server / raw.server);
}

static void bench(struct bench *b)
{
    struct table *t = bench_table(b, "ours", "id", WEIR_MERGE);
    struct table *added = bench_table(b, "added", "id", WEIR_APPEND);
    struct table *written = bench_table(b, "written", "id", WEIR_MERGE);
    struct weir_incremental cursor = {.cursor_type = WEIR_CURSOR_DATETIME};
    struct times appended, merged, texts;
    struct weir_error error = {0};
    size_t offset;
    struct times raw;

    bench_resource(b, t)->order_by = "updated_at";
    bench_do(b, weir_printf(b->rig.stage.arena, create, "ours"));
    bench_do(b, weir_printf(b->rig.stage.arena, create, "added"));
    bench_do(b, weir_printf(b->rig.stage.arena, create, "raw"));
    cursor.cursor_path =
        weir_path_parse(b->rig.stage.arena, weir_str("updated_at"), &offset, &error);
    bench_resource(b, written)->order_by = "updated_at";
    bench_resource(b, written)->incremental = &cursor;
    bench_do(b, weir_printf(b->rig.stage.arena, create, "written"));
    bench_do(b, "ALTER TABLE written ALTER updated_at TYPE text");
    bench_read_table(b, written);
    bench_read_table(b, t);
    bench_read_table(b, added);
    appended = load_all(b, added, false);
    bench_do(b, "COPY added TO '/tmp/weir_bench_rows.bin' (FORMAT binary)");
    raw = judged(b, "COPY raw FROM '/tmp/weir_bench_rows.bin' (FORMAT binary)");
    show("append", appended, raw);
    bench_do(b, "INSERT INTO ours SELECT * FROM added");
    bench_do(b, "INSERT INTO written SELECT id, name, email, score, n, to_char(updated_at, "
                "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), a, b, c, d, e, f, g FROM added");
    bench_do(b, "VACUUM ANALYZE ours");
    bench_do(b, "VACUUM ANALYZE written");
    bench_do(b, "VACUUM ANALYZE raw");
    bench_do(b, "CHECKPOINT");
    merged = load_all(b, t, true);
    bench_do(b, "COPY ours TO '/tmp/weir_bench_rows.bin' (FORMAT binary)");
    bench_do(b, "CHECKPOINT");
    raw = judged(b, upsert);
    show("merge", merged, raw);
    texts = load_all(b, written, true);
    show("texts", texts, raw);
    bench_expect(b, "SELECT count(*) FROM (SELECT * FROM ours EXCEPT SELECT * FROM raw) AS d", "0",
        __LINE__);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        n_rows = (size_t)atoll(argv[1]) / BATCH * BATCH;
    bench_run(bench);
    return 0;
}
