/* What a row asks: from its columns into the text that a chain is opened with. */
#include "opened.h"

#include <string.h>
#include <weir/node.h>

/* --- fields --------------------------------------------------------------------------------- */

bool http_opened_add(struct weir_buf *buf, const char *name, const struct weir_value *value,
    struct weir_arena *arena)
{
    struct weir_value key = weir_text(WEIR_TEXT, weir_str(name));
    struct weir_str texts[] = {
        weir_value_format(&key, arena, true), weir_value_format(value, arena, true)};

    return (buf->len == 0 || weir_buf_add_text(buf, ",")) &&
           weir_buf_add(buf, texts[0].ptr, texts[0].len) && weir_buf_add_text(buf, ":") &&
           weir_buf_add(buf, texts[1].ptr, texts[1].len);
}

/* What it is taken from. */
struct asker {
    const struct http_takes *takes;
    const struct weir_batch *batch;
    size_t row;
    const struct weir_node *handed;
};

static struct weir_value value_of(const struct asker *asker, const struct http_taken *taken)
{
    const struct weir_node *node;
    size_t column;

    if (taken->is_handed) {
        node = weir_node_get(asker->handed, taken->name);
        return node ? http_opened_value(node, asker->batch->arena) : weir_null();
    }
    column = weir_batch_find(asker->batch, weir_str(taken->field));
    return column == SIZE_MAX ? weir_null() : asker->batch->columns[column].values[asker->row];
}

static const char *root_of(const struct http_taken *taken)
{
    return strchr(taken->name, '.') ? "resources" : "partition";
}

static enum weir_status check_value(
    const struct http_taken *taken, const struct weir_value *value, struct weir_error *ret_error)
{
    if (value->kind == WEIR_NULL)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-PARENT",
            "'{%s.%s}' is to be asked with, and the row has no '%s'; leave such rows out "
            "with where: \"%s IS NOT NULL\"",
            root_of(taken), taken->name, taken->field, taken->field);
    if (value->kind == WEIR_JSON)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-PARENT",
            "'{%s.%s}' is to be asked with, and '%s' is no single value", root_of(taken),
            taken->name, taken->field);
    return WEIR_OK;
}

/* --- groups --------------------------------------------------------------------------------- */

/* Joined, one that holds what stands between them would be taken for two. */
static enum weir_status take_member(const struct http_fanout_column *group,
    const struct weir_value *value, struct weir_arena *arena, struct http_question *question,
    struct weir_error *ret_error)
{
    struct weir_str text = weir_value_format(value, arena, false);

    if (group->as == HTTP_GROUP_TEXT &&
        memmem(text.ptr, text.len, group->join, strlen(group->join)))
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-PARENT",
            "values of '%s' are joined by '%s', and this one holds it; say another 'join' that the "
            "server takes, or leave 'group' out",
            group->field, group->join);
    question->member = group->as == HTTP_GROUP_TEXT ? text : weir_value_format(value, arena, true);
    return WEIR_OK;
}

/* --- a row ---------------------------------------------------------------------------------- */

static bool is_member(const struct http_takes *takes, const struct http_taken *taken)
{
    return takes->group && taken->use == HTTP_ASK && strcmp(taken->name, takes->group->name) == 0;
}

static struct weir_str take_text(const struct weir_buf *buf, struct weir_arena *arena)
{
    return buf->len ? weir_copy(arena, (struct weir_str){buf->ptr, buf->len})
                    : (struct weir_str){"", 0};
}

static enum weir_status fail_long(const struct http_takes *takes, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT",
        "what is taken from a row of '%s' is longer than %d bytes", takes->parent, HTTP_OPENED_MAX);
}

/* The entries of one use. */
static enum weir_status write_use(const struct asker *asker, int use, struct weir_buf *buf,
    struct http_question *question, const char **ret_column, struct weir_error *ret_error)
{
    const struct http_takes *takes = asker->takes;
    struct weir_arena *arena = asker->batch->arena;

    weir_buf_reset(buf);
    for (size_t i = 0; i < takes->n; i++) {
        const struct http_taken *taken = &takes->items[i];
        struct weir_value value;

        if (taken->use != use)
            continue;
        *ret_column = taken->is_handed ? NULL : taken->field;
        value = value_of(asker, taken);
        if (use == HTTP_ASK && check_value(taken, &value, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (is_member(takes, taken)) {
            if (take_member(takes->group, &value, arena, question, ret_error) != WEIR_OK)
                return WEIR_FAIL;
        } else if (!http_opened_add(buf, taken->name, &value, arena)) {
            return fail_long(takes, ret_error);
        }
    }
    return WEIR_OK;
}

enum weir_status http_question_of_row(const struct http_takes *takes,
    const struct weir_batch *batch, size_t row, const struct weir_node *handed,
    struct http_question *ret_question, const char **ret_column, struct weir_error *ret_error)
{
    const struct asker asker = {takes, batch, row, handed};
    struct http_question *question = ret_question;
    struct weir_str *const texts[HTTP_N_USES] = {
        [HTTP_ASK] = &question->ask, [HTTP_GIVE] = &question->give, [HTTP_PASS] = &question->pass};
    enum weir_status status = WEIR_OK;
    size_t len = takes->besides;
    struct weir_buf buf;

    *question = (struct http_question){0};
    weir_buf_init(&buf, HTTP_OPENED_MAX, 1);
    for (int use = 0; use < HTTP_N_USES && status == WEIR_OK; use++) {
        status = write_use(&asker, use, &buf, question, ret_column, ret_error);
        *texts[use] = take_text(&buf, batch->arena);
        len += texts[use]->len;
    }
    weir_buf_done(&buf);
    if (status == WEIR_OK && len + question->member.len > HTTP_OPENED_MAX)
        return fail_long(takes, ret_error);
    return status;
}

/* --- a chain -------------------------------------------------------------------------------- */

struct weir_opening http_question_open(
    const struct http_question *question, struct weir_str besides, struct weir_arena *arena)
{
    const char *comma = question->ask.len && besides.len ? "," : "";
    bool passes = question->pass.len > 0;
    const char *text = weir_printf(arena, "{\"ask\":{%.*s%s%.*s},\"give\":{%.*s}%s%.*s%s}",
        WEIR_STR_ARG(question->ask), comma, WEIR_STR_ARG(besides), WEIR_STR_ARG(question->give),
        passes ? ",\"pass\":{" : "", WEIR_STR_ARG(question->pass), passes ? "}" : "");
    size_t asked = strlen("{\"ask\":{") + question->ask.len + strlen(comma) + besides.len;

    return (struct weir_opening){.chain = weir_id_of((struct weir_str){text, asked}), .next = text};
}
