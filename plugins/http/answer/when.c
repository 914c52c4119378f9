#include "when.h"

#include "client/head.h"

#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <weir/json.h>
#include <weir/mend.h>
#include <weir/sql.h>
#include <weir/stage.h>

struct http_when {
    const char *text;
    const char *resource;
    struct weir_stage *stage;
    struct weir_sql *sql;
    bool reads_body;
    atomic_flag told_size, told_failure;
};

enum { STATUS, HEADERS, BODY, N_COLUMNS };

static const char *const column_names[N_COLUMNS] = {"status", "headers", "body"};

static bool names(const struct weir_sql *sql, const char *column)
{
    size_t n;
    const char *const *items = weir_sql_names(sql, &n);

    for (size_t i = 0; i < n; i++)
        if (strcasecmp(items[i], column) == 0)
            return true;
    return false;
}

/* --- the check ---------------------------------------------------------------------------- */

static void check_names(
    const struct weir_sql *sql, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    size_t n;
    const char *const *items = weir_sql_names(sql, &n);

    for (size_t i = 0; i < n; i++)
        if (strcasecmp(items[i], column_names[STATUS]) != 0 &&
            strcasecmp(items[i], column_names[HEADERS]) != 0 &&
            strcasecmp(items[i], column_names[BODY]) != 0)
            weir_mistake(mistakes, at, 0, "E-SQL",
                "an answer has no '%s': 'when' knows status, headers (JSON) and body, as in body "
                "->> '$.error.code' = 'busy'",
                items[i]);
}

void http_when_check(
    const char *condition, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    struct weir_error error = {0};
    struct weir_sql *sql;
    size_t offset = 0;

    if (!condition)
        return;
    sql = weir_sql_condition(condition, &offset, &error);
    if (sql)
        check_names(sql, at, mistakes);
    else
        weir_sql_mistake(mistakes, at, offset, &error);
    weir_sql_free(sql);
}

/* --- at work ------------------------------------------------------------------------------ */

static void free_sql(void *arg)
{
    weir_sql_free(arg);
}

struct http_when *http_when_new(const char *condition, struct weir_stage *stage,
    const char *resource, struct weir_error *ret_error)
{
    size_t offset;
    struct weir_sql *sql = weir_sql_condition(condition, &offset, ret_error);
    struct http_when *when;

    if (!sql)
        return NULL;
    /* Batches may be with the workers when the stage stops. */
    weir_defer(stage->arena, free_sql, sql);
    weir_sql_watch(sql, stage);
    when = weir_new(stage->arena, struct http_when);
    when->text = condition;
    when->resource = resource;
    when->stage = stage;
    when->sql = sql;
    when->reads_body = names(sql, column_names[BODY]);
    atomic_flag_clear(&when->told_size);
    atomic_flag_clear(&when->told_failure);
    return when;
}

/* No database takes what is not UTF-8, and servers' errors are what it is likely in. */
static struct weir_value text_of(struct weir_batch *batch, struct weir_str text)
{
    const struct weir_mend mend = {.nul = WEIR_NUL_REPLACE, .replaces_bytes = true};

    return weir_text(WEIR_TEXT, weir_mend(batch->arena, text, &mend));
}

static struct weir_batch *row_of(const struct http_answer *answer, bool with_body)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    for (size_t i = 0; i < N_COLUMNS; i++)
        (void)weir_batch_column(batch, weir_str(column_names[i]));
    weir_batch_set(batch, STATUS, weir_int(answer->status));
    weir_batch_set(batch, HEADERS, text_of(batch, answer->headers));
    if (with_body)
        weir_batch_set(batch, BODY, text_of(batch, answer->body));
    return batch;
}

static bool is_too_large(struct http_when *when, const struct http_answer *answer)
{
    if (!when->reads_body || answer->body.len <= HTTP_WHEN_MAX)
        return false;
    if (!atomic_flag_test_and_set(&when->told_size))
        weir_log(when->stage, WEIR_LOG_INFO,
            "%s: 'when' looks at bodies of up to %d KiB; of larger ones it is not true: %s",
            when->resource, HTTP_WHEN_MAX / 1024, when->text);
    return true;
}

static void tell_failure(struct http_when *when, const struct weir_error *error)
{
    if (atomic_flag_test_and_set(&when->told_failure))
        return;
    weir_log(when->stage, WEIR_LOG_WARNING,
        "%s: 'when' cannot be computed for every answer, and is not true of such (%s): %s",
        when->resource, error->text, when->text);
}

bool http_when_holds(struct http_when *when, struct http_answer *answer)
{
    struct weir_error error = {0};
    struct weir_batch *batch;
    bool holds;

    if (is_too_large(when, answer))
        return false;
    batch = row_of(answer, when->reads_body);
    holds = weir_sql_run(when->sql, batch, &error) == WEIR_OK && batch->n_rows > 0;
    weir_batch_free(batch);
    answer->is_open |= strcmp(error.code, "E-STOPPED") == 0;
    if (weir_error_is_set(&error) && !answer->is_open)
        tell_failure(when, &error);
    return holds;
}

/* --- headers ------------------------------------------------------------------------------ */

static bool add_header(
    struct weir_buf *buf, const char *name, const char *value, struct weir_arena *arena)
{
    struct weir_str key = weir_json_quote(arena, weir_str(name));
    struct weir_str text = weir_json_quote(arena, weir_str(value));
    char *at;

    if (!weir_buf_printf(buf, "%s", buf->len > 1 ? "," : "") || !weir_buf_reserve(buf, key.len))
        return false;
    at = buf->ptr + buf->len;
    for (size_t i = 0; i < key.len; i++)
        at[i] = (char)(key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? key.ptr[i] + 0x20 : key.ptr[i]);
    buf->len += key.len;
    return weir_buf_add(buf, ":", 1) && weir_buf_add(buf, text.ptr, text.len);
}

struct weir_str http_answer_headers(const struct http_response *response, struct weir_arena *arena)
{
    const struct http_head *head = response->head;
    const char *end = head ? head->fields.ptr + head->fields.len : NULL;
    struct weir_arena *scratch = weir_arena_new();
    struct weir_str json = {"{}", 2};
    struct weir_buf buf;
    bool fits;

    /* An escape has six bytes, and quotes, colon and comma take the place of two NULs. */
    weir_buf_init(&buf, 8 * (size_t)HTTP_HEAD_MAX, 1);
    fits = weir_buf_add(&buf, "{", 1);
    for (const char *at = head ? head->fields.ptr : NULL; fits && at < end;) {
        const char *value = at + strlen(at) + 1;

        fits = add_header(&buf, at, value, scratch);
        at = value + strlen(value) + 1;
    }
    if (fits && weir_buf_add(&buf, "}", 1))
        json = weir_copy(arena, (struct weir_str){buf.ptr, buf.len});
    weir_buf_done(&buf);
    weir_arena_free(scratch);
    return json;
}

const struct http_answer *http_answer_copy(
    const struct http_answer *answer, struct weir_arena *arena)
{
    struct http_answer *copy;

    if (!answer)
        return NULL;
    copy = weir_new(arena, struct http_answer);
    copy->status = answer->status;
    copy->headers = weir_copy(arena, answer->headers);
    return copy;
}
