/*
 * What an option takes, in words: for messages and for the documentation.
 *
 * Texts are in the arena, or constant.
 */
#ifndef OPTION_WORDS_H
#define OPTION_WORDS_H

#include <weir/option.h>

/* The borders that .min and .max of a row mean; the side that is not `has_` is open. */
struct option_range {
    bool has_min, has_max;
    int64_t min, max;
};

struct option_range option_range(const struct weir_option *row);
bool option_range_holds(struct option_range range, int64_t value);
bool option_range_holds_unsigned(struct option_range range, uint64_t value);

/* " from 1 to 1024", " of at least 1", " of at most 8MiB", or "". */
const char *option_range_words(struct weir_arena *arena, const struct weir_option *row);
/* The form that a value needs: "a whole number from 1 to 1024", "one of none, full". */
const char *option_needs(struct weir_arena *arena, const struct weir_option *row);
/* The same for a size or duration of the right form that is out of range. */
const char *option_needs_amount(struct weir_arena *arena, const struct weir_option *row);

/* "90s", "64KiB": the largest unit that is exact. */
const char *option_duration_words(struct weir_arena *arena, uint64_t ms);
const char *option_size_words(struct weir_arena *arena, uint64_t bytes);
/* "; did you mean '64KiB'?" for 64k, 64KB and the like, else "". */
const char *option_size_hint(struct weir_arena *arena, const char *text);

/* The row behind `options` at index i, as far as the plugin's stride reaches; the rest is zero.
 * The row whose name is NULL ends the table. A NULL table is empty. */
struct weir_option option_row(const struct weir_option *options, size_t stride, size_t i);

#endif
