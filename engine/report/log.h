/*
 * What weir says while it works: one event, one line, on stderr.
 *
 * Every line passes through here, so that secrets are taken out and control
 * bytes made harmless in one place. As text for people, or as JSON lines. Safe
 * from any thread.
 */
#ifndef REPORT_LOG_H
#define REPORT_LOG_H

#include <stdbool.h>
#include <stdio.h>
#include <weir/stage.h>
#include <weir/template.h>

struct log_options {
    bool json;
    bool color;
    bool verbose; /* debug events too */
    bool quiet;   /* warnings and errors only */
};

void log_configure(const struct log_options *options);
bool log_is_json(void);
bool log_has_color(void);

/* stage may be NULL. */
void log_event(enum weir_level level, const char *stage, const char *text);

/* The end of a run that failed: "weir: error[CODE]: stage: text; state". Both may be NULL. */
void log_error(const struct weir_error *error, const char *stage, const char *state);

/*
 * Lines that are drawn again and again at the bottom of a terminal. They are taken
 * away before an event is printed and drawn again behind it. NULL removes them.
 */
void log_set_view(const char *lines);

/* A text that must never be shown; whatever is printed shows *** in its place. Copied. */
void log_add_secret(const char *text);
/* The same of one that a server gave: of these the ones told last are remembered, a few hundred. */
void log_add_token(const char *text);
/* In place: the text only shrinks. */
void log_redact(char *text);
/* A copy that may be shown: no secrets, no control bytes; cut where it does not fit. */
void log_harmless(const char *text, char *out, size_t size);

enum { LOG_TIME_SIZE = 48 };
/* The time of day as JSON lines give it: RFC 3339, UTC, with milliseconds. */
void log_time(char out[LOG_TIME_SIZE]);

#endif
