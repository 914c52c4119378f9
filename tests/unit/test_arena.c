#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <weir/arena.h>

static void allocations_are_aligned_and_apart(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    unsigned char *all[300];

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        all[i] = weir_alloc(arena, i);
        assert_non_null(all[i]);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        memset(all[i], (int)(i % 256), i);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t j = 0; j < i; j++)
            assert_int_equal(all[i][j], i % 256);
    }
    weir_arena_free(arena);
    weir_arena_free(NULL);
}

static void zeroed_means_zero(void **state)
{
    static const unsigned char zeros[100000];
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    memset(weir_alloc(arena, 1000), 0xff, 1000);
    assert_memory_equal(weir_alloc_zero(arena, 10, 10000), zeros, 100000);
    assert_memory_equal(weir_new_array(arena, 25, int), zeros, 100);
    weir_arena_free(arena);
}

static void the_size_counts_all_that_is_held(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    size_t before = weir_arena_size(arena);

    (void)state;
    (void)weir_alloc(arena, 1000000);
    assert_true(weir_arena_size(arena) >= before + 1000000);
    before = weir_arena_size(arena);
    weir_adopt(arena, malloc(5000), 5000);
    assert_true(weir_arena_size(arena) >= before + 5000);
    weir_arena_free(arena);
}

static void little_is_spare(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    size_t used = 0;

    (void)state;
    for (; used < 100000; used += 64)
        (void)weir_alloc(arena, 64);
    assert_true(weir_arena_size(arena) < used + used / 4 + 2048);
    weir_arena_free(arena);
}

static void note(void *arg)
{
    char **end = arg;

    *(*end)++ = 'x';
}

struct order {
    char *end;
    char letter;
};

static void note_letter(void *arg)
{
    struct order *order = arg;

    memmove(order->end + 1, order->end, 3);
    *order->end = order->letter;
}

static void what_was_deferred_runs_latest_first(void **state)
{
    char seen[8] = "";
    char *end = seen + 4;
    struct order orders[] = {{seen, 'a'}, {seen, 'b'}, {seen, 'c'}};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < 3; i++)
        weir_defer(arena, note_letter, &orders[i]);
    weir_defer(arena, note, &end);
    assert_string_equal(seen, "");
    weir_arena_free(arena);
    /* Each one put its letter before those that came earlier. */
    assert_memory_equal(seen, "abc", 3);
    assert_int_equal(seen[4], 'x');
}

static void copies_end_in_nul(void **state)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_str copy = weir_copy(arena, (struct weir_str){"abcdef", 3});
    struct weir_str nothing = weir_copy(arena, (struct weir_str){NULL, 0});
    char text[] = "changes";
    char *kept = weir_copy_text(arena, text);

    (void)state;
    text[0] = 'X';
    assert_string_equal(copy.ptr, "abc");
    assert_int_equal(copy.len, 3);
    assert_string_equal(nothing.ptr, "");
    assert_string_equal(kept, "changes");
    assert_string_equal(weir_printf(arena, "%d %s", 42, "and more"), "42 and more");
    assert_string_equal(weir_printf(arena, "%s", ""), "");
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_aligned_and_apart),
        cmocka_unit_test(zeroed_means_zero),
        cmocka_unit_test(the_size_counts_all_that_is_held),
        cmocka_unit_test(little_is_spare),
        cmocka_unit_test(what_was_deferred_runs_latest_first),
        cmocka_unit_test(copies_end_in_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
