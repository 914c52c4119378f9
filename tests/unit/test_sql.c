/* Conditions, columns and selects over batches; the hostile ones must be refused or end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>
#include <weir/json.h>
#include <weir/sql.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Rows from JSON, with a bar between units. */
static struct weir_batch *batch_of(const char *units)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_json_reader *reader = weir_json_reader_new();

    while (units) {
        const char *bar = strchr(units, '|');
        size_t length = bar ? (size_t)(bar - units) : strlen(units);
        char *body = weir_alloc_zero(batch->arena, 1, length + WEIR_JSON_PADDING);
        struct weir_error error = {0};

        memcpy(body, units, length);
        weir_batch_add_unit(batch, NULL);
        if (weir_json_rows(reader, (struct weir_str){body, length}, NULL, batch, &error) != WEIR_OK)
            fail_msg("%s", error.text);
        units = bar ? bar + 1 : NULL;
    }
    weir_json_reader_free(reader);
    return batch;
}

/* The same way back; values that JSON has no kind for are written kind:value. */
static void show_value(FILE *out, struct weir_batch *batch, const struct weir_value *value)
{
    struct weir_str text = weir_value_format(value, batch->arena, true);
    bool is_plain = value->kind != WEIR_DECIMAL && value->kind != WEIR_BYTES &&
                    value->kind != WEIR_TIMESTAMP && value->kind != WEIR_DATE;

    (void)fprintf(out, "%s%s%.*s", is_plain ? "" : weir_kind_name(value->kind), is_plain ? "" : ":",
        WEIR_STR_ARG(text));
}

static void show_row(FILE *out, struct weir_batch *batch, size_t row)
{
    (void)fputc('{', out);
    for (size_t c = 0; c < batch->n_columns; c++) {
        const struct weir_column *column = &batch->columns[c];
        const struct weir_value *value = &column->values[row];

        assert_true(value->kind == WEIR_NULL || weir_column_has(column, value->kind));
        (void)fprintf(out, "%s%.*s:", c ? "," : "", WEIR_STR_ARG(column->name));
        show_value(out, batch, value);
    }
    (void)fputc('}', out);
}

static char *show(struct weir_batch *batch)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    size_t row = 0;

    for (size_t u = 0; u < batch->n_units; u++) {
        (void)fputs(u ? "|" : "", out);
        assert_int_equal(batch->units[u].first_row, row);
        for (size_t i = 0; i < batch->units[u].n_rows; i++)
            show_row(out, batch, row++);
    }
    assert_int_equal(batch->n_rows, row);
    (void)fclose(out);
    return text;
}

