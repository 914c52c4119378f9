/*
 * The first rows of each resource as a table on the terminal: a load stage that
 * lives inside the program and stands in for the file's own in `weir preview`.
 */
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include <stdio.h>
#include <weir/plugin.h>

/* The stage's state; filled by the command. */
struct table_state {
    size_t rows;  /* wanted of each resource */
    size_t width; /* of the terminal, in characters */
    FILE *out;
    struct table *tables; /* private */
};

extern const struct weir_plugin table_plugin;

#endif
