/* For tests of plans: a text as a pipeline file, read with the plugins that only tests have. */
#ifndef PLAN_CHECKS_H
#define PLAN_CHECKS_H

#include "yaml_checks.h"

#include <unistd.h>

#include "../plugins/sample.h"
#include "plan/plan.h"

static struct registry *registry;
static char plan_file[] = "/tmp/weir-plan-XXXXXX";
/* What the next files are read with; reset by plan_setup. */
static struct plan_request request;

static inline int open_plans(void **state)
{
    static const char *const folders[] = {TEST_PLUGIN_DIR, NULL};
    int fd = mkstemp(plan_file);

    (void)state;
    registry = registry_new(folders);
    return fd < 0 ? -1 : close(fd);
}

static inline int close_plans(void **state)
{
    (void)state;
    registry_free(registry);
    return unlink(plan_file);
}

static inline int plan_setup(void **state)
{
    request = (struct plan_request){.path = plan_file};
    return setup(state);
}

/* Reads the text as a file; forgets what was found before. */
static inline struct plan *read_plan(struct fixture *f, const char *text)
{
    FILE *file = fopen(plan_file, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    weir_mistakes_init(&f->mistakes, f->arena);
    return plan_read(&request, registry, f->arena, &f->mistakes, &f->source);
}

static inline struct plan *read_good_plan(struct fixture *f, const char *text)
{
    struct plan *plan = read_plan(f, text);

    for (size_t i = 0; !plan && i < f->mistakes.n; i++)
        print_message("%u:%u %s\n", f->mistakes.items[i].line, f->mistakes.items[i].column,
            f->mistakes.items[i].text);
    assert_non_null(plan);
    assert_int_equal(f->mistakes.n, 0);
    return plan;
}

/* One mistake, at that place, which says so. */
static inline void refuses_plan(struct fixture *f, const char *text, uint32_t line, uint32_t column,
    const char *code, const char *message)
{
    assert_null(read_plan(f, text));
    check_has(f, line, column, code, message);
    assert_int_equal(f->mistakes.n_errors, 1);
}

#endif
