/* Rows that were set aside come again: each once, in batches of one kind, and only those that were
 * there at the beginning. The store is one that the test keeps in memory. */
#include "flow_checks.h"

#include "../plugins/patience.h"
#include "command/replay_source.h"

#include <stdio.h>
#include <stdlib.h>

enum { LETTERS_MAX = 5000 };

struct kept_letter {
    const char *resource;
    struct weir_str row;
    uint32_t stage;
    bool is_there;
};

/* What the "database" holds; two loaders use it at once. The id of a letter is its index plus 1. */
static struct database {
    uv_mutex_t mutex;
    struct kept_letter letters[LETTERS_MAX];
    size_t n;
    const struct weir_pass *open;
    size_t n_rows, n_batches, n_told, n_begun;
    int64_t last_number;  /* in the column "id" of the row that was loaded last */
    uint32_t stages_seen; /* 1 << stage of each batch */
    bool refuses;         /* each row is set aside again */
    bool fails_to_tell;
} db;

static struct weir_arena *arena;

static void put_letter(const char *resource, const char *row, uint32_t stage)
{
    assert_true(db.n < LETTERS_MAX);
    db.letters[db.n++] = (struct kept_letter){resource, weir_str(row), stage, true};
}

static void put_letters(const char *resource, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_letter(resource, weir_printf(arena, "{\"id\":%zu,\"name\":\"n%zu\"}", db.n + 1, i), 0);
}

static size_t letters_left(void)
{
    size_t n = 0;

    for (size_t i = 0; i < db.n; i++)
        n += db.letters[i].is_there;
    return n;
}

/* --- waiting ------------------------------------------------------------------------------ */

static bool on_loop;

/* Is WEIR_AGAIN to be answered? A loader on a thread never waits. */
static bool asks(struct weir_stage *stage, const char *what, const void *arg)
{
    return on_loop && patience_asks(stage->state, stage, what, arg, NULL, NULL);
}

/* --- the store ---------------------------------------------------------------------------- */

static enum weir_status db_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *of, struct weir_found *ret_found)
{
    if (asks(stage, "open", ret_found))
        return WEIR_AGAIN;
    (void)run;
    if (db.open) {
        ret_found->open = weir_new(of, struct weir_pass);
        *ret_found->open = *db.open;
    }
    return WEIR_OK;
}

static enum weir_status db_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    if (asks(stage, "begin", pass))
        return WEIR_AGAIN;
    assert_null(pass);
    assert_null(old);
    db.n_begun++;
    return WEIR_OK;
}

static enum weir_status db_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    if (asks(stage, "finish", ending))
        return WEIR_AGAIN;
    assert_false(ending->done);
    assert_false(ending->abandon);
    return WEIR_OK;
}

static enum weir_status db_show(
    struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing)
{
    if (asks(stage, "show", showing))
        return WEIR_AGAIN;
    assert_string_equal(pipeline, "test");
    uv_mutex_lock(&db.mutex);
    showing->dead_letters(showing->arg, "first", "E-TYPE", letters_left());
    uv_mutex_unlock(&db.mutex);
    return WEIR_OK;
}

static enum weir_status db_dead_letters(struct weir_stage *stage, const char *pipeline,
    int64_t after, size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg)
{
    (void)pipeline;
    if (asks(stage, "dead_letters", arg))
        return WEIR_AGAIN;
    if (db.fails_to_tell)
        return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-TELL", "told to fail");
    uv_mutex_lock(&db.mutex);
    for (size_t i = after < 0 ? 0 : (size_t)after; i < db.n && limit; i++) {
        const struct weir_dead_letter letter = {.id = (int64_t)i + 1,
            .resource = db.letters[i].resource,
            .row = db.letters[i].row,
            .stage = db.letters[i].stage,
            .code = "E-TYPE",
            .reason = "a reason"};

        if (!db.letters[i].is_there)
            continue;
        tell(arg, &letter);
        db.n_told++;
        limit--;
    }
    uv_mutex_unlock(&db.mutex);
    return WEIR_OK;
}

static const struct weir_store db_store = {
    .size = sizeof(struct weir_store),
    .open = db_open,
    .begin = db_begin,
    .finish = db_finish,
    .show = db_show,
    .dead_letters = db_dead_letters,
};

