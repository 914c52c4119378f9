/* Rows as the body of a COPY, straight from their batches. */
#include "inside.h"

#include "merge.h"
#include "query/copy_in.h"
#include "query/sql.h"
#include "types/put.h"

#include <weir/failpoint.h>

enum {
    CHUNK_KEPT = 1 << 20, /* bytes of memory that are kept for the next COPY */
};

enum weir_status loading_failed(struct loading *loading)
{
    if (pg_error_is_of_row(&loading->connection->error))
        return WEIR_REJECT;
    return connection_fail(loading->connection, "cannot load rows into table '%.*s'",
        WEIR_STR_ARG(loading->table->name));
}

/* --- the statement ------------------------------------------------------------------------ */

void copy_append_statement(
    struct weir_buf *sql, const struct loading *loading, const struct mapping *mapping)
{
    const struct table *filled = loading->filled;

    sql_add(sql, "COPY ");
    if (loading->merge)
        sql_add(sql, loading->merge->staging);
    else
        sql_table(sql, filled->schema, filled->name);
    for (size_t i = 0; i < mapping->n; i++) {
        sql_add(sql, i ? ", " : " (");
        sql_name(sql, mapping->columns[i]->name);
    }
    if (loading->merge && loading->merge->cursor) {
        sql_add(sql, ", ");
        sql_name(sql, loading->merge->key_column);
    }
    if (loading->merge && loading->merge->order_column.len) {
        sql_add(sql, ", ");
        sql_name(sql, loading->merge->order_column);
    }
    sql_printf(sql, ") FROM STDIN (FORMAT %s)", mapping->is_binary ? "binary" : "text");
}

static bool begin(struct loading *loading, const struct mapping *mapping)
{
    struct weir_buf sql;
    bool began;

    sql_init(&sql);
    sql_add(&sql, loading->before ? loading->before : "");
    loading->before = NULL;
    copy_append_statement(&sql, loading, mapping);
    began = copy_in_begin(loading->connection, sql.ptr);
    weir_buf_done(&sql);
    return began;
}

/* --- rows ----------------------------------------------------------------------------------- */

static void add(struct weir_buf *chunk, const void *bytes, size_t n)
{
    put_end(chunk, put_bytes(put_begin(chunk, n), bytes, n));
}

static void add_number(struct weir_buf *chunk, uint16_t number)
{
    put_end(chunk, put_16(put_begin(chunk, sizeof(number)), number));
}

static void add_binary(struct weir_buf *chunk, const struct loading *loading,
    const struct mapping *mapping, size_t row)
{
    const struct merge *merge = loading->merge;
    size_t n = mapping->n;

    if (merge && merge->cursor)
        n++;
    if (merge && merge->order_column.len)
        n++;
    add_number(chunk, (uint16_t)n);
    type_encode_row(chunk, mapping->types, mapping->values, mapping->n, row);
}

static void add_text(struct weir_buf *chunk, const struct mapping *mapping, size_t row)
{
    for (size_t i = 0; i < mapping->n; i++) {
        if (i)
            add(chunk, "\t", 1);
        type_encode_text(chunk, &mapping->columns[i]->type, &mapping->values[i][row]);
    }
}

/* A page of the server's may get a row that came later than those behind it. */
static void add_order(
    struct weir_buf *chunk, const struct mapping *mapping, const struct row_ref *ref)
{
    static const struct type bigint = {
        .kind = TYPE_INT8, .oid = 20, .modifier = -1, .name = "bigint"};
    struct weir_value value = weir_int((int64_t)ref->batch << 32 | ref->row);

    if (mapping->is_binary) {
        type_encode_binary(chunk, &bigint, &value);
        return;
    }
    add(chunk, "\t", 1);
    type_encode_text(chunk, &bigint, &value);
}

static void add_row(struct weir_buf *chunk, const struct loading *loading,
    const struct mapping *mapping, const struct row_ref *ref)
{
    struct merge *merge = loading->merge;

    if (mapping->is_binary)
        add_binary(chunk, loading, mapping, ref->row);
    else
        add_text(chunk, mapping, ref->row);
    if (merge && merge->cursor)
        merge_add_key(merge, chunk, mapping, ref->row);
    if (merge && merge->order_column.len)
        add_order(chunk, mapping, ref);
    if (!mapping->is_binary)
        add(chunk, "\n", 1);
}

