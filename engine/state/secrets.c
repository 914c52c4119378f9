#include "secrets.h"

#include "report/log.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>
#include <weir/stage.h>

static bool holds_secret(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(weir_malloc(size), text, size);
    bool holds;

    log_redact(copy);
    holds = strcmp(copy, text) != 0;
    free(copy);
    return holds;
}

static void redact_reason(struct weir_batch *batch, struct weir_unit *unit)
{
    struct weir_error *copy = weir_new(batch->arena, struct weir_error);

    *copy = *unit->error;
    log_redact(copy->text);
    unit->error = copy;
}

static void redact_rejects(struct weir_batch *batch)
{
    for (struct weir_reject *reject = batch->rejects; reject; reject = reject->next) {
        char *copy = weir_copy_text(batch->arena, reject->error.text);

        log_redact(copy);
        reject->error.text = copy;
    }
}

static void redact_label(struct weir_batch *batch, struct weir_unit *unit)
{
    struct weir_position *copy = weir_new(batch->arena, struct weir_position);
    char *label = weir_copy_text(batch->arena, unit->position->label);

    log_redact(label);
    *copy = *unit->position;
    copy->label = label;
    unit->position = copy;
}

/* A note can be done without: the unit is asked for as if for the first time. */
static void drop_note(struct weir_batch *batch, struct weir_unit *unit)
{
    struct weir_position *copy = weir_new(batch->arena, struct weir_position);

    *copy = *unit->position;
    copy->note = NULL;
    unit->position = copy;
}

static bool may_be_noted(const char *note)
{
    return strlen(note) <= WEIR_NOTE_MAX && !holds_secret(note);
}

static enum weir_status refuse(const struct weir_resource *resource, const char *what,
    const char *remedy, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-STATE-SECRET",
        "what names %s of '%s' contains a secret of the pipeline file, which may not be stored, so "
        "the run could not be continued behind it; %s",
        what, resource->name, remedy);
}

static enum weir_status check_names(const struct weir_batch *batch,
    const struct weir_position *position, struct weir_error *ret_error)
{
    if (position->next && holds_secret(position->next))
        return refuse(batch->resource, "the next page",
            "send the secret in a header (auth), or use another paginator", ret_error);
    for (size_t i = 0; i < position->n_openings; i++)
        if (holds_secret(position->openings[i].next))
            return refuse(position->openings[i].resource, "a partition",
                "take the field that holds it out of what the resource takes from its parent",
                ret_error);
    return WEIR_OK;
}

enum weir_status secrets_stay_out(struct weir_batch *batch, struct weir_error *ret_error)
{
    redact_rejects(batch);
    for (size_t i = 0; i < batch->n_units; i++) {
        struct weir_unit *unit = &batch->units[i];

        if (!unit->position)
            continue;
        if (unit->error)
            redact_reason(batch, unit);
        if (unit->position->label)
            redact_label(batch, unit);
        if (unit->position->note && !may_be_noted(unit->position->note))
            drop_note(batch, unit);
        if (check_names(batch, unit->position, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return WEIR_OK;
}