static struct weir_sql *condition(const char *text)
{
    struct weir_error error = {0};
    size_t offset;
    struct weir_sql *sql = weir_sql_condition(text, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

static struct weir_sql *columns(const char *name, const char *text)
{
    struct weir_error error = {0};
    size_t offset, index;
    struct weir_sql *sql = weir_sql_columns(&name, &text, 1, &index, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

static struct weir_sql *query(const char *text)
{
    struct weir_error error = {0};
    size_t offset;
    struct weir_sql *sql = weir_sql_select(text, &offset, &error);

    if (!sql)
        fail_msg("%s: %s at %zu", text, error.text, offset);
    return sql;
}

/* Runs sql over a batch, which stays the caller's, and frees sql. */
static void run_over(struct weir_sql *sql, struct weir_batch *batch, const char *expected)
{
    struct weir_error error = {0};
    enum weir_status status = weir_sql_run(sql, batch, &error);
    char *text;

    if (status != WEIR_OK)
        fail_msg("%s: %s", error.code, error.text);
    text = show(batch);
    assert_string_equal(text, expected);
    free(text);
    weir_sql_free(sql);
}

static void run(struct weir_sql *sql, const char *units, const char *expected)
{
    struct weir_batch *batch = batch_of(units);

    run_over(sql, batch, expected);
    weir_batch_free(batch);
}

static void run_fails(struct weir_sql *sql, const char *units, const char *code, const char *part)
{
    struct weir_batch *batch = batch_of(units);
    struct weir_error error = {0};

    if (weir_sql_run(sql, batch, &error) != WEIR_FAIL)
        fail_msg("went well, instead of: %s", part);
    assert_string_equal(error.code, code);
    if (!strstr(error.text, part))
        fail_msg("'%s' lacks '%s'", error.text, part);
    weir_batch_free(batch);
    weir_sql_free(sql);
}

static void a_condition_keeps_what_is_true(void **state)
{
    static const char rows[] = "[{\"a\":1,\"b\":\"x\"},{\"a\":2},{\"a\":null,\"b\":\"y\"}]";

    (void)state;
    run(condition("a > 1"), rows, "{a:2,b:null}");
    run(condition("a"), rows, "{a:1,b:\"x\"}{a:2,b:null}");
    run(condition("b IS NULL"), rows, "{a:2,b:null}");
    run(condition("NULL"), rows, "");
    run(condition("1"), rows, "{a:1,b:\"x\"}{a:2,b:null}{a:null,b:\"y\"}");
    run(condition("b = 'y' -- the last"), rows, "{a:null,b:\"y\"}");
    run(condition("\n a = 1 /* one */ OR\n  batch.a = 2"), rows, "{a:1,b:\"x\"}{a:2,b:null}");
    run(condition("a IN (1, 3)"), rows, "{a:1,b:\"x\"}");
    run(condition("a > 1"), "[]", "");
    run(condition("a > 1"), "[{\"a\":1},{\"a\":2}]|[]|[{\"a\":3}]", "{a:2}||{a:3}");
}

static void a_missing_column_is_null(void **state)
{
    (void)state;
    run(condition("nowhere IS NULL AND rowid IS NULL AND oid IS NULL"), "[{\"a\":1}]", "{a:1}");
    run(condition("rowid = 7"), "[{\"rowid\":7},{\"rowid\":8}]", "{rowid:7}");
    run(columns("c", "batch.nowhere"), "[{\"a\":1}]", "{a:1,c:null}");
    run(query("SELECT a, nowhere AS n FROM batch"), "[{\"a\":1}]", "{a:1,n:null}");
    run(query("SELECT *, nowhere IS NULL AS n FROM batch"), "[{\"a\":1}]", "{a:1,n:1}");
    run(query("SELECT x.* FROM batch x JOIN batch y USING (id)"), "[{\"id\":1},{\"id\":2}]",
        "{id:1}{id:2}");
}

static void names_may_be_any_text(void **state)
{
    (void)state;
    run(condition("\"a b\" = 1"), "[{\"a b\":1},{\"a b\":2}]", "{a b:1}");
    run(condition("\"a\"\"b\" = 1"), "[{\"a\\\"b\":1},{}]", "{a\"b:1}");
    run(condition("\"\" = 1"), "[{\"\":1},{}]", "{:1}");
    run(condition("\"select\" = 1 AND [from] = 2"), "[{\"select\":1,\"from\":2},{}]",
        "{select:1,from:2}");
    run(condition("\"a.b\" = 1 AND batch.\"c.d\" = 2"), "[{\"a.b\":1,\"c.d\":2},{}]",
        "{a.b:1,c.d:2}");
    run(condition("\"it''s\" = 1"), "[{\"it''s\":1},{}]", "{it''s:1}");
    run(condition("NAME = 1"), "[{\"name\":1},{}]", "{name:1}");
    run(query("SELECT * FROM batch"), "[{\"\":1,\"a\\\"b\":2,\"select\":3,\"\\u0001any\":4}]",
        "{:1,a\"b:2,select:3,\1any:4}");
    run(query("SELECT \"grün\" AS \"straße\" FROM batch"), "[{\"grün\":1}]", "{straße:1}");
}

static void names_that_differ_in_case_are_told_apart_or_refused(void **state)
{
    static const char rows[] = "[{\"name\":1,\"Name\":2,\"a\":3}]";

    (void)state;
    run(condition("a = 3"), rows, "{name:1,Name:2,a:3}");
    run(query("SELECT * FROM batch"), rows, "{name:1,Name:2,a:3}");
    run(query("SELECT a FROM batch"), rows, "{a:3}");
    run_fails(condition("name = 1"), rows, "E-COLUMN-COLLISION", "'name'");
    run_fails(query("SELECT *, Name + 1 AS n FROM batch"), rows, "E-COLUMN-COLLISION", "'Name'");
}

static void a_text_in_double_quotes_is_a_name(void **state)
{
    (void)state;
    run(condition("a = \"x\""), "[{\"a\":\"x\"}]", "");
    run(condition("a = 'x'"), "[{\"a\":\"x\"}]", "{a:\"x\"}");
}

static void columns_are_set_in_place_or_added(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const texts[] = {"b", "a", "a || b"};
    struct weir_error error = {0};
    size_t offset, index;

    (void)state;
    run(weir_sql_columns(names, texts, 3, &index, &offset, &error),
        "[{\"a\":1,\"b\":\"x\"},{\"a\":[1],\"b\":true}]",
        "{a:\"x\",b:1,c:\"1x\"}{a:true,b:[1],c:\"[1]1\"}");
    run(weir_sql_columns(names, texts, 0, &index, &offset, &error), "[{\"a\":1}]", "{a:1}");
    run(columns("c", "1"), "[]", "");
    run(columns("c", "upper(n) -- loud"), "[{\"n\":\"x\"}]|[{\"n\":\"y\"}]",
        "{n:\"x\",c:\"X\"}|{n:\"y\",c:\"Y\"}");
}

static void all_kinds_pass_through_an_expression(void **state)
{
    static const char rows[] =
        "[{\"v\":true},{\"v\":7},{\"v\":1.5},{\"v\":\"t\"},{\"v\":[1, 2]},{\"v\":{\"a\":\"b\"}},"
        "{\"v\":18446744073709551616},{\"v\":0.1000000000000000055},{\"v\":null},{\"v\":\"\"}]";
    static const char expected[] =
        "{v:true}{v:7}{v:1.5}{v:\"t\"}{v:[1, 2]}{v:{\"a\":\"b\"}}"
        "{v:decimal:18446744073709551616}{v:decimal:0.1000000000000000055}{v:null}{v:\"\"}";

    (void)state;
    run(columns("v", "v"), rows, expected);
    run(columns("v", "(v)"), rows, expected);
    run(columns("v", "coalesce(v, nowhere)"), rows, expected);
    run(columns("v", "CASE WHEN 1 THEN v ELSE 2 END"), rows, expected);
    run(query("SELECT v FROM batch"), rows, expected);
    run(query("SELECT * FROM batch"), rows, expected);
    run(query("WITH t AS (SELECT v AS w FROM batch) SELECT w AS v FROM t"), rows, expected);
}

static void kinds_are_found_again_behind_a_sort(void **state)
{
    static const char rows[] =
        "[{\"i\":2,\"b\":true,\"j\":[2],\"d\":0.1000000000000000055,\"w\":18446744073709551616},"
        "{\"i\":1,\"b\":false,\"j\":{},\"d\":0.5,\"w\":1},"
        "{\"i\":3,\"b\":null,\"j\":null,\"d\":7.1000000000000000055,\"w\":null}]";
    static const char expected[] =
        "{i:1,b:false,j:{},d:0.5,w:1}"
        "{i:2,b:true,j:[2],d:decimal:0.1000000000000000055,w:decimal:18446744073709551616}"
        "{i:3,b:null,j:null,d:decimal:7.1000000000000000055,w:null}";

    (void)state;
    run(query("SELECT i, b, j, d, w FROM batch ORDER BY i"), rows, expected);
    run(query("SELECT * FROM batch ORDER BY i"), rows, expected);
    run(query("SELECT DISTINCT * FROM batch ORDER BY i"), rows, expected);
    run(query("SELECT i, b, j, d, w FROM batch GROUP BY 1, 2, 3, 4, 5"), rows, expected);
}

static void digits_that_cannot_be_told_apart_are_refused(void **state)
{
    static const char rows[] = "[{\"d\":0.10000000000000000551},{\"d\":0.10000000000000000552}]";

    (void)state;
    run(columns("e", "d"), rows,
        "{d:decimal:0.10000000000000000551,e:decimal:0.10000000000000000551}"
        "{d:decimal:0.10000000000000000552,e:decimal:0.10000000000000000552}");
    run_fails(query("SELECT d FROM batch ORDER BY d"), rows, "E-SQL", "CAST(");
    run(query("SELECT CAST(d AS REAL) AS d FROM batch ORDER BY d"), rows, "{d:0.1}{d:0.1}");
    run_fails(query("SELECT d FROM batch ORDER BY d"),
        "[{\"d\":0.1},{\"d\":0.1000000000000000055}]", "E-SQL", "CAST(");
    run(query("SELECT d FROM batch"), "[{\"d\":0.1},{\"d\":0.1000000000000000055}]",
        "{d:0.1}{d:decimal:0.1000000000000000055}");
    run(query("SELECT d FROM batch UNION SELECT e FROM batch"),
        "[{\"d\":0.5,\"e\":0.1000000000000000055}]", "{d:decimal:0.1000000000000000055}{d:0.5}");
}

static void a_decimal_compares_as_a_number(void **state)
{
    static const char rows[] =
        "[{\"d\":12.1000000000000000055},{\"d\":-3.1000000000000000055},{\"d\":1e400},"
        "{\"d\":-1e400},{\"d\":18446744073709551616}]";

    (void)state;
    run(condition("d < 0"), rows, "{d:decimal:-3.1000000000000000055}{d:decimal:-1e400}");
    run(condition("d BETWEEN 12 AND 13"), rows, "{d:decimal:12.1000000000000000055}");
    run(condition("d = '18446744073709551616'"), rows, "{d:decimal:18446744073709551616}");
    run(columns("d", "round(d, 1)"), "[{\"d\":12.1000000000000000055}]", "{d:12.1}");
    run(columns("d", "CAST(d AS TEXT)"), "[{\"d\":12.1000000000000000055}]", "{d:\"12.1\"}");
}

static void times_are_texts_to_sql_and_times_again(void **state)
{
    static const int64_t times[] = {
        0, 1700000000123456, -1, -62135596800000000, 253402300799000000};
    static const int64_t dates[] = {0, 19000, -1, -719162, 2932896};
    static const char *const texts[] = {
        "SELECT t, d, b FROM batch",
        "SELECT t, d, b FROM batch ORDER BY nowhere",
        "SELECT t, d, b FROM batch GROUP BY 1, 2, 3 ORDER BY min(i)",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct weir_batch *batch = weir_batch_new(NULL);
        size_t t = weir_batch_column(batch, weir_str("t"));
        size_t d = weir_batch_column(batch, weir_str("d"));
        size_t b = weir_batch_column(batch, weir_str("b"));
        size_t n = weir_batch_column(batch, weir_str("i"));

        weir_batch_add_unit(batch, NULL);
        for (size_t r = 0; r < COUNT(times); r++) {
            struct weir_value time = {.kind = WEIR_TIMESTAMP};
            struct weir_value date = {.kind = WEIR_DATE};

            time.integer = times[r];
            date.integer = dates[r];
            weir_batch_add_row(batch);
            weir_batch_set(batch, t, time);
            weir_batch_set(batch, d, date);
            weir_batch_set(batch, b, weir_text(WEIR_BYTES, (struct weir_str){"\0\xff", 2}));
            weir_batch_set(batch, n, weir_int((int64_t)r));
        }
        run_over(query(texts[i]), batch,
            "{t:timestamp:\"1970-01-01T00:00:00Z\",d:date:\"1970-01-01\",b:bytes:\"00ff\"}"
            "{t:timestamp:\"2023-11-14T22:13:20.123456Z\",d:date:\"2022-01-08\",b:bytes:\"00ff\"}"
            "{t:timestamp:\"1969-12-31T23:59:59.999999Z\",d:date:\"1969-12-31\",b:bytes:\"00ff\"}"
            "{t:timestamp:\"0001-01-01T00:00:00Z\",d:date:\"0001-01-01\",b:bytes:\"00ff\"}"
            "{t:timestamp:\"9999-12-31T23:59:59Z\",d:date:\"9999-12-31\",b:bytes:\"00ff\"}");
        run_over(columns("s", "strftime('%Y', t) || substr(d, 1, 4)"), batch,
            "{t:timestamp:\"1970-01-01T00:00:00Z\",d:date:\"1970-01-01\",b:bytes:\"00ff\","
            "s:\"19701970\"}"
            "{t:timestamp:\"2023-11-14T22:13:20.123456Z\",d:date:\"2022-01-08\",b:bytes:\"00ff\","
            "s:\"20232022\"}"
            "{t:timestamp:\"1969-12-31T23:59:59.999999Z\",d:date:\"1969-12-31\",b:bytes:\"00ff\","
            "s:\"19691969\"}"
            "{t:timestamp:\"0001-01-01T00:00:00Z\",d:date:\"0001-01-01\",b:bytes:\"00ff\","
            "s:\"00010001\"}"
            "{t:timestamp:\"9999-12-31T23:59:59Z\",d:date:\"9999-12-31\",b:bytes:\"00ff\","
            "s:\"99999999\"}");
        weir_batch_free(batch);
    }
}

static void json_nests_and_stays_json(void **state)
{
    static const char rows[] = "[{\"j\":{\"a\":[1,{\"b\":null}],\"s\":\"x\"}}]";

    (void)state;
    run(columns("x", "j -> 'a'"), rows,
        "{j:{\"a\":[1,{\"b\":null}],\"s\":\"x\"},x:[1,{\"b\":null}]}");
    run(columns("j", "j ->> 's'"), rows, "{j:\"x\"}");
    run(columns("j", "j ->> '$.a[0]'"), rows, "{j:1}");
    run(columns("j", "json_object('k', j -> 'a')"), rows, "{j:{\"k\":[1,{\"b\":null}]}}");
    run(columns("j", "json_array(j, 1, 'x')"), "[{\"j\":[]}]", "{j:[[],1,\"x\"]}");
    run(columns("j", "json_array(t)"), "[{\"t\":\"[]\",\"j\":0}]", "{t:\"[]\",j:[\"[]\"]}");
    run(columns("j", "j -> 's'"), rows, "{j:\"\\\"x\\\"\"}");
    run(columns("n", "(SELECT sum(value) FROM json_each(batch.j))"),
        "[{\"j\":[1,2]},{\"j\":[3]},{\"j\":[]}]", "{j:[1,2],n:3}{j:[3],n:3}{j:[],n:null}");
    run(condition("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'x')"),
        "[{\"tags\":[\"x\",\"y\"]},{\"tags\":[\"y\"]},{}]", "{tags:[\"x\",\"y\"]}");
}

static void a_select_is_made_of_each_unit_alone(void **state)
{
    static const char units[] = "[{\"a\":1},{\"a\":2}]|[]|[{\"a\":3}]";

    (void)state;
    run(query("SELECT sum(a) AS s FROM batch"), units, "{s:3}|{s:null}|{s:3}");
    run(query("SELECT count(*) FROM batch"), units, "{count(*):2}|{count(*):0}|{count(*):1}");
    run(query("SELECT a + 1 AS b FROM batch WHERE a > 1"), units, "{b:3}||{b:4}");
    run(query("SELECT e.value AS v FROM batch, json_each(items) e"),
        "[{\"items\":[1,\"x\"]},{\"items\":[]}]|[{\"items\":[{\"k\":1}]}]",
        "{v:1}{v:\"x\"}|{v:{\"k\":1}}");
    run(query("SELECT a, row_number() OVER (ORDER BY a DESC) AS n FROM batch ORDER BY n"), units,
        "{a:2,n:1}{a:1,n:2}||{a:3,n:1}");
    run(query("VALUES (1, 'x')"), "[{\"a\":1}]", "{column1:1,column2:\"x\"}");
    run(query("SELECT 1 AS one UNION ALL SELECT a FROM batch;  -- done\n;"), "[{\"a\":true}]",
        "{one:1}{one:true}");
    run(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
              "SELECT i, a FROM n, batch"),
        "[{\"a\":\"x\"}]", "{i:1,a:\"x\"}{i:2,a:\"x\"}{i:3,a:\"x\"}");
    run(query("SELECT * FROM batch"), "[{},{}]", "{}{}");
    run(query("SELECT * FROM batch"), "[]", "");
    run(query("SELECT batch.*, c FROM batch NATURAL JOIN (SELECT 1 AS a, 'x' AS c) t"),
        "[{\"a\":1},{\"a\":2}]", "{a:1,c:\"x\"}");
    run(query("SELECT json_group_array(json_object('a', a)) AS j FROM batch"), "[{\"a\":1},{}]",
        "{j:[{\"a\":1},{\"a\":null}]}");
}

static void a_unit_that_failed_gives_no_rows(void **state)
{
    struct weir_batch *batch = batch_of("[{\"a\":1}]|[{\"a\":2}]");
    struct weir_error error = {.code = "E-JSON"};

    (void)state;
    weir_batch_fail_unit(batch, &error);
    run_over(query("SELECT count(*) AS n FROM batch"), batch, "{n:1}|");
    weir_batch_free(batch);
}

static void a_star_takes_the_columns_of_each_batch(void **state)
{
    struct weir_sql *sql = query("SELECT * FROM batch WHERE a > 0");
    static const char *const batches[][2] = {
        {"[{\"a\":1,\"b\":2}]", "{a:1,b:2}"},
        {"[{\"b\":1,\"a\":2}]", "{b:1,a:2}"},
        {"[{\"c\":1}]", ""},
        {"[{\"a\":1,\"b\":2}]", "{a:1,b:2}"},
        {"[{\"a\":1,\"b\":2,\"c\":3}]", "{a:1,b:2,c:3}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(batches) * 20; i++) {
        struct weir_batch *batch = batch_of(batches[i % COUNT(batches)][0]);
        struct weir_error error = {0};
        char *text;

        assert_int_equal(weir_sql_run(sql, batch, &error), WEIR_OK);
        text = show(batch);
        assert_string_equal(text, batches[i % COUNT(batches)][1]);
        free(text);
        weir_batch_free(batch);
    }
    weir_sql_free(sql);
}

/* More different sets of columns than are kept ready. */
static void many_sets_of_columns_take_turns(void **state)
{
    struct weir_sql *sql = query("SELECT * FROM batch");

    (void)state;
    for (int i = 0; i < 200; i++) {
        char row[64];
        char expected[64];
        struct weir_batch *batch;
        struct weir_error error = {0};
        char *text;

        (void)snprintf(row, sizeof(row), "[{\"c%d\":%d}]", i % 50, i);
        (void)snprintf(expected, sizeof(expected), "{c%d:%d}", i % 50, i);
        batch = batch_of(row);
        assert_int_equal(weir_sql_run(sql, batch, &error), WEIR_OK);
        text = show(batch);
        assert_string_equal(text, expected);
        free(text);
        weir_batch_free(batch);
    }
    weir_sql_free(sql);
}

struct refused {
    const char *text;
    size_t offset;
    const char *part;
};

static void refuse_condition(const struct refused *refused)
{
    struct weir_error error = {0};
    size_t offset = 99;

    if (weir_sql_condition(refused->text, &offset, &error))
        fail_msg("taken: %s", refused->text);
    assert_string_equal(error.code, "E-SQL");
    assert_int_equal(error.fault, WEIR_FAULT_USAGE);
    if (!strstr(error.text, refused->part))
        fail_msg("%s: '%s' lacks '%s'", refused->text, error.text, refused->part);
    if (offset != refused->offset)
        fail_msg("%s: at %zu, not %zu", refused->text, offset, refused->offset);
}

static void what_is_no_expression_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"", 0, "no SQL"},
        {"  \n", 0, "no SQL"},
        {"a >", 3, "too early"},
        {"a > (1", 6, "too early"},
        {"a > 'x", 4, "unrecognized"},
        {"a = 1 -- x\n AND", 15, "too early"},
        {"a > > 1", 4, "near \">\""},
        {"1) OR (1", 1, "near \")\""},
        {"1)) OR ((1", 1, "near \")\""},
        {"a; DROP TABLE x", 1, "near \";\""},
        {"a;", 1, "near \";\""},
        {"a /* x", 6, "too early"},
        {"1 THEN 2 WHEN 3", 2, "near \"THEN\""},
        {"SELECT 1", 0, "near \"SELECT\""},
        {"a, b", 1, "near \",\""},
        {"(a, b)", 0, "row value misused"},
        {"a ORDER BY a", 2, "near \"ORDER\""},
        {"a AS b", 2, "near \"AS\""},
        {"*", 0, "near \"*\""},
        {"unknown(a)", 0, "no such function: unknown"},
        {"a = 1 AND uper(b) = 'X'", 10, "no such function: uper"},
        {"upper(a, b)", 0, "wrong number of arguments"},
        {"count(*) > 1", 0, "misuse of aggregate"},
        {"b AND row_number() OVER () = 1", 6, "misuse of window function"},
        {"a = ?", 4, "parameter"},
        {"a = :name", 4, "parameter"},
        {"a = ?7", 4, "parameter"},
        {"a IN (SELECT a FROM batch)", 0, "sees one row and no table 'batch'"},
        {"a IN (SELECT name FROM sqlite_master)", 0, "reads nothing but"},
        {"a IN other", 0, "no table 'other'"},
        {"load_extension('x')", 0, "function"},
        {"fts3_tokenizer('x') = 1", 0, "function"},
        {"a LIKE", 6, "too early"},
        {"grün = 'x' AND straße = uper(1)", 26, "no such function"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_condition(&cases[i]);
}

static void what_is_no_query_is_refused(void **state)
{
    static const struct refused cases[] = {
        {"", 0, "no SQL"},
        {"-- only a comment", 0, "a query (SELECT"},
        {"SELECT", 6, "too early"},
        {"SELEC a FROM batch", 0, "near \"SELEC\""},
        {"SELECT a FROM batch; SELECT 1", 21, "one statement"},
        {"SELECT a FROM batch; DROP TABLE batch", 21, "one statement"},
        {"SELECT a FROM other", 0, "no table 'other'"},
        {"SELECT * FROM sqlite_master", 0, "reads nothing but"},
        {"SELECT count(rowid) FROM sqlite_schema", 0, "reads nothing but"},
        {"SELECT * FROM pragma_database_list", 0, "reads nothing but"},
        {"SELECT * FROM dbstat", 0, "reads nothing but"},
        {"PRAGMA database_list", 0, "a query (SELECT"},
        {"ATTACH '/tmp/x' AS x", 0, "a query (SELECT"},
        {"CREATE TABLE t(a)", 0, "a query (SELECT"},
        {"CREATE TEMP TABLE t AS SELECT * FROM batch", 0, "a query (SELECT"},
        {"INSERT INTO batch VALUES (1)", 0, ""},
        {"DELETE FROM batch RETURNING a", 0, ""},
        {"UPDATE batch SET a = 1", 0, ""},
        {"VACUUM INTO '/tmp/weir-was-here'", 0, "a query (SELECT"},
        {"BEGIN", 0, "a query (SELECT"},
        {"EXPLAIN SELECT a FROM batch", 0, "a query (SELECT"},
        {"EXPLAIN QUERY PLAN SELECT a FROM batch", 0, "a query (SELECT"},
        {"SELECT load_extension('x')", 7, "function"},
        {"SELECT a, a FROM batch", 0, "two columns 'a'"},
        {"SELECT x.a FROM batch", 7, "no such column: x.a"},
        {"SELECT e.valu FROM batch, json_each(items) e", 7, "no such column: e.valu"},
        {"WITH t AS (SELECT a FROM batch) SELECT t.b FROM t", 39, "no such column: t.b"},
        {"SELECT ?1", 7, "parameter"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct refused *refused = &cases[i];
        struct weir_error error = {0};
        size_t offset = 99;

        if (weir_sql_select(refused->text, &offset, &error))
            fail_msg("taken: %s", refused->text);
        assert_string_equal(error.code, "E-SQL");
        if (!strstr(error.text, refused->part))
            fail_msg("%s: '%s' lacks '%s'", refused->text, error.text, refused->part);
        if (*refused->part && offset != refused->offset)
            fail_msg("%s: at %zu, not %zu", refused->text, offset, refused->offset);
    }
}

static void a_wrong_column_is_named_by_its_index(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const texts[] = {"x + 1", "upper(x", "unknown(x)"};
    struct weir_error error = {0};
    size_t offset = 99;
    size_t index = 99;

    (void)state;
    assert_null(weir_sql_columns(names, texts, 3, &index, &offset, &error));
    assert_int_equal(index, 1);
    assert_int_equal(offset, 7);
}

static void what_fails_at_a_row_says_which(void **state)
{
    static const char rows[] = "[{\"a\":\"{}\"},{\"a\":\"{\"},{\"a\":\"{}\"}]";

    (void)state;
    run_fails(condition("a ->> 'x' IS NULL"), rows, "E-SQL", "row 2 of the batch: malformed JSON");
    run_fails(columns("b", "a -> 'x'"), rows, "E-SQL", "row 2 of the batch: malformed JSON");
    run_fails(query("SELECT a -> 'x' AS b FROM batch"), rows, "E-SQL", "row 2");
    run_fails(columns("b", "CAST(x'ff' AS TEXT)"), rows, "E-UTF8", "'b'");
    run_fails(columns("b", "char(0)"), rows, "E-TEXT-NUL", "'b'");
    run_fails(columns("b", "abs(-9223372036854775807 - 1)"), rows, "E-SQL", "integer overflow");
    run_fails(columns("b", "zeroblob(100000000)"), rows, "E-SQL", "too big");
    run_fails(query("SELECT * FROM batch x JOIN batch y"), rows, "E-COLUMN-COLLISION", "'a'");
}

static void a_name_of_two_tables_is_ambiguous_when_it_is(void **state)
{
    (void)state;
    run(query("SELECT value FROM batch, json_each(items)"), "[{\"items\":[1,2]}]",
        "{value:1}{value:2}");
    run_fails(query("SELECT value FROM batch, json_each(items)"), "[{\"items\":[1],\"value\":2}]",
        "E-SQL", "ambiguous column name: value");
    run_fails(query("WITH t AS (SELECT 1 AS b) SELECT b FROM t, batch"), "[{\"b\":2}]", "E-SQL",
        "ambiguous column name: b");
    run(condition("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 2)"),
        "[{\"tags\":[1,2],\"value\":7}]", "{tags:[1,2],value:7}");
}

static void a_runaway_ends(void **state)
{
    static const char rows[] = "[{\"a\":1}]";

    (void)state;
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT i FROM n"),
        rows, "E-LIMIT", "10000000 rows");
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT zeroblob(1000000) AS z FROM n"),
        rows, "E-LIMIT", "256 MiB");
}

/* Long, so it comes last: nothing of the result bounds this one. */
static void a_runaway_without_rows_ends(void **state)
{
    (void)state;
    run_fails(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT count(*) AS n FROM n"),
        "[{\"a\":1}]", "E-LIMIT", "does not come to an end");
}

static void wide_batches_are_taken_up_to_sqlites_bound(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_error error = {0};
    struct weir_sql *star = query("SELECT * FROM batch");
    struct weir_sql *named = query("SELECT c2499 AS x FROM batch");

    (void)state;
    weir_batch_add_unit(batch, NULL);
    weir_batch_add_row(batch);
    for (int i = 0; i < 2500; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "c%d", i);
        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), weir_bool(i % 2));
    }
    assert_int_equal(weir_sql_run(star, batch, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-LIMIT-COLUMNS");
    weir_sql_free(star);
    run_over(named, batch, "{x:true}");
    weir_batch_free(batch);
}

static void a_wide_star_keeps_bools(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    struct weir_sql *star = query("SELECT * FROM batch");
    struct weir_error error = {0};

    (void)state;
    weir_batch_add_unit(batch, NULL);
    weir_batch_add_row(batch);
    for (int i = 0; i < 300; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "c%d", i);
        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)),
            i % 2 ? weir_bool(true) : weir_text(WEIR_DECIMAL, weir_str("0.10000000000000000551")));
    }
    assert_int_equal(weir_sql_run(star, batch, &error), WEIR_OK);
    for (size_t c = 0; c < batch->n_columns; c++)
        assert_int_equal(batch->columns[c].kinds, 1U << (c % 2 ? WEIR_BOOL : WEIR_DECIMAL));
    weir_sql_free(star);
    weir_batch_free(batch);
}

