/*
 * The condition that keeps rows to a window, where the server compares the column as
 * the engine does, or wider; where it does not, there is none, and the engine leaves
 * out what is too much.
 */
#include "source.h"

#include "query/sql.h"
#include "types/oids.h"

#include <inttypes.h>

enum { ZONE_DAYS = 2 }; /* more than any offset from UTC */

/* A condition under construction. */
struct condition {
    struct weir_buf *sql;
    const struct source_column *column;
    struct weir_chunk_bounds bounds;
    size_t n; /* comparisons in it */
};

static void begin_comparison(struct condition *condition, const char *form, const char *operator)
{
    sql_add(condition->sql, condition->n++ ? " AND " : "");
    sql_name(condition->sql, weir_str(condition->column->name));
    sql_printf(condition->sql, "%s %s ", form, operator);
}

static void compare_number(struct condition *condition, const char *operator, int64_t number)
{
    bool is_integer = condition->column->oid == OID_INT2 || condition->column->oid == OID_INT4 ||
                      condition->column->oid == OID_INT8;

    begin_comparison(condition, "", operator);
    sql_printf(condition->sql, "'%" PRId64 "'::%s", number,
        is_integer ? "bigint" : condition->column->type);
}

static void compare_time(struct condition *condition, const char *operator, int64_t second)
{
    uint32_t oid = condition->column->oid;

    begin_comparison(condition, "", operator);
    if (oid == OID_TIMESTAMPTZ)
        sql_printf(condition->sql, "pg_catalog.to_timestamp(%" PRId64 ")", second);
    else
        sql_printf(condition->sql, "(pg_catalog.to_timestamp(%" PRId64 ") AT TIME ZONE 'UTC')%s",
            second, oid == OID_DATE ? "::date" : "");
}

static void compare_text(struct condition *condition, const char *operator, struct weir_str text)
{
    begin_comparison(condition, " COLLATE pg_catalog.\"C\"", operator);
    sql_literal(condition->sql, text);
}

static void compare_day(struct condition *condition, const char *operator, int64_t second, int days)
{
    char day[WEIR_CHUNK_DAY_SIZE];

    if (weir_chunks_day(second, days, day))
        compare_text(condition, operator, weir_str(day));
}

static void add_texts(struct condition *condition)
{
    const struct weir_chunk_bounds *bounds = &condition->bounds;

    if (bounds->has_start)
        compare_text(condition, ">=", bounds->start_text);
    if (bounds->has_end)
        compare_text(condition, "<=", bounds->end_text);
}

static void add_days(struct condition *condition)
{
    const struct weir_chunk_bounds *bounds = &condition->bounds;

    if (bounds->has_start)
        compare_day(condition, ">=", bounds->start, -ZONE_DAYS);
    if (bounds->has_end)
        compare_day(condition, "<=", bounds->end, ZONE_DAYS);
}

static void add_values(struct condition *condition,
    void (*compare)(struct condition *condition, const char *operator, int64_t value))
{
    const struct weir_chunk_bounds *bounds = &condition->bounds;

    if (bounds->has_start)
        compare(condition, ">=", bounds->start);
    if (bounds->has_end)
        compare(condition, "<=", bounds->end);
}

static void add_bounds(struct condition *condition)
{
    int kind = (int)condition->bounds.kind;

    switch (condition->column->oid) {
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC:
    case OID_FLOAT4:
    case OID_FLOAT8:
        if (kind == WEIR_CHUNK_NUMBERS)
            add_values(condition, compare_number);
        break;
    case OID_DATE:
    case OID_TIMESTAMP:
    case OID_TIMESTAMPTZ:
        if (kind == WEIR_CHUNK_TIMES)
            add_values(condition, compare_time);
        break;
    case OID_TEXT:
    case OID_VARCHAR:
        if (kind == WEIR_CHUNK_TIMES)
            add_days(condition);
        else if (kind == WEIR_CHUNK_TEXTS)
            add_texts(condition);
        break;
    default:
        break;
    }
}

bool source_cursor_condition(
    struct weir_buf *sql, const struct source_table *table, const struct weir_chunk_part *part)
{
    struct condition condition = {.sql = sql, .column = table->cursor};

    if (!table->cursor || !part->window)
        return false;
    condition.bounds = weir_chunks_bounds(part);
    sql_add(sql, "((");
    add_bounds(&condition);
    if (condition.n == 0 && condition.bounds.takes_nulls)
        return false;
    sql_add(sql, condition.n ? ") " : "true) ");
    sql_add(sql, condition.bounds.takes_nulls ? "OR " : "AND ");
    sql_name(sql, weir_str(table->cursor->name));
    sql_add(sql, condition.bounds.takes_nulls ? " IS NULL)" : " IS NOT NULL)");
    return true;
}
