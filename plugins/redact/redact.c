/* redact - hide values, or what a pattern finds in them. See README.md. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>
#include <weir/buf.h>
#include <weir/plugin.h>
#include <weir/version.h>

enum {
    VALUE_MAX = 64 * 1024 * 1024,
    MATCH_LIMIT = 1000 * 1000, /* steps: a pattern that needs more is told instead of waited for */
};

struct redact {
    struct weir_strs columns;
    const char *pattern;
    int64_t keep_first;
    int64_t keep_last;
    const char *with;
    pcre2_code *compiled; /* NULL: the whole value is hidden */
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct redact, columns, .required = true, .min = 1, .max = 1000,
        .example = "[card, phone]",
        .help = "Columns to hide values of. One that a batch lacks is skipped, and nulls stay."),
    WEIR_TEXT(struct redact, pattern, .min = 1, .example = "'[0-9]{13,19}'",
        .help = "A regular expression (PCRE2): only what it finds is hidden, each time. Without it "
                "the whole value is."),
    WEIR_INT(struct redact, keep_first, .initial = "0", .min = 0, .max = 1000,
        .help = "So many characters at the beginning stay."),
    WEIR_INT(struct redact, keep_last, .initial = "0", .min = 0, .max = 1000,
        .help = "So many characters at the end stay."),
    WEIR_TEXT(struct redact, with, .initial = "*", .example = "[hidden]",
        .help = "What is put in the place: a single character for each that is hidden, anything "
                "else once for all of them, so that the length is hidden, too."),
    {0},
};

/* --- the pattern -------------------------------------------------------------------------- */

static pcre2_code *compile(const char *pattern, size_t *ret_offset, struct weir_error *ret_error)
{
    PCRE2_UCHAR text[200];
    int code;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, ret_offset, NULL);

    if (compiled) {
        (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
        return compiled;
    }
    (void)pcre2_get_error_message(code, text, sizeof(text));
    (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-PATTERN", "not a regular expression: %s",
        (const char *)text);
    return NULL;
}

static void redact_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct redact *redact = stage->state;
    struct weir_error error = {0};
    size_t offset = 0;

    if (!redact->pattern)
        return;
    pcre2_code *compiled = compile(redact->pattern, &offset, &error);
    if (!compiled)
        weir_mistake(mistakes, weir_node_get(stage->config, "pattern"), offset, "E-PATTERN", "%s",
            error.text);
    pcre2_code_free(compiled);
}

static enum weir_status redact_start(struct weir_stage *stage)
{
    struct redact *redact = stage->state;
    struct weir_error error = {0};
    size_t offset;

    if (!redact->pattern)
        return WEIR_OK;
    redact->compiled = compile(redact->pattern, &offset, &error);
    return redact->compiled ? WEIR_OK : weir_fail_with(stage, &error);
}

static void redact_stop(struct weir_stage *stage)
{
    struct redact *redact = stage->state;

    pcre2_code_free(redact->compiled);
}

/* --- hiding ------------------------------------------------------------------------------- */

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static size_t count_characters(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += begins_character(text[i]);
    return n;
}

/* Where character n begins; the end where there are not so many. */
static size_t offset_of(const char *text, size_t len, size_t n)
{
    size_t i = 0;

    for (; i < len; i++)
        if (begins_character(text[i]) && n-- == 0)
            break;
    return i;
}

/* What is too short to keep something of it is hidden whole. */
static bool hide(const struct redact *redact, const char *text, size_t len, struct weir_buf *out)
{
    size_t first = (size_t)redact->keep_first, last = (size_t)redact->keep_last;
    size_t n = count_characters(text, len);
    size_t width = strlen(redact->with);
    bool each = count_characters(redact->with, width) == 1;

    if (first + last >= n)
        first = last = 0;
    size_t from = offset_of(text, len, first);
    size_t to = offset_of(text, len, n - last);
    bool fits = weir_buf_add(out, text, from);
    for (size_t i = first; i < n - last && fits; i = each ? i + 1 : n)
        fits = weir_buf_add(out, redact->with, width);
    return fits && weir_buf_add(out, text + to, len - to);
}

