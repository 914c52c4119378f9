#include <connect/connection.h>
#include <connect/error.h>
#include <connect/error_take.h>
#include <connect/meaning.h>
#include <connect/target.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct weir_error told;

static void on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    (void)stage;
    told = *error;
}

static const struct weir_host host = {.size = sizeof(struct weir_host), .fail = on_fail};
static struct weir_stage stage = {.host = &host};
static const struct target target = {.name = "postgres://h:5432/d"};

static struct connection failed(const char *sqlstate)
{
    struct connection connection = {
        .stage = &stage, .target = &target, .fault = WEIR_FAULT_DESTINATION};

    told = (struct weir_error){0};
    (void)snprintf(connection.error.sqlstate, sizeof(connection.error.sqlstate), "%s", sqlstate);
    (void)snprintf(connection.error.text, sizeof(connection.error.text), "the text");
    return connection;
}

/* code NULL: to be tried again, and nothing is told. */
static void expect(const char *sqlstate, const char *code, enum weir_fault fault, bool is_of_row)
{
    struct connection connection = failed(sqlstate);
    enum weir_status status = connection_fail(&connection, "cannot do %d", 1);

    if ((status == WEIR_AGAIN) != !code || (code && strcmp(told.code, code) != 0))
        print_error("%s: %s\n", sqlstate, told.code);
    assert_int_equal(status, code ? WEIR_FAIL : WEIR_AGAIN);
    assert_string_equal(told.code, code ? code : "");
    assert_int_equal(told.fault, code ? fault : 0);
    assert_int_equal(pg_error_is_of_row(&connection.error), is_of_row);
}

static void each_refusal_has_its_code(void **state)
{
    (void)state;
    expect("22P02", "E-TYPE", WEIR_FAULT_DATA, true);
    expect("22003", "E-TYPE", WEIR_FAULT_DATA, true);
    expect("23505", "E-ROW-CONSTRAINT", WEIR_FAULT_DATA, true);
    expect("23514", "E-ROW-CONSTRAINT", WEIR_FAULT_DATA, true);
    expect("P0001", "E-ROW-CONSTRAINT", WEIR_FAULT_DATA, true);
    expect("44000", "E-ROW-CONSTRAINT", WEIR_FAULT_DATA, true);
    expect("54000", "E-LIMIT", WEIR_FAULT_DATA, true);
    expect("25006", "E-DB-READ-ONLY", WEIR_FAULT_DESTINATION, false);
    expect("28P01", "E-DB-AUTH", WEIR_FAULT_DESTINATION, false);
    expect("28000", "E-DB-AUTH", WEIR_FAULT_DESTINATION, false);
    expect("3D000", "E-DB-MISSING", WEIR_FAULT_DESTINATION, false);
    expect("42501", "E-DB-RIGHTS", WEIR_FAULT_DESTINATION, false);
    expect("42P01", "E-DB-SCHEMA", WEIR_FAULT_DESTINATION, false);
    expect("42703", "E-DB-SCHEMA", WEIR_FAULT_DESTINATION, false);
    expect("53100", "E-DB-DISK-FULL", WEIR_FAULT_DESTINATION, false);
    expect("53200", "E-DB-MEMORY", WEIR_FAULT_DESTINATION, false);
    expect("57P04", "E-DB-MISSING", WEIR_FAULT_DESTINATION, false);
    expect("58030", "E-DB-IO", WEIR_FAULT_DESTINATION, false);
    expect("XX001", "E-DB-CORRUPT", WEIR_FAULT_DESTINATION, false);
    expect("ZZ999", "E-DB", WEIR_FAULT_DESTINATION, false);
}

static void what_may_go_well_the_next_time_is_tried_again(void **state)
{
    static const char *const sqlstates[] = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03",
        "57P05", "53300", "08006", "08001", "25P03", "57014"};
    struct connection lost = failed("");

    (void)state;
    for (size_t i = 0; i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++)
        expect(sqlstates[i], NULL, WEIR_FAULT_NONE, false);
    assert_int_equal(connection_fail(&lost, "x"), WEIR_FAIL);
    lost.error.is_lost = true;
    assert_int_equal(connection_fail(&lost, "x"), WEIR_AGAIN);
    lost.error.code = "E-TLS";
    assert_int_equal(connection_fail(&lost, "x"), WEIR_FAIL);
}

static void an_error_names_place_cause_and_remedy(void **state)
{
    struct connection connection = failed("23514");
    struct weir_error error = {0};

    (void)state;
    (void)snprintf(connection.error.table, PG_NAME_SIZE, "t");
    (void)snprintf(connection.error.constraint, PG_NAME_SIZE, "small");
    assert_int_equal(connection_fail(&connection, "cannot add rows"), WEIR_FAIL);
    assert_string_equal(told.text,
        "postgres://h:5432/d: cannot add rows: the text (table \"t\", constraint \"small\") "
        "(23514); "
        "drop such rows with a 'filter' transform, or mend them with 'set'");
    connection_describe_row(&connection, &error);
    assert_string_equal(error.text,
        "the text (table \"t\", constraint \"small\") (23514); drop such rows with a 'filter' "
        "transform, or mend them with 'set'");
    connection = failed("57P01");
    assert_int_equal(connection_give_up(&connection, "cannot"), WEIR_FAIL);
    assert_string_equal(told.code, "E-DB-CONNECT");
    connection.fault = WEIR_FAULT_SOURCE;
    assert_int_equal(connection_give_up(&connection, "cannot"), WEIR_FAIL);
    assert_int_equal(told.fault, WEIR_FAULT_SOURCE);
    assert_int_equal(connection_refuse(&connection, WEIR_FAULT_LOCKED, "E-X", "%d", 7), WEIR_FAIL);
    assert_string_equal(told.text, "postgres://h:5432/d: 7");
}

