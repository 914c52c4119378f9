/* What the tests of the sqlite loader's state share: runs, passes, and units that have positions. */
#ifndef STATE_CHECKS_H
#define STATE_CHECKS_H

#include "sqlite_checks.h"

/* A run that has begun, and what it found. Zeroed before it is opened. */
struct run {
    struct weir_run run;
    struct weir_found found;
    struct weir_pass pass;
    struct weir_generation generations[STAGE_RESOURCES_MAX];
};

static inline const struct weir_store *store_of(struct fixture *f)
{
    assert_non_null(f->s.plugin->store);
    return f->s.plugin->store;
}

static inline enum weir_status open_run(struct fixture *f, struct run *r, const char *key)
{
    struct weir_run run = {
        .pipeline = "p",
        .id = "run-1",
        .key = key,
        .version = "1.2.3",
        .host = "here",
        .pid = (int64_t)getpid(),
        .started_at = "2024-05-06T07:08:09Z",
    };

    /* What a test has asked for stays. */
    if (r->run.pipeline)
        run.pipeline = r->run.pipeline;
    run.takeover = r->run.takeover;
    *r = (struct run){.run = run};
    return store_of(f)->open(&f->s.stage, &r->run, f->s.arena, &r->found);
}

/* As the engine has it: the resources as the file has them, with ids of an open pass if there is one. */
static inline void make_pass(struct fixture *f, struct run *r)
{
    const struct weir_pass *open = r->found.open;

    r->pass = (struct weir_pass){
        .id = open ? open->id : 0,
        .key = r->run.key,
        .started_at = "2024-05-06T07:08:09Z",
        .generations = r->generations,
        .n_generations = f->s.stage.n_resources,
    };
    for (size_t i = 0; i < f->s.stage.n_resources; i++) {
        const struct weir_resource *resource = &f->s.resources[i];
        struct weir_generation *generation = &r->generations[i];

        *generation = (struct weir_generation){
            .name = resource->name, .table = resource->table, .mode = "append", .config = "{}"};
        for (size_t j = 0; open && j < open->n_generations; j++)
            if (strcmp(open->generations[j].name, resource->name) == 0)
                *generation = open->generations[j];
    }
}

static inline void must(const struct fixture *f, enum weir_status status)
{
    if (status != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static inline void begin_run(struct fixture *f, struct run *r, const char *key)
{
    must(f, open_run(f, r, key));
    make_pass(f, r);
    must(f, store_of(f)->begin(&f->s.stage, &r->pass, NULL));
}

static inline enum weir_status finish_run(struct fixture *f, bool done, bool abandon)
{
    const struct weir_ending ending = {
        .done = done,
        .abandon = abandon,
        .exit_code = done ? 0 : 3,
        .summary = "{}",
        .finished_at = "2024-05-06T08:00:00Z",
    };

    return store_of(f)->finish(&f->s.stage, &ending);
}

static inline void end_run(struct fixture *f, bool done)
{
    must(f, finish_run(f, done, false));
    commit_and_stop(f);
}

/* The next run, as a process of its own would have it: another stage on the same file. */
static inline void again(struct fixture *f)
{
    struct load_stage old = f->s;

    stage_init(&f->s, "sqlite");
    stage_set(&f->s, "path", f->path);
    for (size_t i = 0; i < old.stage.n_resources; i++) {
        const struct weir_resource *was = &old.resources[i];
        struct weir_resource *resource =
            stage_resource(&f->s, weir_copy_text(f->s.arena, was->table), NULL);

        resource->disposition = was->disposition;
        resource->sets_aside = was->sets_aside;
        resource->dead_letter_table = was->dead_letter_table;
    }
    stage_done(&old);
    start(f);
}

/* --- units -------------------------------------------------------------------------------- */

static inline struct weir_id id_of(char letter)
{
    struct weir_id id;

    memset(&id, letter, sizeof(id));
    return id;
}

static inline struct weir_batch *new_batch(const struct fixture *f)
{
    return weir_batch_new(&f->s.resources[0]);
}

/* A unit without rows. */
static inline struct weir_unit *add_position(
    struct weir_batch *batch, char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_unit *unit = weir_batch_add_unit(batch, NULL);
    struct weir_position *position = weir_new(batch->arena, struct weir_position);

    *position = (struct weir_position){
        .chain = id_of(chain),
        .series = id_of('s'),
        .number = number,
        .next = follow == WEIR_FOLLOW_NEXT
                    ? weir_printf(batch->arena, "after %llu", (unsigned long long)number)
                    : NULL,
        .follow = follow,
    };
    unit->position = position;
    return unit;
}

/* A unit of two rows, numbered by where they stand: chain 'a', unit 3 has a30 and a31. */
static inline struct weir_unit *add_unit(
    struct weir_batch *batch, char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_unit *unit = add_position(batch, chain, number, follow);

    for (int i = 0; i < 2; i++) {
        const char *name =
            weir_printf(batch->arena, "%c%llu%d", chain, (unsigned long long)number, i);

        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, weir_batch_column(batch, weir_str("name")),
            weir_text(WEIR_TEXT, weir_str(name)));
    }
    return unit;
}

/* A mark whose key is its text; a tie of sixteen times each letter. */
static inline struct weir_unit_mark *new_mark(
    struct weir_batch *batch, const char *text, const char *ties)
{
    struct weir_unit_mark *mark = weir_new(batch->arena, struct weir_unit_mark);
    size_t n = strlen(ties);
    char *bytes = weir_alloc(batch->arena, n * WEIR_ID_SIZE);

    for (size_t i = 0; i < n; i++)
        memset(bytes + i * WEIR_ID_SIZE, ties[i], WEIR_ID_SIZE);
    *mark = (struct weir_unit_mark){text, text, {bytes, n * WEIR_ID_SIZE}};
    return mark;
}

/* The unit was given up: no rows, and why. */
static inline struct weir_unit *add_left_out(
    struct weir_batch *batch, char chain, uint64_t number, enum weir_follow follow)
{
    struct weir_unit *unit = add_unit(batch, chain, number, follow);
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-HTTP-STATUS", "status 500");
    weir_batch_fail_unit(batch, &error);
    unit = &batch->units[batch->n_units - 1];
    ((struct weir_position *)unit->position)->left_out = true;
    ((struct weir_position *)unit->position)->label = "page";
    return unit;
}

/* Units of a chain as one batch, the last of them with `follow`. */
static inline struct weir_batch *chain_batch(
    const struct fixture *f, char chain, uint64_t first, uint64_t last, enum weir_follow follow)
{
    struct weir_batch *batch = new_batch(f);

    for (uint64_t i = first; i <= last; i++)
        (void)add_unit(batch, chain, i, i == last ? follow : WEIR_FOLLOW_NEXT);
    return batch;
}

static inline void take(struct fixture *f, struct weir_batch *batch)
{
    must(f, stage_load(&f->s, batch));
}

static inline void take_chain(
    struct fixture *f, char chain, uint64_t first, uint64_t last, enum weir_follow follow)
{
    take(f, chain_batch(f, chain, first, last, follow));
}

#define ALL_ROWS "SELECT group_concat(name, ' ') FROM (SELECT name FROM t ORDER BY name)"
#define ALL_PLACES                                                                                 \
    "SELECT substr(chain, 1, 1), number, next, done FROM _weir_place ORDER BY generation, chain"
#define ALL_GAPS                                                                                   \
    "SELECT substr(chain, 1, 1), number, alone, label, code, reason FROM _weir_gap ORDER BY "      \
    "chain, "                                                                                      \
    "number"

#endif