/* --- sending ---------------------------------------------------------------------------------- */

static enum weir_status send_chunk(struct loading *loading, size_t *n_bytes)
{
    struct weir_buf *chunk = &loading->rows->chunk;

    *n_bytes += chunk->len;
    if (!copy_in_send(loading->connection, chunk))
        return loading_failed(loading);
    if (WEIR_FAILPOINT("mid_copy")) {
        copy_in_cancel(loading->connection);
        return connection_refuse(loading->connection, WEIR_FAULT_DESTINATION, "E-DB",
            "cannot load rows into table '%.*s'", WEIR_STR_ARG(loading->table->name));
    }
    return WEIR_OK;
}

static enum weir_status send_rows(struct loading *loading, const struct mapping *mapping,
    const struct row_ref *refs, size_t n, size_t *ret_n)
{
    struct weir_buf *chunk = &loading->rows->chunk;
    const struct mapping *last = mapping;
    enum weir_status status = WEIR_OK;
    size_t n_bytes = 0;
    size_t i = 0;

    for (; i < n && i < COPY_ROWS_MAX && n_bytes < COPY_BYTES_MAX && status == WEIR_OK; i++) {
        const struct mapping *own = mapping_of(loading, &refs[i]);

        if (!mapping_is_same(last, own))
            break;
        last = own;
        add_row(chunk, loading, own, &refs[i]);
        if (chunk->len >= COPY_CHUNK)
            status = send_chunk(loading, &n_bytes);
    }
    *ret_n = i;
    return status;
}

/* A value may be as large as a batch; its memory is not kept for ever. */
static void empty_chunk(struct weir_buf *chunk)
{
    if (chunk->capacity <= CHUNK_KEPT) {
        weir_buf_reset(chunk);
        return;
    }
    weir_buf_done(chunk);
    weir_buf_init(chunk, ROWS_CHUNK_MAX, 1);
}

enum weir_status copy_send(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* its NUL belongs to it */
    const struct mapping *mapping = mapping_of(loading, &refs[0]);
    struct weir_buf *chunk = &loading->rows->chunk;
    enum weir_status status;
    size_t n_bytes = 0;

    empty_chunk(chunk);
    if (mapping->is_binary)
        add(chunk, header, sizeof(header));
    status = send_rows(loading, mapping, refs, n, ret_n);
    if (status != WEIR_OK)
        return status;
    if (mapping->is_binary)
        add_number(chunk, UINT16_MAX);
    if (chunk->len)
        status = send_chunk(loading, &n_bytes);
    empty_chunk(chunk);
    return status;
}

/* Rows that bring nothing at all: COPY has no form for them. */
static enum weir_status insert_empty_rows(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n)
{
    struct weir_buf sql;
    size_t i = 0;
    bool ran;

    while (i < n && mapping_of(loading, &refs[i])->n == 0)
        i++;
    *ret_n = i;
    sql_init(&sql);
    if (loading->before && !query_script(loading->connection, loading->before))
        return connection_fail(loading->connection, "cannot set a savepoint");
    loading->before = NULL;
    sql_add(&sql, "INSERT INTO ");
    sql_table(&sql, loading->filled->schema, loading->filled->name);
    sql_add(&sql, " SELECT FROM pg_catalog.generate_series(1, $1::bigint)");
    ran = query_run(loading->connection, NULL, sql.ptr, bind_integer((int64_t)i));
    weir_buf_done(&sql);
    return ran ? WEIR_OK : loading_failed(loading);
}

enum weir_status copy_rows(
    struct loading *loading, const struct row_ref *refs, size_t n, size_t *ret_n)
{
    const struct mapping *mapping = mapping_of(loading, &refs[0]);
    enum weir_status status;

    if (mapping->n == 0)
        return insert_empty_rows(loading, refs, n, ret_n);
    *ret_n = 0;
    if (!begin(loading, mapping))
        return connection_fail(loading->connection, "cannot load rows into table '%.*s'",
            WEIR_STR_ARG(loading->table->name));
    status = copy_send(loading, refs, n, ret_n);
    if (status == WEIR_OK && !copy_in_end(loading->connection))
        status = loading_failed(loading);
    return status;
}
