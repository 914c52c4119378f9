/* The types that weir knows, by the numbers that PostgreSQL gives them in every database. */
#ifndef TYPES_KNOWN_H
#define TYPES_KNOWN_H

#include "oids.h"
#include "type.h"

enum {
    MODIFIER_HEADER = 4, /* what PostgreSQL adds to lengths and digits in a modifier */
    NAME_BYTES_MAX = 63, /* of a name, and of a value of the type name */
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
