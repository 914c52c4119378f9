/*
 * What types say a column takes is what the server stores, by both kinds of COPY;
 * what they refuse, the server would have refused or changed.
 */
#include "postgres_values.h"

#include <math.h>

struct taken {
    const char *type;
    struct weir_value value;
    const char *stored; /* as the server writes it; NULL: null */
};

static const struct taken taken[] = {
    {"boolean", BOOL(true), "true"},
    {"boolean", BOOL(false), "false"},
    {"boolean", {.kind = WEIR_NULL}, NULL},
    {"smallint", INT(-32768), "-32768"},
    {"smallint", INT(32767), "32767"},
    {"integer", INT(-2147483648), "-2147483648"},
    {"integer", INT(2147483647), "2147483647"},
    {"bigint", INT(INT64_MIN), "-9223372036854775808"},
    {"bigint", INT(INT64_MAX), "9223372036854775807"},
    {"bigint", FLOAT(-6000699999990000000.0), "-6000699999990000000"},
    {"bigint", FLOAT(9007199254740992.0), "9007199254740992"},
    {"bigint", FLOAT(1e18), "1000000000000000000"},
    {"bigint", TEXT("-9223372036854775808"), "-9223372036854775808"},
    {"integer", FLOAT(5.0), "5"},
    {"integer", TEXT("42"), "42"},
    {"integer", DECIMAL("42"), "42"},
    {"real", FLOAT(0.1), "0.1"},
    {"real", FLOAT(16777217.0 - 1), "1.6777216e+07"},
    {"real", FLOAT(3.4028235e38), "3.4028235e+38"},
    {"real", FLOAT(1e-45), "1e-45"},
    {"real", FLOAT((double)NAN), "NaN"},
    {"real", FLOAT((double)-INFINITY), "-Infinity"},
    {"real", INT(16777216), "1.6777216e+07"},
    {"double precision", FLOAT(0.1), "0.1"},
    {"double precision", FLOAT(-0.0), "-0"},
    {"double precision", FLOAT(5e-324), "5e-324"},
    {"double precision", FLOAT(1.7976931348623157e308), "1.7976931348623157e+308"},
    {"double precision", FLOAT((double)NAN), "NaN"},
    {"double precision", FLOAT((double)INFINITY), "Infinity"},
    {"double precision", INT(1LL << 53), "9.007199254740992e+15"},
    {"double precision", INT(1000000000000000000), "1e+18"},
    {"double precision", TEXT("1.5"), "1.5"},
    {"double precision", DECIMAL("1.50"), "1.5"},
    {"numeric", INT(0), "0"},
    {"numeric", INT(10000), "10000"},
    {"numeric", INT(100000000), "100000000"},
    {"numeric", INT(INT64_MIN), "-9223372036854775808"},
    {"numeric", INT(123450000), "123450000"},
    {"numeric", FLOAT(0.1), "0.1"},
    {"numeric", FLOAT(1e-7), "0.0000001"},
    {"numeric", FLOAT(1e22), "10000000000000000000000"},
    {"numeric", FLOAT((double)NAN), "NaN"},
    {"numeric", FLOAT((double)INFINITY), "Infinity"},
    {"numeric", FLOAT(-(double)INFINITY), "-Infinity"},
    {"numeric", DECIMAL("1.50"), "1.50"},
    {"numeric", DECIMAL("-0.0000"), "0.0000"},
    {"numeric", DECIMAL("0.00010"), "0.00010"},
    {"numeric", DECIMAL("0.00001"), "0.00001"},
    {"numeric", DECIMAL("1.5e3"), "1500"},
    {"numeric", DECIMAL("1.50E-3"), "0.00150"},
    {"numeric", DECIMAL("123456789012345678901234567890.123456789012345678901234567890"),
        "123456789012345678901234567890.123456789012345678901234567890"},
    {"numeric", TEXT("10.00"), "10.00"},
    {"numeric(5,2)", DECIMAL("999.99"), "999.99"},
    {"numeric(5,2)", DECIMAL("1.5000"), "1.50"},
    {"numeric(5,2)", INT(-999), "-999.00"},
    {"numeric(5,2)", FLOAT((double)NAN), "NaN"},
    {"numeric(2,3)", DECIMAL("0.099"), "0.099"},
    {"numeric(3,-2)", INT(12300), "12300"},
    {"numeric(3,-2)", INT(0), "0"},
    {"text", TEXT(""), ""},
    {"text", TEXT("\\N"), "\\N"},
    {"text", TEXT("a\tb\nc\rd\\e\vf\bg\fh\"'"), "a\tb\nc\rd\\e\vf\bg\fh\"'"},
    {"text", TEXT("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80"},
    {"text", BOOL(true), "true"},
    {"text", INT(-5), "-5"},
    {"text", FLOAT(0.1), "0.1"},
    {"text", DECIMAL("1.500"), "1.500"},
    {"text", BYTES("\0\xff"), "\\x00ff"},
    {"text", JSON("{\"a\": \"\\n\"}"), "{\"a\": \"\\n\"}"},
    {"text", NUMBER(WEIR_DATE, 0), "1970-01-01"},
    {"text", NUMBER(WEIR_TIMESTAMP, 1500000), "1970-01-01T00:00:01.500000Z"},
    {"varchar(3)", TEXT("\xc3\xa9\xc3\xa9\xc3\xa9"), "\xc3\xa9\xc3\xa9\xc3\xa9"},
    {"varchar(3)", TEXT("a  "), "a  "},
    {"char(3)", TEXT("abc"), "abc"},
    {"varchar", TEXT("any"), "any"},
    {"name", TEXT("n"), "n"},
    {"\"char\"", TEXT("x"), "x"},
    {"bytea", BYTES(""), "\\x"},
    {"bytea", BYTES("\0\\\n\xff"), "\\x005c0aff"},
    {"timestamptz", NUMBER(WEIR_TIMESTAMP, -1), "1969-12-31 23:59:59.999999+00"},
    {"timestamptz", NUMBER(WEIR_TIMESTAMP, -62135596800000000), "0001-01-01 00:00:00+00"},
    {"timestamptz", NUMBER(WEIR_TIMESTAMP, 253402300799999999), "9999-12-31 23:59:59.999999+00"},
    {"timestamptz", NUMBER(WEIR_DATE, 1), "1970-01-02 00:00:00+00"},
    {"timestamptz", TEXT("2024-05-01T10:00:00+02:00"), "2024-05-01 08:00:00+00"},
    {"timestamptz", TEXT("2024-05-01t10:00:00.120000000z"), "2024-05-01 10:00:00.12+00"},
    {"timestamptz", TEXT("2024-05-01 10:00"), "2024-05-01 10:00:00+00"},
    {"timestamptz", TEXT("2024-05-01 10:00:00-0330"), "2024-05-01 13:30:00+00"},
    {"timestamptz", TEXT("2024-02-29"), "2024-02-29 00:00:00+00"},
    {"timestamptz(3)", TEXT("2024-05-01T10:00:00.123000Z"), "2024-05-01 10:00:00.123+00"},
    {"timestamptz(0)", NUMBER(WEIR_TIMESTAMP, 1000000), "1970-01-01 00:00:01+00"},
    {"timestamp", NUMBER(WEIR_TIMESTAMP, 0), "1970-01-01 00:00:00"},
    {"timestamp", TEXT("2024-05-01T10:00:00"), "2024-05-01 10:00:00"},
    {"timestamp", TEXT("2024-05-01T10:00:00Z"), "2024-05-01 10:00:00"},
    {"date", NUMBER(WEIR_DATE, -719162), "0001-01-01"},
    {"date", NUMBER(WEIR_DATE, 2932896), "9999-12-31"},
    {"date", TEXT("2000-02-29"), "2000-02-29"},
    {"time", TEXT("00:00"), "00:00:00"},
    {"time", TEXT("23:59:59.999999"), "23:59:59.999999"},
    {"time(2)", TEXT("10:00:00.12"), "10:00:00.12"},
    {"uuid", TEXT("{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}"),
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"uuid", TEXT("urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"uuid", TEXT("a0eebc999c0b4ef8bb6d6bb9bd380a11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"json", JSON("{ \"a\" :1.50,\"a\":\"\\u0000\\ud800\"}"),
        "{ \"a\" :1.50,\"a\":\"\\u0000\\ud800\"}"},
    {"json", TEXT("a\"\\\n\tb\x01"), "\"a\\\"\\\\\\u000a\\u0009b\\u0001\""},
    {"json", TEXT("a\0b"), "\"a\\u0000b\""},
    {"json", DECIMAL("1.50"), "1.50"},
    {"jsonb", JSON("{\"b\": [1.50, null, true], \"a\": {}}"),
        "{\"a\": {}, \"b\": [1.50, null, true]}"},
    {"jsonb", JSON("[\"\\\\u0000\", \"\\ud83d\\ude00\"]"), "[\"\\\\u0000\", \"\xf0\x9f\x98\x80\"]"},
    {"jsonb", TEXT("{}"), "\"{}\""},
    {"jsonb", INT(5), "5"},
    {"jsonb", BOOL(false), "false"},
    {"jsonb", FLOAT(1e22), "10000000000000000000000"},
    {"jsonb", DECIMAL("1.50"), "1.50"},
    {"jsonb", NUMBER(WEIR_DATE, 0), "\"1970-01-01\""},
    {"integer[]", JSON("[]"), "{}"},
    {"integer[]", JSON(" [ 1 , null , -3 ] "), "{1,NULL,-3}"},
    {"bigint[]", JSON("[9223372036854775807]"), "{9223372036854775807}"},
    {"numeric[]", JSON("[1.50, 123456789012345678901234567890]"),
        "{1.50,123456789012345678901234567890}"},
    {"double precision[]", JSON("[1, 1e300]"), "{1,1e+300}"},
    {"boolean[]", JSON("[true,false,null]"), "{t,f,NULL}"},
    {"text[]", JSON("[\"\", \"NULL\", null, \"a\\\"\\\\\\n\\t{},\", 1.50, true]"),
        "{\"\",\"NULL\",NULL,\"a\\\"\\\\\n\t{},\",1.50,true}"},
    {"text[]", JSON("[\"\\u00e9\\ud83d\\ude00\"]"), "{\xc3\xa9\xf0\x9f\x98\x80}"},
    {"varchar(2)[]", JSON("[\"ab\"]"), "{ab}"},
    {"timestamptz[]", JSON("[\"2024-05-01T10:00:00+02:00\"]"), "{\"2024-05-01 08:00:00+00\"}"},
    {"uuid[]", JSON("[\"A0EEBC999C0B4EF8BB6D6BB9BD380A11\"]"),
        "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"},
    {"jsonb[]", JSON("[\"a\\\"b\", 1.50, true]"), "{\"\\\"a\\\\\\\"b\\\"\",1.50,true}"},
    {"interval[]", JSON("[\"1 day\"]"), "{\"1 day\"}"},
    {"interval", TEXT("1 day"), "1 day"},
    {"inet", TEXT("10.0.0.1"), "10.0.0.1/32"},
    {"point", TEXT("(1,2)"), "(1,2)"},
    {"weir_mood", TEXT("ok"), "ok"},
    {"weir_mood[]", JSON("[\"ok\", null]"), "{ok,NULL}"},
    {"weir_short", TEXT("abc"), "abc"},
};

/* A text, because then the server can be asked what it would have made of it. */
struct refused {
    const char *type;
    const char *text;
    enum weir_kind kind; /* of the value; a text where it is null */
};

static const struct refused refused[] = {
    {"smallint", "32768", WEIR_TEXT},
    {"smallint", "-32769", WEIR_TEXT},
    {"integer", "2147483648", WEIR_TEXT},
    {"bigint", "9223372036854775808", WEIR_DECIMAL},
    {"bigint", "-9223372036854775809", WEIR_DECIMAL},
    {"bigint", "1.5", WEIR_DECIMAL},
    {"bigint", "007", WEIR_TEXT},
    {"bigint", " 7", WEIR_TEXT},
    {"bigint", "+7", WEIR_TEXT},
    {"bigint", "", WEIR_TEXT},
    {"real", "16777217", WEIR_DECIMAL},
    {"real", "0.123456789", WEIR_DECIMAL},
    {"real", "1e39", WEIR_DECIMAL},
    {"real", "1e-60", WEIR_DECIMAL},
    {"double precision", "9007199254740993", WEIR_DECIMAL},
    {"double precision", "-9223372036854775808", WEIR_DECIMAL},
    {"double precision", "0.1000000000000000055", WEIR_DECIMAL},
    {"double precision", "1e400", WEIR_DECIMAL},
    {"double precision", "1e-400", WEIR_DECIMAL},
    {"numeric", "1e131072", WEIR_DECIMAL},
    {"numeric", "1e-16384", WEIR_DECIMAL},
    {"numeric", "1e9999999999999", WEIR_DECIMAL},
    {"numeric(5,2)", "1.005", WEIR_DECIMAL},
    {"numeric(5,2)", "1000", WEIR_DECIMAL},
    {"numeric(5,2)", "999.999", WEIR_DECIMAL},
    {"numeric(5,2)", "Infinity", WEIR_DECIMAL},
    {"numeric(3,-2)", "12345", WEIR_DECIMAL},
    {"numeric(2,3)", "0.1", WEIR_DECIMAL},
    {"boolean", "1", WEIR_TEXT},
    {"boolean", "yes", WEIR_TEXT},
    {"varchar(3)", "abcd", WEIR_TEXT},
    {"varchar(3)", "abc ", WEIR_TEXT},
    {"char(3)", "abc ", WEIR_TEXT},
    {"char(3)", "abcd", WEIR_TEXT},
    {"name", "0123456789012345678901234567890123456789012345678901234567890123", WEIR_TEXT},
    {"\"char\"", "xy", WEIR_TEXT},
    {"bytea", "abc", WEIR_TEXT},
    {"timestamptz", "2024-05-01T10:00:00.1234567Z", WEIR_TEXT},
    {"timestamptz", "2024-05-01T10:00:60Z", WEIR_TEXT},
    {"timestamptz", "2023-02-29T10:00:00Z", WEIR_TEXT},
    {"timestamptz", "2024-05-01T25:00:00Z", WEIR_TEXT},
    {"timestamptz", "0000-05-01T10:00:00Z", WEIR_TEXT},
    {"timestamptz", "now", WEIR_TEXT},
    {"timestamptz", "tomorrow", WEIR_TEXT},
    {"timestamptz", "01/02/2024", WEIR_TEXT},
    {"timestamptz(3)", "2024-05-01T10:00:00.1234Z", WEIR_TEXT},
    {"timestamp", "2024-05-01T10:00:00+02:00", WEIR_TEXT},
    {"date", "2024-05-01T10:00:00", WEIR_TEXT},
    {"date", "2023-02-29", WEIR_TEXT},
    {"time", "10:00:00+02", WEIR_TEXT},
    {"time", "10:00:60", WEIR_TEXT},
    {"time", "10:00:00.1234567", WEIR_TEXT},
    {"time(2)", "10:00:00.123", WEIR_TEXT},
    {"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", WEIR_TEXT},
    {"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", WEIR_TEXT},
    {"jsonb", "[\"\\u0000\"]", WEIR_JSON},
    {"jsonb", "{\"a\\u0000\": 1}", WEIR_JSON},
    {"jsonb", "[\"\\\\\\u0000\"]", WEIR_JSON},
    {"jsonb", "[\"\\ud800\"]", WEIR_JSON},
    {"jsonb", "[\"\\ude00\\ud83d\"]", WEIR_JSON},
    {"jsonb", "[\"\\ud83d\\ud83d\\ude00\"]", WEIR_JSON},
    {"jsonb", "[1e131072]", WEIR_JSON},
    {"jsonb", "{\"a\": -1e-16384}", WEIR_JSON},
    {"jsonb", "[1,]", WEIR_JSON},
    {"jsonb", "{\"a\" 1}", WEIR_JSON},
    {"jsonb", "[1] 2", WEIR_JSON},
    {"jsonb", "[01]", WEIR_JSON},
    {"jsonb", "[\"\\x\"]", WEIR_JSON},
    {"jsonb", "[\"a\nb\"]", WEIR_JSON},
    {"jsonb", "[tru]", WEIR_JSON},
    {"jsonb", "", WEIR_JSON},
    {"jsonb", "[\"a", WEIR_JSON},
    {"jsonb", "NaN", WEIR_DECIMAL},
    {"integer[]", "[2147483648]", WEIR_JSON},
    {"integer[]", "[[1]]", WEIR_JSON},
    {"integer[]", "{\"a\":1}", WEIR_JSON},
    {"integer[]", "[1,]", WEIR_JSON},
    {"integer[]", "[1", WEIR_JSON},
    {"integer[]", "[1] 2", WEIR_JSON},
    {"text[]", "[\"\\u0000\"]", WEIR_JSON},
    {"varchar(2)[]", "[\"abc\"]", WEIR_JSON},
    {"weir_short", "abcd", WEIR_TEXT},
};

/* How the server reads the text for the type of the table; false if it does not. */
static bool insert_text(const char *table, size_t i, const char *text)
{
    char sql[128];
    char number[24];
    const char *parameters[] = {number, text};
    PGresult *result;
    bool good;

    (void)snprintf(number, sizeof(number), "%zu", i);
    (void)snprintf(sql, sizeof(sql), "INSERT INTO pg_temp.%s VALUES ($1, $2)", table);
    result = PQexecParams(db, sql, 2, NULL, parameters, NULL, NULL, 0);
    good = PQresultStatus(result) == PGRES_COMMAND_OK;
    (void)snprintf(server_said, sizeof(server_said), "%s", PQresultErrorMessage(result));
    PQclear(result);
    return good;
}

/* The only value of the table as text, on the heap; NULL where it is null. */
static char *read_text(const char *table)
{
    char sql[128];
    PGresult *result;
    char *text = NULL;

    (void)snprintf(sql, sizeof(sql), "SELECT v::text FROM pg_temp.%s ORDER BY i LIMIT 1", table);
    result = PQexec(db, sql);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    if (PQntuples(result) == 1 && !PQgetisnull(result, 0, 0)) {
        text = strdup(PQgetvalue(result, 0, 0));
        assert_non_null(text);
    }
    PQclear(result);
    return text;
}

static void make_types(void)
{
    run_sql("DROP TYPE IF EXISTS pg_temp.weir_mood; DROP DOMAIN IF EXISTS pg_temp.weir_short");
    run_sql("CREATE TYPE pg_temp.weir_mood AS ENUM ('ok', 'bad')");
    run_sql("CREATE DOMAIN pg_temp.weir_short AS varchar(3)");
}

static void sql_type(char *out, size_t size, const char *type)
{
    (void)snprintf(out, size, "%s%s", strncmp(type, "weir_", 5) == 0 ? "pg_temp." : "", type);
}

static void check_stored(const struct taken *t, const struct type *type, bool binary)
{
    char *stored;

    run_sql("TRUNCATE pg_temp.t");
    if (!copy_rows("t", type, &t->value, 1, binary))
        fail_msg("%s, to be %s: %s", t->type, t->stored, server_said);
    stored = read_text("t");
    if (!stored != !t->stored || (stored && strcmp(stored, t->stored) != 0))
        fail_msg("%s: %s, and not %s", t->type, stored, t->stored);
    free(stored);
}

static void test_taken(void **state)
{
    (void)state;
    make_types();
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        const struct taken *t = &taken[i];
        const char *why = "";
        char name[64];
        struct type type;

        sql_type(name, sizeof(name), t->type);
        make_table("t", name);
        type = read_type("t");
        if (!type_takes_value(&type, &t->value, &why))
            fail_msg("%s, to be %s: %s", t->type, t->stored, why);
        if (type_is_binary(&type))
            check_stored(t, &type, true);
        check_stored(t, &type, false);
    }
    run_sql("DROP TABLE pg_temp.t");
}

static void test_refused(void **state)
{
    (void)state;
    make_types();
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const struct refused *r = &refused[i];
        struct weir_value value = weir_text(r->kind, weir_str(r->text));
        const char *why = NULL;
        char name[64];
        struct type type;

        sql_type(name, sizeof(name), r->type);
        make_table("t", name);
        type = read_type("t");
        if (type_takes_value(&type, &value, &why))
            fail_msg("%s takes %s", r->type, r->text);
        assert_non_null(why);
        if (insert_text("t", 0, r->text)) {
            char *stored = read_text("t");

            if (stored && strcmp(stored, r->text) == 0)
                fail_msg("%s could have stored %s", r->type, r->text);
            free(stored);
        }
    }
    run_sql("DROP TABLE pg_temp.t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
