/* What is noted of answers: as text, and back. */
#include "http_checks.h"

#include "../../plugins/http/cache/note.h"

#include <weir/position.h>

static const struct http_note note = {.request = "0123456789abcdef",
    .body = "fedcba9876543210",
    .validators = {"W/\"a \\ b\"", "Tue, 14 Nov 2023 22:13:20 GMT"},
    .n_rows = UINT64_MAX,
    .total = 12,
    .more = HTTP_MORE_YES,
    .stops = true};

static void check_text(const char *got, const char *wanted)
{
    assert_string_equal(got ? got : "", wanted ? wanted : "");
}

static void comes_back_as_it_was(void **state)
{
    struct http_fixture *f = *state;
    struct http_note other = note, got;

    for (int i = 0; i < 3; i++) {
        other.validators.tag = i == 1 ? NULL : note.validators.tag;
        other.validators.time = i == 2 ? NULL : note.validators.time;
        other.total = i == 1 ? -1 : 12;
        assert_true(http_note_read(http_note_text(&other, f->arena), f->arena, &got));
        assert_string_equal(got.request, note.request);
        assert_string_equal(got.body, note.body);
        assert_int_equal(got.total, other.total);
        assert_int_equal(got.more, HTTP_MORE_YES);
        assert_true(got.n_rows == UINT64_MAX && got.stops);
        check_text(got.validators.tag, other.validators.tag);
        check_text(got.validators.time, other.validators.time);
    }
}

static void what_was_not_read_is_not_noted(void **state)
{
    struct http_fixture *f = *state;
    struct http_note other = note;
    char tag[WEIR_NOTE_MAX];

    memset(tag, 'x', sizeof(tag) - 1);
    tag[sizeof(tag) - 1] = '\0';
    other.body[0] = '\0';
    assert_null(http_note_text(&other, f->arena));
    other = note;
    other.validators.tag = tag;
    assert_null(http_note_text(&other, f->arena));
}

static void what_is_no_note_is_none(void **state)
{
    static const char *const texts[] = {"", "\n", "1",
        "1 0123456789abcdef fedcba9876543210 1 1 0 0", "1 0123456789abcdef 1 1 0 0\n\"x\"\n",
        "2 0123456789abcdef fedcba9876543210 1 1 0 0\n\"x\"\n",
        "1 0123456789abcdef fedcba9876543210 1 1 9 0\n\"x\"\n",
        "1 0123456789abcdef fedcba9876543210 1 1 0 0 7\n\"x\"\n", "1 xyz abc 1 1 0 0\n\"x\"\n",
        "one\ntwo\nthree"};
    struct http_fixture *f = *state;
    struct http_note got;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_false(http_note_read(texts[i], f->arena, &got));
    assert_true(
        http_note_read("1 0123456789abcdef fedcba9876543210 1 1 0 0\n\"x\"\n", f->arena, &got));
    assert_string_equal(got.validators.tag, "\"x\"");
    /* What cannot be part of a request does not become one. */
    assert_true(
        http_note_read("1 0123456789abcdef fedcba9876543210 1 1 0 0\n\"x\"\r\n", f->arena, &got));
    assert_null(got.validators.tag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comes_back_as_it_was, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(what_was_not_read_is_not_noted, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_note_is_none, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
