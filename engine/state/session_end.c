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
           !session->has_new_gap && !session->leaves_others;
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

static enum session_outcome outcome_of(const struct session *session)
{
    if (session->plan->state.replays)
        return SESSION_REPLAY;
    return session->ending.done      ? SESSION_DONE
           : session->ending.abandon ? SESSION_ABANDONED
                                     : SESSION_OPEN;
}

static void decide_ending(struct session *session, const struct session_end *end)
{
    const struct session_result *result = &session->result;
    bool lacks = result->n_gaps || result->n_dead_letters;

    session->ending = (struct weir_ending){
        .done = end->complete && result->n_gaps == 0 && !session->plan->state.replays,
        .abandon = end->complete && gives_up(session),
        .exit_code = end->exit_code ? end->exit_code
                     : lacks        ? EXIT_LACKS
                                    : 0,
        .summary = session->summary,
        .finished_at = session->finished_at,
    };
    write_summary(
        result, outcome_of(session), end->n_rows, session->summary, sizeof(session->summary));
    now_text(session->finished_at);
    session->is_ending = true;
}

enum weir_status session_finish(struct session *session, const struct session_end *end)
{
    enum weir_status status;

    if (!session->is_open)
        return WEIR_OK;
    if (!session->is_ending)
        decide_ending(session, end);
    status = session->store->finish(session->load, &session->ending);
    if (status == WEIR_OK)
        session->result.outcome = outcome_of(session);
    if (status == WEIR_REJECT)
        session->result.outcome = SESSION_ABANDONED;
    return status;
}

void session_stays_open(struct session *session)
{
    enum session_outcome outcome = session->result.outcome;

    if (outcome == SESSION_DONE || outcome == SESSION_ABANDONED)
        session->result.outcome = SESSION_OPEN;
}

void session_result(const struct session *session, struct session_result *ret_result)
{
    *ret_result = session->result;
    if (session->is_open && ret_result->outcome == SESSION_NONE)
        ret_result->outcome = SESSION_OPEN;
}
