/* Statements and COPYs that are sent in one message, and values that are written into them. */
#include "postgres_rig.h"

#include <query/literals.h>
#include <query/script.h>
#include <sys/socket.h>

static void in_rig(void (*main)(void *arg))
{
    struct rig rig;

    rig_init(&rig, rig_server());
    rig_run(&rig, main, &rig);
    rig_done(&rig);
}

static void open_with_table(struct rig *rig)
{
    check(rig, connection_open(&rig->connection));
    script(rig, "CREATE TABLE IF NOT EXISTS public.scripted (i int CHECK (i <> 13), t text)");
    script(rig, "TRUNCATE public.scripted");
}

/* --- values ------------------------------------------------------------------------------------ */

static const char *const texts[] = {"", "plain", "it's", "\"quoted\"", "back\\slash", "\\", "{,}",
    "NULL", "null", " blank ", "a,b", "two\nlines\ttab", "\xc3\xbc", "$1 $2", "''", "\\'\"",
    "E'x'"};

enum { N_TEXTS = sizeof(texts) / sizeof(texts[0]) };

static const char collect[] =
    "INSERT INTO public.scripted SELECT 1, concat_ws('|', $1::bigint, $2::boolean, $3::text,"
    " encode($4::bytea, 'hex'), $5::bigint[], $6::text[], $7::bytea[], $8::boolean[],"
    " $9::text IS NULL, $10::bytea IS NULL)";

/* Sent as values and as literals, they come to the same. */
static void write_all(struct rig *rig, const struct bound *values, size_t n)
{
    struct weir_buf sql;

    check(rig, query_run_with(&rig->connection, NULL, collect, values, n));
    weir_buf_init(&sql, 1 << 20, 1);
    check(rig, weir_buf_printf(&sql, "PREPARE collect AS %s; EXECUTE collect(", collect));
    check(rig, literals_append(&sql, values, n));
    check(rig, weir_buf_add_text(&sql, "); DEALLOCATE collect"));
    script(rig, sql.ptr);
    weir_buf_done(&sql);
}

static void write_values(void *arg)
{
    static const int64_t integers[] = {INT64_MIN, -1, 0, INT64_MAX};
    static const bool booleans[] = {true, false};
    static const struct weir_str bytes[] = {{"\0'\\\xff", 4}, {"", 0}, {NULL, 0}};
    struct weir_str items[N_TEXTS + 1];
    struct rig *rig = arg;

    open_with_table(rig);
    for (size_t i = 0; i < N_TEXTS; i++)
        items[i] = weir_str(texts[i]);
    items[N_TEXTS] = (struct weir_str){NULL, 0};
    for (size_t i = 0; i < N_TEXTS; i++) {
        const struct bound values[] = {bind_integer(integers[i % 4]), bind_bool(i % 2),
            bind_text(texts[i]), bind_bytes(bytes[i % 2]), bind_integers(integers, i % 5),
            bind_texts(items, N_TEXTS + 1 - i), bind_bytes_array(bytes, i % 4),
            bind_bools(booleans, i % 3), bind_null(), bind_bytes(bytes[2])};

        write_all(rig, values, sizeof(values) / sizeof(values[0]));
        check(rig, strcmp(rig_ask(rig, "SELECT count(*) || '-' || count(DISTINCT t)"
                                       " FROM public.scripted"),
                       "2-1") == 0);
        script(rig, "TRUNCATE public.scripted");
    }
}

static void literals_say_what_values_say(void **state)
{
    (void)state;
    in_rig(write_values);
}

static void a_text_with_a_nul_has_no_literal(void **state)
{
    struct weir_buf sql;

    (void)state;
    weir_buf_init(&sql, 1 << 20, 1);
    assert_false(literals_append(&sql, BOUND_LIST(bind_str((struct weir_str){"a\0b", 3}))));
    weir_buf_done(&sql);
}

static void what_is_too_large_does_not_fit(void **state)
{
    struct script_statements statements = {0};
    struct connection connection = {0};
    struct script script;

    (void)state;
    script_init(&script, &connection, &statements);
    for (size_t i = 0; script.fits; i++) {
        assert_true(i <= SCRIPT_BYTES_MAX);
        script_add_text(&script, "SELECT 1");
    }
    script_done(&script);
}

/* --- scripts ----------------------------------------------------------------------------------- */

struct body {
    struct rig *rig;
    const char *rows;
    int n_sent;
    bool cuts; /* the connection, behind the rows */
    enum weir_status status;
};

static enum weir_status send_body(void *arg)
{
    struct body *body = arg;
    struct weir_buf chunk;
    bool sent;

    weir_buf_init(&chunk, 1 << 20, 1);
    check(body->rig, weir_buf_add_text(&chunk, body->rows));
    sent = copy_in_send(&body->rig->connection, &chunk);
    weir_buf_done(&chunk);
    check(body->rig, sent);
    body->n_sent++;
    if (body->cuts)
        (void)shutdown(PQsocket(body->rig->connection.libpq), SHUT_RDWR);
    if (body->status == WEIR_REJECT)
        copy_in_cancel(&body->rig->connection);
    return body->status;
}

static struct script_statements statements;

static void begin(struct rig *rig, struct script *script)
{
    script_init(script, &rig->connection, &statements);
    script_add_text(script, "BEGIN");
}

static void add_copy(struct script *script, struct body *body)
{
    script_add_copy(
        script, "COPY public.scripted FROM STDIN", (struct script_copy){send_body, body});
}

/* Committed or not, nothing of it is under way behind it. */
static void run_to(struct rig *rig, struct script *script, enum script_end expected, const char *n)
{
    enum weir_status status;

    script_add_text(script, "COMMIT");
    check(rig, script->fits);
    check(rig, script_run(script, &status) == expected);
    script_done(script);
    if (connection_is_open(&rig->connection))
        script(rig, "ROLLBACK");
    check(rig, connection_open(&rig->connection));
    check(rig, strcmp(rig_ask(rig, "SELECT count(*)::text FROM public.scripted"), n) == 0);
}