/* Returns what PCRE2 returned last, or 0 where the result is too large. */
static int hide_matches(const struct redact *redact, struct weir_str text, pcre2_match_data *match,
    pcre2_match_context *limits, struct weir_buf *out)
{
    const size_t *found = pcre2_get_ovector_pointer(match);
    size_t done = 0;
    int n;

    while ((n = pcre2_match(redact->compiled, (PCRE2_SPTR)text.ptr, text.len, done,
                PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, match, limits)) > 0) {
        if (!weir_buf_add(out, text.ptr + done, found[0] - done) ||
            !hide(redact, text.ptr + found[0], found[1] - found[0], out))
            return 0;
        done = found[1];
    }
    return weir_buf_add(out, text.ptr + done, text.len - done) ? n : 0;
}

/* --- values ------------------------------------------------------------------------------- */

/* What a value is redacted with: a call's own, since several run at once. */
struct hiding {
    const struct redact *redact;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    struct weir_buf out;
};

static enum weir_status too_large(struct weir_stage *stage)
{
    return weir_fail(stage, WEIR_FAULT_DATA, "E-LIMIT",
        "a value takes more than %d MiB once it is redacted", VALUE_MAX >> 20);
}

static enum weir_status tell_match(struct weir_stage *stage, int code)
{
    PCRE2_UCHAR text[200];

    (void)pcre2_get_error_message(code, text, sizeof(text));
    return weir_fail(stage, WEIR_FAULT_DATA, "E-PATTERN",
        "the pattern gives up on a value: %s; a pattern with fewer ways to match (no repeat within "
        "a repeat) goes on",
        (const char *)text);
}

static enum weir_status hide_value(struct weir_stage *stage, struct hiding *hiding,
    struct weir_value *value, struct weir_arena *arena)
{
    struct weir_str text = weir_value_format(value, arena, false);
    int code = PCRE2_ERROR_NOMATCH;

    weir_buf_reset(&hiding->out);
    if (hiding->match)
        code = hide_matches(hiding->redact, text, hiding->match, hiding->limits, &hiding->out);
    else if (!hide(hiding->redact, text.ptr, text.len, &hiding->out))
        code = 0;
    if (code == 0)
        return too_large(stage);
    if (code != PCRE2_ERROR_NOMATCH)
        return tell_match(stage, code);
    if (!weir_str_equal(text, (struct weir_str){hiding->out.ptr, hiding->out.len}))
        *value = weir_text(
            WEIR_TEXT, weir_copy(arena, (struct weir_str){hiding->out.ptr, hiding->out.len}));
    return WEIR_OK;
}

static enum weir_status hide_column(
    struct weir_stage *stage, struct hiding *hiding, struct weir_batch *batch, size_t c)
{
    struct weir_column *column = &batch->columns[c];
    enum weir_status status = WEIR_OK;

    for (size_t r = 0; r < batch->n_rows && status == WEIR_OK; r++)
        if (column->values[r].kind != WEIR_NULL)
            status = hide_value(stage, hiding, &column->values[r], batch->arena);
    weir_column_recount(column, batch->n_rows);
    return status;
}

static enum weir_status redact_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct redact *redact = stage->state;
    struct hiding hiding = {.redact = redact};
    enum weir_status status = WEIR_OK;

    if (redact->compiled) {
        hiding.match = pcre2_match_data_create_from_pattern(redact->compiled, NULL);
        hiding.limits = pcre2_match_context_create(NULL);
        if (!hiding.match || !hiding.limits)
            weir_out_of_memory();
        (void)pcre2_set_match_limit(hiding.limits, MATCH_LIMIT);
    }
    weir_buf_init(&hiding.out, VALUE_MAX, 1);
    for (size_t i = 0; i < redact->columns.n && status == WEIR_OK; i++) {
        size_t c = weir_batch_find(batch, weir_str(redact->columns.items[i]));

        if (c != SIZE_MAX)
            status = hide_column(stage, &hiding, batch, c);
    }
    weir_buf_done(&hiding.out);
    pcre2_match_context_free(hiding.limits);
    pcre2_match_data_free(hiding.match);
    return status;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "redact",
    .summary = "Hide values, or what a pattern finds in them.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct redact),
    .options = options,
    .check = redact_check,
    .start = redact_start,
    .stop = redact_stop,
    .transform = redact_transform,
};
