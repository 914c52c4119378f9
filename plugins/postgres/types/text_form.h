/* The text of a value, as it stands in a column of texts, of JSON, or of what the server reads. */
#ifndef TYPES_TEXT_FORM_H
#define TYPES_TEXT_FORM_H

#include "escape.h"
#include "type.h"

enum { TEXT_FORM_SIZE = 48 };

/* The text as weir writes it everywhere; in `room` where the value is none. Not of bytes. */
struct weir_str text_form(const struct weir_value *value, char room[TEXT_FORM_SIZE]);
/* The same, and bytes as PostgreSQL has them, \x and hexadecimal digits. */
void text_add(struct weir_buf *out, enum escape escape, const struct weir_value *value);
/* As a value of JSON. */
void text_add_json(struct weir_buf *out, enum escape escape, const struct weir_value *value);

#endif
