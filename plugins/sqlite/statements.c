#include "insert.h"

#include "merge.h"
#include "names.h"

#include <stdlib.h>
#include <string.h>

/* Rows of one table differ in few ways; each set of columns has a statement of its own. */
enum { STATEMENTS_MAX = 8 };

struct statement {
    sqlite3_stmt *insert;
    unsigned char *uses;
    size_t n; /* columns that the table had */
    uint64_t used_at;
};

struct statements {
    struct statement items[STATEMENTS_MAX];
    uint64_t clock;
};

struct statements *statements_new(void)
{
    return weir_calloc(1, sizeof(struct statements));
}

static void statement_done(struct statement *statement)
{
    (void)sqlite3_finalize(statement->insert);
    free(statement->uses);
    *statement = (struct statement){0};
}

void statements_reset(struct statements *statements)
{
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        statement_done(&statements->items[i]);
}

void statements_free(struct statements *statements)
{
    if (!statements)
        return;
    statements_reset(statements);
    free(statements);
}

static char *insert_sql(const struct table *table, const unsigned char *uses)
{
    sqlite3_str *sql = sqlite3_str_new(table->db->connection);
    const char *separator = " (";
    size_t n = 0;

    sqlite3_str_appendall(sql, "INSERT INTO main.");
    name_append(sql, table->name);
    if (table->disposition == WEIR_MERGE)
        sqlite3_str_appendall(sql, " AS " TABLE_ALIAS);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (uses[i] != USE_VALUE)
            continue;
        sqlite3_str_appendall(sql, separator);
        name_append(sql, table->columns[i].name);
        separator = ", ";
        n++;
    }
    sqlite3_str_appendall(sql, n ? ") VALUES (?" : " DEFAULT VALUES");
    for (size_t i = 1; i < n; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendall(sql, n ? ")" : "");
    if (table->disposition == WEIR_MERGE)
        merge_append(sql, table, uses);
    return sqlite3_str_finish(sql);
}

static int prepare(struct statement *statement, struct table *table, const unsigned char *uses)
{
    char *sql = insert_sql(table, uses);
    int rc = SQLITE_NOMEM;

    if (sql)
        rc = sqlite3_prepare_v3(
            table->db->connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->insert, NULL);
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return rc;
    statement->n = table->n_columns;
    statement->uses = weir_calloc(table->n_columns + 1, 1);
    memcpy(statement->uses, uses, table->n_columns);
    return SQLITE_OK;
}

static bool is_for(
    const struct statement *statement, const struct table *table, const unsigned char *uses)
{
    return statement->insert && statement->n == table->n_columns &&
           memcmp(statement->uses, uses, statement->n) == 0;
}

sqlite3_stmt *statements_get(struct table *table, const unsigned char *uses, int *ret_code)
{
    struct statements *statements = table->statements;
    struct statement *oldest = &statements->items[0];

    *ret_code = SQLITE_OK;
    statements->clock++;
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        struct statement *statement = &statements->items[i];

        if (is_for(statement, table, uses)) {
            statement->used_at = statements->clock;
            return statement->insert;
        }
        if (statement->used_at < oldest->used_at)
            oldest = statement;
    }
    statement_done(oldest);
    *ret_code = prepare(oldest, table, uses);
    oldest->used_at = statements->clock;
    return oldest->insert;
}
