/*
 * From text to a weir_sql: what can be known of SQL before there is a batch.
 *
 * No column is known here, so every name that SQLite misses is taken for a
 * column: it is added to the table, and the text is prepared again. What is
 * still refused then is the user's mistake.
 */
#include "option/option_reading.h"
#include "sql_inside.h"

#include <stdlib.h>
#include <string.h>

/* A statement around an expression. Newlines keep a comment in it from taking in what follows. */
struct frame {
    const char *before;
    const char *after;
};

/*
 * Only a text that is exactly one expression fits both frames: the first admits
 * no lone parenthesis, the second no THEN, and neither a second statement.
 */
static const struct frame frames[] = {
    {"SELECT 1 FROM \"" SQL_TABLE_OF_ROW "\" AS batch WHERE CASE WHEN\n", "\nTHEN 1 END"},
    {"SELECT 1 FROM \"" SQL_TABLE_OF_ROW "\" AS batch WHERE (\n", "\n)"},
};

/* What stands behind the first point: in "a.b" the column may be b, and a the table. */
static const char *behind_point(const char *name)
{
    const char *point = strchr(name, '.');

    return point ? point + 1 : NULL;
}

/* False when the last refusal is about no column, or about one that was added already. */
static bool add_missing(struct weir_sql *sql, struct sql_connection *connection)
{
    const char *name = sql_connection_missing(connection, sql->arena);

    for (; name; name = behind_point(name)) {
        if (sql_names_have(&sql->names, name))
            continue;
        if (sql_names_add(&sql->names, name))
            return sql_connection_declare(connection, &sql->names, NULL);
        connection->refusal = "it names too many columns";
        return false;
    }
    return false;
}

static bool prepare(struct weir_sql *sql, struct sql_connection *connection, const char *text)
{
    while (sql_connection_prepare(connection, text) != SQLITE_OK) {
        if (!add_missing(sql, connection))
            return false;
    }
    return true;
}

static struct weir_sql *sql_new(enum sql_form form)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_sql *sql = weir_new(arena, struct weir_sql);

    sql->arena = arena;
    sql->form = form;
    sql_names_init(&sql->names, arena);
    sql_pool_init(&sql->pool);
    return sql;
}

static struct sql_connection *connect(struct weir_sql *sql, struct weir_error *ret_error)
{
    struct sql_connection *connection = sql_connection_new(
        sql->form == SQL_SELECT ? SQL_TABLE_OF_SELECT : SQL_TABLE_OF_ROW, ret_error);

    if (connection)
        (void)sql_connection_declare(connection, &sql->names, NULL);
    return connection;
}

static struct weir_sql *give_up(struct weir_sql *sql, struct sql_connection *connection)
{
    sql_connection_free(connection);
    weir_sql_free(sql);
    return NULL;
}

/* The error of the last prepare; `before` bytes of what was prepared are not the user's text. */
static void refuse(struct sql_connection *connection, size_t before, const char *text,
    size_t *ret_offset, struct weir_error *ret_error)
{
    const char *message = sql_connection_message(connection);
    size_t length = strlen(text);
    size_t offset = connection->offset < 0 ? 0 : (size_t)connection->offset;

    offset = offset > before ? offset - before : 0;
    if (text[strspn(text, " \t\r\n")] == '\0') {
        offset = 0;
        message = "there is no SQL in it";
    } else if (offset > length || strcmp(message, "incomplete input") == 0) {
        offset = length;
        message = "it ends too early: something is missing behind it";
    }
    *ret_offset = offset;
    (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-SQL", "%s", message);
}

/* Takes exactly one expression, and learns the columns that it names. */
static bool check_expression(struct weir_sql *sql, struct sql_connection *connection,
    const char *expression, size_t *ret_offset, struct weir_error *ret_error)
{
    for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
        const struct frame *frame = &frames[i];

        sql->statement = weir_printf(sql->arena, "%s%s%s", frame->before, expression, frame->after);
        if (prepare(sql, connection, sql->statement))
            continue;
        refuse(connection, strlen(frame->before), expression, ret_offset, ret_error);
        return false;
    }
    return true;
}

struct weir_sql *weir_sql_condition(
    const char *expression, size_t *ret_offset, struct weir_error *ret_error)
{
    struct weir_sql *sql = sql_new(SQL_CONDITION);
    struct sql_connection *connection = connect(sql, ret_error);

    if (!connection || !check_expression(sql, connection, expression, ret_offset, ret_error))
        return give_up(sql, connection);
    sql_pool_give_back(&sql->pool, connection);
    return sql;
}

/* "SELECT (...), (...)": expressions that were checked, one by one. */
static const char *select_all(struct weir_arena *arena, const char *const *expressions, size_t n)
{
    sqlite3_str *text = sqlite3_str_new(NULL);
    const char *copy;
    char *finished;

    for (size_t i = 0; i < n; i++)
        sqlite3_str_appendf(text, "%s(\n%s\n)", i ? ", " : "SELECT ", expressions[i]);
    sqlite3_str_appendall(text, " FROM \"" SQL_TABLE_OF_ROW "\" AS batch");
    finished = sqlite3_str_finish(text);
    copy = weir_copy_text(arena, finished ? finished : "");
    sqlite3_free(finished);
    return copy;
}

