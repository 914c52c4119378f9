#include "error.h"

#include "connection.h"
#include "meaning.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pg_error_is(const struct pg_error *error, const char *sqlstate)
{
    return error->sqlstate[0] && strncmp(error->sqlstate, sqlstate, strlen(sqlstate)) == 0;
}

static bool is_any(const struct pg_error *error, const char *const *sqlstates)
{
    for (; *sqlstates; sqlstates++)
        if (pg_error_is(error, *sqlstates))
            return true;
    return false;
}

bool pg_error_is_transient(const struct pg_error *error)
{
    /* 40002: a constraint that is looked at only at COMMIT, which is no conflict. */
    static const char *const final[] = {"28", "3D", "40002", "57P04", NULL};
    static const char *const transient[] = {
        "08", "25P03", "40", "53300", "55P03", "55006", "57014", "57P", NULL};

    if (error->code || is_any(error, final))
        return false;
    return error->is_lost || is_any(error, transient);
}

bool pg_error_is_of_row(const struct pg_error *error)
{
    static const char *const row[] = {"22", "23", "38", "40002", "44", "54", "P0", NULL};

    return !error->code && !error->is_lost && (error->is_raised || is_any(error, row));
}

/* Where it is, as far as the server says: ` (table "t", column "c", constraint "k")`. */
static void add_place(const struct pg_error *error, char *out, size_t size)
{
    const char *const names[] = {"table", "column", "constraint"};
    const char *const values[] = {error->table, error->column, error->constraint};
    size_t n = 0;

    out[0] = '\0';
    for (int i = 0; i < 3; i++)
        if (values[i][0] && n < size)
            n += (size_t)snprintf(
                out + n, size - n, "%s%s \"%.128s\"", n ? ", " : " (", names[i], values[i]);
    if (n && n < size)
        (void)snprintf(out + n, size - n, ")");
}

static void describe(
    const struct connection *connection, const char *before, struct weir_error *ret_error)
{
    const struct pg_error *error = &connection->error;
    const struct meaning *meaning = meaning_find(error->is_raised     ? "P0001"
                                                 : error->sqlstate[0] ? error->sqlstate
                                                 : error->is_lost     ? "08"
                                                                      : "");
    enum weir_fault fault = meaning->fault ? meaning->fault : connection->fault;
    const char *remedy = meaning->remedy;
    char place[480], state[16] = "";

    if (connection->fault == WEIR_FAULT_SOURCE && meaning_source_remedy(error->sqlstate))
        remedy = meaning_source_remedy(error->sqlstate);
    add_place(error, place, sizeof(place));
    if (error->code) {
        (void)weir_error_set(ret_error, error->fault, error->code, "%s%s", before, error->text);
        return;
    }
    if (error->sqlstate[0])
        (void)snprintf(state, sizeof(state), " (%s)", error->sqlstate);
    (void)weir_error_set(ret_error, fault, meaning->code, "%s%s%s%s%s%s", before, error->text,
        place, state, remedy ? "; " : "", remedy ? remedy : "");
}

static enum weir_status fail(struct connection *connection, const char *format, va_list args)
{
    char what[WEIR_ERROR_TEXT_SIZE / 2], before[WEIR_ERROR_TEXT_SIZE];
    struct weir_error error = {0};

    (void)vsnprintf(what, sizeof(what), format, args);
    (void)snprintf(before, sizeof(before), "%.400s: %s: ", connection_name(connection), what);
    describe(connection, before, &error);
    return weir_fail_with(connection->stage, &error);
}

enum weir_status connection_fail(struct connection *connection, const char *format, ...)
{
    enum weir_status status;
    va_list args;

    if (pg_error_is_transient(&connection->error))
        return WEIR_AGAIN;
    va_start(args, format);
    status = fail(connection, format, args);
    va_end(args);
    return status;
}

enum weir_status connection_give_up(struct connection *connection, const char *format, ...)
{
    enum weir_status status;
    va_list args;

    va_start(args, format);
    status = fail(connection, format, args);
    va_end(args);
    return status;
}

enum weir_status connection_refuse(
    struct connection *connection, enum weir_fault fault, const char *code, const char *format, ...)
{
    char text[WEIR_ERROR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return weir_fail(connection->stage, fault, code, "%s: %s", connection_name(connection), text);
}

void connection_describe_row(struct connection *connection, struct weir_error *ret_error)
{
    describe(connection, "", ret_error);
}
