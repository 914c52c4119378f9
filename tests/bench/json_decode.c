/*
 * json_decode RECORDS FILE... - how fast bodies become rows.
 *
 * Reads the files into memory, then decodes them in turn, for two seconds, each
 * into a batch of its own, as a worker does. Prints rows, bytes and MB/s; one
 * thread. Many different files are closer to life than one, whose branches the
 * processor learns by heart.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/buf.h>
#include <weir/json.h>

enum { MOST_FILES = 4096 };

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool read_file(const char *path, struct weir_buf *buf)
{
    char chunk[65536];
    FILE *file = fopen(path, "rb");
    size_t n;
    bool good = file != NULL;

    while (good && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        good = weir_buf_add(buf, chunk, n);
    if (file)
        (void)fclose(file);
    if (!good)
        (void)fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
    return good;
}

static bool decode(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, size_t *ret_rows)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    bool good;

    (void)weir_batch_add_unit(batch, NULL);
    good = weir_json_rows(reader, body, records, batch, &error) == WEIR_OK;
    if (!good)
        (void)fprintf(stderr, "%s: %s\n", error.code, error.text);
    *ret_rows += batch->n_rows;
    weir_batch_free(batch);
    return good;
}

static size_t read_bodies(int argc, char **argv, struct weir_buf bodies[MOST_FILES])
{
    size_t n = 0;

    for (int i = 2; i < argc && n < MOST_FILES; i++) {
        weir_buf_init(&bodies[n], (size_t)1 << 31, WEIR_JSON_PADDING);
        if (!read_file(argv[i], &bodies[n++]))
            return 0;
    }
    return n;
}

int main(int argc, char **argv)
{
    static struct weir_buf bodies[MOST_FILES];
    struct weir_arena *arena = weir_arena_new();
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    const struct weir_path *records;
    size_t offset;
    size_t n = read_bodies(argc, argv, bodies);
    size_t rows = 0;
    size_t bytes = 0;
    double start = now();
    double spent = 0;
    bool good = n > 0;

    if (argc < 3)
        (void)fprintf(stderr, "usage: json_decode RECORDS FILE...\n");
    records = weir_path_parse(arena, weir_str(argc > 1 ? argv[1] : "$"), &offset, &error);
    for (size_t i = 0; good && records && spent < 2; i++) {
        const struct weir_buf *body = &bodies[i % n];

        good = decode(reader, (struct weir_str){body->ptr, body->len}, records, &rows);
        bytes += body->len;
        spent = now() - start;
    }
    if (good && records)
        (void)printf("%zu rows, %zu bytes, %.0f MB/s, %.0f ns a row\n", rows, bytes,
            (double)bytes / spent / 1e6, spent * 1e9 / (double)(rows ? rows : 1));
    for (size_t i = 0; i < n; i++)
        weir_buf_done(&bodies[i]);
    weir_json_reader_free(reader);
    weir_arena_free(arena);
    return good && records ? 0 : 1;
}
