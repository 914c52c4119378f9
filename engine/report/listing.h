/*
 * Lines of a few cells under a heading, each column as wide as its widest cell.
 * A heading without lines is not printed.
 */
#ifndef REPORT_LISTING_H
#define REPORT_LISTING_H

#include <stdint.h>
#include <stdio.h>
#include <weir/arena.h>

enum { LISTING_CELLS = 5 };

struct listing_line;

struct listing {
    struct weir_arena *arena;
    const char *heading;
    size_t most; /* lines that are kept; what comes behind them is counted */
    size_t n;    /* all that were added */
    /* private */
    struct listing_line *first, *last;
    size_t widths[LISTING_CELLS];
};

struct listing listing_init(struct weir_arena *arena, const char *heading, size_t most);
/* The cells are copied, made harmless (secrets, control bytes), and cut where they are very long.
 * NULL ends the list of them early. */
void listing_add(struct listing *listing, const char *const cells[LISTING_CELLS]);
void listing_print(const struct listing *listing, FILE *out);

#endif
