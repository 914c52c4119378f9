/*
 * positions - a loader that keeps no rows, only where their units stand.
 *
 * `trace` names a file with a line for each unit, as JSON. `state` names one that
 * the places are kept in from run to run, as lines that a test may also write:
 *
 *     generation NAME DONE ROWS CONFIG
 *     place NAME CHAIN NUMBER DONE NEXT
 *     gap NAME CHAIN NUMBER ALONE
 *     mark NAME SERIES KEY TEXT
 *
 * A unit that does not stand where its chain stands fails the run: nothing may be
 * given twice or left out.
 */
#include "positions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 65536 };

static const struct weir_option options[] = {
    WEIR_TEXT(struct positions, trace, .help = "A file with a line for each unit."),
    WEIR_TEXT(struct positions, state, .help = "A file that keeps the places."),
    {0},
};

/* --- memory ------------------------------------------------------------------------------- */

static void write_hex(const struct weir_id *id, char *out)
{
    for (size_t i = 0; i < WEIR_ID_SIZE; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", id->bytes[i]);
}

static struct weir_id read_hex(const char *text)
{
    struct weir_id id;

    for (size_t i = 0; i < WEIR_ID_SIZE; i++) {
        char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};

        id.bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return id;
}

static struct place *find_place(struct positions *p, const char *name, const char *chain)
{
    for (size_t i = 0; i < p->n_places; i++)
        if (strcmp(p->places[i].chain, chain) == 0 && strcmp(p->places[i].name, name) == 0)
            return &p->places[i];
    return NULL;
}

static struct place *add_place(
    struct weir_stage *stage, const char *name, const char *chain, uint64_t number)
{
    struct positions *p = stage->state;
    struct place *place;

    p->places = weir_realloc(p->places, (p->n_places + 1) * sizeof(*p->places));
    place = &p->places[p->n_places++];
    *place =
        (struct place){.name = weir_copy_text(stage->arena, name), .number = number, .next = "-"};
    memcpy(place->chain, chain, HEX_SIZE);
    return place;
}

static struct gap *find_gap(
    struct positions *p, const char *name, const char *chain, uint64_t number)
{
    for (size_t i = 0; i < p->n_gaps; i++) {
        struct gap *gap = &p->gaps[i];

        if (!gap->is_gone && gap->number == number && strcmp(gap->chain, chain) == 0 &&
            strcmp(gap->name, name) == 0)
            return gap;
    }
    return NULL;
}

static struct gap *add_gap(
    struct weir_stage *stage, const char *name, const char *chain, uint64_t number, bool alone)
{
    struct positions *p = stage->state;
    struct gap *gap;

    p->gaps = weir_realloc(p->gaps, (p->n_gaps + 1) * sizeof(*p->gaps));
    gap = &p->gaps[p->n_gaps++];
    *gap =
        (struct gap){.name = weir_copy_text(stage->arena, name), .number = number, .alone = alone};
    memcpy(gap->chain, chain, HEX_SIZE);
    return gap;
}

static void add_mark(struct weir_stage *stage, const char *name, const char *series,
    const char *key, const char *text, bool is_kept)
{
    struct positions *p = stage->state;
    struct mark *mark;

    p->marks = weir_realloc(p->marks, (p->n_marks + 1) * sizeof(*p->marks));
    mark = &p->marks[p->n_marks++];
    *mark = (struct mark){.name = weir_copy_text(stage->arena, name),
        .key = weir_copy_text(stage->arena, key),
        .text = weir_copy_text(stage->arena, text),
        .is_kept = is_kept};
    memcpy(mark->series, series, HEX_SIZE);
}

/* The highest of each series. */
static void keep_marks(struct positions *p)
{
    for (size_t i = 0; i < p->n_marks; i++) {
        struct mark *mark = &p->marks[i];

        mark->is_kept = true;
        for (size_t k = 0; k < p->n_marks; k++)
            if (k != i && strcmp(p->marks[k].series, mark->series) == 0 &&
                (strcmp(p->marks[k].key, mark->key) > 0 ||
                    (k < i && strcmp(p->marks[k].key, mark->key) == 0)))
                mark->is_kept = false;
    }
}

/* --- the file ----------------------------------------------------------------------------- */

static char *next_word(char **at)
{
    char *word = *at;
    char *end = word + strcspn(word, " \n");

    *at = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static void read_generation(struct weir_stage *stage, char *at)
{
    struct weir_pass *pass = &((struct positions *)stage->state)->pass;
    struct weir_generation *generation = &pass->generations[pass->n_generations++];

    generation->id = (int64_t)pass->n_generations;
    generation->table = generation->name = weir_copy_text(stage->arena, next_word(&at));
    generation->done = *next_word(&at) == '1';
    generation->rows = strtoull(next_word(&at), NULL, 10);
    generation->mode = "append";
    at[strcspn(at, "\n")] = '\0';
    generation->config = weir_copy_text(stage->arena, at);
}

static void read_line(struct weir_stage *stage, char *line)
{
    char *at = line;
    const char *what = next_word(&at);

    if (strcmp(what, "generation") == 0) {
        read_generation(stage, at);
    } else if (strcmp(what, "place") == 0) {
        const char *name = next_word(&at), *chain = next_word(&at);
        struct place *place = add_place(stage, name, chain, strtoull(next_word(&at), NULL, 10));

        place->done = *next_word(&at) == '1';
        place->next = weir_copy_text(stage->arena, next_word(&at));
    } else if (strcmp(what, "gap") == 0) {
        const char *name = next_word(&at), *chain = next_word(&at);
        uint64_t number = strtoull(next_word(&at), NULL, 10);

        (void)add_gap(stage, name, chain, number, *next_word(&at) == '1');
    } else if (strcmp(what, "mark") == 0) {
        const char *name = next_word(&at), *series = next_word(&at), *key = next_word(&at);

        add_mark(stage, name, series, key, next_word(&at), true);
    }
}

static void read_state(struct weir_stage *stage)
{
    struct positions *p = stage->state;
    FILE *file = p->state ? fopen(p->state, "r") : NULL;
    char *line = weir_malloc(LINE_SIZE);

    p->pass.generations = weir_new_array(stage->arena, 16, struct weir_generation);
    while (file && fgets(line, LINE_SIZE, file))
        read_line(stage, line);
    free(line);
    if (file)
        (void)fclose(file);
}

static void write_state(const struct positions *p)
{
    FILE *file = p->state ? fopen(p->state, "w") : NULL;

    if (!file)
        return;
    for (size_t i = 0; i < p->pass.n_generations; i++) {
        const struct weir_generation *generation = &p->pass.generations[i];

        fprintf(file, "generation %s %d %" PRIu64 " %s\n", generation->name, generation->done,
            generation->rows, generation->config);
    }
    for (size_t i = 0; i < p->n_places; i++)
        fprintf(file, "place %s %s %" PRIu64 " %d %s\n", p->places[i].name, p->places[i].chain,
            p->places[i].number, p->places[i].done, p->places[i].next);
    for (size_t i = 0; i < p->n_gaps; i++)
        if (!p->gaps[i].is_gone)
            fprintf(file, "gap %s %s %" PRIu64 " %d\n", p->gaps[i].name, p->gaps[i].chain,
                p->gaps[i].number, p->gaps[i].alone);
    for (size_t i = 0; i < p->n_marks; i++)
        if (p->marks[i].is_kept)
            fprintf(file, "mark %s %s %s %s\n", p->marks[i].name, p->marks[i].series,
                p->marks[i].key, p->marks[i].text);
    (void)fclose(file);
}

/* --- the store ---------------------------------------------------------------------------- */

static enum weir_status store_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    struct positions *p = stage->state;

    (void)run;
    read_state(stage);
    *ret_found = (struct weir_found){0};
    if (p->pass.n_generations == 0)
        return WEIR_OK;
    ret_found->open = weir_new(arena, struct weir_pass);
    p->pass.id = 1;
    p->pass.started_at = "2026-01-01T00:00:00Z";
    p->pass.n_gaps = p->n_gaps;
    *ret_found->open = p->pass;
    return WEIR_OK;
}

static enum weir_status store_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    struct positions *p = stage->state;

    if (old)
        p->n_places = p->n_gaps = 0;
    pass->id = 1;
    for (size_t i = 0; i < pass->n_generations; i++)
        pass->generations[i].id = (int64_t)i + 1;
    p->pass = *pass;
    return WEIR_OK;
}

