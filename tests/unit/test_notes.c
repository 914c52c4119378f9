#include "state/notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct weir_id id_of(uint64_t n)
{
    struct weir_id id = {{0}};

    memcpy(id.bytes, &n, sizeof(n));
    return id;
}

static void add(
    struct notes *notes, size_t resource, uint64_t chain, uint64_t number, const char *text)
{
    char gone[2048];

    (void)snprintf(gone, sizeof(gone), "%s", text);
    notes_add(notes, resource,
        &(struct weir_note){.chain = id_of(chain), .number = number, .text = gone});
    memset(gone, 'x', sizeof(gone));
}

static const char *find(const struct notes *notes, size_t resource, uint64_t chain, uint64_t number)
{
    struct weir_id id = id_of(chain);

    return notes_find(notes, resource, &id, number);
}

static void each_is_found_by_all_that_it_is_of(void **state)
{
    struct notes *notes = notes_new();

    (void)state;
    assert_null(find(notes, 0, 1, 0));
    add(notes, 1, 7, 0, "resource 1");
    add(notes, 0, 7, 2, "unit 2");
    add(notes, 0, 9, 0, "chain 9");
    add(notes, 0, 7, 0, "");
    notes_seal(notes);
    assert_string_equal(find(notes, 0, 7, 0), "");
    assert_string_equal(find(notes, 0, 7, 2), "unit 2");
    assert_string_equal(find(notes, 0, 9, 0), "chain 9");
    assert_string_equal(find(notes, 1, 7, 0), "resource 1");
    assert_null(find(notes, 0, 7, 1));
    assert_null(find(notes, 1, 9, 0));
    assert_false(notes_are_cut(notes));
    notes_free(notes);
    notes_free(NULL);
}

static void there_are_so_many_and_no_more(void **state)
{
    struct notes *notes = notes_new();

    (void)state;
    for (uint64_t i = 0; i < NOTES_MAX; i++)
        add(notes, 0, i, 0, "v");
    assert_false(notes_are_cut(notes));
    add(notes, 0, NOTES_MAX, 0, "v");
    assert_true(notes_are_cut(notes));
    notes_seal(notes);
    assert_non_null(find(notes, 0, NOTES_MAX - 1, 0));
    assert_null(find(notes, 0, NOTES_MAX, 0));
    notes_free(notes);
}

static void so_are_their_bytes(void **state)
{
    struct notes *notes = notes_new();
    char text[1025];
    uint64_t n = 0;

    (void)state;
    memset(text, 'v', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    while (!notes_are_cut(notes))
        add(notes, 0, n++, 0, text);
    assert_int_equal(n - 1, NOTES_BYTES_MAX / sizeof(text));
    notes_free(notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_all_that_it_is_of),
        cmocka_unit_test(there_are_so_many_and_no_more),
        cmocka_unit_test(so_are_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