static void a_query_of_a_source_is_looked_for_in_the_file(void **state)
{
    static const char *const sqlstates[] = {"42601", "42883", "42P01", "42703"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct connection connection = failed(sqlstates[i]);
        const char *remedy = i < 2 ? "check 'from', 'query' and 'key'" : "what the database has";

        assert_int_equal(connection_fail(&connection, "cannot read"), WEIR_FAIL);
        assert_non_null(strstr(told.text, "check what the database has by that name"));
        connection.fault = WEIR_FAULT_SOURCE;
        assert_int_equal(connection_fail(&connection, "cannot read"), WEIR_FAIL);
        assert_non_null(strstr(told.text, remedy));
        assert_int_equal(told.fault, WEIR_FAULT_SOURCE);
    }
}

static void a_source_is_not_mended_where_a_destination_would_be(void **state)
{
    static const char *const sqlstates[] = {"0A000", "22012", "22P02"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct connection connection = failed(sqlstates[i]);

        connection.fault = WEIR_FAULT_SOURCE;
        assert_int_equal(connection_fail(&connection, "cannot read"), WEIR_FAIL);
        assert_non_null(strstr(told.text, "check 'from', 'query' and 'key'"));
    }
    assert_string_equal(meaning_text("22012", false), "something is divided by zero");
}

/* The largest names leave room for what else there is. */
static void long_names_are_cut(void **state)
{
    struct connection connection = failed("23514");

    (void)state;
    memset(connection.error.table, 't', PG_NAME_SIZE - 1);
    memset(connection.error.column, 'c', PG_NAME_SIZE - 1);
    memset(connection.error.constraint, 'k', PG_NAME_SIZE - 1);
    assert_int_equal(connection_fail(&connection, "cannot"), WEIR_FAIL);
    assert_non_null(strstr(told.text, "kkk"));
}

static void messages_that_may_quote_values_are_replaced(void **state)
{
    static const char *const quoting[] = {"22P02", "22003", "22001", "22XYZ", "23505", "23514",
        "P0001", "P0002", "38000", "44000", "ZZ001"};

    (void)state;
    for (size_t i = 0; i < sizeof(quoting) / sizeof(quoting[0]); i++)
        assert_non_null(meaning_text(quoting[i], false));
    assert_null(meaning_text("42P01", false));
    assert_non_null(meaning_text("42P01", true));
}

static void a_password_is_hidden_wherever_it_stands(void **state)
{
    char text[] = "SECRETSECRET a SECRET b SECRE";

    (void)state;
    target_hide("SECRET", text);
    assert_string_equal(text, "****** a *** b SECRE");
    target_hide("***", text);
    target_hide("", text);
    target_hide(NULL, text);
    assert_string_equal(text, "****** a *** b SECRE");
}

static void expect_column(const char *context, const char *column)
{
    char out[PG_NAME_SIZE] = "";

    error_take_copied_column(context, out);
    assert_string_equal(out, column);
}

static void the_column_of_a_copy_is_found_and_no_value(void **state)
{
    (void)state;
    expect_column("COPY t, line 3, column mood: \"SECRET\"", "mood");
    expect_column("COPY t, line 3, column a, b: \"SECRET: x\"", "a, b");
    expect_column("COPY t, line 3, column k: null input\nSQL function \"f\"", "k");
    expect_column("COPY t, line 3, column k\nSQL function \"f\"", "k");
    expect_column("COPY t, line 3, column k", "k");
    expect_column("COPY t, line 3", "");
    expect_column("COPY t, line 3: \"1, line 4, column SECRET\"", "");
    expect_column("COPY t", "");
    expect_column("COPY t, Zeile 3, Spalte mood: \"SECRET\"", "");
    expect_column("SQL statement \"\nCOPY t, line 3, column SECRET\"", "");
    expect_column("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_has_its_code),
        cmocka_unit_test(what_may_go_well_the_next_time_is_tried_again),
        cmocka_unit_test(an_error_names_place_cause_and_remedy),
        cmocka_unit_test(a_query_of_a_source_is_looked_for_in_the_file),
        cmocka_unit_test(a_source_is_not_mended_where_a_destination_would_be),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(messages_that_may_quote_values_are_replaced),
        cmocka_unit_test(a_password_is_hidden_wherever_it_stands),
        cmocka_unit_test(the_column_of_a_copy_is_found_and_no_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
