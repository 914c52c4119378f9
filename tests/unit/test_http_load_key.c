/* Keys of requests: the same from the same, and another one from whatever else. */
#include "http_load_checks.h"

#include "../../plugins/http/load/key.h"

static const unsigned char rows[HTTP_BODY_DIGEST] = {1, 2, 3};
static const unsigned char other_rows[HTTP_BODY_DIGEST] = {1, 2, 4};
static const struct weir_position position = {.chain = {{7}}, .number = 3};
static const struct weir_position next = {.chain = {{7}}, .number = 4};
static const struct weir_position other_chain = {.chain = {{8}}, .number = 3};

static const struct http_key_parts some = {
    .pipeline = "p", .resource = "r", .position = &position, .digest = rows};

static void check_differs(const struct http_key_parts *a, const struct http_key_parts *b)
{
    char one[HTTP_KEY_SIZE], two[HTTP_KEY_SIZE];

    http_key(a, one);
    http_key(b, two);
    assert_int_equal(strlen(one), HTTP_KEY_SIZE - 1);
    assert_string_not_equal(one, two);
}

/* Servers remember keys from one release of weir to the next. */
static void a_key_never_changes(void **state)
{
    char key[HTTP_KEY_SIZE];

    (void)state;
    http_key(&some, key);
    assert_string_equal(key, "594fea9a46bc91bd5d732219189a8ee8");
}

static void every_part_counts(void **state)
{
    struct http_key_parts parts[] = {some, some, some, some, some, some, some, some};

    (void)state;
    parts[0].scope = "s";
    parts[1].pipeline = "q";
    parts[2].resource = "s";
    parts[3].position = &next;
    parts[4].position = &other_chain;
    parts[5].row = 500;
    parts[6].digest = other_rows;
    parts[7].position = NULL;
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k <= i; k++)
            check_differs(k == i ? &some : &parts[k], &parts[i]);
}

static void texts_keep_their_borders(void **state)
{
    struct http_key_parts a = some, b = some;

    (void)state;
    a.pipeline = "ab";
    a.resource = "c";
    b.pipeline = "a";
    b.resource = "bc";
    check_differs(&a, &b);
}

static void without_positions_the_order_counts(void **state)
{
    struct http_key_parts a = some, b = some;

    (void)state;
    a.position = b.position = NULL;
    b.ordinal = 1;
    check_differs(&a, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_never_changes),
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(texts_keep_their_borders),
        cmocka_unit_test(without_positions_the_order_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