static void load_unit(struct weir_batch *batch, const struct weir_unit *unit)
{
    size_t id = weir_batch_find(batch, weir_str("id"));
    struct kept_letter *letter;

    if (!unit->dead_letter)
        return;
    letter = &db.letters[unit->dead_letter - 1];
    assert_true(letter->is_there);
    assert_string_equal(letter->resource, batch->resource->name);
    assert_int_equal(letter->stage, batch->stage);
    letter->is_there = false;
    db.n_rows += unit->n_rows;
    if (id != SIZE_MAX && unit->n_rows)
        db.last_number = batch->columns[id].values[unit->first_row].integer;
}

static void refuse_unit(struct weir_batch *batch, size_t unit)
{
    struct kept_letter *letter = &db.letters[batch->units[unit].dead_letter - 1];
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-AGAIN", "told to refuse");
    weir_batch_reject(batch, batch->units[unit].first_row, NULL, &error);
    put_letter(letter->resource, weir_copy(arena, letter->row).ptr, letter->stage);
    letter->is_there = false;
}

static enum weir_status db_load(struct weir_stage *stage, struct weir_batch *batch)
{
    if (asks(stage, "load", batch))
        return WEIR_AGAIN;
    uv_mutex_lock(&db.mutex);
    db.n_batches++;
    db.stages_seen |= 1U << batch->stage;
    for (size_t i = 0; i < batch->n_units; i++)
        if (db.refuses)
            refuse_unit(batch, i);
        else
            load_unit(batch, &batch->units[i]);
    uv_mutex_unlock(&db.mutex);
    return WEIR_OK;
}

static enum weir_status db_commit(struct weir_stage *stage)
{
    return asks(stage, "commit", NULL) ? WEIR_AGAIN : WEIR_OK;
}

static const struct weir_plugin db_plugin = {
    .header = WEIR_HEADER,
    .name = "db",
    .load = db_load,
    .commit = db_commit,
    .store = &db_store,
};

static enum weir_status waiting_start(struct weir_stage *stage)
{
    return asks(stage, "start", NULL) ? WEIR_AGAIN : WEIR_OK;
}

static void waiting_stop(struct weir_stage *stage)
{
    const struct patience *patience = stage->state;

    assert_int_equal(patience->mistakes, 0);
    assert_true(patience->waits > 0);
    patience_done(stage->state);
}

/* The same on the loop; each of its callbacks waits. */
static const struct weir_plugin waiting_plugin = {
    .header = WEIR_HEADER,
    .name = "db",
    .threading = WEIR_ON_LOOP,
    .state_size = sizeof(struct patience),
    .start = waiting_start,
    .stop = waiting_stop,
    .load = db_load,
    .commit = db_commit,
    .store = &db_store,
};

/* The loader of the test that runs. */
static const struct weir_plugin *loader;
static struct patience patience;

/* --- a replay ----------------------------------------------------------------------------- */

static int setup(void **state)
{
    memset(&db, 0, sizeof(db));
    uv_mutex_init(&db.mutex);
    arena = weir_arena_new();
    loader = &db_plugin;
    on_loop = false;
    return flow_setup(state);
}

static int setup_on_loop(void **state)
{
    (void)setup(state);
    loader = &waiting_plugin;
    on_loop = true;
    patience = (struct patience){0};
    return 0;
}

static void *loader_state(void)
{
    return on_loop ? &patience : NULL;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(arena);
    uv_mutex_destroy(&db.mutex);
    return 0;
}

/* Runs to its end; what it found is in the state. */
static struct replay_state replay(struct flow_fixture *f)
{
    struct replay_state state = {.pipeline = "test"};

    f->plan.arena = arena;
    f->plan.state.replays = true;
    put_stage(f, &f->plan.load, "load", loader, loader_state());
    state.offline = offline_new(&f->plan);
    assert_int_equal(offline_start(state.offline), WEIR_OK);
    run_stages(f, &replay_plugin, &state, loader, loader_state());
    flow_done_with(f);
    offline_free(state.offline);
    return state;
}

static void all_letters_are_put_back(void **state)
{
    struct flow_fixture *f = *state;

    put_letters("first", 2500);
    (void)replay(f);
    check_went_well(f);
    assert_int_equal(db.n_begun, 1);
    assert_int_equal(db.n_rows, 2500);
    assert_int_equal(letters_left(), 0);
    assert_int_equal(db.last_number, 2500);
    assert_int_equal(db.n_batches, 3);
    assert_int_equal(f->result.state.n_put_back, 2500);
    assert_int_equal(f->result.state.n_dead_letters, 0);
    assert_int_equal(f->result.state.outcome, SESSION_REPLAY);
}

