/*
 * Types of PostgreSQL: which one a column has, which one it is given, and what it
 * can take.
 */
#ifndef TYPES_TYPE_H
#define TYPES_TYPE_H

#include <weir/batch.h>
#include <weir/buf.h>

enum type_kind {
    TYPE_OTHER = 0, /* any other: sent as text, and the server decides */
    TYPE_BOOL,
    TYPE_INT2,
    TYPE_INT4,
    TYPE_INT8,
    TYPE_FLOAT4,
    TYPE_FLOAT8,
    TYPE_NUMERIC,
    TYPE_TEXT, /* text, varchar, char, enums, and what else takes any text */
    TYPE_BYTEA,
    TYPE_TIMESTAMPTZ,
    TYPE_TIMESTAMP,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_UUID,
    TYPE_JSON,
    TYPE_JSONB,
    TYPE_ARRAY, /* of one dimension, from an array of JSON */
    TYPE_N_KINDS
};

struct type {
    enum type_kind kind;
    uint32_t oid;
    int32_t modifier;            /* atttypmod: lengths and digits; -1: none */
    const char *name;            /* as SQL has it, with its modifier: "numeric(10,2)" */
    enum type_kind element_kind; /* of an array */
    uint32_t element_oid;
};

/* What the catalogue tells of a type; a domain's is that of its base type, modifier included. The
 * name must live as long as the type. */
struct type_facts {
    uint32_t oid;
    int32_t modifier;
    char type;            /* pg_type.typtype */
    uint32_t base_oid;    /* of domains, at the end of the line; else oid */
    uint32_t element_oid; /* of true arrays; 0: none */
    const char *name;     /* format_type */
};
void type_from_facts(struct type *type, const struct type_facts *facts);

/* A type as a person declares it ("bigint", "int", "numeric(10,2)", "text[]"); false if weir does
 * not know it. The name is copied into the arena. */
bool type_from_words(const char *words, struct weir_arena *arena, struct type *ret_type);

/* The type of a new column for values of these kinds (bits; not 0). `all_exact`: each int among them
 * is exact as a double. */
struct type type_for_kinds(uint32_t kinds, bool all_exact);
bool type_all_exact(const struct weir_column *column, size_t n_rows);
/*
 * The type that takes what the column holds and these values too, in the order int, bigint,
 * numeric or double precision, text; false where it stays as it is, be it that the values fit or
 * that no wider type keeps what is there. From bigint it goes to numeric, since nobody knows
 * whether each int that is there is exact as a double. From double precision to numeric only by
 * way of text: the server's own cast rounds to 15 digits.
 */
bool type_widen(const struct type *type, const struct weir_column *source, size_t n_rows,
    struct type *ret_type);

/* Are all values of these kinds taken as they are, without a look at each? */
bool type_takes_kinds(const struct type *type, uint32_t kinds);
/*
 * Can this value be stored without a change? Null always can. `ret_why`: "is out of the range of
 * integer", for a message in front of which the column is named; no value is shown.
 *
 * A number is its digits: a float may go into an int, and an int or a decimal into a float, where
 * all digits come back. A text is a number where JSON has it so, and a time where ISO 8601 has it
 * so; without an offset it is UTC, as with cursors. A timestamp in a column without a zone is UTC.
 * Whatever is not JSON becomes a scalar of it in a json column. 0 and 1 are taken for bools. What
 * the server alone can judge (labels of enums, checks of domains, TYPE_OTHER) is taken.
 */
bool type_takes_value(
    const struct type *type, const struct weir_value *value, const char **ret_why);
/* The first of the values from `from` on that cannot be stored, and why; n if there is none. */
size_t type_find_refused(const struct type *type, const struct weir_value *values, size_t from,
    size_t n, const char **ret_why);
/* Can all values of the column be stored? */
bool type_takes_values(const struct type *type, const struct weir_column *source, size_t n_rows);
/* And will they be what they were? In a column that weir has given its type, 1 is no true. */
bool type_keeps_values(const struct type *type, const struct weir_column *source, size_t n_rows);

/* Can the type be sent as binary? Where one column cannot, the whole COPY goes as text. */
bool type_is_binary(const struct type *type);
/* Appends a field of a binary COPY, its length first; of a value that type_takes_value. The buffer
 * may have no limit that a field could meet: a COPY with half a field would be another one. */
void type_encode_binary(
    struct weir_buf *out, const struct type *type, const struct weir_value *value);
/* The fields of one row: value `row` of each of n columns. */
void type_encode_row(struct weir_buf *out, const struct type *const *types,
    const struct weir_value *const *columns, size_t n, size_t row);
/* Appends a field of a text COPY, escaped; \N for null. */
void type_encode_text(
    struct weir_buf *out, const struct type *type, const struct weir_value *value);

#endif
