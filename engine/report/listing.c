#include "listing.h"

#include "log.h"
#include "words.h"

#include <inttypes.h>

enum { CELL_SIZE = 600 };

struct listing_line {
    struct listing_line *next;
    const char *cells[LISTING_CELLS];
    size_t n;
};

struct listing listing_init(struct weir_arena *arena, const char *heading, size_t most)
{
    return (struct listing){.arena = arena, .heading = heading, .most = most};
}

/* Empty cells at the end of a line are none. */
static size_t count_cells(const char *const cells[LISTING_CELLS])
{
    size_t n = 0;

    for (size_t i = 0; i < LISTING_CELLS && cells[i]; i++)
        if (*cells[i])
            n = i + 1;
    return n;
}

/* The last cell of a line has room enough, and makes no column wider. */
static void widen(struct listing *listing, const struct listing_line *line)
{
    for (size_t i = 0; i + 1 < line->n; i++) {
        size_t width = words_width(line->cells[i]);

        if (width > listing->widths[i])
            listing->widths[i] = width;
    }
}

void listing_add(struct listing *listing, const char *const cells[LISTING_CELLS])
{
    struct listing_line *line;
    char shown[CELL_SIZE];

    if (listing->n++ >= listing->most)
        return;
    line = weir_new(listing->arena, struct listing_line);
    line->n = count_cells(cells);
    for (size_t i = 0; i < line->n; i++) {
        log_harmless(cells[i], shown, sizeof(shown));
        line->cells[i] = weir_copy_text(listing->arena, shown);
    }
    widen(listing, line);
    if (listing->last)
        listing->last->next = line;
    else
        listing->first = line;
    listing->last = line;
}

static void print_line(const struct listing *listing, const struct listing_line *line, FILE *out)
{
    for (size_t i = 0; i < line->n; i++) {
        size_t fill = i + 1 < line->n ? listing->widths[i] - words_width(line->cells[i]) : 0;

        fprintf(out, "  %s%*s", line->cells[i], (int)fill, "");
    }
    fputc('\n', out);
}

void listing_print(const struct listing *listing, FILE *out)
{
    char count[WORDS_SIZE];

    if (!listing->n)
        return;
    fprintf(out, "%s\n", listing->heading);
    for (const struct listing_line *line = listing->first; line; line = line->next)
        print_line(listing, line, out);
    if (listing->n > listing->most)
        fprintf(
            out, "  and %s more\n", words_count(listing->n - listing->most, count, sizeof(count)));
}