static void no_letters_are_no_mistake(void **state)
{
    struct flow_fixture *f = *state;

    (void)replay(f);
    check_went_well(f);
    assert_int_equal(db.n_batches, 0);
}

/* It is there again, with a higher number, and would come for ever. */
static void one_that_fails_again_comes_once(void **state)
{
    struct flow_fixture *f = *state;

    put_letters("first", 1500);
    db.refuses = true;
    (void)replay(f);
    check_went_well(f);
    assert_int_equal(letters_left(), 1500);
    assert_int_equal(db.n, 3000);
    assert_int_equal(f->result.state.n_put_back, 0);
    assert_int_equal(f->result.state.n_dead_letters, 1500);
}

static void a_batch_is_of_one_resource_and_stage(void **state)
{
    struct flow_fixture *f = *state;

    f->plan.n_resources = 2;
    for (int i = 0; i < 30; i++) {
        put_letters("first", 1);
        put_letters("second", 1);
        put_letter("first", "{\"id\":1}", 2);
    }
    (void)replay(f);
    check_went_well(f);
    assert_int_equal(db.n_rows, 90);
    assert_int_equal(db.n_batches, 3);
    assert_int_equal(db.stages_seen, 1U << 0 | 1U << 2);
}

static void what_takes_no_part_is_left(void **state)
{
    struct flow_fixture *f = *state;
    struct replay_state found;

    put_letters("gone", 1200);
    put_letters("first", 3);
    put_letters("gone", 5);
    found = replay(f);
    check_went_well(f);
    assert_int_equal(found.n_unknown, 1205);
    assert_int_equal(letters_left(), 1205);
    assert_int_equal(db.n_rows, 3);
}

static void what_cannot_be_read_is_left(void **state)
{
    struct flow_fixture *f = *state;
    struct replay_state found;

    put_letters("first", 2);
    put_letter("first", "{\"id\":3", 0);
    put_letter("first", "[1]", 0);
    put_letters("first", 2);
    found = replay(f);
    check_went_well(f);
    assert_int_equal(found.n_unreadable, 2);
    assert_int_equal(letters_left(), 2);
    assert_int_equal(db.n_rows, 4);
}

/* Each chunk holds some only, so that many large rows need no more memory than a few. */
static void large_rows_come_a_few_at_a_time(void **state)
{
    struct flow_fixture *f = *state;
    size_t size = 1 << 20;
    char *row = weir_alloc_zero(arena, 1, size);

    memset(row, 'x', size - 1);
    memcpy(row, "{\"id\":7,\"text\":\"", 16);
    memcpy(row + size - 3, "\"}", 2);
    for (int i = 0; i < 20; i++)
        put_letter("first", row, 0);
    (void)replay(f);
    check_went_well(f);
    assert_int_equal(db.n_rows, 20);
    assert_int_equal(db.n_batches, 4);
}

static void a_reader_that_fails_ends_the_run(void **state)
{
    struct flow_fixture *f = *state;

    put_letters("first", 2);
    db.fails_to_tell = true;
    (void)replay(f);
    check_failed(f, "extract", "E-TELL");
    assert_int_equal(letters_left(), 2);
}

static void a_table_that_is_being_replaced_refuses(void **state)
{
    struct flow_fixture *f = *state;
    struct weir_generation generation = {.name = "first", .table = "first", .mode = "replace"};
    struct weir_pass pass = {.id = 1, .generations = &generation, .n_generations = 1};

    db.open = &pass;
    put_letters("first", 2);
    (void)replay(f);
    check_failed(f, "load", "E-STATE-OPEN");
    assert_int_equal(f->result.error.fault, WEIR_FAULT_USAGE);
    assert_int_equal(letters_left(), 2);
    generation.name = "second";
    (void)replay(f);
    check_went_well(f);
    assert_int_equal(letters_left(), 0);
}

#define BOTH(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, setup, teardown),                                        \
        cmocka_unit_test_setup_teardown(name, setup_on_loop, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(all_letters_are_put_back),
        BOTH(no_letters_are_no_mistake),
        BOTH(one_that_fails_again_comes_once),
        BOTH(a_batch_is_of_one_resource_and_stage),
        BOTH(what_takes_no_part_is_left),
        BOTH(what_cannot_be_read_is_left),
        BOTH(large_rows_come_a_few_at_a_time),
        BOTH(a_reader_that_fails_ends_the_run),
        BOTH(a_table_that_is_being_replaced_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
