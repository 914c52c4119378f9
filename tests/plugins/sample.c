/* sample - an extractor that gives nothing, with options of all the places where options stand. */
#include "sample.h"

#include <string.h>

static const struct weir_option options[] = {
    WEIR_TEXT(struct sample, origin, .initial = "here", .help = "Refused when it is 'nowhere'."),
    WEIR_SECRET(struct sample, token, .help = "A secret."),
    {0},
};

static const struct weir_option resource_options[] = {
    WEIR_TEXT(struct sample_resource, path, .required = true, .help = "A required text."),
    WEIR_INT(struct sample_resource, page_size, .initial = "100", .min = 1, .max = 1000,
        .help = "A number."),
    WEIR_PAIRS(struct sample_resource, headers, .help = "A map, merged key by key."),
    WEIR_TEMPLATE(struct sample_resource, note, .help = "A text with places."),
    {0},
};

static void sample_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct sample *sample = stage->state;

    if (strcmp(sample->origin, "nowhere") == 0)
        weir_mistake(mistakes, weir_node_get(stage->config, "origin"), 0, "E-SAMPLE",
            "there is nothing to be had from nowhere");
}

static enum weir_status sample_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_END;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "sample",
    .summary = "Give nothing.",
    .state_size = sizeof(struct sample),
    .options = options,
    .resource_size = sizeof(struct sample_resource),
    .resource_options = resource_options,
    .check = sample_check,
    .extract = sample_extract,
};
