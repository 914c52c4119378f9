/* The end of a session: is the pass done, does it stay open, is it given up? */
#include "session_inside.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const outcome_words[] = {
    [SESSION_NONE] = "none",
    [SESSION_DONE] = "done",
    [SESSION_OPEN] = "open",
    [SESSION_ABANDONED] = "abandoned",
    [SESSION_NOTHING] = "done already",
    [SESSION_REPLAY] = "replay",
};

const char *session_outcome_word(enum session_outcome outcome)
{
    return outcome_words[outcome];
}

static enum session_outcome outcome_of(
    const struct session *session, const struct weir_ending *ending)
{
    if (session->plan->state.replays)
        return SESSION_REPLAY;
    return ending->done ? SESSION_DONE : ending->abandon ? SESSION_ABANDONED : SESSION_OPEN;
}

/* What a list of runs tells of each. */
static void write_summary(const struct session_result *result, enum session_outcome outcome,
    uint64_t n_rows, char *out, size_t size)
{
    (void)snprintf(out, size,
        "{\"outcome\":\"%s\",\"rows\":%" PRIu64 ",\"gaps\":%" PRIu64 ",\"dead_letters\":%" PRIu64
        "}",
        session_outcome_word(outcome), n_rows, result->n_gaps, result->n_dead_letters);
}

/*
 * All that was left had been asked for before, and nothing of it came: it would fail
 * for ever, and keep everything that is new waiting. What failed for the first time
 * is asked for once more, and so is what other runs can still read.
 */
static bool is_hopeless(const struct session *session)
{
    uint64_t n_gaps = session->result.n_gaps;

    return n_gaps > 0 && n_gaps <= session->n_old_gaps && session->n_good == 0 &&
           !session->leaves_others;
}

static bool gives_up(const struct session *session)
{
    if (!is_hopeless(session))
        return false;
    if (session->keeps_gaps)
        weir_log(session->load, WEIR_LOG_WARNING,
            "what is missing failed again, and is not given up, since 'append' would add the rows "
            "that came before it a second time; mend the source, or use 'merge'");
    return !session->keeps_gaps;
}

enum weir_status session_finish(struct session *session, const struct session_end *end)
{
    struct session_result *result = &session->result;
    bool lacks = result->n_gaps || result->n_dead_letters;
    char finished_at[NOW_SIZE], summary[256];
    struct weir_ending ending = {
        .done = end->complete && result->n_gaps == 0 && !session->plan->state.replays,
        .exit_code = end->exit_code ? end->exit_code
                     : lacks        ? EXIT_LACKS
                                    : 0,
        .summary = summary,
        .finished_at = finished_at,
    };
    enum session_outcome outcome;
    enum weir_status status;

    if (!session->is_open)
        return WEIR_OK;
    ending.abandon = end->complete && gives_up(session);
    outcome = outcome_of(session, &ending);
    write_summary(result, outcome, end->n_rows, summary, sizeof(summary));
    now_text(finished_at);
    status = session->store->finish(session->load, &ending);
    if (status == WEIR_OK)
        result->outcome = outcome;
    if (status == WEIR_REJECT)
        result->outcome = SESSION_ABANDONED;
    return status;
}

void session_result(const struct session *session, struct session_result *ret_result)
{
    *ret_result = session->result;
    if (session->is_open && ret_result->outcome == SESSION_NONE)
        ret_result->outcome = SESSION_OPEN;
}
