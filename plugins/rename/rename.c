/* rename - give columns other names. See README.md. */
#include <weir/plugin.h>
#include <weir/version.h>

struct rename {
    struct weir_pairs columns;
};

static const struct weir_option options[] = {
    WEIR_PAIRS(struct rename, columns, .required = true, .example = "{ lat_deg: lat }",
        .help = "The old name of each column and its new one. All are renamed at once, so two may "
                "change places. A column that a batch lacks is skipped."),
    {0},
};

static void rename_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct weir_pairs *pairs = &((const struct rename *)stage->state)->columns;

    for (size_t i = 0; i < pairs->n; i++) {
        for (size_t before = 0; before < i; before++) {
            if (weir_str_is(weir_str(pairs->items[i].text), pairs->items[before].text))
                weir_mistake(mistakes, pairs->items[i].node, 0, "E-COLUMN-COLLISION",
                    "both '%s' and '%s' would be renamed to '%s'", pairs->items[before].name,
                    pairs->items[i].name, pairs->items[i].text);
        }
    }
}

static enum weir_status collide(struct weir_stage *stage, const struct weir_pair *pair)
{
    return weir_fail(stage, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "column '%s' cannot be renamed to '%s': there is a column '%s'; drop or rename that one, "
        "too",
        pair->name, pair->text, pair->text);
}

static enum weir_status rename_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct weir_pairs *pairs = &((const struct rename *)stage->state)->columns;
    size_t *found = weir_new_array(batch->arena, pairs->n, size_t);

    for (size_t i = 0; i < pairs->n; i++)
        found[i] = weir_batch_find(batch, weir_str(pairs->items[i].name));
    for (size_t i = 0; i < pairs->n; i++) {
        if (found[i] != SIZE_MAX)
            batch->columns[found[i]].name = weir_copy(batch->arena, weir_str(pairs->items[i].text));
    }
    /* Of two columns of one name, that which is found first may be the one that had it before. */
    for (size_t i = 0; i < pairs->n; i++) {
        if (found[i] == SIZE_MAX)
            continue;
        for (size_t c = 0; c < batch->n_columns; c++) {
            if (c != found[i] && weir_str_is(batch->columns[c].name, pairs->items[i].text))
                return collide(stage, &pairs->items[i]);
        }
    }
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "rename",
    .summary = "Give columns other names.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct rename),
    .options = options,
    .check = rename_check,
    .transform = rename_transform,
};
