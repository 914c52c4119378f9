/* What a chain of a child is opened with: from a row into a text, and back. */
#include "family/opened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct weir_batch *batch;

static int setup(void **state)
{
    (void)state;
    batch = weir_batch_new(NULL);
    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_batch_free(batch);
    return 0;
}

static void set(const char *column, struct weir_value value)
{
    weir_batch_set(batch, weir_batch_column(batch, weir_str(column)), value);
}

static struct http_taken taken[] = {{HTTP_ASK, "repos.id", "id", false},
    {HTTP_ASK, "repos.name", "name", false}, {HTTP_GIVE, "repo_id", "id", false},
    {HTTP_GIVE, "tags", "tags", false}};
static const struct http_takes takes = {"repos", taken, 4, NULL, 0, 0};
static const struct weir_str nothing = {"", 0};

static struct weir_opening open_row(void)
{
    struct http_question question;
    struct weir_error error = {0};
    const char *column;

    if (http_question_of_row(&takes, batch, 0, NULL, &question, &column, &error) != WEIR_OK)
        fail_msg("%s", error.text);
    return http_question_open(&question, nothing, batch->arena);
}

static void fields_come_back_as_they_were(void **state)
{
    struct weir_partition partition = {0};
    struct weir_error error = {0};
    struct weir_opening opening;

    (void)state;
    set("id", weir_int(42));
    set("name", weir_text(WEIR_TEXT, weir_str("a \"b\"\n\\c/007")));
    opening = open_row();
    assert_null(strchr(opening.next, '\n'));
    assert_int_equal(http_opened_read(opening.next, batch->arena, &partition, &error), WEIR_OK);
    assert_int_equal(partition.n_fields, 2);
    assert_string_equal(partition.fields[0].name, "repos.id");
    assert_int_equal(partition.fields[0].value.kind, WEIR_INT);
    assert_int_equal(partition.fields[0].value.integer, 42);
    assert_int_equal(partition.fields[1].value.kind, WEIR_TEXT);
    assert_true(weir_str_is(weir_value_str(&partition.fields[1].value), "a \"b\"\n\\c/007"));
}

static void numbers_keep_their_digits(void **state)
{
    static const char *const digits[] = {
        "1.5", "1.50", "12345678901234567890", "12345678901234567890.123456789", "0.1", "-7"};

    (void)state;
    set("name", weir_text(WEIR_TEXT, weir_str("x")));
    for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
        struct weir_partition partition = {0};
        struct weir_error error = {0};
        struct weir_opening opening;

        set("id", weir_text(WEIR_DECIMAL, weir_str(digits[i])));
        opening = open_row();
        assert_int_equal(http_opened_read(opening.next, batch->arena, &partition, &error), WEIR_OK);
        assert_true(weir_str_is(
            weir_value_format(&partition.fields[0].value, batch->arena, false), digits[i]));
    }
    set("id", weir_float(1.5));
    assert_non_null(strstr(open_row().next, "\"repos.id\":1.5"));
}

static void rows_are_given_theirs(void **state)
{
    struct weir_error error = {0};
    const char *text;

    (void)state;
    set("id", weir_int(42));
    set("name", weir_text(WEIR_TEXT, weir_str("x")));
    set("tags", weir_text(WEIR_JSON, weir_str("[1,{\"a\":null}]")));
    text = open_row().next;
    (void)weir_batch_add_row(batch);
    (void)weir_batch_add_row(batch);
    assert_int_equal(http_opened_give(text, batch, 1, &error), WEIR_OK);
    for (size_t row = 1; row < 3; row++) {
        const struct weir_value *id =
            &batch->columns[weir_batch_find(batch, weir_str("repo_id"))].values[row];
        const struct weir_value *tags =
            &batch->columns[weir_batch_find(batch, weir_str("tags"))].values[row];

        assert_int_equal(id->integer, 42);
        assert_int_equal(tags->kind, WEIR_JSON);
        assert_true(weir_str_is(weir_value_str(tags), "[1,{\"a\":null}]"));
    }
    assert_int_equal(
        batch->columns[weir_batch_find(batch, weir_str("repo_id"))].values[0].kind, WEIR_NULL);
}

static void what_is_given_does_not_tell_chains_apart(void **state)
{
    struct weir_id first, second, third;

    (void)state;
    set("id", weir_int(42));
    set("name", weir_text(WEIR_TEXT, weir_str("x")));
    first = open_row().chain;
    set("tags", weir_text(WEIR_TEXT, weir_str("new")));
    second = open_row().chain;
    set("name", weir_text(WEIR_TEXT, weir_str("y")));
    third = open_row().chain;
    assert_memory_equal(&first, &second, sizeof(first));
    assert_memory_not_equal(&first, &third, sizeof(first));
}

static void refuses(const char *code, const char *column, const char *text)
{
    struct http_question question;
    struct weir_error error = {0};
    const char *at = NULL;

    assert_int_equal(
        http_question_of_row(&takes, batch, 0, NULL, &question, &at, &error), WEIR_FAIL);
    assert_string_equal(error.code, code);
    if (column)
        assert_string_equal(at, column);
    assert_non_null(strstr(error.text, text));
}

