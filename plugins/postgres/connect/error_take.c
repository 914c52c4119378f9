#include "error_take.h"

#include "meaning.h"
#include "target.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void take_field(const PGresult *result, int field, char out[PG_NAME_SIZE])
{
    const char *text = PQresultErrorField(result, field);

    (void)weir_str_printable(weir_str(text ? text : ""), out, PG_NAME_SIZE);
}

static bool is_raised(const PGresult *result)
{
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    return function && strcmp(function, "exec_stmt_raise") == 0;
}

/* Of a statement inside of a trigger or function, which may have been put together of a row's values.
 * What went wrong inside of it is the first thing that the context says. */
static bool is_inside_code(const PGresult *result)
{
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);

    return context && strncmp(context, "COPY ", strlen("COPY ")) != 0;
}

const char *error_own_words(const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *own = meaning_text(sqlstate ? sqlstate : "", is_raised(result));

    if (!own && is_inside_code(result) && meaning_names_objects(sqlstate))
        own = "a statement in a trigger or function of the database has failed";
    return own;
}

/* The server's primary message, without what may be a row's value or the password. */
static void take_text(
    const struct connection *connection, const PGresult *result, char out[PG_TEXT_SIZE])
{
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *own = error_own_words(result);

    (void)weir_str_printable(weir_str(own    ? own
                                      : text ? text
                                             : "it did not say why"),
        out, PG_TEXT_SIZE);
    if (connection->libpq)
        target_hide(PQpass(connection->libpq), out);
}

/* As in `COPY t, line 3, column c: "..."`, of which nothing but the name may be shown. */
void error_take_copied_column(const char *context, char out[PG_NAME_SIZE])
{
    const char *line =
        strncmp(context, "COPY ", strlen("COPY ")) == 0 ? strstr(context, ", line ") : NULL;
    const char *name, *end;

    if (!line)
        return;
    name = line + strlen(", line ");
    name += strspn(name, "0123456789");
    if (strncmp(name, ", column ", strlen(", column ")) != 0)
        return;
    name += strlen(", column ");
    end = strstr(name, ": ");
    (void)weir_str_printable(
        (struct weir_str){name, end ? (size_t)(end - name) : strcspn(name, "\n")}, out,
        PG_NAME_SIZE);
}

/* The server has a field for the column of a null, but not for that of a value it cannot read. */
static void take_column(const PGresult *result, char out[PG_NAME_SIZE])
{
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);

    take_field(result, PG_DIAG_COLUMN_NAME, out);
    if (!out[0] && context)
        error_take_copied_column(context, out);
}

/* Of several lines the first, in which the cause stands; the others are hints to people. */
static void take_line(struct connection *connection, const char *text)
{
    struct pg_error *error = &connection->error;
    size_t n = strcspn(text, "\n");

    (void)weir_str_printable((struct weir_str){text, n}, error->text, sizeof(error->text));
    target_hide(PQpass(connection->libpq), error->text);
}

void error_take_result(struct connection *connection, const PGresult *result)
{
    struct pg_error *error = &connection->error;
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

    if (!sqlstate && PQstatus(connection->libpq) == CONNECTION_BAD) {
        error_take_lost(connection);
        return;
    }
    *error = (struct pg_error){0};
    (void)snprintf(error->sqlstate, sizeof(error->sqlstate), "%.5s", sqlstate ? sqlstate : "");
    if (result) {
        take_text(connection, result, error->text);
        take_field(result, PG_DIAG_TABLE_NAME, error->table);
        take_column(result, error->column);
        take_field(result, PG_DIAG_CONSTRAINT_NAME, error->constraint);
        error->is_raised = is_raised(result);
    } else {
        (void)snprintf(error->text, sizeof(error->text), "the server answered nothing");
    }
}

