/* SQL that is put together piece by piece. What it is made of was checked: UTF-8, without NUL. */
#ifndef QUERY_SQL_H
#define QUERY_SQL_H

#include <weir/buf.h>

struct connection;

/* Ends a program that has no memory left, so that nothing has to be checked. */
void sql_init(struct weir_buf *sql);
void sql_add(struct weir_buf *sql, const char *text);
void sql_printf(struct weir_buf *sql, const char *format, ...) WEIR_PRINTF(2, 3);
/* In double quotes, those inside doubled. */
void sql_name(struct weir_buf *sql, struct weir_str name);
/* "schema"."table" */
void sql_table(struct weir_buf *sql, struct weir_str schema, struct weir_str table);
/* A text in single quotes, whatever it holds. */
void sql_literal(struct weir_buf *sql, struct weir_str text);
/* Runs it, as query_script does, and frees it in any case. */
bool sql_run(struct connection *connection, struct weir_buf *sql) WEIR_MUST_CHECK;

#endif
