/* The types that weir knows, by the numbers that PostgreSQL gives them in every database. */
#ifndef TYPES_KNOWN_H
#define TYPES_KNOWN_H

#include "type.h"

enum {
    OID_CHAR = 18, /* "char", of one byte */
    OID_NAME = 19,
    OID_TEXT = 25,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
};

struct known_type {
    uint32_t oid;
    uint32_t array_oid;
    enum type_kind kind;
    const char *name; /* as format_type has it */
};

/* NULL: none of that number, or of that name. */
const struct known_type *known_by_oid(uint32_t oid);
const struct known_type *known_by_name(struct weir_str name);
/* The first of the kind, which is the one that weir itself makes. */
const struct known_type *known_by_kind(enum type_kind kind);

#endif
