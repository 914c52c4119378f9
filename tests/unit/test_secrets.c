/* What may not be stored does not come to a loader. */
#include "state/secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/log.h"

static const struct weir_resource resource = {.name = "t", .table = "t"};

static struct weir_batch *batch_of(const struct weir_position *position)
{
    struct weir_batch *batch = weir_batch_new(&resource);

    weir_batch_add_unit(batch, NULL)->position = position;
    return batch;
}

/* What is kept of it. */
static bool keeps(const char *note)
{
    const struct weir_position position = {.number = 3, .next = "after", .note = note};
    struct weir_batch *batch = batch_of(&position);
    const struct weir_position *kept;
    struct weir_error error = {0};
    bool keeps;

    assert_int_equal(secrets_stay_out(batch, &error), WEIR_OK);
    kept = batch->units[0].position;
    assert_int_equal(kept->number, 3);
    assert_string_equal(kept->next, "after");
    keeps = kept->note != NULL;
    assert_true(!keeps || strcmp(kept->note, note) == 0);
    weir_batch_free(batch);
    return keeps;
}

static void a_note_is_kept(void **state)
{
    (void)state;
    assert_true(keeps("\"33a64df5\""));
    assert_true(keeps(""));
    assert_false(keeps(NULL));
}

static void one_that_is_too_long_is_not(void **state)
{
    char text[WEIR_NOTE_MAX + 2];

    (void)state;
    memset(text, 'v', sizeof(text));
    text[WEIR_NOTE_MAX] = '\0';
    assert_true(keeps(text));
    text[WEIR_NOTE_MAX] = 'v';
    text[WEIR_NOTE_MAX + 1] = '\0';
    assert_false(keeps(text));
}

static void one_that_holds_a_secret_is_not(void **state)
{
    (void)state;
    log_add_secret("s3cret-of-the-file");
    assert_false(keeps("etag-s3cret-of-the-file-1"));
    assert_true(keeps("etag-1"));
}

static void a_place_that_holds_a_secret_ends_the_run(void **state)
{
    const struct weir_position position = {.next = "?key=s3cret-of-the-file"};
    struct weir_batch *batch = batch_of(&position);
    struct weir_error error = {0};

    (void)state;
    log_add_secret("s3cret-of-the-file");
    assert_int_equal(secrets_stay_out(batch, &error), WEIR_FAIL);
    assert_string_equal(error.code, "E-STATE-SECRET");
    assert_null(strstr(error.text, "s3cret"));
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_kept),
        cmocka_unit_test(one_that_is_too_long_is_not),
        cmocka_unit_test(one_that_holds_a_secret_is_not),
        cmocka_unit_test(a_place_that_holds_a_secret_ends_the_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
