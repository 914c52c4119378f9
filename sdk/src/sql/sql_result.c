/*
 * Cells of a result as values of a batch.
 *
 * SQLite knows null, int, float, text and bytes. A value that merely passes
 * through is still what it was: in a row that is read from the batch as it
 * stands, a mark on the value tells its column, and the row at hand has it whole.
 * Behind a sort or a grouping the marks are gone; there a column of the result
 * that is a column of the batch gets its kind back where the batch's column has
 * but one that SQLite would show so.
 */
#include "sql_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number/calendar.h"

/* Where a cell came from. */
struct origin {
    size_t column;                    /* of the table; SQL_NONE: it was computed */
    uint32_t kinds;                   /* of that column */
    bool is_marked;                   /* the mark is still on it */
    bool is_json;                     /* SQLite made it as JSON or was given it so */
    const struct weir_value *at_hand; /* that column in the row at hand, if there is just one */
};

static bool is_of_table(const struct sql_result *result, const char *table)
{
    return table && strcmp(table, result->connection->table.name) == 0;
}

static size_t find_origin(const struct sql_result *result, int column)
{
    sqlite3_stmt *statement = result->connection->statement;
    const char *name = sqlite3_column_origin_name(statement, column);

    /* SQLite tells of the first part of a UNION only. */
    if (!name || result->sql->is_compound ||
        !is_of_table(result, sqlite3_column_table_name(statement, column)))
        return SQL_NONE;
    return sql_table_find(&result->connection->table, name);
}

void sql_result_init(struct sql_result *result, struct weir_sql *sql,
    struct sql_connection *connection, struct weir_batch *batch)
{
    int n = sqlite3_column_count(connection->statement);

    *result = (struct sql_result){
        .sql = sql,
        .connection = connection,
        .batch = batch,
        .n_columns = (size_t)n,
        .origins = weir_calloc((size_t)n, sizeof(*result->origins)),
        .decimals = weir_calloc(connection->table.n_columns, sizeof(*result->decimals)),
    };
    for (int c = 0; c < n; c++)
        result->origins[c] = find_origin(result, c);
}

void sql_result_reset(struct sql_result *result)
{
    for (size_t c = 0; c < result->connection->table.n_columns; c++) {
        sql_decimals_free(result->decimals[c]);
        result->decimals[c] = NULL;
    }
}

void sql_result_done(struct sql_result *result)
{
    sql_result_reset(result);
    free(result->origins);
    free(result->decimals);
}

static const struct weir_value *value_at_hand(const struct sql_table *table, size_t column)
{
    const struct sql_cursor *cursor = table->cursors;

    if (!cursor || cursor->next || cursor->row >= table->end || !table->columns[column].values)
        return NULL;
    return &table->columns[column].values[cursor->row];
}

static struct origin origin_of(const struct sql_result *result, size_t column, sqlite3_value *value)
{
    const struct sql_table *table = &result->connection->table;
    unsigned subtype = sqlite3_value_subtype(value);
    size_t marked = sql_column_of_subtype(subtype);
    struct origin origin = {
        .column = result->origins[column],
        .is_json = subtype == SQL_SUBTYPE_JSON,
    };

    if (marked < table->n_columns) {
        origin.column = marked;
        origin.is_marked = true;
    }
    if (origin.column != SQL_NONE) {
        origin.kinds = table->columns[origin.column].kinds;
        origin.at_hand = value_at_hand(table, origin.column);
    }
    return origin;
}

static bool has(uint32_t kinds, enum weir_kind kind)
{
    return (kinds & 1U << kind) != 0;
}

static struct weir_value integer_value(const struct origin *origin, int64_t integer)
{
    bool was_bool =
        has(origin->kinds, WEIR_BOOL) && (origin->is_marked || !has(origin->kinds, WEIR_INT));

    return was_bool && (integer == 0 || integer == 1) ? weir_bool(integer == 1) : weir_int(integer);
}

static const char *column_name(const struct sql_result *result, size_t column)
{
    if (result->sql->form == SQL_COLUMNS)
        return result->sql->columns[column];
    return sqlite3_column_name(result->connection->statement, (int)column);
}

