/* ndjson - write rows as lines of JSON to standard output or a file. See README.md. */
#include <weir/plugin.h>
#include <weir/version.h>

#include "line.h"
#include "output.h"

#include <pthread.h>
#include <signal.h>

struct ndjson {
    const char *path;
    const char *table_key;
    bool nulls;
    /* private */
    struct output out;
    bool failed;
};

static const struct weir_option options[] = {
    WEIR_TEXT(struct ndjson, path, .initial = "-", .min = 1, .example = "rows.ndjson",
        .help = "The file to write, or - for standard output. A relative path is relative to the "
                "current directory."),
    WEIR_TEXT(struct ndjson, table_key, .min = 1, .example = "_table",
        .help = "A key that is put first in each line, with the name of the resource's table as "
                "its value. Without it a line is the row alone."),
    WEIR_BOOL(struct ndjson, nulls, .initial = "true",
        .help = "Write keys whose value is null. With false they are left out; a key that the "
                "source left out counts as null, too."),
    {0},
};

static enum weir_status ndjson_start(struct weir_stage *stage)
{
    struct ndjson *ndjson = stage->state;
    sigset_t pipe_signal;

    /* A reader that goes away shall be an error of write, not the end of the program. */
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    return output_open(&ndjson->out, stage, ndjson->path);
}

static enum weir_status refuse_key(struct weir_stage *stage, const struct ndjson *ndjson)
{
    return weir_fail(stage, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "rows have a column '%s', which is also the table_key; choose another table_key, or give "
        "the column another name with a 'rename' transform",
        ndjson->table_key);
}

static enum weir_status ndjson_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct ndjson *ndjson = stage->state;
    struct line_form form = {ndjson->table_key, ndjson->nulls};

    if (form.table_key && weir_batch_find(batch, weir_str(form.table_key)) != SIZE_MAX) {
        ndjson->failed = true;
        return refuse_key(stage, ndjson);
    }
    lines_write(&ndjson->out, &form, batch);
    return ndjson->out.status;
}

static enum weir_status ndjson_commit(struct weir_stage *stage)
{
    struct ndjson *ndjson = stage->state;

    output_sync(&ndjson->out);
    return ndjson->out.status == WEIR_FAIL ? WEIR_FAIL : WEIR_OK;
}

static void ndjson_stop(struct weir_stage *stage)
{
    struct ndjson *ndjson = stage->state;
    bool good = !ndjson->failed && ndjson->out.status != WEIR_FAIL && !weir_incomplete(stage);

    output_close(&ndjson->out, good);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "ndjson",
    .summary = "Write rows as lines of JSON to standard output or a file.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_WORKER,
    .state_size = sizeof(struct ndjson),
    .options = options,
    .start = ndjson_start,
    .stop = ndjson_stop,
    .load = ndjson_load,
    .commit = ndjson_commit,
};