static size_t generation_of(const struct weir_pass *pass, const char *name)
{
    size_t i = 0;

    while (i + 1 < pass->n_generations && strcmp(pass->generations[i].name, name) != 0)
        i++;
    return i;
}

static void tell_marks(
    const struct positions *p, const struct weir_pass *pass, const struct weir_reading *reading)
{
    for (size_t i = 0; i < p->n_marks; i++)
        reading->mark(reading->arg,
            &(struct weir_marked){
                .resource = pass->generations[generation_of(pass, p->marks[i].name)].name,
                .series = read_hex(p->marks[i].series),
                .text = p->marks[i].text,
                .key = p->marks[i].key});
}

static enum weir_status store_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    const struct positions *p = stage->state;

    for (size_t i = 0; i < p->n_places; i++) {
        const struct place *place = &p->places[i];

        reading->place(
            reading->arg, &(struct weir_place){.generation = generation_of(pass, place->name),
                              .chain = read_hex(place->chain),
                              .number = place->number,
                              .next = strcmp(place->next, "-") == 0 ? NULL : place->next,
                              .done = place->done});
    }
    for (size_t i = 0; i < p->n_gaps; i++)
        reading->gap(
            reading->arg, &(struct weir_gap){.generation = generation_of(pass, p->gaps[i].name),
                              .chain = read_hex(p->gaps[i].chain),
                              .number = p->gaps[i].number,
                              .alone = p->gaps[i].alone,
                              .label = "",
                              .code = "",
                              .reason = "",
                              .at = ""});
    if (reading->mark)
        tell_marks(p, pass, reading);
    return WEIR_OK;
}

