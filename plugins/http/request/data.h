/*
 * data: the body of a request that is no JSON, a form (names and values,
 * percent-encoded) or a text as it is.
 */
#ifndef WEIR_HTTP_DATA_H
#define WEIR_HTTP_DATA_H

#include <weir/template.h>

/* What the file says, with something else in the place of each placeholder: a map for a form, a
 * scalar for a text. NULL where it cannot be told. */
const struct weir_node *http_data_shape(const struct weir_document *data, struct weir_arena *arena);
bool http_data_is_form(const struct weir_document *data);
void http_data_check(
    const struct weir_document *data, const struct weir_node *at, struct weir_mistakes *mistakes);
/* The body, in the arena. */
enum weir_status http_data_fill(const struct weir_document *data, bool is_form,
    struct weir_arena *arena, weir_lookup lookup, void *arg, struct weir_str *ret_body,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The form with a field more. */
struct weir_str http_data_add_field(
    struct weir_arena *arena, struct weir_str form, struct weir_str name, struct weir_str value);

#endif