static void run_whole(void *arg)
{
    struct rig *rig = arg;
    struct body first = {.rig = rig, .rows = "1\ta\n2\tb\n"};
    struct body second = {.rig = rig, .rows = "3\tc\n"};
    struct script script;

    open_with_table(rig);
    begin(rig, &script);
    script_must(&script, 1, "there is one", "SELECT $1::int", bind_integer(1));
    add_copy(&script, &first);
    script_must(&script, 2, "two came", "UPDATE public.scripted SET t = $1::text RETURNING i",
        bind_text("it's"));
    add_copy(&script, &second);
    run_to(rig, &script, SCRIPT_DONE, "3");
    check(rig, first.n_sent == 1 && second.n_sent == 1);
    check(rig, strcmp(rig_ask(rig, "SELECT string_agg(t, ',' ORDER BY i) FROM public.scripted"),
                   "it's,it's,c") == 0);
}

static void all_of_it_is_done_in_order(void **state)
{
    (void)state;
    in_rig(run_whole);
}

static void run_surprised(void *arg)
{
    struct rig *rig = arg;
    struct body body = {.rig = rig, .rows = "1\ta\n"};
    struct script script;

    open_with_table(rig);
    begin(rig, &script);
    script_must(&script, 2, "there are two", "SELECT $1::int", bind_integer(1));
    add_copy(&script, &body);
    run_to(rig, &script, SCRIPT_FAILED, "0");
    check(rig, body.n_sent == 0);
    begin(rig, &script);
    add_copy(&script, &body);
    script_must(&script, 0, "none came", "SELECT i FROM public.scripted WHERE i = $1::int",
        bind_integer(1));
    run_to(rig, &script, SCRIPT_FAILED, "0");
    check(rig, body.n_sent == 1);
}

static void what_must_be_true_stops_it(void **state)
{
    (void)state;
    in_rig(run_surprised);
}

static void run_refused(void *arg)
{
    struct rig *rig = arg;
    struct body good = {.rig = rig, .rows = "1\ta\n"};
    struct body bad = {.rig = rig, .rows = "12\ta\n13\tb\n"};
    struct body cancelled = {.rig = rig, .rows = "1\ta\n", .status = WEIR_REJECT};
    struct body failed = {.rig = rig, .rows = "1\ta\n", .status = WEIR_FAIL};
    struct script script;

    open_with_table(rig);
    begin(rig, &script);
    add_copy(&script, &good);
    add_copy(&script, &bad);
    run_to(rig, &script, SCRIPT_FAILED, "0");
    begin(rig, &script);
    add_copy(&script, &cancelled);
    run_to(rig, &script, SCRIPT_FAILED, "0");
    begin(rig, &script);
    add_copy(&script, &failed);
    script_add_text(&script, "COMMIT");
    {
        enum weir_status status;

        check(rig, script_run(&script, &status) == SCRIPT_GIVEN_UP);
        check(rig, status == WEIR_FAIL);
    }
    script_done(&script);
    connection_close(&rig->connection);
}

static void a_row_that_is_refused_leaves_nothing(void **state)
{
    (void)state;
    in_rig(run_refused);
}

static const char set_trap[] =
    "CREATE FUNCTION public.spring() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM"
    " pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';"
    "CREATE TRIGGER trap BEFORE INSERT ON public.scripted FOR EACH ROW EXECUTE FUNCTION"
    " public.spring()";

/* What the server ends inside of a COPY is void, though it was told to commit behind it. */
static void run_ended(struct rig *rig)
{
    struct body body = {.rig = rig, .rows = "4\ta\n"};
    struct script script;

    begin(rig, &script);
    add_copy(&script, &body);
    script_add_text(&script, "SELECT pg_terminate_backend(pg_backend_pid())");
    run_to(rig, &script, SCRIPT_UNCERTAIN, "0");
    script(rig, set_trap);
    begin(rig, &script);
    add_copy(&script, &body);
    run_to(rig, &script, SCRIPT_LOST, "0");
    check(rig, body.n_sent == 2);
    script(rig, "DROP TRIGGER trap ON public.scripted; DROP FUNCTION public.spring");
}

/* Before the end of the last COPY nothing can have been committed; behind it, who knows. */
static void run_lost(void *arg)
{
    struct rig *rig = arg;
    struct body first = {.rig = rig, .rows = "1\ta\n", .cuts = true};
    struct body second = {.rig = rig, .rows = "2\ta\n"};
    struct body last = {.rig = rig, .rows = "3\ta\n", .cuts = true};
    struct script script;

    open_with_table(rig);
    begin(rig, &script);
    add_copy(&script, &first);
    add_copy(&script, &second);
    run_to(rig, &script, SCRIPT_LOST, "0");
    check(rig, second.n_sent == 0);
    begin(rig, &script);
    add_copy(&script, &last);
    run_to(rig, &script, SCRIPT_LOST, "0");
    run_ended(rig);
}

static void a_lost_connection_says_whether_it_may_be_done(void **state)
{
    (void)state;
    in_rig(run_lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_say_what_values_say),
        cmocka_unit_test(a_text_with_a_nul_has_no_literal),
        cmocka_unit_test(what_is_too_large_does_not_fit),
        cmocka_unit_test(all_of_it_is_done_in_order),
        cmocka_unit_test(what_must_be_true_stops_it),
        cmocka_unit_test(a_row_that_is_refused_leaves_nothing),
        cmocka_unit_test(a_lost_connection_says_whether_it_may_be_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