enum { N_THREADS = 8, N_RUNS = 60 };

struct shared {
    struct weir_sql *filter;
    struct weir_sql *set;
    struct weir_sql *star;
};

static void run_one(struct weir_sql *sql, struct weir_batch *batch)
{
    struct weir_error error = {0};

    if (weir_sql_run(sql, batch, &error) != WEIR_OK)
        abort();
}

static void *run_many(void *arg)
{
    const struct shared *shared = arg;

    for (int i = 0; i < N_RUNS; i++) {
        struct weir_batch *batch = batch_of(
            i % 2 ? "[{\"a\":1,\"t\":\"x\"},{\"a\":2,\"t\":\"y\"}]" : "[{\"t\":\"z\",\"a\":3}]");
        size_t b;

        run_one(shared->filter, batch);
        run_one(shared->set, batch);
        run_one(shared->star, batch);
        b = weir_batch_find(batch, weir_str("b"));
        if (batch->n_rows != 1 || b == SIZE_MAX ||
            !weir_str_is(weir_value_str(&batch->columns[b].values[0]), i % 2 ? "Y2" : "Z3"))
            abort();
        weir_batch_free(batch);
    }
    return NULL;
}

static void threads_share_what_is_compiled(void **state)
{
    struct shared shared = {
        .filter = condition("a > 1"),
        .set = columns("b", "upper(t) || a"),
        .star = query("SELECT *, 1 AS one FROM batch"),
    };
    pthread_t threads[N_THREADS];

    (void)state;
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, &shared), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    weir_sql_free(shared.filter);
    weir_sql_free(shared.set);
    weir_sql_free(shared.star);
}