static enum weir_status store_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    struct positions *p = stage->state;

    if (ending->done || ending->abandon)
        p->pass.n_generations = p->n_places = p->n_gaps = 0;
    if (ending->done)
        keep_marks(p);
    return WEIR_OK;
}

/* No test asks for these. */
static enum weir_status store_show(
    struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing)
{
    (void)pipeline;
    (void)showing;
    return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-PLUGIN", "it shows nothing");
}

static enum weir_status store_reset(
    struct weir_stage *stage, const char *pipeline, const char *resource)
{
    (void)pipeline;
    (void)resource;
    return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-PLUGIN", "it forgets nothing");
}

static enum weir_status store_dead_letters(struct weir_stage *stage, const char *pipeline,
    int64_t after, size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg)
{
    (void)pipeline;
    (void)after;
    (void)limit;
    (void)tell;
    (void)arg;
    return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-PLUGIN", "it keeps no dead letters");
}

static const struct weir_store store = {
    .size = sizeof(struct weir_store),
    .open = store_open,
    .begin = store_begin,
    .read = store_read,
    .finish = store_finish,
    .show = store_show,
    .reset = store_reset,
    .dead_letters = store_dead_letters,
};

/* --- loading ------------------------------------------------------------------------------ */

static const char *follow_word(enum weir_follow follow)
{
    static const char *const words[] = {"next", "end", "wait", "fill"};

    return words[follow];
}

static struct weir_str quoted(struct weir_batch *batch, const char *text)
{
    struct weir_value value = text ? weir_text(WEIR_TEXT, weir_str(text)) : weir_null();

    return weir_value_format(&value, batch->arena, true);
}

