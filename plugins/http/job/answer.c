#include "answer.h"

#include <string.h>

/* --- how far it is ------------------------------------------------------------------------ */

static bool is_among(const struct weir_strs *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (strcmp(words->items[i], word) == 0)
            return true;
    return false;
}

static enum http_job_state state_of(
    const struct http_job_status *said, const char *word, struct weir_error *ret_error)
{
    char shown[64];

    if (is_among(&said->completed, word))
        return HTTP_JOB_COMPLETED;
    if (is_among(&said->failed, word))
        return HTTP_JOB_FAILED;
    if (said->running.n == 0 || is_among(&said->running, word))
        return HTTP_JOB_RUNNING;
    weir_str_printable(weir_str(word), shown, sizeof(shown));
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-STATUS",
        "the job's status is '%s', which is in none of completed, failed and running; add it to "
        "one of them under job.status",
        shown);
    return HTTP_JOB_UNKNOWN;
}

/* Also of a truth value, which some give: {"done": true}. */
static const char *word_of(const struct weir_value *value, struct weir_arena *arena)
{
    if (value->kind == WEIR_NULL || value->kind == WEIR_JSON)
        return NULL;
    return weir_copy(arena, weir_value_format(value, arena, false)).ptr;
}

enum http_job_state http_job_judge(const struct http_job_status *said, int status,
    struct weir_str body, struct weir_arena *arena, const char **ret_word,
    struct weir_error *ret_error)
{
    struct weir_value value = weir_null();
    bool found = false;

    *ret_word = "";
    if (!said->path || (status == 202 && body.len == 0))
        return status == 202 ? HTTP_JOB_RUNNING : HTTP_JOB_COMPLETED;
    if (http_job_look(body, &said->path, 1, arena, &value, &found, ret_error) != WEIR_OK)
        return HTTP_JOB_UNKNOWN;
    if (!word_of(&value, arena)) {
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-STATUS",
            "the answer to a poll has %s at '%s'; is job.status.path right?",
            found ? "no status" : "nothing", weir_path_text(said->path));
        return HTTP_JOB_UNKNOWN;
    }
    *ret_word = word_of(&value, arena);
    return state_of(said, *ret_word, ret_error);
}

const char *http_job_reason(
    const struct weir_path *path, struct weir_str body, struct weir_arena *arena)
{
    struct weir_error ignored = {0};
    struct weir_value value = weir_null();
    bool found;

    if (!path || http_job_look(body, &path, 1, arena, &value, &found, &ignored) != WEIR_OK ||
        value.kind == WEIR_NULL)
        return NULL;
    return weir_copy(arena, weir_value_format(&value, arena, false)).ptr;
}

/* --- where its result stands -------------------------------------------------------------- */

bool http_job_urls_split(
    const struct weir_path *path, struct weir_arena *arena, struct http_job_urls_place *ret_place)
{
    const char *text = weir_path_text(path);
    const char *each = strstr(text, "[*]");
    const char *key = each ? each + 3 : "";
    struct weir_error ignored = {0};
    struct weir_str list = weir_str(text);
    size_t offset;

    *ret_place = (struct http_job_urls_place){.text = text, .list = path};
    if (!each)
        return true;
    list.len = (size_t)(each - text);
    if (list.len == 0)
        list = weir_str("$");
    ret_place->list = weir_path_parse(arena, list, &offset, &ignored);
    if (*key && (*key != '.' || strpbrk(key, "[]'\"")))
        return false;
    ret_place->key = *key ? key + 1 : NULL;
    return ret_place->list != NULL;
}

/* The value at names with dots between them; NULL: nothing there. */
static const struct weir_node *find(
    const struct weir_node *node, const char *key, struct weir_arena *arena)
{
    while (key && node) {
        size_t len = strcspn(key, ".");

        node = weir_node_get(node, weir_copy(arena, (struct weir_str){key, len}).ptr);
        key = key[len] ? key + len + 1 : NULL;
    }
    return node;
}

static enum weir_status refuse(const struct http_job_urls_place *place, size_t i, const char *what,
    struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-JOB-RESULT",
        "the answer has %s at '%s' (URL %zu); is job.download.urls_path right?", what, place->text,
        i + 1);
}

static enum weir_status take_list(const struct http_job_urls_place *place,
    const struct weir_node *list, struct weir_arena *arena, const char **urls,
    struct weir_error *ret_error)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct weir_node *url = find(list->items[i], place->key, arena);

        if (!url)
            return refuse(place, i, "nothing", ret_error);
        if (url->kind != WEIR_NODE_SCALAR || !url->quoted || !url->text.len)
            return refuse(place, i, "no text", ret_error);
        urls[i] = url->text.ptr;
    }
    return WEIR_OK;
}

static enum weir_status take_one(const struct http_job_urls_place *place,
    const struct weir_value *value, struct weir_arena *arena, const char *const **ret_urls,
    size_t *ret_n, struct weir_error *ret_error)
{
    const char **urls = weir_new_array(arena, 1, const char *);

    if (value->kind != WEIR_TEXT || place->key)
        return refuse(place, 0, "no text", ret_error);
    *urls = weir_copy(arena, weir_value_str(value)).ptr;
    *ret_urls = urls;
    *ret_n = value->length > 0;
    return WEIR_OK;
}

enum weir_status http_job_urls(const struct http_job_urls_place *place, struct weir_str body,
    struct weir_arena *arena, const char *const **ret_urls, size_t *ret_n,
    struct weir_error *ret_error)
{
    struct weir_value value = weir_null();
    const struct weir_node *list;
    const char **urls;
    bool found;

    *ret_urls = NULL;
    *ret_n = 0;
    if (http_job_look(body, &place->list, 1, arena, &value, &found, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    if (!found)
        return refuse(place, 0, "nothing", ret_error);
    if (value.kind == WEIR_NULL)
        return WEIR_OK;
    if (value.kind != WEIR_JSON)
        return take_one(place, &value, arena, ret_urls, ret_n, ret_error);
    list = weir_node_from_json(arena, weir_value_str(&value), ret_error);
    if (!list)
        return WEIR_FAIL;
    if (list->kind != WEIR_NODE_LIST)
        return refuse(place, 0, "no text and no list", ret_error);
    if (list->n > HTTP_JOB_PARTS_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-LIMIT",
            "the job's result has %zu parts, and no more than %d are taken; have the server make "
            "larger ones, or ask for less at once (partitions)",
            list->n, HTTP_JOB_PARTS_MAX);
    urls = weir_new_array(arena, list->n + 1, const char *);
    if (take_list(place, list, arena, urls, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_urls = urls;
    *ret_n = list->n;
    return WEIR_OK;
}
