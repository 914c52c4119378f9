/*
 * How often a text came before, in a list that may be a million lines long.
 *
 * A set of 64-bit hashes, 11 bytes for each text. Two texts of the same hash, as
 * rare as that is, count as one; whoever adds the text to the number still tells
 * them apart, and the number is the same in every run.
 */
#ifndef OCCURRENCES_H
#define OCCURRENCES_H

#include <stdint.h>
#include <weir/str.h>

struct occurrences;

/* For up to `n` texts. */
struct occurrences *occurrences_new(uint64_t n);
void occurrences_free(struct occurrences *occurrences);
/* Forgets all texts; accepts NULL. */
void occurrences_reset(struct occurrences *occurrences);
/* Adds the text: how often was it there already? */
uint64_t occurrences_count(struct occurrences *occurrences, struct weir_str text);

#endif
