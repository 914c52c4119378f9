/* Reading the cursors of rows on their way. */
#ifndef STATE_MARKS_TAKE_H
#define STATE_MARKS_TAKE_H

#include "marks.h"

/*
 * On workers, several at once, right behind decode: drops rows that are not wanted and rows that are
 * there already, gives each unit its mark, and says where nothing behind it is wanted (is_past). A
 * row whose cursor cannot be read is set aside, or fails `stage`, the extractor's. What is put back
 * from the dead letters passes as it is.
 */
enum weir_status marks_take(
    const struct marks *marks, struct weir_stage *stage, struct weir_batch *batch) WEIR_MUST_CHECK;

#endif