/* Looks for the number among the values of a column. False when it cannot be told which it is. */
static bool find_real(
    struct sql_result *result, size_t column, double real, const struct weir_value **ret_value)
{
    const struct sql_table *table = &result->connection->table;

    if (!has(table->columns[column].kinds, WEIR_DECIMAL))
        return true;
    if (!result->decimals[column])
        result->decimals[column] = sql_decimals_new(table, column);
    return sql_decimals_find(result->decimals[column], real, ret_value);
}

/* In a UNION it may be of any column, and none of them may lose its digits. */
static bool find_real_of(struct sql_result *result, const struct origin *origin, double real,
    const struct weir_value **ret_value)
{
    if (origin->column != SQL_NONE)
        return find_real(result, origin->column, real, ret_value);
    if (!result->sql->is_compound)
        return true;
    for (size_t c = 0; c < result->connection->table.n_columns; c++) {
        if (!find_real(result, c, real, ret_value))
            return false;
    }
    return true;
}

static bool is_real_at_hand(const struct sql_table *table, const struct origin *origin, double real)
{
    const struct weir_value *value = origin->at_hand;

    if (!value || (value->kind != WEIR_FLOAT && value->kind != WEIR_DECIMAL))
        return false;
    return !((value->kind == WEIR_FLOAT ? value->real : sql_decimal_real(table, value)) != real);
}

static enum weir_status real_value(struct sql_result *result, const struct origin *origin,
    size_t column, double real, struct weir_value *ret_value, struct weir_error *ret_error)
{
    const struct weir_value *found = NULL;

    if (is_real_at_hand(&result->connection->table, origin, real))
        found = origin->at_hand;
    else if (!find_real_of(result, origin, real, &found))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-SQL",
            "the column '%s' of the result has numbers that differ in their digits and not as a "
            "REAL, and the statement sorts or groups them; write CAST(... AS REAL) if a REAL will "
            "do",
            column_name(result, column));
    *ret_value = found ? *found : weir_float(real);
    return WEIR_OK;
}

static bool parse_date(const char *text, struct weir_value *ret_value)
{
    int64_t year;
    unsigned month;
    unsigned day;
    int end = 0;

    if (sscanf(text, "%" SCNd64 "-%2u-%2u%n", &year, &month, &day, &end) != 3 || text[end])
        return false;
    *ret_value = (struct weir_value){.kind = WEIR_DATE};
    ret_value->integer = calendar_to_days((struct calendar_day){year, month, day});
    return true;
}

static bool parse_timestamp(const char *text, struct weir_value *ret_value)
{
    int64_t year;
    unsigned month, day, hours, minutes, seconds;
    unsigned micros = 0;
    int end = 0;

    if (sscanf(text, "%" SCNd64 "-%2u-%2uT%2u:%2u:%2u%n", &year, &month, &day, &hours, &minutes,
            &seconds, &end) != 6)
        return false;
    if (text[end] == '.' && sscanf(text + end, ".%6u", &micros) != 1)
        return false;
    *ret_value = (struct weir_value){.kind = WEIR_TIMESTAMP};
    ret_value->integer = (calendar_to_days((struct calendar_day){year, month, day}) * 86400 +
                             hours * 3600 + minutes * 60 + seconds) *
                             1000000 +
                         micros;
    return true;
}

/* The kinds that SQLite would show as this text, without those that it would mark or not. */
static uint32_t kinds_of_text(const struct origin *origin)
{
    uint32_t shown = 1U << WEIR_DECIMAL | 1U << WEIR_TIMESTAMP | 1U << WEIR_DATE;
    uint32_t kinds;

    if (origin->is_marked)
        return origin->kinds & shown;
    kinds = origin->kinds & (shown | 1U << WEIR_JSON | 1U << WEIR_TEXT);
    return (kinds & (kinds - 1)) == 0 ? kinds : 0;
}

