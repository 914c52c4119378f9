/* Options that are one scalar: from its text to the field's C type. */
#include "option_reading.h"
#include "template/template_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <weir/status.h>

static bool refuse(
    const struct option_reading *reading, const struct weir_node *node, const char *hint)
{
    return option_refuse(reading, node, option_needs(reading->context->arena, reading->row), hint);
}

/* The text of a text option or a secret, if it is as long as the row asks. */
static const char *sized_text(const struct option_reading *reading, const struct weir_node *node)
{
    const char *text = option_text(reading, node);

    if (!text ||
        option_range_holds_unsigned(option_range(reading->row), option_characters(node->text)))
        return text;
    refuse(reading, node, "");
    return NULL;
}

static bool read_text(
    const struct option_reading *reading, const struct weir_node *node, const char **ret_text)
{
    *ret_text = sized_text(reading, node);
    option_tell_secret(reading, node);
    return *ret_text != NULL;
}

bool option_is_warned(const struct weir_mistakes *mistakes, const struct weir_node *node)
{
    for (size_t i = 0; i < mistakes->n; i++)
        if (mistakes->items[i].warning && mistakes->items[i].line == node->line &&
            mistakes->items[i].column == node->column)
            return true;
    return false;
}

/* A secret in the file is in version control tomorrow. */
static void warn_of_secret(const struct option_reading *reading, const struct weir_node *node)
{
    if (node->substituted || reading->from_table || node->text.len == 0 || node->line == 0 ||
        option_is_warned(reading->context->mistakes, node))
        return;
    weir_mistake_warn(reading->context->mistakes, node, "W-SECRET",
        "%s is written in the file; take it from the environment with \"${NAME}\" or from a "
        "file with \"${file:/path}\"",
        reading->what);
}

static bool read_secret(const struct option_reading *reading, const struct weir_node *node,
    struct weir_secret *ret_secret)
{
    const struct weir_option_context *context = reading->context;

    ret_secret->text = sized_text(reading, node);
    if (!ret_secret->text)
        return false;
    if (!node->substituted && template_opens(node->text)) {
        weir_mistake(context->mistakes, node, 0, "E-TEMPLATE",
            "%s is not filled while the pipeline runs; take it from the environment with "
            "\"${NAME}\"",
            reading->what);
        return false;
    }
    if (reading->row->is_public && reading->row->is_public(ret_secret->text))
        return true;
    option_tell_secret(reading, node);
    warn_of_secret(reading, node);
    return true;
}

