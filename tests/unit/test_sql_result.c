/* Kinds and digits: what passes through SQL stays what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql_checks.h"
#include <cmocka.h>

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

static struct weir_batch *batch_of_times(void)
{
    static const int64_t times[] = {
        0, 1700000000123456, -1, -62135596800000000, 253402300799000000};
    static const int64_t dates[] = {0, 19000, -1, -719162, 2932896};
    struct weir_batch *batch = weir_batch_new(NULL);
    size_t t = weir_batch_column(batch, weir_str("t"));
    size_t d = weir_batch_column(batch, weir_str("d"));
    size_t i = weir_batch_column(batch, weir_str("i"));

    weir_batch_add_unit(batch, NULL);
    for (size_t r = 0; r < COUNT(times); r++) {
        struct weir_value time = {.kind = WEIR_TIMESTAMP};
        struct weir_value date = {.kind = WEIR_DATE};

        time.integer = times[r];
        date.integer = dates[r];
        weir_batch_add_row(batch);
        weir_batch_set(batch, t, time);
        weir_batch_set(batch, d, date);
        weir_batch_set(batch, i, weir_int((int64_t)r));
    }
    return batch;
}

static void times_are_times_again(void **state)
{
    static const char *const texts[] = {
        "SELECT t, d FROM batch",
        "SELECT t, d FROM batch ORDER BY nowhere",
        "SELECT t, d FROM batch GROUP BY 1, 2 ORDER BY min(i)",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct weir_batch *batch = batch_of_times();

        run_over(query(texts[i]), batch,
            "{t:timestamp:\"1970-01-01T00:00:00Z\",d:date:\"1970-01-01\"}"
            "{t:timestamp:\"2023-11-14T22:13:20.123456Z\",d:date:\"2022-01-08\"}"
            "{t:timestamp:\"1969-12-31T23:59:59.999999Z\",d:date:\"1969-12-31\"}"
            "{t:timestamp:\"0001-01-01T00:00:00Z\",d:date:\"0001-01-01\"}"
            "{t:timestamp:\"9999-12-31T23:59:59Z\",d:date:\"9999-12-31\"}");
        weir_batch_free(batch);
    }
}

static void times_are_texts_to_sql(void **state)
{
    struct weir_batch *batch = batch_of_times();

    (void)state;
    run_over(query("SELECT strftime('%Y', t) || substr(d, 1, 4) AS s FROM batch"), batch,
        "{s:\"19701970\"}{s:\"20232022\"}{s:\"19691969\"}{s:\"00010001\"}{s:\"99999999\"}");
    weir_batch_free(batch);
}

static void bytes_stay_bytes(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)state;
    weir_batch_add_unit(batch, NULL);
    weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("b")),
        weir_text(WEIR_BYTES, (struct weir_str){"\0\xff", 2}));
    run_over(query("SELECT b, hex(b) AS h, substr(b, 2) AS s, x'' AS e FROM batch ORDER BY 1"),
        batch, "{b:bytes:\"00ff\",h:\"00FF\",s:bytes:\"ff\",e:bytes:\"\"}");
    weir_batch_free(batch);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_pass_through_an_expression),
        cmocka_unit_test(kinds_are_found_again_behind_a_sort),
        cmocka_unit_test(digits_that_cannot_be_told_apart_are_refused),
        cmocka_unit_test(a_decimal_compares_as_a_number),
        cmocka_unit_test(times_are_times_again),
        cmocka_unit_test(times_are_texts_to_sql),
        cmocka_unit_test(bytes_stay_bytes),
        cmocka_unit_test(json_nests_and_stays_json),
        cmocka_unit_test(a_wide_star_keeps_bools),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
