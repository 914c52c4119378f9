/* Bytes on their way into a field of a COPY, with what has to stand before some of them. */
#ifndef TYPES_ESCAPE_H
#define TYPES_ESCAPE_H

#include <weir/buf.h>

/* Bits, by which bytes are looked up. */
enum escape {
    ESCAPE_NONE = 0,  /* of binary fields */
    ESCAPE_COPY = 1,  /* of text fields */
    ESCAPE_ARRAY = 2, /* of an element, which is quoted, in a text field */
};

void escape_add(struct weir_buf *out, enum escape escape, const char *bytes, size_t n);
/* Two hexadecimal digits a byte, behind \x. */
void escape_add_hex(struct weir_buf *out, enum escape escape, const char *bytes, size_t n);

#endif