static bool compile_columns(struct weir_sql *sql, struct sql_connection *connection,
    const char *const *expressions, size_t *ret_index, size_t *ret_offset,
    struct weir_error *ret_error)
{
    for (size_t i = 0; i < sql->n_columns; i++) {
        *ret_index = i;
        if (!check_expression(sql, connection, expressions[i], ret_offset, ret_error))
            return false;
    }
    sql->statement = select_all(sql->arena, expressions, sql->n_columns);
    if (prepare(sql, connection, sql->statement))
        return true;
    /* Each is right, so it is their number, and no place in any of them. */
    *ret_index = 0;
    refuse(connection, 0, expressions[0], ret_offset, ret_error);
    *ret_offset = 0;
    return false;
}

struct weir_sql *weir_sql_columns(const char *const *names, const char *const *expressions,
    size_t n, size_t *ret_index, size_t *ret_offset, struct weir_error *ret_error)
{
    struct weir_sql *sql = sql_new(SQL_COLUMNS);
    struct sql_connection *connection;

    sql->columns = weir_new_array(sql->arena, n, const char *);
    for (size_t i = 0; i < n; i++)
        sql->columns[i] = weir_copy_text(sql->arena, names[i]);
    sql->n_columns = n;
    if (n == 0)
        return sql;
    connection = connect(sql, ret_error);
    if (!connection ||
        !compile_columns(sql, connection, expressions, ret_index, ret_offset, ret_error))
        return give_up(sql, connection);
    sql_pool_give_back(&sql->pool, connection);
    return sql;
}

static bool mentions(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (; *text; text++) {
        if (sqlite3_strnicmp(text, word, (int)length) == 0)
            return true;
    }
    return false;
}

/*
 * A select over one table has one meaning. With others beside it, a name that means a column of
 * theirs is ambiguous as soon as a batch has such a column, and SQLite must see that. A word that
 * only stands in a text or a name does no harm: it makes weir more careful than it need be.
 */
static void classify(struct weir_sql *sql, const struct sql_connection *connection)
{
    sql->takes_all = connection->reads_all || connection->reads_others ||
                     connection->n_selects > 1 || mentions(sql->statement, "natural");
    sql->is_compound = mentions(sql->statement, "union") || mentions(sql->statement, "intersect") ||
                       mentions(sql->statement, "except");
}

/* Two columns of one name are no batch; a `*` is looked at when there is one. */
static bool check_names(struct sql_connection *connection, struct weir_error *ret_error)
{
    int n = sqlite3_column_count(connection->statement);

    for (int i = 0; i < n; i++) {
        const char *name = sqlite3_column_name(connection->statement, i);

        for (int before = 0; before < i; before++) {
            if (strcmp(sqlite3_column_name(connection->statement, before), name) == 0) {
                (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-SQL",
                    "the result has two columns '%s'; name one otherwise, by AS", name);
                return false;
            }
        }
    }
    return true;
}

struct weir_sql *weir_sql_select(
    const char *statement, size_t *ret_offset, struct weir_error *ret_error)
{
    struct weir_sql *sql = sql_new(SQL_SELECT);
    struct sql_connection *connection = connect(sql, ret_error);

    sql->statement = weir_copy_text(sql->arena, statement);
    if (!connection)
        return give_up(sql, NULL);
    if (!prepare(sql, connection, sql->statement)) {
        refuse(connection, 0, statement, ret_offset, ret_error);
        return give_up(sql, connection);
    }
    classify(sql, connection);
    if (!connection->reads_all && !check_names(connection, ret_error)) {
        *ret_offset = 0;
        return give_up(sql, connection);
    }
    if (sql->takes_all)
        sql_connection_free(connection);
    else
        sql_pool_give_back(&sql->pool, connection);
    return sql;
}

const char *const *weir_sql_names(const struct weir_sql *sql, size_t *ret_n)
{
    *ret_n = sql->names.n - SQL_IMPLIED_NAMES;
    return sql->names.items + SQL_IMPLIED_NAMES;
}

void weir_sql_free(struct weir_sql *sql)
{
    if (!sql)
        return;
    sql_pool_done(&sql->pool);
    weir_arena_free(sql->arena);
}

void weir_sql_mistake(struct weir_mistakes *mistakes, const struct weir_node *at, size_t offset,
    const struct weir_error *error)
{
    struct weir_str before = {at->text.ptr, offset < at->text.len ? offset : at->text.len};

    weir_mistake(mistakes, at, option_characters(before), error->code, "%s",
        at->substituted ? "a mistake in the SQL (not shown, as it is from the environment)"
                        : error->text);
}