static void *run_endless(void *arg)
{
    struct weir_batch *batch = batch_of("[{\"a\":1}]");
    static struct weir_error error;

    error = (struct weir_error){0};
    if (weir_sql_run(arg, batch, &error) != WEIR_FAIL)
        abort();
    weir_batch_free(batch);
    return &error;
}

static void what_runs_can_be_stopped(void **state)
{
    struct weir_sql *sql = query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                 "SELECT count(*) AS n FROM n");
    struct timespec wait = {.tv_nsec = 50 * 1000 * 1000};
    pthread_t thread;
    void *error;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, run_endless, sql), 0);
    (void)nanosleep(&wait, NULL);
    weir_sql_interrupt(sql);
    assert_int_equal(pthread_join(thread, &error), 0);
    assert_string_equal(((struct weir_error *)error)->code, "E-STOPPED");
    weir_sql_free(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_keeps_what_is_true),
        cmocka_unit_test(a_missing_column_is_null),
        cmocka_unit_test(names_may_be_any_text),
        cmocka_unit_test(names_that_differ_in_case_are_told_apart_or_refused),
        cmocka_unit_test(a_text_in_double_quotes_is_a_name),
        cmocka_unit_test(columns_are_set_in_place_or_added),
        cmocka_unit_test(all_kinds_pass_through_an_expression),
        cmocka_unit_test(kinds_are_found_again_behind_a_sort),
        cmocka_unit_test(digits_that_cannot_be_told_apart_are_refused),
        cmocka_unit_test(a_decimal_compares_as_a_number),
        cmocka_unit_test(times_are_texts_to_sql_and_times_again),
        cmocka_unit_test(json_nests_and_stays_json),
        cmocka_unit_test(a_select_is_made_of_each_unit_alone),
        cmocka_unit_test(a_unit_that_failed_gives_no_rows),
        cmocka_unit_test(a_star_takes_the_columns_of_each_batch),
        cmocka_unit_test(many_sets_of_columns_take_turns),
        cmocka_unit_test(what_is_no_expression_is_refused),
        cmocka_unit_test(what_is_no_query_is_refused),
        cmocka_unit_test(a_wrong_column_is_named_by_its_index),
        cmocka_unit_test(what_fails_at_a_row_says_which),
        cmocka_unit_test(a_name_of_two_tables_is_ambiguous_when_it_is),
        cmocka_unit_test(wide_batches_are_taken_up_to_sqlites_bound),
        cmocka_unit_test(a_wide_star_keeps_bools),
        cmocka_unit_test(threads_share_what_is_compiled),
        cmocka_unit_test(what_runs_can_be_stopped),
        cmocka_unit_test(a_runaway_ends),
        cmocka_unit_test(a_runaway_without_rows_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
