/*
 * Positions: where a unit stands in its source, and what follows it.
 *
 * Units that each name the next, such as the pages of one partition, are a chain;
 * a set of units known in advance is as many chains of one unit. A loader that
 * keeps state commits the position of a chain with the rows of its units, so that
 * the next run goes on behind the last commit, whatever happened in between.
 *
 * An extractor that can go on from any position says so (WEIR_HAS_POSITIONS). It
 * asks weir_chain_resume before it begins a chain, and gives each unit that counts a
 * position in `decoded`, in the order of the chain. A unit without one leaves
 * nothing behind: neither rows nor memory.
 *
 * A family: rows of one resource, the parent, say what chains of others, its children, there are. The
 * position of the unit that has these rows carries them as openings, and the loader commits
 * them with the rows. Then nothing that a child is to be asked for depends on its parent being read a
 * second time: the next run takes what was opened from weir_chain_opened.
 *
 * A note is what a source wants to know of a unit in a later pass, such as the ETag of its answer. It is
 * committed with the unit's rows and in force when its resource has been read to its end; then
 * weir_noted tells it. What is not noted again is forgotten with that pass, so a unit that has not
 * changed, and therefore gives no rows, bears its note again, and opens again what it opens. Notes
 * are in force only for as long as the file asks for the same, see <weir/store.h>.
 */
#ifndef WEIR_POSITION_H
#define WEIR_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WEIR_ID_SIZE = 16 };

/* What tells one chain of a resource from all others, in every run: a hash of what it asks for. */
struct weir_id {
    unsigned char bytes[WEIR_ID_SIZE];
};

/* The first bytes of the SHA-256 of these bytes. */
WEIR_API struct weir_id weir_id_of(struct weir_str bytes);

/* What the unit means for its chain. These numbers are part of the ABI. */
enum weir_follow {
    WEIR_FOLLOW_NEXT = 0, /* the chain goes on with number + 1 */
    WEIR_FOLLOW_END,      /* the chain ends with this unit */
    WEIR_FOLLOW_WAIT,     /* given up with all behind it: the next run begins here again */
    WEIR_FOLLOW_FILL,     /* one that was left out earlier; the chain itself stands elsewhere */
};

struct weir_resource;

/* A chain that a unit opens, whose series is its own. Where it was opened before, nothing happens. */
struct weir_opening {
    const struct weir_resource *resource; /* the child: another one than the unit's */
    struct weir_id chain;
    const char *next; /* all that its first unit is asked with */
};

struct weir_position {
    struct weir_id chain;
    struct weir_id series; /* whose mark its rows move: the chain, or what several share */
    uint64_t number;       /* of the unit in its chain, from 0 */
    /* NEXT: what names the next unit; NULL: its number says enough. END: what units that were left out
     * are asked with, where their numbers do not say enough; else NULL. For chains that were opened
     * that is all that was opened with, too, since it takes the place of it. */
    const char *next;
    const char *label; /* of what was left out, for people, with nothing secret; else NULL */
    enum weir_follow follow;
    bool left_out; /* the unit was given up: a gap, and the unit's error says why */
    const struct weir_opening *openings; /* NEXT, END, FILL, unless left out */
    size_t n_openings;
    /* The same: up to WEIR_NOTE_MAX bytes for weir_noted; NULL: none. A longer one, or one that holds a
     * secret of the file, is not kept. */
    const char *note;
};

enum { WEIR_NOTE_MAX = 1024 };

/* What a loader keeps of it; NULL: nothing. */
static inline const char *weir_position_note(const struct weir_position *position)
{
    bool keeps = position && !position->left_out && position->follow != WEIR_FOLLOW_WAIT;

    return keeps ? position->note : NULL;
}

/* Where a chain goes on in this run. */
struct weir_resume {
    bool done;             /* nothing is left of it but its holes */
    uint64_t number;       /* of the unit to begin with */
    const char *next;      /* what names it; NULL: its number says enough */
    const uint64_t *holes; /* units before it that were left out: to be asked for alone (FILL) */
    size_t n_holes;
};

/* One that units of a parent have opened. */
struct weir_opened {
    struct weir_id chain;
    struct weir_resume resume;
};

#ifdef __cplusplus
}
#endif
#endif
