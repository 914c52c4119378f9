/*
 * Where the lines go: standard output, a pipe or device, or a file.
 *
 * A file is written beside its place under another name, and takes its place
 * only when the run has come to a good end; until then an older file stays.
 */
#ifndef NDJSON_OUTPUT_H
#define NDJSON_OUTPUT_H

#include <weir/stage.h>

enum { OUTPUT_BUFFER_SIZE = 65536 };

struct output {
    struct weir_stage *stage;
    const char *path;      /* as the user wrote it; "-": standard output */
    const char *place;     /* where the file shall be, links followed; NULL: written directly */
    const char *temporary; /* where it is until then; NULL once it was moved or removed */
    int fd;
    enum weir_status status; /* WEIR_OK until writing failed or nobody reads any more */
    size_t n;                /* bytes that wait in the buffer */
    char *buffer;
};

/* output_close follows, whatever this gave. */
enum weir_status output_open(
    struct output *out, struct weir_stage *stage, const char *path) WEIR_MUST_CHECK;
/* After a failure these do nothing; out->status tells. */
void output_add(struct output *out, const char *bytes, size_t n);
void output_flush(struct output *out);
/* What was written is on the disk, where there is one. */
void output_sync(struct output *out);
/* Moves the file to its place, or removes it. */
void output_close(struct output *out, bool keep);

#endif
