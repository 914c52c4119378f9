#include "state_run.h"

#include "report/words.h"

#include <jansson.h>
#include <time.h>

static bool parse_time(const char *text, time_t *ret_time)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (!end)
        return false;
    *ret_time = timegm(&tm);
    return true;
}

static const char *took(const char *from, const char *to, char *out, size_t size)
{
    char words[WORDS_SIZE];
    time_t begin, end;

    if (!parse_time(from, &begin) || !parse_time(to, &end) || end < begin)
        return "took ?";
    if (end - begin < 60)
        snprintf(out, size, "took %d s", (int)(end - begin));
    else
        snprintf(out, size, "took %s",
            words_time((uint64_t)(end - begin) * 1000000, words, sizeof(words)));
    return out;
}

static uint64_t number_in(const json_t *object, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(object, key));

    return n > 0 ? (uint64_t)n : 0;
}

/* "4,100 rows, 2 gaps, 1 row set aside" */
static const char *summary_words(struct weir_arena *arena, const char *summary)
{
    json_t *object = summary ? json_loads(summary, 0, NULL) : NULL;
    char rows[WORDS_COUNTED_SIZE], counted[WORDS_COUNTED_SIZE];
    uint64_t gaps = number_in(object, "gaps"), letters = number_in(object, "dead_letters");
    const char *text = "";

    if (json_object_get(object, "rows"))
        text = weir_copy_text(
            arena, words_counted(number_in(object, "rows"), "row", rows, sizeof(rows)));
    if (gaps)
        text = weir_printf(
            arena, "%s, %s", text, words_counted(gaps, "gap", counted, sizeof(counted)));
    if (letters)
        text = weir_printf(
            arena, "%s, %s set aside", text, words_counted(letters, "row", rows, sizeof(rows)));
    json_decref(object);
    return text;
}

void state_run_list(struct listing *listing, const struct weir_run *run, const char *finished_at,
    int exit_code, const char *summary)
{
    char time[2 * WORDS_SIZE], code[WORDS_SIZE];

    if (!finished_at) {
        const char *const cells[LISTING_CELLS] = {run->started_at, "ended early, or still runs"};

        listing_add(listing, cells);
        return;
    }
    snprintf(code, sizeof(code), "exit %d", exit_code);
    const char *const cells[LISTING_CELLS] = {run->started_at,
        took(run->started_at, finished_at, time, sizeof(time)), code,
        summary_words(listing->arena, summary)};

    listing_add(listing, cells);
}
