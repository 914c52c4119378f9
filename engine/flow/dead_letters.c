#include "dead_letters.h"

#include <inttypes.h>
#include <stdio.h>

enum { LIMIT_TEXT_SIZE = 64 };

static enum weir_status too_many(
    const struct dead_letters *letters, const char *limit, struct weir_error *ret_error)
{
    const struct weir_error *last = letters->last;
    bool is_known = weir_error_is_set(last);

    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-DEAD-LETTERS",
        "%" PRIu64 " of %" PRIu64 " rows were set aside, more than %s allows; mend the source or "
        "the transforms, or raise the limit%s%s%s%s",
        letters->set_aside, letters->seen, limit, is_known ? "; the last one: [" : "",
        is_known ? last->code : "", is_known ? "] " : "", is_known ? last->text : "");
}

static bool is_above_ratio(const struct dead_letters *letters)
{
    return (double)letters->set_aside > letters->max_ratio * (double)letters->seen;
}

enum weir_status dead_letters_judge(
    const struct dead_letters *letters, bool at_end, struct weir_error *ret_error)
{
    char limit[LIMIT_TEXT_SIZE];

    if (letters->max_rows && letters->set_aside > letters->max_rows) {
        (void)snprintf(
            limit, sizeof(limit), "dead_letter.max_rows (%" PRIu64 ")", letters->max_rows);
        return too_many(letters, limit, ret_error);
    }
    if (letters->max_ratio < 0 || (!at_end && letters->seen < DEAD_LETTERS_TELLING_ROWS))
        return WEIR_OK;
    if (!is_above_ratio(letters))
        return WEIR_OK;
    (void)snprintf(limit, sizeof(limit), "dead_letter.max_ratio (%g%%)", 100 * letters->max_ratio);
    return too_many(letters, limit, ret_error);
}
