/*
 * sqlite_merge [ROWS] [text] - how fast rows are merged into SQLite, beside the limit.
 *
 * Two files get the same ROWS (200,000). Then the same rows come again, a tenth of
 * them changed, in batches of 1,000: through the built plugin into one file, and
 * through one prepared upsert in a loop into the other. With `text` the keys are
 * texts that come in no order. Prints both times and their ratio, for two upserts:
 * one that writes each row, as is usual, and the very one that the plugin uses.
 *
 *     cc -O2 -D_GNU_SOURCE -Isdk/include -DWEIR_PLUGIN_DIR='"build/plugins.d"' -o sqlite_merge \
 *         tests/bench/sqlite_merge.c -Lbuild -lweir -lsqlite3 -Wl,-rpath,build
 */
#include <stdint.h>
#include <time.h>

#include <sqlite3.h>
#include <unistd.h>

#include "../integration/load_stage.h"

enum { BATCH = 1000, COLUMNS = 6 };

static const char *const names[COLUMNS] = {"id", "name", "email", "score", "count", "updated_at"};

static bool text_keys;

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A different number for each, in no order. */
static uint64_t scatter(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static struct weir_value text(struct weir_batch *batch, const char *format, uint64_t i)
{
    char out[64];

    (void)snprintf(out, sizeof(out), format, (unsigned long long)i);
    return weir_text(WEIR_TEXT, weir_str(weir_copy_text(batch->arena, out)));
}

static struct weir_batch *make_batch(const struct weir_resource *t, int64_t first, bool again)
{
    struct weir_batch *batch = weir_batch_new(t);
    size_t columns[COLUMNS];

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t c = 0; c < COLUMNS; c++)
        columns[c] = weir_batch_column(batch, weir_str(names[c]));
    for (int64_t i = first; i < first + BATCH; i++) {
        uint64_t mixed = scatter((uint64_t)i);
        bool changed = again && i % 10 == 0;

        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, columns[0], text_keys ? text(batch, "%016llx", mixed) : weir_int(i));
        weir_batch_set(batch, columns[1], text(batch, "name of %llu", mixed % 100000));
        weir_batch_set(batch, columns[2], text(batch, "somebody.%llu@example.org", mixed));
        weir_batch_set(batch, columns[3], weir_float((double)(mixed % 1000) / 8));
        weir_batch_set(batch, columns[4], weir_int((int64_t)(mixed % 50) + changed));
        weir_batch_set(batch, columns[5],
            text(batch, changed ? "2024-06-%02lluT00:00:00Z" : "2024-05-%02lluT00:00:00Z",
                mixed % 28 + 1));
    }
    return batch;
}

static void must(int rc, sqlite3 *db)
{
    if (rc == SQLITE_OK)
        return;
    (void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
}

/* --- the plugin ------------------------------------------------------------------------- */

static double with_plugin(const char *path, int64_t n_rows, bool again)
{
    struct load_stage s;
    struct weir_resource *t;
    double begin;
    double spent = 0;

    stage_init(&s, "sqlite");
    stage_set(&s, "path", path);
    t = stage_resource(&s, "t", "id");
    t->disposition = WEIR_MERGE;
    t->order_by = "updated_at";
    if (!stage_check(&s) || stage_start(&s) != WEIR_OK)
        exit(1);
    for (int64_t i = 0; i < n_rows; i += BATCH) {
        struct weir_batch *batch = make_batch(t, i, again);

        begin = now();
        if (s.plugin->load(&s.stage, batch) != WEIR_OK) {
            (void)fprintf(stderr, "%s\n", s.error.text);
            exit(1);
        }
        spent += now() - begin;
        weir_batch_free(batch);
    }
    begin = now();
    if (stage_commit(&s) != WEIR_OK)
        exit(1);
    spent += now() - begin;
    stage_stop(&s);
    stage_done(&s);
    return spent;
}

/* --- the limit -------------------------------------------------------------------------- */

static void upsert_rows(sqlite3_stmt *upsert, const struct weir_batch *batch, sqlite3 *db)
{
    for (size_t r = 0; r < batch->n_rows; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            const struct weir_value *v = &batch->columns[c].values[r];

            if (v->kind == WEIR_TEXT)
                (void)sqlite3_bind_text(upsert, (int)c + 1, v->text, (int)v->length, SQLITE_STATIC);
            else if (v->kind == WEIR_INT)
                (void)sqlite3_bind_int64(upsert, (int)c + 1, v->integer);
            else
                (void)sqlite3_bind_double(upsert, (int)c + 1, v->real);
        }
        (void)sqlite3_step(upsert);
        must(sqlite3_reset(upsert), db);
    }
}

static double with_loop(const char *path, int64_t n_rows, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *upsert;
    double begin;
    double spent = 0;

    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db,
             "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;"
             "PRAGMA cache_size = -12288; BEGIN IMMEDIATE",
             NULL, NULL, NULL),
        db);
    must(sqlite3_prepare_v2(db, sql, -1, &upsert, NULL), db);
    for (int64_t i = 0; i < n_rows; i += BATCH) {
        struct weir_batch *batch = make_batch(NULL, i, true);

        begin = now();
        upsert_rows(upsert, batch, db);
        spent += now() - begin;
        weir_batch_free(batch);
    }
    begin = now();
    (void)sqlite3_finalize(upsert);
    must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
    spent += now() - begin;
    (void)sqlite3_close(db);
    return spent;
}

#define UPSERT                                                                                     \
    "INSERT INTO t AS r (id, name, email, score, count, updated_at) VALUES (?, ?, ?, ?, ?, ?)"     \
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email,"                \
    " score = excluded.score, count = excluded.count, updated_at = excluded.updated_at"
#define ONLY_NEW                                                                                   \
    " WHERE (r.updated_at IS NULL OR excluded.updated_at >= r.updated_at) AND (r.name, r.email,"   \
    " r.score, r.count, r.updated_at) IS NOT (excluded.name, excluded.email, excluded.score,"      \
    " excluded.count, excluded.updated_at)"

int main(int argc, char **argv)
{
    int64_t n_rows = argc > 1 ? atoll(argv[1]) : 200000;
    char folder[] = "/tmp/weir-bench-XXXXXX";
    char path[64];
    double plugin;
    double all;
    double only;

    text_keys = argc > 2;
    if (!mkdtemp(folder))
        return 1;
    (void)snprintf(path, sizeof(path), "%s/t.db", folder);
    (void)with_plugin(path, n_rows, false);
    plugin = with_plugin(path, n_rows, true);
    (void)unlink(path);
    (void)with_plugin(path, n_rows, false);
    all = with_loop(path, n_rows, UPSERT);
    (void)unlink(path);
    (void)with_plugin(path, n_rows, false);
    only = with_loop(path, n_rows, UPSERT ONLY_NEW);
    (void)unlink(path);
    (void)rmdir(folder);
    (void)printf(
        "plugin %.3f s; upsert of each row %.3f s (%.2f); of those that differ %.3f s (%.2f)\n",
        plugin, all, plugin / all, only, plugin / only);
    return 0;
}