static void what_cannot_be_asked_with_is_refused(void **state)
{
    char *huge = weir_alloc(batch->arena, 20000);

    (void)state;
    set("id", weir_int(42));
    refuses("E-PARENT", "name", "the row has no 'name'");
    set("name", weir_text(WEIR_JSON, weir_str("{}")));
    refuses("E-PARENT", "name", "no single value");
    memset(huge, 'h', 19999);
    huge[19999] = '\0';
    set("name", weir_text(WEIR_TEXT, weir_str(huge)));
    refuses("E-LIMIT", NULL, "longer than 16384 bytes");
}

static void places_say_both(void **state)
{
    const char *place = http_opened_place("{\"a\":1}", "https://h/2", batch->arena);

    (void)state;
    assert_string_equal(place, "{\"a\":1}\nhttps://h/2");
    assert_string_equal(http_opened_next(place), "https://h/2");
    assert_string_equal(http_opened_place(place, NULL, batch->arena), "{\"a\":1}");
    assert_string_equal(http_opened_place(place, "x\ny", batch->arena), "{\"a\":1}\nx\ny");
    assert_string_equal(http_opened_next("{\"a\":1}\nx\ny"), "x\ny");
    assert_null(http_opened_next("{\"a\":1}"));
    assert_null(http_opened_next(NULL));
}

static void damage_is_told(void **state)
{
    static const char *const texts[] = {"", "[]", "{", "{\"ask\":1}", "7", "{\"give\":{}}"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct weir_partition partition = {0};
        struct weir_error error = {0};

        assert_int_equal(http_opened_read(texts[i], batch->arena, &partition, &error), WEIR_FAIL);
        assert_string_equal(error.code, "E-STATE-DAMAGED");
    }
}

/* State outlives the program that wrote it. */
static void identities_are_what_they_were(void **state)
{
    struct weir_id id = weir_id_of(weir_str("{\"ask\":{\"repos.id\":42,\"repos.name\":\"x\""));
    struct weir_opening opening;

    (void)state;
    set("id", weir_int(42));
    set("name", weir_text(WEIR_TEXT, weir_str("x")));
    opening = open_row();
    assert_memory_equal(&opening.chain, &id, sizeof(id));
    assert_string_equal(opening.next, "{\"ask\":{\"repos.id\":42,\"repos.name\":\"x\"},\"give\":{"
                                      "\"repo_id\":42,\"tags\":null}}");
}

static void what_is_handed_on_comes_from_rows_or_from_above(void **state)
{
    static struct http_taken passing[] = {{HTTP_ASK, "orgs.name", "name", true},
        {HTTP_PASS, "orgs.name", "name", true}, {HTTP_PASS, "repos.id", "id", false}};
    static const struct http_takes both = {"repos", passing, 3, NULL, 0, 0};
    struct http_question question;
    struct weir_error error = {0};
    const struct weir_node *handed;
    const char *column, *text;

    (void)state;
    set("id", weir_int(42));
    handed = http_opened_handed("{\"pass\":{\"orgs.name\":\"acme\"}}\nx", batch->arena);
    assert_int_equal(
        http_question_of_row(&both, batch, 0, handed, &question, &column, &error), WEIR_OK);
    text = http_question_open(&question, nothing, batch->arena).next;
    assert_string_equal(text, "{\"ask\":{\"orgs.name\":\"acme\"},\"give\":{},\"pass\":{"
                              "\"orgs.name\":\"acme\",\"repos.id\":42}}");
    assert_non_null(http_opened_handed(text, batch->arena));
    assert_null(http_opened_handed("{\"ask\":{}}", batch->arena));
    assert_int_equal(
        http_question_of_row(&both, batch, 0, NULL, &question, &column, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-PARENT");
}

static void combinations_stand_beside_what_a_row_says(void **state)
{
    struct http_question question = {0};
    struct weir_opening with, alone;

    (void)state;
    question.ask = weir_str("\"a\":1");
    with = http_question_open(&question, weir_str("\"state\":\"open\""), batch->arena);
    alone = http_question_open(&question, nothing, batch->arena);
    assert_string_equal(with.next, "{\"ask\":{\"a\":1,\"state\":\"open\"},\"give\":{}}");
    assert_memory_not_equal(&with.chain, &alone.chain, sizeof(with.chain));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(identities_are_what_they_were),
        TEST(what_is_handed_on_comes_from_rows_or_from_above),
        TEST(combinations_stand_beside_what_a_row_says),
        TEST(fields_come_back_as_they_were),
        TEST(numbers_keep_their_digits),
        TEST(rows_are_given_theirs),
        TEST(what_is_given_does_not_tell_chains_apart),
        TEST(what_cannot_be_asked_with_is_refused),
        TEST(places_say_both),
        TEST(damage_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