/* Our own copy of a text that SQLite made, which may be no text at all: CAST(x'ff' AS TEXT). */
static enum weir_status copy_text(struct sql_result *result, size_t column, struct weir_str s,
    struct weir_str *ret_copy, struct weir_error *ret_error)
{
    if (s.len > 0 && memchr(s.ptr, '\0', s.len))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-TEXT-NUL",
            "the column '%s' of the result has a text with a NUL in it",
            column_name(result, column));
    if (weir_str_utf8_error(s) < s.len)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-UTF8",
            "the column '%s' of the result has a text that is no valid UTF-8",
            column_name(result, column));
    *ret_copy = weir_copy(result->batch->arena, s);
    return WEIR_OK;
}

static bool is_container(struct weir_str json)
{
    return json.len > 0 && (json.ptr[0] == '{' || json.ptr[0] == '[');
}

static struct weir_value text_of_kind(const struct origin *origin, struct weir_str s)
{
    uint32_t kinds = kinds_of_text(origin);
    struct weir_value value;

    if (is_container(s) && (origin->is_json || kinds == 1U << WEIR_JSON))
        return weir_text(WEIR_JSON, s);
    if (has(kinds, WEIR_DECIMAL) && sql_decimal_is_whole(s))
        return weir_text(WEIR_DECIMAL, s);
    if (has(kinds, WEIR_TIMESTAMP) && parse_timestamp(s.ptr, &value))
        return value;
    if (has(kinds, WEIR_DATE) && parse_date(s.ptr, &value))
        return value;
    return weir_text(WEIR_TEXT, s);
}

/* SQLite was given the bytes of the row at hand, and they are what comes back. */
static bool is_at_hand(const struct origin *origin, struct weir_str s)
{
    const struct weir_value *value = origin->at_hand;

    switch (value ? (enum weir_kind)value->kind : WEIR_NULL) {
    case WEIR_TEXT:
    case WEIR_JSON:
    case WEIR_BYTES:
    case WEIR_DECIMAL:
        return value->text == s.ptr && value->length == s.len;
    default:
        return false;
    }
}

/* By sqlite3_value_blob, for that does not copy the text to put a NUL behind it. */
static struct weir_str bytes_of(sqlite3_value *value)
{
    const char *bytes = sqlite3_value_blob(value);
    size_t length = (size_t)sqlite3_value_bytes(value);

    return (struct weir_str){length ? bytes : "", length};
}

static enum weir_status text_value(struct sql_result *result, const struct origin *origin,
    size_t column, struct weir_str s, struct weir_value *ret_value, struct weir_error *ret_error)
{
    struct weir_str copy;
    enum weir_status status;

    if (is_at_hand(origin, s)) {
        *ret_value = *origin->at_hand;
        return WEIR_OK;
    }
    status = copy_text(result, column, s, &copy, ret_error);
    if (status == WEIR_OK)
        *ret_value = text_of_kind(origin, copy);
    return status;
}

static struct weir_value bytes_value(
    struct sql_result *result, const struct origin *origin, struct weir_str s)
{
    if (is_at_hand(origin, s))
        return *origin->at_hand;
    return weir_text(WEIR_BYTES, weir_copy(result->batch->arena, s));
}

/*
 * The value is looked at as it is, by one call for all: nobody else uses the connection, which is
 * what SQLite asks for with a value that it does not protect.
 */
enum weir_status sql_result_value(struct sql_result *result, size_t column,
    struct weir_value *ret_value, struct weir_error *ret_error)
{
    sqlite3_value *value = sqlite3_column_value(result->connection->statement, (int)column);
    int type = sqlite3_value_type(value);
    struct origin origin;

    *ret_value = weir_null();
    if (type == SQLITE_NULL)
        return WEIR_OK;
    origin = origin_of(result, column, value);
    switch (type) {
    case SQLITE_INTEGER:
        *ret_value = integer_value(&origin, sqlite3_value_int64(value));
        return WEIR_OK;
    case SQLITE_FLOAT:
        return real_value(
            result, &origin, column, sqlite3_value_double(value), ret_value, ret_error);
    case SQLITE_TEXT:
        return text_value(result, &origin, column, bytes_of(value), ret_value, ret_error);
    default:
        *ret_value = bytes_value(result, &origin, bytes_of(value));
        return WEIR_OK;
    }
}
