/*
 * The end of a pass: what `finish` of a store does with the generations of a run that
 * has read all it could, and in which order.
 *
 * Which of them stay open or keep what they had, because a part is missing, is judged
 * here, for all stores alike. How each step is done differs, and is handed in; a step
 * that does not answer WEIR_OK ends it with that answer.
 */
#ifndef WEIR_CLOSING_H
#define WEIR_CLOSING_H

#include <weir/stage.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of the notes of a generation and of those in force. */
enum weir_notes_fate {
    WEIR_NOTES_WHOLE = 0, /* in force, and no others */
    WEIR_NOTES_PARTLY,    /* in force, and those of units that the generation has not read */
    WEIR_NOTES_DROPPED,   /* dropped, and the old ones stay */
};

/* Filled by the store. A resource is told by its index in stage->resources. */
struct weir_closing {
    size_t size; /* of this struct */
    struct weir_stage *stage;
    const struct weir_ending *ending; /* done or abandon */
    const bool *is_open;              /* of each resource: was its generation when the run began? */
    void *arg;                        /* of all steps */

    /* Every resource is asked one of these first. */
    enum weir_status (*forget_gaps)(void *arg, size_t resource);
    enum weir_status (*gaps_exist)(void *arg, size_t resource, bool *ret_exist);
    /* What was staged takes the place of the old rows, of all resources that are replaced. WEIR_REJECT: it
     * may not, and nothing of it has. Where there are none, or a part of one is missing, it is not called. */
    enum weir_status (*publish)(void *arg);
    /* Then each open one whose rows are where they belong: its marks, if they are to move; all else
     * that is kept of it but its places; that it was read to its end, if it was. */
    enum weir_status (*move_marks)(void *arg, size_t resource);
    enum weir_status (*settle)(void *arg, size_t resource, enum weir_notes_fate notes);
    enum weir_status (*end_generation)(void *arg, size_t resource);
    /* Then places of all resources, and one of these. */
    enum weir_status (*forget_places)(void *arg);
    enum weir_status (*abandon_pass)(void *arg);
    enum weir_status (*end_pass)(void *arg); /* if no generation of it is open */
};

/* *ret_refused: `publish` has answered WEIR_REJECT; the pass is abandoned, and the answer is WEIR_OK. */
WEIR_API enum weir_status weir_close(
    const struct weir_closing *closing, bool *ret_refused) WEIR_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
