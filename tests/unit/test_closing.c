#include <weir/closing.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weir/arena.h>

enum { N = 3 };

/* A store of three resources, of which each step says what it was asked. */
static struct fake {
    struct weir_arena *arena;
    struct weir_resource resources[N];
    struct weir_resource *pointers[N];
    struct weir_resource *parents[N];
    struct weir_stage stage;
    bool is_open[N];
    bool has_gap[N];
    enum weir_status on_publish;
    const char *fails; /* the step that does */
    char asked[512];
} fake;

static enum weir_status ask(const char *step)
{
    size_t n = strlen(fake.asked);

    (void)snprintf(fake.asked + n, sizeof(fake.asked) - n, "%s%s", n ? " " : "", step);
    return fake.fails && strcmp(fake.fails, step) == 0 ? WEIR_FAIL : WEIR_OK;
}

static enum weir_status ask_of(const char *step, size_t resource)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%s%zu", step, resource);
    return ask(text);
}

static enum weir_status forget_gaps(void *arg, size_t resource)
{
    (void)arg;
    return ask_of("forget", resource);
}

static enum weir_status gaps_exist(void *arg, size_t resource, bool *ret_exist)
{
    (void)arg;
    *ret_exist = fake.has_gap[resource];
    return WEIR_OK;
}

static enum weir_status publish(void *arg)
{
    enum weir_status status = ask("publish");

    (void)arg;
    return status == WEIR_OK ? fake.on_publish : status;
}

static enum weir_status move_marks(void *arg, size_t resource)
{
    (void)arg;
    return ask_of("marks", resource);
}

static enum weir_status settle(void *arg, size_t resource, enum weir_notes_fate notes)
{
    static const char *const words[] = {"whole", "partly", "dropped"};

    (void)arg;
    return ask_of(words[notes], resource);
}

static enum weir_status end_generation(void *arg, size_t resource)
{
    (void)arg;
    return ask_of("end", resource);
}

static enum weir_status forget_places(void *arg)
{
    (void)arg;
    return ask("places");
}

static enum weir_status abandon_pass(void *arg)
{
    (void)arg;
    return ask("abandon");
}

static enum weir_status end_pass(void *arg)
{
    (void)arg;
    return ask("close");
}

static int setup(void **state)
{
    static const char *const names[N] = {"a", "b", "c"};

    (void)state;
    fake = (struct fake){.arena = weir_arena_new()};
    for (size_t i = 0; i < N; i++) {
        fake.resources[i].name = names[i];
        fake.pointers[i] = &fake.resources[i];
        fake.is_open[i] = true;
    }
    fake.stage =
        (struct weir_stage){.arena = fake.arena, .resources = fake.pointers, .n_resources = N};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(fake.arena);
    return 0;
}

/* The second is read from rows of the first. */
static void make_family(void)
{
    fake.parents[1] = &fake.resources[0];
    fake.resources[1].parents = &fake.parents[1];
    fake.resources[1].n_parents = 1;
}

static void assert_asked(bool done, enum weir_status status, bool refused, const char *expected)
{
    const struct weir_ending ending = {.done = done, .abandon = !done};
    const struct weir_closing closing = {.size = sizeof(closing),
        .stage = &fake.stage,
        .ending = &ending,
        .is_open = fake.is_open,
        .forget_gaps = forget_gaps,
        .gaps_exist = gaps_exist,
        .publish = publish,
        .move_marks = move_marks,
        .settle = settle,
        .end_generation = end_generation,
        .forget_places = forget_places,
        .abandon_pass = abandon_pass,
        .end_pass = end_pass};
    bool was_refused;

    fake.asked[0] = '\0';
    assert_int_equal(weir_close(&closing, &was_refused), status);
    assert_string_equal(fake.asked, expected);
    assert_int_equal(was_refused, refused);
}

static void what_is_read_is_closed(void **state)
{
    (void)state;
    fake.is_open[1] = false;
    assert_asked(true, WEIR_OK, false,
        "forget0 forget1 forget2 marks0 whole0 end0 marks2 whole2 end2 places close");
}

static void what_lacks_a_part_is_left_open(void **state)
{
    (void)state;
    fake.has_gap[1] = true;
    assert_asked(false, WEIR_OK, false,
        "marks0 whole0 end0 marks1 partly1 marks2 whole2 end2 places abandon");
}

/* Its marks stay where they are, so that its rows come again, and open again what is missing. */
static void a_parent_of_what_lacks_a_part_is_read_again(void **state)
{
    (void)state;
    make_family();
    fake.has_gap[1] = true;
    assert_asked(
        false, WEIR_OK, false, "whole0 end0 marks1 partly1 marks2 whole2 end2 places abandon");
}

static void a_child_of_what_lacks_a_part_lacks_one(void **state)
{
    (void)state;
    make_family();
    fake.has_gap[0] = true;
    assert_asked(
        false, WEIR_OK, false, "marks0 partly0 marks1 partly1 marks2 whole2 end2 places abandon");
}

static void tables_are_replaced_together(void **state)
{
    (void)state;
    fake.resources[0].disposition = fake.resources[2].disposition = WEIR_REPLACE;
    assert_asked(true, WEIR_OK, false,
        "forget0 forget1 forget2 publish marks0 whole0 end0 marks1 whole1 end1 marks2 whole2 end2 "
        "places close");
    /* Those of another run are in their place already. */
    fake.is_open[0] = fake.is_open[2] = false;
    assert_asked(true, WEIR_OK, false, "forget0 forget1 forget2 marks1 whole1 end1 places close");
}

static void or_not_at_all_where_a_part_of_one_is_missing(void **state)
{
    (void)state;
    fake.resources[0].disposition = fake.resources[2].disposition = WEIR_REPLACE;
    fake.has_gap[2] = true;
    assert_asked(false, WEIR_OK, false,
        "marks0 dropped0 end0 marks1 whole1 end1 marks2 dropped2 places abandon");
    /* What is only added does not hold them back. */
    fake.has_gap[2] = false;
    fake.has_gap[1] = true;
    assert_asked(false, WEIR_OK, false,
        "publish marks0 whole0 end0 marks1 partly1 marks2 whole2 end2 places abandon");
}

static void what_is_refused_is_abandoned(void **state)
{
    (void)state;
    fake.resources[0].disposition = WEIR_REPLACE;
    fake.on_publish = WEIR_REJECT;
    assert_asked(true, WEIR_OK, true,
        "forget0 forget1 forget2 publish marks1 whole1 end1 marks2 whole2 end2 places abandon");
}

static void a_step_that_fails_ends_it(void **state)
{
    static const char *const steps[][2] = {{"forget1", "forget0 forget1"},
        {"publish", "forget0 forget1 forget2 publish"},
        {"marks0", "forget0 forget1 forget2 publish marks0"},
        {"whole0", "forget0 forget1 forget2 publish marks0 whole0"},
        {"end0", "forget0 forget1 forget2 publish marks0 whole0 end0"}};

    (void)state;
    fake.resources[0].disposition = WEIR_REPLACE;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        fake.fails = steps[i][0];
        assert_asked(true, WEIR_FAIL, false, steps[i][1]);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_read_is_closed),
        CASE(what_lacks_a_part_is_left_open),
        CASE(a_parent_of_what_lacks_a_part_is_read_again),
        CASE(a_child_of_what_lacks_a_part_lacks_one),
        CASE(tables_are_replaced_together),
        CASE(or_not_at_all_where_a_part_of_one_is_missing),
        CASE(what_is_refused_is_abandoned),
        CASE(a_step_that_fails_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
