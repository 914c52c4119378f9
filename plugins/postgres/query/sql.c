#include "sql.h"

#include "query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <weir/arena.h>

enum { SQL_MAX = 1 << 30 }; /* more than any table's columns can need */

/* What goes into a statement is bounded by whoever makes it. */
static void must(bool fitted)
{
    if (!fitted)
        weir_out_of_memory();
}

void sql_init(struct weir_buf *sql)
{
    weir_buf_init(sql, SQL_MAX, 1);
}

void sql_add(struct weir_buf *sql, const char *text)
{
    must(weir_buf_add_text(sql, text));
}

void sql_printf(struct weir_buf *sql, const char *format, ...)
{
    va_list args;
    char *text;
    int n;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    must(n >= 0);
    must(weir_buf_add(sql, text, (size_t)n));
    free(text);
}

/* Between two of `quote`; each `quote` inside is written twice. */
static void quote(struct weir_buf *sql, struct weir_str text, char quote)
{
    must(weir_buf_reserve(sql, 2 * text.len + 2));
    must(weir_buf_add(sql, &quote, 1));
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote)
            must(weir_buf_add(sql, &quote, 1));
        must(weir_buf_add(sql, text.ptr + i, 1));
    }
    must(weir_buf_add(sql, &quote, 1));
}

void sql_name(struct weir_buf *sql, struct weir_str name)
{
    quote(sql, name, '"');
}

void sql_table(struct weir_buf *sql, struct weir_str schema, struct weir_str table)
{
    sql_name(sql, schema);
    sql_add(sql, ".");
    sql_name(sql, table);
}

/* Backslashes are letters like others: the session has standard_conforming_strings on. */
void sql_literal(struct weir_buf *sql, struct weir_str text)
{
    quote(sql, text, '\'');
}

bool sql_run(struct connection *connection, struct weir_buf *sql)
{
    bool ran = query_script(connection, sql->ptr);

    weir_buf_done(sql);
    return ran;
}
