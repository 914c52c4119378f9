/*
 * Random values of each type: what is taken comes back from both kinds of COPY as
 * the server itself reads it from a text that was written apart from weir; what is
 * refused, the server refuses too, or stores something else.
 */
#include "postgres_samples.h"
#include "postgres_values.h"

struct spec {
    const char *type;
    struct sample (*make)(struct weir_arena *arena);
    const char *same; /* true where the server has kept what it was told; NULL: not to be asked */
    const char *read; /* how the server reads the literal; NULL: as the type does */
    bool must_take;   /* all of them */
};

/* Halfway between two doubles, the server's fewest digits may be one more than weir's. */
#define DIGITS_BELOW(n)                                                                            \
    "v::text::numeric = $2::text::numeric"                                                         \
    " AND length(regexp_replace(v::text, 'e.*|[^0-9]', '', 'g')) < " #n

#define LIST(type)                                                                                 \
    "COALESCE((SELECT array_agg(x::" type " ORDER BY n) FROM json_array_elements_text($2::json)"   \
    " WITH ORDINALITY AS e (x, n)), '{}')"

static const struct spec specs[] = {
    {"smallint", an_int, "v::text::numeric = $2::numeric"},
    {"integer", an_int, "v::text::numeric = $2::numeric"},
    {"bigint", an_int, NULL, NULL, true},
    {"bigint", a_decimal, NULL, "$2::text::numeric"},
    {"double precision", a_float, NULL, NULL, true},
    {"double precision", a_decimal, DIGITS_BELOW(17)},
    {"real", a_short_float, DIGITS_BELOW(9)},
    {"numeric", a_decimal, "v = $2::numeric"},
    {"numeric", an_int, NULL, NULL, true},
    {"numeric", a_float, NULL, NULL, true},
    {"numeric(20,5)", a_decimal, "v = $2::text::numeric"},
    {"numeric(6,6)", a_decimal, "v = $2::text::numeric"},
    {"numeric(3,-2)", a_decimal, "v = $2::text::numeric"},
    {"numeric(12,2)", a_float, "v = $2::text::numeric"},
    {"text", a_text, NULL, NULL, true},
    {"varchar(10)", a_text, "v::text = $2"},
    {"char(6)", a_text, "length($2) <= 6"},
    {"bytea", some_bytes, NULL, NULL, true},
    {"timestamptz", a_moment, "v::text = $2"},
    {"timestamptz(2)", a_moment, "v = $2::text::timestamptz AND $2 !~ '\\.\\d{6}[1-9]'"},
    {"timestamp", a_local_time, "v::text = $2"},
    {"date", a_date, "v::text = $2"},
    {"time", a_clock, "v::text = $2"},
    {"time(3)", a_clock, "v::text = $2"},
    {"uuid", a_uuid, NULL, NULL, true},
    {"json", a_document, "v IS NOT NULL"},
    {"jsonb", a_document, "v IS NOT NULL"},
    {"text[]", some_strings, NULL, LIST("text")},
    {"integer[]", some_ints, NULL, LIST("int"), true},
    {"numeric[]", some_decimals, NULL, LIST("numeric"), true},
};

enum { SAMPLES = 1500 };

static bool insert_sample(const struct spec *spec, size_t i, const char *literal, bool only_same)
{
    char number[24];
    char sql[512];
    const char *parameters[] = {number, literal};
    PGresult *result;
    bool good;

    (void)snprintf(number, sizeof(number), "%zu", i);
    if (only_same)
        (void)snprintf(sql, sizeof(sql),
            "SELECT 1 FROM (SELECT $2::text::%s AS v, $1::text) AS t WHERE %s", spec->type,
            spec->same);
    else
        (void)snprintf(sql, sizeof(sql), "INSERT INTO pg_temp.o VALUES ($1, %s)",
            spec->read ? spec->read : "$2");
    result = PQexecParams(db, sql, 2, NULL, parameters, NULL, NULL, 0);
    good = only_same ? PQntuples(result) > 0 : PQresultStatus(result) == PGRES_COMMAND_OK;
    (void)snprintf(server_said, sizeof(server_said), "%s", PQresultErrorMessage(result));
    PQclear(result);
    return good;
}

static void compare(const struct spec *spec, const char *table)
{
    char sql[256];
    PGresult *result;

    (void)snprintf(sql, sizeof(sql),
        "SELECT a.v::text, o.v::text FROM pg_temp.o AS o LEFT JOIN pg_temp.%s AS a USING (i)"
        " WHERE a.i IS NULL OR a.v::text IS DISTINCT FROM o.v::text",
        table);
    result = PQexec(db, sql);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    if (PQntuples(result) != 0)
        fail_msg("%s, by %s: %d differ; %s, and not %s", spec->type, table, PQntuples(result),
            PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
    PQclear(result);
}

static void check_spec(const struct spec *spec)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_value *values = weir_new_array(arena, SAMPLES, struct weir_value);
    struct type type;
    size_t n = 0;

    make_table("o", spec->type);
    make_table("as_text", spec->type);
    make_table("as_binary", spec->type);
    type = read_type("o");
    for (size_t i = 0; i < SAMPLES; i++) {
        struct sample sample = spec->make(arena);
        const char *why = NULL;

        if (type_takes_value(&type, &sample.value, &why)) {
            if (!insert_sample(spec, n, sample.literal, false))
                fail_msg("%s takes %s, but: %s", spec->type, sample.literal, server_said);
            values[n++] = sample.value;
        } else if (spec->must_take) {
            fail_msg("%s: %s %s", spec->type, sample.literal, why);
        } else if (spec->same && insert_sample(spec, 0, sample.literal, true)) {
            fail_msg(
                "%s does not take %s, though the server would keep it", spec->type, sample.literal);
        }
    }
    if (!copy_rows("as_text", &type, values, n, false))
        fail_msg("%s as text: %s", spec->type, server_said);
    if (!copy_rows("as_binary", &type, values, n, true))
        fail_msg("%s as binary: %s", spec->type, server_said);
    compare(spec, "as_text");
    compare(spec, "as_binary");
    print_message("    %s: %zu of %d taken\n", spec->type, n, SAMPLES);
    assert_true(n > SAMPLES / 100);
    weir_arena_free(arena);
}

static void test_random(void **state)
{
    const char *seed = getenv("WEIR_TEST_SEED");

    (void)state;
    if (seed)
        chance ^= strtoull(seed, NULL, 10);
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
        check_spec(&specs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
