#include "secrets.h"

#include "report/log.h"

#include <string.h>
#include <weir/stage.h>

static bool holds_secret(const struct weir_batch *batch, const char *text)
{
    char *copy = weir_copy_text(batch->arena, text);

    log_redact(copy);
    return strcmp(copy, text) != 0;
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
        if (unit->position->next && holds_secret(batch, unit->position->next))
            return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-STATE-SECRET",
                "what names the next page of '%s' contains a secret of the pipeline file, which "
                "may not be stored, so the run could not be continued behind it; send the secret "
                "in a header (auth), or use another paginator",
                batch->resource->name);
    }
    return WEIR_OK;
}
