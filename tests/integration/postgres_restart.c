/* A server that is restarted, or crashes, while a transaction is sent to it. */
#include "postgres_rig.h"

#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 40000, ROWS_OF_A_CHUNK = 100 };

/* The server; it does what is written to it, a word a line, and ends with its input. */
static struct {
    pid_t pid;
    FILE *input;
    char host[256];
} server;

static const char run_server[] = "import sys\n"
                                 "sys.path.insert(0, '" TEST_SERVERS_DIR "')\n"
                                 "import postgres\n"
                                 "with postgres.Cluster() as cluster:\n"
                                 "    print(cluster.socket_folder, flush=True)\n"
                                 "    for line in sys.stdin:\n"
                                 "        cluster.restart(line.strip())\n";

static int setup(void **state)
{
    int in[2], out[2];
    FILE *said;

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execl("/usr/bin/python3", "python3", "-B", "-c", run_server, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    server.input = fdopen(in[1], "w");
    said = fdopen(out[0], "r");
    assert_non_null(said);
    assert_non_null(server.input);
    assert_int_equal(fscanf(said, "%255s", server.host), 1);
    return fclose(said);
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(fclose(server.input), 0);
    assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
    return 0;
}

struct sends {
    struct rig *rig;
    const char *mode; /* of the restart */
    int at;           /* row before which it is asked for; 0: between transactions */
    unsigned n_tries;
};

static void restart(struct sends *sends)
{
    check(sends->rig, fprintf(server.input, "%s\n", sends->mode) > 0 && fflush(server.input) == 0);
    sends->mode = NULL;
}

static bool send_rows(struct connection *connection, struct sends *sends, struct weir_buf *chunk)
{
    for (int i = 0; i < ROWS; i++) {
        if (sends->mode && i == sends->at)
            restart(sends);
        check(sends->rig, weir_buf_printf(chunk, "%d\t%0300d\n", i, i));
        if ((i + 1) % ROWS_OF_A_CHUNK == 0 && !copy_in_send(connection, chunk))
            return false;
    }
    return true;
}

/* Sent again, it leaves the same behind. */
static enum weir_status sends_all(struct connection *connection, void *arg)
{
    struct sends *sends = arg;
    struct weir_buf chunk;
    bool ok;

    sends->n_tries++;
    weir_buf_init(&chunk, 1 << 20, 1);
    ok = query_script(connection, "BEGIN") &&
         query_script(connection, "CREATE TABLE IF NOT EXISTS public.t (i int, x text)") &&
         query_script(connection, "DELETE FROM public.t") &&
         copy_in_begin(connection, "COPY public.t FROM STDIN") &&
         send_rows(connection, sends, &chunk) && copy_in_end(connection) &&
         query_script(connection, "COMMIT");
    weir_buf_done(&chunk);
    return ok ? WEIR_OK : connection_fail(connection, "cannot send");
}

static enum weir_status counts(struct connection *connection, void *arg)
{
    PGresult *result =
        query_get_with(connection, "SELECT count(*), count(DISTINCT i) FROM public.t", NULL, 0);

    if (!result)
        return connection_fail(connection, "cannot count");
    check(arg, query_integer(result, 0, 0) == ROWS && query_integer(result, 0, 1) == ROWS);
    PQclear(result);
    return WEIR_OK;
}

static void sends_through_restarts(void *arg)
{
    static const char *const modes[] = {"fast", "immediate"};
    static const int places[] = {0, 1000, 20000, 39000};
    struct rig *rig = arg;

    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 4; k++) {
            struct sends sends = {rig, modes[i], places[k], 0};

            check(rig, connection_retry(&rig->connection, sends_all, &sends, "send") == WEIR_OK);
            check(rig, !sends.mode && sends.n_tries >= 1);
            /* The restart may come only now. */
            check(rig, connection_retry(&rig->connection, counts, rig, "count") == WEIR_OK);
        }
    }
    check(rig, rig->connection.n_opened > 1);
}

static void what_is_sent_arrives_whatever_the_server_does(void **state)
{
    struct rig rig;
    char dsn[300];

    (void)state;
    (void)snprintf(dsn, sizeof(dsn), "host=%s user=weir dbname=postgres", server.host);
    rig_init(&rig, dsn);
    rig.settings.retry = 60000;
    rig_run(&rig, sends_through_restarts, &rig);
    rig_done(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives_whatever_the_server_does),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
