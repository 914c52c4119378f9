/* A line of a file with a caret below the place that is meant. */
#ifndef FILE_SHOW_LINE_H
#define FILE_SHOW_LINE_H

#include <stdio.h>
#include <weir/str.h>

enum {
    SHOW_LINE_INDENT = 4,
    SHOW_LINE_WIDTH = 100, /* columns of a line that are shown, around the caret */
    SHOW_LINE_TAB = 4,
};

/*
 * caret: bytes into the line. `mark` and `unmark` stand around the caret, to color
 * it. Wide characters count two columns, combining ones none; control characters
 * and what is no UTF-8 are shown as escapes.
 */
void show_line(struct weir_str line, size_t caret, const char *mark, const char *unmark, FILE *out);

#endif
