#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <weir/buf.h>

static void it_grows_up_to_its_limit(void **state)
{
    struct weir_buf buf;

    (void)state;
    weir_buf_init(&buf, 1000, 1);
    assert_null(buf.ptr);
    for (int i = 0; i < 100; i++)
        assert_true(weir_buf_add_text(&buf, "0123456789"));
    assert_int_equal(buf.len, 1000);
    assert_int_equal(buf.ptr[1000], '\0');
    assert_true(buf.capacity <= 1001);
    assert_false(weir_buf_add(&buf, "x", 1));
    assert_false(weir_buf_reserve(&buf, SIZE_MAX));
    assert_false(weir_buf_printf(&buf, "%d", 7));
    assert_int_equal(buf.len, 1000);
    assert_memory_equal(buf.ptr + 990, "0123456789", 11);
    assert_true(weir_buf_add(&buf, "", 0));
    weir_buf_done(&buf);
    assert_null(buf.ptr);
    weir_buf_done(&buf);
}

static void printing_fits_or_changes_nothing(void **state)
{
    struct weir_buf buf;

    (void)state;
    weir_buf_init(&buf, 8, 1);
    assert_true(weir_buf_printf(&buf, "%s-%d", "ab", 12));
    assert_string_equal(buf.ptr, "ab-12");
    assert_false(weir_buf_printf(&buf, "%s", "long"));
    assert_string_equal(buf.ptr, "ab-12");
    assert_true(weir_buf_printf(&buf, "%s", "678"));
    assert_string_equal(buf.ptr, "ab-12678");
    weir_buf_done(&buf);
}

static void padding_stays_allocated(void **state)
{
    struct weir_buf buf;

    (void)state;
    weir_buf_init(&buf, 100000, 64);
    for (int i = 0; i < 3000; i++) {
        assert_true(weir_buf_add(&buf, "abc", 3));
        assert_true(buf.capacity >= buf.len + 64);
    }
    memset(buf.ptr + buf.len, 0xff, 64);
    weir_buf_done(&buf);
}

static void reserved_room_does_not_move(void **state)
{
    struct weir_buf buf;
    char *before;

    (void)state;
    weir_buf_init(&buf, SIZE_MAX, 64);
    assert_true(weir_buf_reserve(&buf, 5000));
    /* What is asked for first is all that is taken. */
    assert_int_equal(buf.capacity, 5064);
    before = buf.ptr;
    for (int i = 0; i < 500; i++)
        assert_true(weir_buf_add_text(&buf, "0123456789"));
    assert_ptr_equal(buf.ptr, before);
    weir_buf_reset(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.ptr, "");
    assert_ptr_equal(buf.ptr, before);
    weir_buf_done(&buf);
}

static void memory_can_be_taken(void **state)
{
    struct weir_buf buf;
    size_t capacity;
    char *memory;

    (void)state;
    weir_buf_init(&buf, 100, 1);
    assert_true(weir_buf_add_text(&buf, "mine"));
    memory = weir_buf_take(&buf, &capacity);
    assert_string_equal(memory, "mine");
    assert_true(capacity >= 5);
    free(memory);
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.limit, 100);
    assert_true(weir_buf_add_text(&buf, "again"));
    assert_string_equal(buf.ptr, "again");
    weir_buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_up_to_its_limit),
        cmocka_unit_test(printing_fits_or_changes_nothing),
        cmocka_unit_test(padding_stays_allocated),
        cmocka_unit_test(reserved_room_does_not_move),
        cmocka_unit_test(memory_can_be_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