void error_take_lost(struct connection *connection)
{
    struct pg_error *error = &connection->error;

    /* Why the server ended it says more than that it did. */
    if (!error->text[0] && connection->libpq)
        take_line(connection, PQerrorMessage(connection->libpq));
    if (!error->text[0])
        (void)snprintf(error->text, sizeof(error->text), "the connection was lost");
    error->is_lost = true;
    connection_close(connection);
}

void error_take_ended(struct connection *connection, enum wait_end end)
{
    const char *text = end == WAIT_TIME ? "the server did not answer in time"
                       : connection->is_cancelled
                           ? "the connection is being closed"
                           : "the run is being stopped, and the server did not answer";

    connection->error = (struct pg_error){.is_lost = true};
    (void)snprintf(connection->error.text, sizeof(connection->error.text), "%s", text);
    connection_close(connection);
}

void error_take_own(struct connection *connection, const char *sqlstate, const char *text)
{
    connection->error = (struct pg_error){0};
    (void)snprintf(connection->error.sqlstate, sizeof(connection->error.sqlstate), "%s", sqlstate);
    (void)snprintf(connection->error.text, sizeof(connection->error.text), "%s", text);
}

void error_take_setting(
    struct connection *connection, enum weir_fault fault, const char *code, const char *format, ...)
{
    char text[2 * PG_TEXT_SIZE];
    va_list args;

    connection->error = (struct pg_error){.code = code, .fault = fault};
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)weir_str_printable(
        weir_str(text), connection->error.text, sizeof(connection->error.text));
}

/* Where "FATAL:  28P01: " ends; NULL: the server has not answered. The last one, where several
 * addresses were tried. */
static const char *behind_sqlstate(const char *text)
{
    const char *found = NULL;

    for (const char *at = text; (at = strstr(at, ":  ")); at += 3) {
        size_t n = strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

        if (n == 5 && at[8] == ':' && at[9] == ' ')
            found = at + 10;
    }
    return found;
}

static void append(struct pg_error *error, const char *text)
{
    size_t n = strlen(error->text);

    (void)snprintf(error->text + n, sizeof(error->text) - n, "%s", text);
}

/* libpq says what is wrong with TLS, and its remedies are not weir's. */
static const char *tls_remedy(const char *text)
{
    static const char *const remedies[][2] = {
        {"certificate verify failed",
            "; name the certificate of whoever signed the server's with sslrootcert"},
        {"does not match host name", "; connect by a name that is in the certificate"},
        {"does not support SSL", "; switch ssl on at the server, or say 'sslmode: disable' where "
                                 "nobody else can listen"},
    };

    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
        if (strstr(text, remedies[i][0]))
            return remedies[i][1];
    return "";
}

/* Nobody has said the password, or only the file where it was to be found. */
static const char *password_remedy(const struct connection *connection)
{
    return connection->settings->passfile
               ? "; ~/.pgpass has no line for this server, port, database and user"
               : "; give password, password_file or passfile; PGPASSWORD is not read";
}

void error_take_connect(struct connection *connection)
{
    const char *text = PQerrorMessage(connection->libpq);
    const char *said = behind_sqlstate(text);
    struct pg_error *error = &connection->error;

    *error = (struct pg_error){0};
    take_line(connection, said ? said : text);
    if (said) {
        (void)snprintf(error->sqlstate, sizeof(error->sqlstate), "%.5s", said - 7);
        /* No row is at fault: a setting in `options` or the environment is. */
        error->code = pg_error_is_of_row(error) ? "E-DB-CONNECT" : NULL;
        error->fault = connection->fault;
    } else if (strcasestr(text, "certificate") || strcasestr(text, "SSL") ||
               strstr(text, "private key")) {
        append(error, tls_remedy(text));
        error->code = "E-TLS";
        error->fault = connection->fault;
    } else if (strstr(text, "no password supplied")) {
        append(error, password_remedy(connection));
        error->code = "E-DB-AUTH";
        error->fault = connection->fault;
    } else {
        error->is_lost = true;
    }
    connection_close(connection);
}
