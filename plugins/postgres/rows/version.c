/*
 * Versions that the server cannot compare: times and numbers of the resource's
 * cursor that are texts in the table. They are compared as what they mean.
 *
 * The rows that come get a key, whose bytes stand in the order of the versions. Those that
 * are there are locked and read, and weir decides for each which is the newer one.
 */
#include "merge.h"

#include "query/sql.h"
#include "types/oids.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Somebody else's rows may come meanwhile; a trigger may keep rows out for good. */
    ROUNDS_MAX = 5,
    SCRATCH_MAX = 1 << 20, /* bytes */
};

static bool is_ordered_by_server(enum type_kind kind)
{
    return kind != TYPE_TEXT && kind != TYPE_JSON && kind != TYPE_OTHER;
}

const struct weir_incremental *version_cursor(
    const struct table *table, const struct column *order, struct weir_arena *arena)
{
    const struct weir_incremental *cursor = table->resource->incremental;
    const struct weir_path *rest;
    struct weir_str key;

    if (!cursor || !order || is_ordered_by_server(order->type.kind) ||
        cursor->cursor_type == WEIR_CURSOR_TEXT ||
        !weir_path_split(arena, cursor->cursor_path, &key, &rest) || rest ||
        !weir_str_equal(key, order->name))
        return NULL;
    return cursor;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* ptr NULL: it is no value of the cursor, as a transform may have made it. Read as it is stored, so
 * that the same value has the same key when it comes back. */
static struct weir_str key_of(
    struct merge *merge, struct weir_arena *arena, const struct weir_value *value)
{
    struct weir_error ignored = {0};
    struct weir_value text;
    struct weir_mark mark;

    if (!value || value->kind == WEIR_NULL)
        return (struct weir_str){NULL, 0};
    text = weir_text(WEIR_TEXT, weir_value_format(value, arena, false));
    if (weir_mark_read(merge->cursor, &text, arena, &mark, &ignored) != WEIR_OK)
        return (struct weir_str){NULL, 0};
    return mark.key;
}

/* Good until the next call. */
static struct weir_arena *scratch_of(struct merge *merge)
{
    if (!merge->scratch || weir_arena_size(merge->scratch) > SCRATCH_MAX) {
        weir_arena_free(merge->scratch);
        merge->scratch = weir_arena_new();
    }
    return merge->scratch;
}

static void add_field(struct weir_buf *chunk, bool is_binary, struct weir_str key)
{
    static const struct type text = {
        .kind = TYPE_TEXT, .oid = OID_TEXT, .modifier = -1, .name = "text"};
    struct weir_value value = key.ptr ? weir_text(WEIR_TEXT, key) : weir_null();

    if (is_binary) {
        type_encode_binary(chunk, &text, &value);
        return;
    }
    sql_add(chunk, "\t");
    type_encode_text(chunk, &text, &value);
}

void merge_add_key(
    struct merge *merge, struct weir_buf *chunk, const struct mapping *mapping, size_t row)
{
    add_field(chunk, mapping->is_binary,
        key_of(merge, scratch_of(merge), mapping->versions ? &mapping->versions[row] : NULL));
}

/* --- of each key the newest of those that come ---------------------------------------------- */

static bool delete_older(struct loading *loading, uint64_t *ret_n)
{
    const struct merge *merge = loading->merge;
    struct weir_buf sql;
    bool ran;

    sql_init(&sql);
    sql_printf(&sql,
        "DELETE FROM %s AS " MERGE_NEW " USING (SELECT ctid AS place, row_number() OVER"
        " (PARTITION BY ",
        merge->staging);
    merge_append_key(&sql, merge->table, "");
    sql_add(&sql, " ORDER BY ");
    sql_name(&sql, merge->key_column);
    sql_add(&sql, " DESC NULLS LAST, CASE WHEN ");
    sql_name(&sql, merge->key_column);
    sql_add(&sql, " IS NULL THEN ");
    sql_name(&sql, merge->order->name);
    sql_add(&sql, "::text COLLATE \"C\" END DESC NULLS LAST, ");
    merge_append_order(&sql, merge);
    sql_printf(&sql,
        " DESC) AS n FROM %s) AS d"
        " WHERE d.place = " MERGE_NEW ".ctid AND d.n > 1",
        merge->staging);
    ran = query_run_with(loading->connection, ret_n, sql.ptr, NULL, 0);
    weir_buf_done(&sql);
    return ran;
}

/* What the table has already as it is: most of all, where rows come again. */
static bool delete_same(struct loading *loading, uint64_t *ret_n)
{
    const struct merge *merge = loading->merge;
    struct weir_buf sql;
    bool ran;

    sql_init(&sql);
    sql_printf(&sql, "DELETE FROM %s AS " MERGE_NEW " WHERE ", merge->staging);
    merge_append_is_there(&sql, merge, false);
    ran = query_run_with(loading->connection, ret_n, sql.ptr, NULL, 0);
    weir_buf_done(&sql);
    return ran;
}

/* --- those that are there ---------------------------------------------------------------------- */

/* Rows of the staging table whose key the table has, by their places there. */
struct found {
    struct merge *merge;
    struct weir_arena *arena;
    struct weir_str *newer, *all;
    size_t n_newer, n_all, capacity;
};

enum { FOUND_PLACE, FOUND_KEY, FOUND_NEW, FOUND_OLD };

static struct weir_str text_of(const PGresult *result, int field)
{
    const char *text = query_text(result, 0, field);

    return text ? weir_str(text) : (struct weir_str){NULL, 0};
}

/* What is no version is older than what is one, and a null is older than both. */
static bool is_as_new(struct found *found, const PGresult *result, struct weir_arena *scratch)
{
    struct weir_str new_key = text_of(result, FOUND_KEY);
    struct weir_str new_text = text_of(result, FOUND_NEW);
    struct weir_str old_text = text_of(result, FOUND_OLD);
    struct weir_value old = old_text.ptr ? weir_text(WEIR_TEXT, old_text) : weir_null();
    struct weir_str old_key = key_of(found->merge, scratch, &old);

    if (!old_text.ptr || (new_key.ptr && !old_key.ptr))
        return true;
    if (!new_text.ptr || (!new_key.ptr && old_key.ptr))
        return false;
    return new_key.ptr ? strcmp(new_key.ptr, old_key.ptr) >= 0
                       : strcmp(new_text.ptr, old_text.ptr) >= 0;
}

static void note_found(void *arg, const PGresult *result)
{
    struct found *found = arg;
    struct weir_str place = weir_copy(found->arena, text_of(result, FOUND_PLACE));

    if (found->n_all == found->capacity) {
        found->capacity = found->capacity ? 2 * found->capacity : 1024;
        found->all = weir_realloc(found->all, found->capacity * sizeof(*found->all));
        found->newer = weir_realloc(found->newer, found->capacity * sizeof(*found->newer));
    }
    found->all[found->n_all++] = place;
    if (is_as_new(found, result, scratch_of(found->merge)))
        found->newer[found->n_newer++] = place;
}

/* In the order of their keys, each locked until the transaction ends, so that what is decided stays
 * true. */
static bool find_rows(struct loading *loading, struct found *found)
{
    const struct merge *merge = loading->merge;
    struct weir_buf sql;
    bool ran;

    sql_init(&sql);
    sql_add(&sql, "SELECT " MERGE_NEW ".ctid::text, " MERGE_NEW ".");
    sql_name(&sql, merge->key_column);
    sql_add(&sql, ", " MERGE_NEW ".");
    sql_name(&sql, merge->order->name);
    sql_printf(&sql, "::text, o.o FROM (SELECT ctid, * FROM %s ORDER BY ", merge->staging);
    merge_append_key(&sql, merge->table, "");
    sql_add(&sql, ") AS " MERGE_NEW " CROSS JOIN LATERAL (SELECT ");
    sql_name(&sql, merge->order->name);
    sql_add(&sql, "::text AS o FROM ");
    merge_append_target(&sql, merge);
    sql_add(&sql, " AS " MERGE_OLD " WHERE ");
    merge_append_same_key(&sql, merge, MERGE_OLD ".", MERGE_NEW ".");
    sql_add(&sql, " FOR NO KEY UPDATE) AS o");
    ran = query_each(loading->connection, sql.ptr, NULL, 0, note_found, found);
    weir_buf_done(&sql);
    return ran;
}

/* --- into the table ------------------------------------------------------------------------------ */

static void append_insert(struct weir_buf *sql, const struct merge *merge)
{
    sql_add(sql, "INSERT INTO ");
    merge_append_target(sql, merge);
    sql_add(sql, " AS " MERGE_OLD " (");
    merge_append_columns(sql, merge, "");
    sql_add(sql, ") SELECT ");
    merge_append_columns(sql, merge, "");
    sql_printf(sql, " FROM %s", merge->staging);
}

static bool update_found(struct loading *loading, const struct found *found)
{
    const struct merge *merge = loading->merge;
    struct weir_buf sql;
    bool ran = true;

    if (!found->n_newer)
        return true;
    sql_init(&sql);
    append_insert(&sql, merge);
    sql_add(&sql, " WHERE ctid = ANY ($1::text[]::tid[]) ORDER BY ");
    merge_append_key(&sql, merge->table, "");
    merge_append_conflict(&sql, merge, false);
    ran = query_run(loading->connection, NULL, sql.ptr, bind_texts(found->newer, found->n_newer));
    weir_buf_done(&sql);
    return ran;
}

static bool delete_found(struct loading *loading, const struct found *found)
{
    struct weir_buf sql;
    bool ran = true;

    if (!found->n_all)
        return true;
    sql_init(&sql);
    sql_printf(
        &sql, "DELETE FROM %s WHERE ctid = ANY ($1::text[]::tid[])", loading->merge->staging);
    ran = query_run(loading->connection, NULL, sql.ptr, bind_texts(found->all, found->n_all));
    weir_buf_done(&sql);
    return ran;
}

/* The keys that the table lacks. A row that somebody else has put there meanwhile is no fault: it is
 * compared in the next round. */
static bool insert_others(struct loading *loading, uint64_t *ret_n)
{
    const struct merge *merge = loading->merge;
    struct weir_buf sql;
    bool ran;

    sql_init(&sql);
    append_insert(&sql, merge);
    sql_add(&sql, " ORDER BY ");
    merge_append_key(&sql, merge->table, "");
    sql_add(&sql, " ON CONFLICT (");
    merge_append_key(&sql, merge->table, "");
    sql_add(&sql, ") DO NOTHING");
    ran = query_run_with(loading->connection, ret_n, sql.ptr, NULL, 0);
    weir_buf_done(&sql);
    return ran;
}

/* *n: how many rows are in the staging table. */
static bool run_round(struct loading *loading, uint64_t *n, bool *ret_done)
{
    struct found found = {.merge = loading->merge, .arena = weir_arena_new()};
    uint64_t n_inserted = 0;
    bool ran = find_rows(loading, &found) && update_found(loading, &found) &&
               delete_found(loading, &found) && insert_others(loading, &n_inserted);

    *n -= found.n_all;
    *ret_done = n_inserted >= *n;
    weir_arena_free(found.arena);
    free((void *)found.all);
    free((void *)found.newer);
    return ran;
}

enum weir_status version_run(struct loading *loading, size_t n_rows)
{
    uint64_t n_older = 0;
    uint64_t n_same = 0;
    bool ran = delete_older(loading, &n_older) && delete_same(loading, &n_same);
    uint64_t n = n_rows - n_older - n_same;
    bool is_done = false;

    for (int round = 0; ran && n > 0 && !is_done && round < ROUNDS_MAX; round++)
        ran = run_round(loading, &n, &is_done);
    return ran ? WEIR_OK : loading_failed(loading);
}
