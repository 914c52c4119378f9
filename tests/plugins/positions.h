/* The state of the plugin `positions`, for the one that stands on it. */
#ifndef POSITIONS_H
#define POSITIONS_H

#include <weir/plugin.h>

#include <stdio.h>

enum { HEX_SIZE = 2 * WEIR_ID_SIZE + 1 };

struct place {
    const char *name;
    char chain[HEX_SIZE];
    uint64_t number;
    bool done;
    const char *next; /* "-": none */
};

struct gap {
    const char *name;
    char chain[HEX_SIZE];
    uint64_t number;
    bool alone;
    bool is_gone;
};

struct mark {
    const char *name;
    char series[HEX_SIZE];
    const char *key;
    const char *text;
    bool is_kept; /* of a pass that is done */
};

struct positions {
    const char *trace;
    const char *state;
    /* not options */
    FILE *out;
    struct weir_pass pass;
    struct place *places;
    size_t n_places;
    struct gap *gaps;
    size_t n_gaps;
    struct mark *marks;
    size_t n_marks;
};

#endif
