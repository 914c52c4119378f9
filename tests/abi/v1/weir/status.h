/*
 * What went wrong, in two parts: the status says what the engine must do, the
 * error says why.
 *
 * A status is an order, and the list is closed: it drives back-pressure and the
 * end of a run. An error is a fixed buffer that needs no free; the first
 * one set wins, because what follows is most often its consequence.
 */
#ifndef WEIR_STATUS_H
#define WEIR_STATUS_H

#include <stdbool.h>
#include <weir/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_status {
    WEIR_OK = 0, /* done; call again when there is more */
    WEIR_END,    /* done, and there is no more to come */
    WEIR_AGAIN,  /* nothing yet; weir_wake will be called */
    WEIR_REJECT, /* no callback may return it yet: it ends the run as WEIR_FAIL does */
    WEIR_FAIL,   /* stop the run; the error says why */
};

/* Who has to act. The number is the exit code of a run that ends so. */
enum weir_fault {
    WEIR_FAULT_NONE = 0,
    WEIR_FAULT_BUG = 1,         /* a promise inside weir was broken */
    WEIR_FAULT_USAGE = 2,       /* the pipeline file or the command line */
    WEIR_FAULT_SOURCE = 3,      /* the server or file that data comes from */
    WEIR_FAULT_DATA = 4,        /* the data itself, or a limit it went over */
    WEIR_FAULT_DESTINATION = 5, /* the database or file that data goes to */
    WEIR_FAULT_PLUGIN = 6,      /* a plugin that cannot be loaded or misbehaves */
    WEIR_FAULT_LOCKED = 7,      /* another run holds the destination */
    WEIR_FAULT_MEMORY = 8,      /* out of memory */
};

enum {
    WEIR_ERROR_CODE_SIZE = 32,
    WEIR_ERROR_TEXT_SIZE = 1024,
};

struct weir_error {
    enum weir_fault fault;
    char code[WEIR_ERROR_CODE_SIZE]; /* "E-HTTP-STATUS"; empty while nothing failed */
    char text[WEIR_ERROR_TEXT_SIZE]; /* one line, no full stop, no control bytes */
};

/*
 * Fills the error unless one is there already; returns WEIR_FAIL, so that a
 * failing function may end in `return weir_error_set(...)`. The text names
 * place, cause and, where there is one, remedy; it is made printable here, so
 * texts of servers and files may go into it as they came. A NULL error is
 * allowed and only the status remains.
 */
WEIR_API enum weir_status weir_error_set(struct weir_error *error, enum weir_fault fault,
    const char *code, const char *format, ...) WEIR_PRINTF(4, 5);

WEIR_API bool weir_error_is_set(const struct weir_error *error);

#ifdef __cplusplus
}
#endif
#endif
