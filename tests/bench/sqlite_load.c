/*
 * sqlite_load DB DIR PAGES [ROWS_A_COMMIT] [KEY] - how fast rows get into SQLite.
 *
 * Feeds the built plugin alone: DIR/1.json, DIR/2.json, ... hold arrays of rows
 * under `data`, which are decoded before the clock starts and loaded in turn
 * until PAGES batches are in, each with ids of its own. KEY `text` makes the ids
 * texts that come in no order. Prints the wall time from start to stop.
 */
#include <stdint.h>
#include <time.h>

#include <sqlite3.h>

#include "../integration/load_stage.h"

enum { MOST_TEMPLATES = 1000 };

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct weir_buf buf;
    char chunk[65536];
    size_t capacity;
    size_t n;

    if (!file)
        return NULL;
    weir_buf_init(&buf, SIZE_MAX / 2, 1);
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        if (!weir_buf_add(&buf, chunk, n))
            abort();
    (void)fclose(file);
    return weir_buf_take(&buf, &capacity);
}

/* A page is {"data": [...], ...}; what stands behind the array may be cut off. */
static struct weir_batch *read_page(
    const struct weir_resource *resource, const char *folder, int number)
{
    char path[4096];
    char *text;
    char *begin;
    char *end;
    struct weir_batch *batch = NULL;

    (void)snprintf(path, sizeof(path), "%s/%d.json", folder, number);
    text = read_file(path);
    begin = text ? strchr(text, '[') : NULL;
    end = text ? strrchr(text, ']') : NULL;
    if (begin && end) {
        end[1] = '\0';
        batch = batch_of_json(resource, begin);
    }
    free(text);
    return batch;
}

static int read_pages(
    const struct weir_resource *resource, const char *folder, struct weir_batch **batches)
{
    int n = 0;

    while (n < MOST_TEMPLATES && (batches[n] = read_page(resource, folder, n + 1)))
        n++;
    return n;
}

/* Numbers in a row to numbers without any order. */
static uint64_t scatter(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
    return x ^ x >> 31;
}

static void mark_rows(struct weir_batch *batch, size_t id, int64_t page, bool as_text)
{
    struct weir_column *column = &batch->columns[id];

    for (size_t row = 0; row < batch->n_rows; row++) {
        int64_t number = (100000 + page) * 100 + (int64_t)row;

        column->values[row] = weir_int(number);
        if (as_text)
            column->values[row] = weir_text(
                WEIR_TEXT, weir_str(weir_printf(batch->arena, "%016llx-%lld",
                               (unsigned long long)scatter((uint64_t)number), (long long)number)));
    }
    weir_column_recount(column, batch->n_rows);
}

static bool load_page(struct load_stage *s, struct weir_batch *batch, int64_t page, bool as_text)
{
    mark_rows(batch, weir_batch_find(batch, weir_str("id")), page, as_text);
    return s->plugin->load(&s->stage, batch) == WEIR_OK;
}

static size_t load_pages(struct load_stage *s, struct weir_batch **batches, int n_batches,
    long pages, size_t rows_a_commit, bool as_text)
{
    size_t loaded = 0;
    size_t open = 0;

    for (long page = 1; page <= pages; page++) {
        struct weir_batch *batch = batches[page % n_batches];

        if (!load_page(s, batch, page, as_text))
            break;
        loaded += batch->n_rows;
        open += batch->n_rows;
        if (open >= rows_a_commit) {
            if (stage_commit(s) != WEIR_OK)
                break;
            open = 0;
        }
    }
    (void)stage_commit(s);
    return loaded;
}

int main(int argc, char **argv)
{
    static struct weir_batch *batches[MOST_TEMPLATES];
    struct load_stage s;
    struct weir_resource *resource;
    size_t rows_a_commit = argc > 4 ? (size_t)strtoull(argv[4], NULL, 10) : 1000000;
    bool as_text = argc > 5 && strcmp(argv[5], "text") == 0;
    size_t rows = 0;
    double begin;
    int n;

    if (argc < 4)
        return 2;
    /* As the program weir does. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    stage_init(&s, "sqlite");
    stage_set(&s, "path", argv[1]);
    resource = stage_resource(&s, "issues", "id");
    n = read_pages(resource, argv[2], batches);
    if (n == 0 || !stage_check(&s))
        return 2;
    begin = now();
    if (stage_start(&s) == WEIR_OK)
        rows = load_pages(&s, batches, n, strtol(argv[3], NULL, 10), rows_a_commit, as_text);
    stage_stop(&s);
    (void)printf("wall %.4f rows %zu %s\n", now() - begin, rows, s.error.text);
    for (int i = 0; i < n; i++)
        weir_batch_free(batches[i]);
    stage_done(&s);
    return weir_error_is_set(&s.error);
}