static void trace_unit(
    const struct positions *p, struct weir_batch *batch, const struct weir_unit *unit)
{
    const struct weir_position *position = unit->position;
    char chain[HEX_SIZE], series[HEX_SIZE];

    if (!p->out)
        return;
    write_hex(&position->chain, chain);
    write_hex(&position->series, series);
    fprintf(p->out,
        "{\"resource\": \"%s\", \"chain\": \"%s\", \"series\": \"%s\", \"number\": %" PRIu64
        ", \"follow\": \"%s\", \"left_out\": %s, \"rows\": %zu, \"next\": %.*s, \"label\": %.*s, "
        "\"error\": %.*s, \"mark\": %.*s}\n",
        batch->resource->name, chain, series, position->number, follow_word(position->follow),
        position->left_out ? "true" : "false", unit->n_rows,
        WEIR_STR_ARG(quoted(batch, position->next)), WEIR_STR_ARG(quoted(batch, position->label)),
        WEIR_STR_ARG(quoted(batch, unit->error ? unit->error->code : NULL)),
        WEIR_STR_ARG(quoted(batch, unit->mark ? unit->mark->text : NULL)));
}

static enum weir_status fill_gap(struct weir_stage *stage, const char *name, const char *chain,
    const struct weir_position *position)
{
    struct gap *gap = find_gap(stage->state, name, chain, position->number);

    if (!gap)
        return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-GUARD", "nothing is missing at %s %" PRIu64,
            chain, position->number);
    gap->is_gone = !position->left_out;
    return WEIR_OK;
}

static enum weir_status move(
    struct weir_stage *stage, const char *name, const struct weir_position *position)
{
    struct positions *p = stage->state;
    struct place *place;
    struct gap *waiting;
    char chain[HEX_SIZE];

    write_hex(&position->chain, chain);
    if (position->follow == WEIR_FOLLOW_FILL)
        return fill_gap(stage, name, chain, position);
    place = find_place(p, name, chain);
    if (!place)
        place = add_place(stage, name, chain, 0);
    if (place->done || place->number != position->number)
        return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-GUARD",
            "unit %" PRIu64 " of %s, which stands at %" PRIu64, position->number, chain,
            place->number);
    waiting = find_gap(p, name, chain, position->number);
    if (waiting)
        waiting->is_gone = true;
    if (position->follow == WEIR_FOLLOW_WAIT || position->left_out)
        (void)add_gap(stage, name, chain, position->number, position->left_out);
    if (position->follow == WEIR_FOLLOW_WAIT)
        return WEIR_OK;
    place->number++;
    place->done = position->follow == WEIR_FOLLOW_END;
    place->next = position->next ? weir_copy_text(stage->arena, position->next) : "-";
    return WEIR_OK;
}

static void note_mark(struct weir_stage *stage, const char *name, const struct weir_unit *unit)
{
    char series[HEX_SIZE];

    if (!unit->mark)
        return;
    write_hex(&unit->position->series, series);
    add_mark(stage, name, series, unit->mark->key, unit->mark->text, false);
}

static enum weir_status positions_start(struct weir_stage *stage)
{
    struct positions *p = stage->state;

    p->out = p->trace ? fopen(p->trace, "w") : NULL;
    return WEIR_OK;
}

static enum weir_status positions_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct positions *p = stage->state;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i++) {
        const struct weir_unit *unit = &batch->units[i];

        if (!unit->position && unit->n_rows)
            return weir_fail(stage, WEIR_FAULT_PLUGIN, "E-GUARD", "rows that stand nowhere");
        if (!unit->position)
            continue;
        trace_unit(p, batch, unit);
        note_mark(stage, batch->resource->name, unit);
        status = move(stage, batch->resource->name, unit->position);
    }
    return status;
}

static enum weir_status positions_commit(struct weir_stage *stage)
{
    write_state(stage->state);
    return WEIR_OK;
}

static void positions_stop(struct weir_stage *stage)
{
    struct positions *p = stage->state;

    if (p->out)
        (void)fclose(p->out);
    free(p->places);
    free(p->gaps);
    free(p->marks);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "positions",
    .summary = "Take rows and keep only where they stood.",
    .flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE | WEIR_TAKES_SCHEMA,
    .state_size = sizeof(struct positions),
    .options = options,
    .start = positions_start,
    .stop = positions_stop,
    .load = positions_load,
    .commit = positions_commit,
    .store = &store,
};
