#include "kept_head.h"

#include "answer/actions.h"
#include "options.h"
#include "paging/paginator.h"
#include "validators.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char ALL_FIELDS[] = "*";

/* --- which fields ------------------------------------------------------------------------- */

/* What a server lets in by: it may stand in no file. */
static bool lets_in(const char *name)
{
    static const char *const names[] = {"Set-Cookie", "Set-Cookie2", "Authorization",
        "Proxy-Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Authentication-Info",
        "Proxy-Authentication-Info"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

/* False: they are too many. */
static bool add_field(const char **fields, size_t *n, const char *name)
{
    if (!name || lets_in(name))
        return true;
    for (size_t i = 0; i < *n; i++)
        if (strcasecmp(fields[i], name) == 0)
            return true;
    if (*n + 1 >= HTTP_KEPT_FIELDS)
        return false;
    fields[(*n)++] = name;
    return true;
}

const char **http_kept_fields(const struct http_resource_options *options,
    const struct http_paginator *paginator, struct weir_arena *arena)
{
    const char **fields = weir_new_array(arena, HTTP_KEPT_FIELDS, const char *);
    const struct weir_groups *groups = &options->response_actions;
    const struct http_action *actions = groups->items;
    const char *always[] = {
        "Content-Type", "Date", "ETag", "Last-Modified", "Link", paginator->next_header};
    size_t n = 0;

    /* Conditions may look at any of them. */
    for (size_t i = 0; i < groups->n; i++)
        if (actions[i].when) {
            fields[0] = ALL_FIELDS;
            return fields;
        }
    for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
        (void)add_field(fields, &n, always[i]);
    for (size_t i = 0; i < groups->n; i++)
        for (size_t k = 0; k < actions[i].headers.n; k++)
            if (!add_field(fields, &n, actions[i].headers.items[k].name))
                return NULL;
    return fields;
}

/* --- of an answer that came --------------------------------------------------------------- */

/* Is the word among those that a list divided by commas begins entries with? */
static bool lists(const char *list, const char *word)
{
    size_t n = strlen(word);

    while (*list) {
        list += strspn(list, " \t,");
        if (strncasecmp(list, word, n) == 0 && strchr(" \t,;=", list[n]))
            return true;
        list += strcspn(list, ",");
    }
    return false;
}

/* Each of the fields of that name is looked at, for any of them may say it. */
static bool says(const struct http_head *head, const char *name, const char *word)
{
    const char *end = head->fields.ptr + head->fields.len;

    for (const char *at = head->fields.ptr; at < end;) {
        const char *value = at + strlen(at) + 1;

        if (strcasecmp(at, name) == 0 && lists(value, word))
            return true;
        at = value + strlen(value) + 1;
    }
    return false;
}

static bool may_be_kept(const struct http_response *response)
{
    return response->status >= 200 && response->status <= 299 && response->status != 204 &&
           response->status != 206 && response->head &&
           !says(response->head, "Cache-Control", "no-store") && !says(response->head, "Vary", "*");
}

/* A time of change that cannot be asked by is left out. */
static bool add_line(struct weir_buf *text, const struct http_response *response, const char *name,
    const char *value)
{
    if (!value ||
        (strcasecmp(name, "Last-Modified") == 0 && !http_validators_of(response, NULL).time))
        return true;
    return weir_buf_printf(text, "%s: %s\n", name, value);
}

static bool add_all(struct weir_buf *text, const struct http_response *response)
{
    const struct http_head *head = response->head;
    const char *end = head->fields.ptr + head->fields.len;
    bool fits = true;

    for (const char *at = head->fields.ptr; at < end && fits;) {
        const char *value = at + strlen(at) + 1;

        if (!lets_in(at))
            fits = add_line(text, response, at, value);
        at = value + strlen(value) + 1;
    }
    return fits;
}

static bool add_some(
    struct weir_buf *text, const struct http_response *response, const char *const *fields)
{
    bool fits = true;

    for (; *fields && fits; fields++)
        fits = add_line(text, response, *fields,
            strcasecmp(*fields, "Link") == 0 ? response->link
                                             : http_response_header(response, *fields));
    return fits;
}

struct http_entry *http_kept_head_of(
    const struct http_response *response, const char *const *fields)
{
    struct http_entry *entry = NULL;
    struct weir_buf text;
    bool fits;

    if (!may_be_kept(response))
        return NULL;
    weir_buf_init(&text, HTTP_ENTRY_HEAD_MAX, 1);
    fits = fields[0] == ALL_FIELDS ? add_all(&text, response) : add_some(&text, response, fields);
    if (fits) {
        entry = http_entry_new((struct weir_str){text.ptr, text.len});
        entry->status = response->status;
    }
    weir_buf_done(&text);
    return entry;
}

/* --- of one that is kept ------------------------------------------------------------------ */

bool http_kept_head_open(struct http_kept_head *kept, const struct http_entry *entry)
{
    struct weir_error error = {0};
    const char *line = entry->head;
    char first[32];
    int length = snprintf(first, sizeof(first), "HTTP/1.1 %03d ", entry->status % 1000);
    bool is_read;

    *kept = (struct http_kept_head){.response = {.status = entry->status}};
    http_head_init(&kept->head);
    is_read =
        http_head_add(&kept->head, (struct weir_str){first, (size_t)length}, &error) == WEIR_OK;
    while (is_read && *line) {
        size_t n = strcspn(line, "\n");

        is_read = http_head_add(&kept->head, (struct weir_str){line, n}, &error) == WEIR_OK;
        line += n + (line[n] == '\n');
    }
    kept->response.head = &kept->head;
    kept->response.body.len = entry->body_len;
    kept->response.content_type = http_head_find(&kept->head, "Content-Type");
    if (!kept->response.content_type)
        kept->response.content_type = "";
    kept->response.link = kept->head.links.len ? kept->head.links.ptr : NULL;
    return is_read;
}

void http_kept_head_close(struct http_kept_head *kept)
{
    http_head_done(&kept->head);
}

bool http_kept_head_ask(
    const struct http_entry *entry, struct http_request *request, struct weir_arena *arena)
{
    struct http_kept_head head;
    bool is_asked = false;

    if (http_kept_head_open(&head, entry)) {
        const struct http_validators validators = http_validators_of(&head.response, arena);

        is_asked = http_validators_ask(&validators, request, arena);
    }
    http_kept_head_close(&head);
    return is_asked;
}
