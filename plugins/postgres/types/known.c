#include "known.h"

static const struct known_type types[] = {
    {OID_BOOL, OID_BOOL_ARRAY, TYPE_BOOL, "boolean"},
    {OID_INT2, 1005, TYPE_INT2, "smallint"},
    {OID_INT4, 1007, TYPE_INT4, "integer"},
    {OID_INT8, OID_INT8_ARRAY, TYPE_INT8, "bigint"},
    {OID_FLOAT4, 1021, TYPE_FLOAT4, "real"},
    {OID_FLOAT8, 1022, TYPE_FLOAT8, "double precision"},
    {OID_NUMERIC, 1231, TYPE_NUMERIC, "numeric"},
    {OID_TEXT, OID_TEXT_ARRAY, TYPE_TEXT, "text"},
    {OID_VARCHAR, 1015, TYPE_TEXT, "character varying"},
    {OID_BPCHAR, 1014, TYPE_TEXT, "character"},
    {OID_NAME, 1003, TYPE_TEXT, "name"},
    {OID_CHAR, 1002, TYPE_TEXT, "\"char\""},
    {OID_BYTEA, OID_BYTEA_ARRAY, TYPE_BYTEA, "bytea"},
    {OID_TIMESTAMPTZ, 1185, TYPE_TIMESTAMPTZ, "timestamp with time zone"},
    {OID_TIMESTAMP, 1115, TYPE_TIMESTAMP, "timestamp without time zone"},
    {OID_DATE, 1182, TYPE_DATE, "date"},
    {OID_TIME, 1183, TYPE_TIME, "time without time zone"},
    {OID_UUID, 2951, TYPE_UUID, "uuid"},
    {OID_JSON, 199, TYPE_JSON, "json"},
    {OID_JSONB, 3807, TYPE_JSONB, "jsonb"},
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