static const char *bool_hint(const char *text)
{
    static const char *const words[][2] = {
        {"yes", "true"},
        {"on", "true"},
        {"y", "true"},
        {"1", "true"},
        {"true", "true"},
        {"no", "false"},
        {"off", "false"},
        {"n", "false"},
        {"0", "false"},
        {"false", "false"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(text, words[i][0]) == 0)
            return words[i][1][0] == 't' ? "; write true" : "; write false";
    return "";
}

static bool read_bool(
    const struct option_reading *reading, const struct weir_node *node, bool *ret_bool)
{
    const char *text = option_text(reading, node);

    if (!text)
        return false;
    *ret_bool = strcmp(text, "true") == 0;
    if (*ret_bool || strcmp(text, "false") == 0)
        return true;
    return refuse(reading, node, option_is_hidden(reading, node) ? "" : bool_hint(text));
}

static bool read_int(
    const struct option_reading *reading, const struct weir_node *node, int64_t *ret_value)
{
    const char *text = option_text(reading, node);

    if (!text)
        return false;
    if (weir_parse_int(text, ret_value) &&
        option_range_holds(option_range(reading->row), *ret_value))
        return true;
    return refuse(reading, node, "");
}

/* strtod also takes " 1", "0x1p3", "inf" and "nan"; a file may not say those. */
static bool is_decimal(const char *text)
{
    return strspn(text, "+-.0123456789eE") == strlen(text) && strpbrk(text, "0123456789") &&
           *text != '+';
}

static bool read_number(
    const struct option_reading *reading, const struct weir_node *node, double *ret_value)
{
    struct option_range range = option_range(reading->row);
    const char *text = option_text(reading, node);
    char *end;

    if (!text)
        return false;
    *ret_value = strtod(text, &end);
    if (is_decimal(text) && !*end && isfinite(*ret_value) &&
        (!range.has_min || *ret_value >= (double)range.min) &&
        (!range.has_max || *ret_value <= (double)range.max))
        return true;
    return refuse(reading, node, "");
}

/* A size or a duration. */
static bool read_amount(
    const struct option_reading *reading, const struct weir_node *node, uint64_t *ret_amount)
{
    struct weir_arena *arena = reading->context->arena;
    bool is_size = reading->row->type == WEIR_OPTION_SIZE;
    const char *text = option_text(reading, node);

    if (!text)
        return false;
    if (!(is_size ? weir_parse_size : weir_parse_duration)(text, ret_amount))
        return refuse(reading, node,
            is_size && !option_is_hidden(reading, node) ? option_size_hint(arena, text) : "");
    if (option_range_holds_unsigned(option_range(reading->row), *ret_amount))
        return true;
    return option_refuse(reading, node, option_needs_amount(arena, reading->row), "");
}

static const char *choice_name(const void *choices, size_t i)
{
    return ((const struct weir_choice *)choices)[i].name;
}

static bool read_choice(
    const struct option_reading *reading, const struct weir_node *node, int *ret_choice)
{
    const struct weir_choice *choices = reading->row->choices;
    const char *text = option_text(reading, node);
    size_t n = 0;

    if (!text)
        return false;
    for (; choices && choices[n].name; n++)
        if (strcmp(choices[n].name, text) == 0) {
            *ret_choice = choices[n].value;
            return true;
        }
    return refuse(reading, node,
        option_is_hidden(reading, node)
            ? ""
            : weir_did_you_mean(reading->context->arena, text, choice_name, choices, n));
}

const struct weir_template *option_template(
    const struct option_reading *reading, const struct weir_node *node)
{
    const struct weir_option_context *context = reading->context;
    const char *text = option_text(reading, node);
    const struct weir_template *template;
    struct weir_error error = {0};
    size_t offset = 0;

    if (!text)
        return NULL;
    template = weir_template_parse(
        context->arena, weir_str(text), reading->row->roots, context->constants, &offset, &error);
    if (!template)
        option_refuse_part(reading, node, offset, &error);
    for (size_t i = 0; template && i < template->n_parts; i++)
        if (template->parts[i].constant)
            option_tell_secret(reading, template->parts[i].constant);
    template_warn_of_near(context->mistakes, node);
    option_tell_secret(reading, node);
    return template;
}

static bool read_path(const struct option_reading *reading, const struct weir_node *node,
    const struct weir_path **ret_path)
{
    const char *text = option_text(reading, node);
    struct weir_error error = {0};
    size_t offset = 0;

    if (!text)
        return false;
    *ret_path = weir_path_parse(reading->context->arena, weir_str(text), &offset, &error);
    return *ret_path || option_refuse_part(reading, node, offset, &error);
}

bool option_value(
    const struct option_reading *reading, const struct weir_node *node, void *ret_field)
{
    switch (reading->row->type) {
    case WEIR_OPTION_TEXT:
        return read_text(reading, node, ret_field);
    case WEIR_OPTION_SECRET:
        return read_secret(reading, node, ret_field);
    case WEIR_OPTION_BOOL:
        return read_bool(reading, node, ret_field);
    case WEIR_OPTION_INT:
        return read_int(reading, node, ret_field);
    case WEIR_OPTION_NUMBER:
        return read_number(reading, node, ret_field);
    case WEIR_OPTION_SIZE:
    case WEIR_OPTION_DURATION:
        return read_amount(reading, node, ret_field);
    case WEIR_OPTION_CHOICE:
        return read_choice(reading, node, ret_field);
    case WEIR_OPTION_TEMPLATE: {
        const struct weir_template **field = ret_field;

        *field = option_template(reading, node);
        return *field != NULL;
    }
    case WEIR_OPTION_PATH:
        return read_path(reading, node, ret_field);
    default:
        weir_mistake(reading->context->mistakes, node, 0, "E-PLUGIN",
            "the plugin's option %s is of type %u, which this weir does not know", reading->what,
            (unsigned)reading->row->type);
        return false;
    }
}
