#include "staged.h"

#include "query/sql.h"
#include "table/made.h"
#include "table/names.h"

#include <string.h>

/* --- its name ------------------------------------------------------------------------------- */

/* Where the text can be cut so that no character is. */
static size_t cut_at(struct weir_str text, size_t n)
{
    while (n > 0 && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
        n--;
    return n;
}

struct weir_str staged_name(struct weir_arena *arena, int64_t pass, struct weir_str table)
{
    enum { HASH_SIZE = 1 + 8 }; /* "_" and four bytes as digits */
    struct weir_str begin = weir_str(weir_printf(arena, "stage_%lld_", (long long)pass));
    struct weir_id id = weir_id_of(table);

    if (begin.len + table.len <= NAME_BYTES_MAX)
        return weir_str(weir_printf(arena, "%s%.*s", begin.ptr, WEIR_STR_ARG(table)));
    table.len = cut_at(table, NAME_BYTES_MAX - HASH_SIZE - begin.len);
    return weir_str(weir_printf(arena, "%s%.*s_%02x%02x%02x%02x", begin.ptr, WEIR_STR_ARG(table),
        id.bytes[0], id.bytes[1], id.bytes[2], id.bytes[3]));
}

/* --- a table like another one -------------------------------------------------------------- */

static bool create(const struct table *table, struct connection *connection)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, "CREATE TABLE ");
    sql_table(&sql, table->staged->schema, table->staged->name);
    sql_add(&sql, " (LIKE ");
    sql_table(&sql, table->schema, table->name);
    sql_add(&sql, " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)");
    return sql_run(connection, &sql);
}

/* Each as SQL has it behind the name of its table: " USING btree (a, lower(b)) WHERE ...". */
static const char unique_indexes[] =
    "SELECT substr(d.tail, 1 + length(quote_ident(n.nspname) || '.' || quote_ident(t.relname)))"
    " FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid"
    " JOIN pg_namespace AS n ON n.oid = t.relnamespace JOIN pg_class AS c ON c.oid = i.indexrelid,"
    " LATERAL (SELECT regexp_replace(substr(pg_get_indexdef(i.indexrelid), 1 + length("
    "'CREATE UNIQUE INDEX ' || quote_ident(c.relname) || ' ON ')), '^ONLY ', '') AS tail) AS d"
    " WHERE i.indrelid = $1::bigint::oid AND i.indisunique AND i.indisvalid ORDER BY i.indexrelid";

/* An identity takes its numbers from the table that the rows are for, where it may be given them. */
static const char identities[] =
    "SELECT a.attname, a.attidentity::text, pg_get_serial_sequence($2::text, a.attname)"
    " FROM pg_attribute AS a WHERE a.attrelid = $1::bigint::oid AND a.attidentity <> ''";

static void append_index(struct weir_buf *sql, const struct table *staged, const PGresult *row)
{
    sql_add(sql, "CREATE UNIQUE INDEX ON ");
    sql_table(sql, staged->schema, staged->name);
    sql_printf(sql, "%s; ", query_text(row, 0, 0));
}

static void append_identity(struct weir_buf *sql, const struct table *staged, const PGresult *row)
{
    const char *sequence = query_text(row, 0, 2);

    sql_add(sql, "ALTER TABLE ");
    sql_table(sql, staged->schema, staged->name);
    sql_add(sql, " ALTER COLUMN ");
    sql_name(sql, weir_str(query_text(row, 0, 0)));
    if (query_text(row, 0, 1)[0] == 'a' || !sequence) {
        sql_add(sql, " ADD GENERATED ALWAYS AS IDENTITY; ");
        return;
    }
    sql_add(sql, " SET DEFAULT nextval(");
    sql_literal(sql, weir_str(sequence));
    sql_add(sql, "::regclass); ");
}

/* A statement for each row of an answer. */
struct making {
    const struct table *staged;
    void (*append)(struct weir_buf *sql, const struct table *staged, const PGresult *row);
    struct weir_buf sql;
};

static void make_row(void *arg, const PGresult *row)
{
    struct making *making = arg;

    making->append(&making->sql, making->staged, row);
}

static bool make_each(const struct table *table, struct connection *connection, const char *query,
    void (*append)(struct weir_buf *sql, const struct table *staged, const PGresult *row))
{
    struct making making = {.staged = table->staged, .append = append};
    struct weir_buf name;
    bool ran;

    sql_init(&name);
    sql_table(&name, table->schema, table->name);
    sql_init(&making.sql);
    {
        const struct bound values[] = {bind_integer(table->oid), bind_text(name.ptr)};

        ran = query_each(connection, query, values, strstr(query, "$2") ? 2 : 1, make_row, &making);
    }
    if (ran && making.sql.len)
        ran = query_script(connection, making.sql.ptr);
    weir_buf_done(&making.sql);
    weir_buf_done(&name);
    return ran;
}

static enum weir_status create_like(struct table *table, struct connection *connection)
{
    if (!create(table, connection) || !make_each(table, connection, unique_indexes, append_index) ||
        !make_each(table, connection, identities, append_identity))
        return connection_fail(connection, "cannot make a table for the rows of table '%s'",
            name_show(table->name).text);
    return table->is_ours ? made_note(table->staged, connection) : WEIR_OK;
}

/* --- the pair -------------------------------------------------------------------------------- */

/* One that does nothing is asked when the new rows are there. */
static const char find_reference[] =
    "SELECT c.conrelid::regclass::text, CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN"
    " 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE 'RESTRICT' END FROM pg_constraint AS c"
    " WHERE c.contype = 'f' AND c.confrelid = $1::bigint::oid AND c.conrelid <> c.confrelid"
    " AND c.confdeltype <> 'a' ORDER BY c.oid LIMIT 1";

enum weir_status staged_check_references(struct table *table, struct connection *connection)
{
    PGresult *result = query_get(connection, find_reference, bind_integer(table->oid));
    enum weir_status status = WEIR_OK;

    if (!result)
        return connection_fail(
            connection, "cannot read what refers to table '%s'", name_show(table->name).text);
    if (PQntuples(result))
        status = connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-SCHEMA",
            "table '%s' refers to table '%s' with ON DELETE %s, so replacing rows there would "
            "change rows here; use 'write_disposition: merge', or change the foreign key",
            name_show(weir_str(query_text(result, 0, 0))).text, name_show(table->name).text,
            query_text(result, 0, 1));
    PQclear(result);
    return status;
}

static void release(void *arg)
{
    table_done(arg);
}

static struct table *staged_new(struct table *table, int64_t pass)
{
    struct weir_arena *arena = table->stage->arena;
    struct table *staged = weir_new(arena, struct table);

    table_init(staged, table->stage, weir_str("weir"), table->resource);
    staged->name = staged_name(arena, pass, table->name);
    staged->target = table;
    weir_defer(arena, release, staged);
    return staged;
}

enum weir_status staged_begin(struct table *table, struct connection *connection, int64_t pass)
{
    enum weir_status status = WEIR_OK;

    if (table->exists)
        status = staged_check_references(table, connection);
    if (status != WEIR_OK)
        return status;
    if (!table->staged)
        table->staged = staged_new(table, pass);
    status = table_read(table->staged, connection);
    if (status != WEIR_OK || table->staged->exists || !table->exists)
        return status;
    status = create_like(table, connection);
    return status == WEIR_OK ? table_read(table->staged, connection) : status;
}
