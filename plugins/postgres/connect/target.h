/* Where to connect to and as whom: options and connection string put together. */
#ifndef CONNECT_TARGET_H
#define CONNECT_TARGET_H

#include "dsn.h"
#include "settings.h"

struct target {
    struct dsn dsn;      /* its values: from both, defaults filled in */
    const char *name;    /* "postgres://host:5432/name" */
    bool is_local;       /* a socket or the loopback interface: nobody can listen in */
    const char *problem; /* nothing can be connected to, and why; NULL: all is well */
};

/* All in the arena. */
struct target *target_make(struct weir_arena *arena, const struct settings *settings);
/* The folder of a socket (or nothing), not a host? */
bool target_is_socket(const struct target *target);
/* What the option says of that key, or NULL. */
const char *settings_value(
    const struct settings *settings, enum dsn_key key, struct weir_arena *arena);
/* Writes *** over the password wherever it stands in text. */
void target_hide(const char *password, char *text);

#endif
