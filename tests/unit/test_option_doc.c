/* Documentation from a table. */
#include "node_checks.h"

#include <weir/option.h>

struct limit {
    int64_t max;
};

struct page {
    const char *page_param;
};

struct all {
    const char *path;
    int64_t rows;
    int jitter;
    struct limit concurrency;
    struct weir_groups rates;
    struct weir_variant paginator;
    const struct weir_template *url;
};

static const struct weir_choice jitters[] = {
    {"none", 0, "No jitter."},
    {"full", 1, "From nothing to all."},
    {NULL},
};

static const struct weir_option limit_table[] = {
    WEIR_INT(struct limit, max, .initial = "16", .min = 1, .max = 1024, .help = "At most so many."),
    {0},
};

static const struct weir_option page_table[] = {
    WEIR_TEXT(struct page, page_param, .required = true, .help = "The parameter's name."),
    {0},
};

static const struct weir_variant_type paginators[] = {
    {"single_page", "One answer is all.", 0, NULL, 0},
    {"page_number", "Pages are counted.", 1, page_table, sizeof(struct page)},
    {NULL},
};

static const struct weir_option table[] = {
    WEIR_TEXT(struct all, path, .required = true, .help = "The file | or <pipe>, `<kept>`.",
        .example = "a|b.db"),
    WEIR_INT(struct all, rows, .initial = "1000", .min = 1),
    WEIR_CHOICE(struct all, jitter, jitters, .initial = "full", .help = "How waits differ."),
    WEIR_GROUP(struct all, concurrency, struct limit, limit_table, .help = "Requests at once."),
    WEIR_GROUPS(struct all, rates, struct limit, limit_table, .required = false),
    WEIR_VARIANT(struct all, paginator, paginators, .initial = "single_page"),
    WEIR_TEMPLATE(struct all, url, .roots = WEIR_ROOT_PARTITION),
    {0},
};

static void markdown(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    assert_string_equal(weir_options_markdown(arena, table, sizeof(*table)),
        "| Option | Takes | Default | What it does |\n"
        "|---|---|---|---|\n"
        "| `path` | text | **required** | The file \\| or &lt;pipe>, `<kept>`. Example: `a\\|b.db` "
        "|\n"
        "| `rows` | whole number of at least 1 | `1000` |  |\n"
        "| `jitter` | one of `none`, `full` | `full` | How waits differ. `none`: No jitter. "
        "`full`: "
        "From nothing to all. |\n"
        "| `concurrency` | group |  | Requests at once. |\n"
        "| `concurrency.max` | whole number from 1 to 1024 | `16` | At most so many. |\n"
        "| `rates` | list of groups |  |  |\n"
        "| `rates[].max` | whole number from 1 to 1024 | `16` | At most so many. |\n"
        "| `paginator` | one of `single_page`, `page_number` | `single_page` |  |\n"
        "| `paginator.type: single_page` | | | One answer is all. |\n"
        "| `paginator.type: page_number` | | | Pages are counted. |\n"
        "| `paginator.page_param` | text | **required** | The parameter's name. |\n"
        "| `url` | text with placeholders |  | Filled in: `{partition.x}`. |\n");
    weir_arena_free(arena);
}

static void plain_text(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    assert_string_equal(weir_options_text(arena, table, sizeof(*table)),
        "path                  text; required\n"
        "    The file | or <pipe>, <kept>.\n"
        "    Example: a|b.db\n"
        "\n"
        "rows                  whole number of at least 1; default 1000\n"
        "\n"
        "jitter                one of none, full; default full\n"
        "    How waits differ. none: No jitter. full: From nothing to all.\n"
        "\n"
        "concurrency           group\n"
        "    Requests at once.\n"
        "\n"
        "    concurrency.max       whole number from 1 to 1024; default 16\n"
        "        At most so many.\n"
        "\n"
        "rates                 list of groups\n"
        "\n"
        "    rates[].max           whole number from 1 to 1024; default 16\n"
        "        At most so many.\n"
        "\n"
        "paginator             one of single_page, page_number; default single_page\n"
        "\n"
        "    paginator.type: single_page\n"
        "        One answer is all.\n"
        "\n"
        "    paginator.type: page_number\n"
        "        Pages are counted.\n"
        "\n"
        "        paginator.page_param  text; required\n"
        "            The parameter's name.\n"
        "\n"
        "url                   text with placeholders\n"
        "    Filled in: {partition.x}.\n"
        "\n");
    weir_arena_free(arena);
}

/* How many words stand in text, when no line of it is longer than a terminal or ends in a blank. */
static size_t count_wrapped(char *text)
{
    size_t n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_in_range(strlen(line), 1, 80);
        assert_int_not_equal(line[strlen(line) - 1], ' ');
        assert_null(line[0] == ' ' ? strstr(line + 4, "  ") : NULL);
        for (char *at = line; (at = strstr(at, "word")); at++)
            n++;
    }
    return n;
}

/* With words of every length, so that some line is full to the last column. */
static void long_help_is_wrapped(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (int length = 4; length < 30; length++) {
        const char *help = "";
        struct weir_option rows[2] = {{.name = "x", .type = WEIR_OPTION_TEXT}};

        for (int i = 0; i < 40; i++)
            help = weir_printf(
                arena, "%s%-*.*s ", help, length, length, "wordxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        rows[0].help = help;
        assert_int_equal(count_wrapped(weir_options_text(arena, rows, sizeof(*rows))), 40);
    }
    weir_arena_free(arena);
}

static void an_empty_table_says_so(void **state)
{
    static const struct weir_option empty[] = {{0}};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    assert_string_equal(weir_options_markdown(arena, empty, sizeof(*empty)), "No options.\n");
    assert_string_equal(weir_options_text(arena, NULL, sizeof(*empty)), "No options.\n");
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown),
        cmocka_unit_test(plain_text),
        cmocka_unit_test(long_help_is_wrapped),
        cmocka_unit_test(an_empty_table_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
