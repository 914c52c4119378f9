#include "known.h"

static const struct known_type types[] = {
    {16, 1000, TYPE_BOOL, "boolean"},
    {21, 1005, TYPE_INT2, "smallint"},
    {23, 1007, TYPE_INT4, "integer"},
    {20, 1016, TYPE_INT8, "bigint"},
    {700, 1021, TYPE_FLOAT4, "real"},
    {701, 1022, TYPE_FLOAT8, "double precision"},
    {1700, 1231, TYPE_NUMERIC, "numeric"},
    {OID_TEXT, 1009, TYPE_TEXT, "text"},
    {OID_VARCHAR, 1015, TYPE_TEXT, "character varying"},
    {OID_BPCHAR, 1014, TYPE_TEXT, "character"},
    {OID_NAME, 1003, TYPE_TEXT, "name"},
    {OID_CHAR, 1002, TYPE_TEXT, "\"char\""},
    {17, 1001, TYPE_BYTEA, "bytea"},
    {1184, 1185, TYPE_TIMESTAMPTZ, "timestamp with time zone"},
    {1114, 1115, TYPE_TIMESTAMP, "timestamp without time zone"},
    {1082, 1182, TYPE_DATE, "date"},
    {1083, 1183, TYPE_TIME, "time without time zone"},
    {2950, 2951, TYPE_UUID, "uuid"},
    {114, 199, TYPE_JSON, "json"},
    {3802, 3807, TYPE_JSONB, "jsonb"},
    /* As text, to the server: */
    {142, 143, TYPE_OTHER, "xml"},
    {650, 651, TYPE_OTHER, "cidr"},
    {869, 1041, TYPE_OTHER, "inet"},
    {829, 1040, TYPE_OTHER, "macaddr"},
    {774, 775, TYPE_OTHER, "macaddr8"},
    {1186, 1187, TYPE_OTHER, "interval"},
    {1266, 1270, TYPE_OTHER, "time with time zone"},
    {3614, 3643, TYPE_OTHER, "tsvector"},
};

enum { N_TYPES = sizeof(types) / sizeof(types[0]) };

const struct known_type *known_by_oid(uint32_t oid)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (types[i].oid == oid)
            return &types[i];
    return NULL;
}

const struct known_type *known_by_name(struct weir_str name)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (weir_str_is(name, types[i].name))
            return &types[i];
    return NULL;
}

const struct known_type *known_by_kind(enum type_kind kind)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (types[i].kind == kind)
            return &types[i];
    return NULL;
}
