#include "state_view.h"

#include "report/listing.h"
#include "report/words.h"
#include "state_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

enum { SHOWN_SERIES = 3, SHOWN_GAPS = 20, SHOWN_LETTERS = 100, SHOWN_RUNS = 10, MARK_SIZE = 128 };

/* One resource, whether the file still has it or not. */
struct entry {
    struct entry *next;
    const char *name;
    bool is_in_pass, is_done;
    uint64_t n_rows, n_chains, n_done, n_units;
    uint64_t n_series, n_notes;
    char marks[SHOWN_SERIES][MARK_SIZE];
};

struct state_view {
    struct weir_arena *arena;
    const struct weir_strs *only;
    struct weir_showing showing;
    bool has_pass;
    char started_at[64];
    struct entry *entries, **entries_end;
    struct listing gaps, letters, runs;
};

static bool is_wanted(const struct state_view *view, const char *resource)
{
    return weir_strs_allow(view->only, weir_str(resource));
}

static struct entry *find_entry(const struct state_view *view, const char *name)
{
    struct entry *entry = view->entries;

    while (entry && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

static struct entry *entry_of(struct state_view *view, const char *name)
{
    struct entry *entry = find_entry(view, name);

    if (entry)
        return entry;
    entry = weir_new(view->arena, struct entry);
    entry->name = weir_copy_text(view->arena, name);
    *view->entries_end = entry;
    view->entries_end = &entry->next;
    return entry;
}

/* --- what the store tells ----------------------------------------------------------------- */

static void take_pass(void *arg, const struct weir_pass *pass)
{
    struct state_view *view = arg;

    if (pass->status != WEIR_PASS_OPEN)
        return;
    view->has_pass = true;
    snprintf(view->started_at, sizeof(view->started_at), "%s", pass->started_at);
    for (size_t i = 0; i < pass->n_generations; i++) {
        const struct weir_generation *generation = &pass->generations[i];
        struct entry *entry;

        if (!is_wanted(view, generation->name))
            continue;
        entry = entry_of(view, generation->name);
        entry->is_in_pass = true;
        entry->is_done = generation->done;
        entry->n_rows = generation->rows;
    }
}

static void take_progress(
    void *arg, const char *resource, uint64_t n_chains, uint64_t n_done, uint64_t n_units)
{
    struct state_view *view = arg;
    struct entry *entry;

    if (!is_wanted(view, resource))
        return;
    entry = entry_of(view, resource);
    entry->n_chains = n_chains;
    entry->n_done = n_done;
    entry->n_units = n_units;
}

static void take_gap(void *arg, const char *resource, const struct weir_gap *gap)
{
    struct state_view *view = arg;
    char number[WORDS_SIZE];

    if (!is_wanted(view, resource))
        return;
    (void)entry_of(view, resource);
    snprintf(number, sizeof(number), "unit %" PRIu64, gap->number);
    const char *const cells[LISTING_CELLS] = {resource, gap->label ? gap->label : number,
        gap->at ? gap->at : "", gap->code ? gap->code : "", gap->reason ? gap->reason : ""};

    listing_add(&view->gaps, cells);
}

static void take_mark(void *arg, const struct weir_marked *mark)
{
    struct state_view *view = arg;
    struct entry *entry;

    if (!is_wanted(view, mark->resource))
        return;
    entry = entry_of(view, mark->resource);
    if (entry->n_series < SHOWN_SERIES)
        snprintf(entry->marks[entry->n_series], MARK_SIZE, "%s", mark->text);
    entry->n_series++;
}

static void take_notes(void *arg, const char *resource, uint64_t n)
{
    struct state_view *view = arg;

    if (is_wanted(view, resource))
        entry_of(view, resource)->n_notes = n;
}

static void take_letters(void *arg, const char *resource, const char *code, uint64_t n)
{
    struct state_view *view = arg;
    char rows[WORDS_COUNTED_SIZE];

    if (!is_wanted(view, resource))
        return;
    (void)entry_of(view, resource);
    const char *const cells[LISTING_CELLS] = {
        resource, code, words_counted(n, "row", rows, sizeof(rows))};

    listing_add(&view->letters, cells);
}

static void take_run(void *arg, const struct weir_run *run, const char *finished_at, int exit_code,
    const char *summary)
{
    struct state_view *view = arg;

    state_run_list(&view->runs, run, finished_at, exit_code, summary);
}

/* --- its life ----------------------------------------------------------------------------- */

struct state_view *state_view_new(const struct weir_strs *only)
{
    struct weir_arena *arena = weir_arena_new();
    struct state_view *view = weir_new(arena, struct state_view);

    view->arena = arena;
    view->only = only;
    view->entries_end = &view->entries;
    view->gaps = listing_init(arena, "gaps", SHOWN_GAPS);
    view->letters = listing_init(arena, "rows set aside", SHOWN_LETTERS);
    view->runs = listing_init(arena, "last runs", SHOWN_RUNS);
    view->showing = (struct weir_showing){.pass = take_pass,
        .progress = take_progress,
        .gap = take_gap,
        .mark = take_mark,
        .dead_letters = take_letters,
        .run = take_run,
        .arg = view,
        .notes = take_notes};
    return view;
}

void state_view_free(struct state_view *view)
{
    if (view)
        weir_arena_free(view->arena);
}

const struct weir_showing *state_view_showing(const struct state_view *view)
{
    return &view->showing;
}

bool state_view_is_empty(const struct state_view *view)
{
    return !view->has_pass && !view->entries && !view->runs.n;
}

bool state_view_has(const struct state_view *view, const char *resource)
{
    return find_entry(view, resource);
}

/* --- printing ----------------------------------------------------------------------------- */

static const char *progress_words(const struct entry *entry, char *out, size_t size)
{
    char chains[WORDS_COUNTED_SIZE], done[WORDS_SIZE], units[WORDS_COUNTED_SIZE];

    if (entry->is_done)
        return "done";
    if (!entry->n_chains)
        return "not begun";
    snprintf(out, size, "%s of %s done, %s", words_count(entry->n_done, done, sizeof(done)),
        words_counted(entry->n_chains, "begun chain", chains, sizeof(chains)),
        words_counted(entry->n_units, "unit", units, sizeof(units)));
    return out;
}

static struct listing list_progress(const struct state_view *view)
{
    struct listing listing = listing_init(view->arena,
        weir_printf(view->arena, "open pass, begun at %s", view->started_at), SIZE_MAX);

    for (const struct entry *entry = view->entries; entry; entry = entry->next) {
        char progress[4 * WORDS_SIZE], rows[WORDS_COUNTED_SIZE];
        const char *const cells[LISTING_CELLS] = {entry->name,
            progress_words(entry, progress, sizeof(progress)),
            words_counted(entry->n_rows, "row", rows, sizeof(rows))};

        if (entry->is_in_pass)
            listing_add(&listing, cells);
    }
    return listing;
}

/* The mark itself, or how many there are and the first few. */
static const char *marks_words(struct weir_arena *arena, const struct entry *entry)
{
    char count[WORDS_SIZE];
    const char *text;

    if (entry->n_series == 1)
        return entry->marks[0];
    text = weir_printf(arena, "%s series: ", words_count(entry->n_series, count, sizeof(count)));
    for (size_t i = 0; i < SHOWN_SERIES && i < entry->n_series; i++)
        text = weir_printf(arena, "%s%s%s", text, i ? ", " : "", entry->marks[i]);
    return entry->n_series > SHOWN_SERIES ? weir_printf(arena, "%s, ...", text) : text;
}

static struct listing list_marks(const struct state_view *view)
{
    struct listing listing = listing_init(view->arena, "marks", SIZE_MAX);

    for (const struct entry *entry = view->entries; entry; entry = entry->next) {
        const char *const cells[LISTING_CELLS] = {
            entry->name, entry->n_series ? marks_words(view->arena, entry) : NULL};

        if (entry->n_series)
            listing_add(&listing, cells);
    }
    return listing;
}

/* What is told to the source, so that it need not give again what has not changed. */
static struct listing list_notes(const struct state_view *view)
{
    struct listing listing =
        listing_init(view->arena, "notes of what need not be sent again", SIZE_MAX);

    for (const struct entry *entry = view->entries; entry; entry = entry->next) {
        char units[WORDS_COUNTED_SIZE];
        const char *const cells[LISTING_CELLS] = {
            entry->name, words_counted(entry->n_notes, "unit", units, sizeof(units))};

        if (entry->n_notes)
            listing_add(&listing, cells);
    }
    return listing;
}

bool state_view_print_forgotten(const struct state_view *view, FILE *out)
{
    struct listing progress = list_progress(view), marks = list_marks(view);
    struct listing notes = list_notes(view);

    listing_print(&progress, out);
    listing_print(&marks, out);
    listing_print(&notes, out);
    listing_print(&view->gaps, out);
    return progress.n || marks.n || notes.n || view->gaps.n;
}

void state_view_print(const struct state_view *view, const char *pipeline, FILE *out)
{
    if (state_view_is_empty(view)) {
        fprintf(out, "%s: no state\n", pipeline);
        return;
    }
    fprintf(out, "%s: %s\n", pipeline,
        view->has_pass ? "a pass is open; the next run goes on with it" : "no pass is open");
    (void)state_view_print_forgotten(view, out);
    listing_print(&view->letters, out);
    listing_print(&view->runs, out);
}
