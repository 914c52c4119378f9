/* A form as the body of a request: names and values, percent-encoded. */
#ifndef WEIR_HTTP_FORM_H
#define WEIR_HTTP_FORM_H

#include <weir/arena.h>

/* Adds a field; `form` is "" before the first one. In the arena. */
const char *http_form_add(
    struct weir_arena *arena, const char *form, const char *name, const char *value);

#endif
