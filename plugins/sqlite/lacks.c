#include "lacks.h"

#include <string.h>

static bool has_absent(const struct weir_column *source, size_t n_rows)
{
    for (size_t row = 0; row < n_rows; row++)
        if (weir_is_absent(&source->values[row]))
            return true;
    return false;
}

/* Without a default it is null either way. Nobody else gives a key its value. */
static bool may_be_lacked(const struct table *table, const struct match *match, size_t column)
{
    const struct column *of = &table->columns[column];

    return of->has_default && match->uses[column] == USE_VALUE && !of->is_rowid &&
           !table_key_has(table, of->name);
}

void lacks_init(struct lacks *lacks, const struct table *table, const struct match *match,
    const struct weir_batch *batch)
{
    *lacks = (struct lacks){.table = table, .whole = match, .form = *match};
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!may_be_lacked(table, match, i) || !has_absent(match->sources[i], batch->n_rows))
            continue;
        if (!lacks->n) {
            lacks->columns = weir_new_array(batch->arena, table->n_columns, size_t);
            lacks->is_lacked = weir_new_array(batch->arena, table->n_columns, bool);
        }
        lacks->columns[lacks->n++] = i;
    }
    if (!lacks->n)
        return;
    lacks->form.uses = weir_alloc(batch->arena, table->n_columns);
    memcpy(lacks->form.uses, match->uses, table->n_columns);
    lacks->form.values = weir_new_array(batch->arena, match->n_values, const struct weir_value *);
    memcpy(lacks->form.values, match->values, match->n_values * sizeof(*match->values));
}

static bool look_at(struct lacks *lacks, size_t row)
{
    bool other = false;

    for (size_t i = 0; i < lacks->n; i++) {
        const struct weir_column *source = lacks->whole->sources[lacks->columns[i]];
        bool is_lacked = weir_is_absent(&source->values[row]);

        other = other || is_lacked != lacks->is_lacked[i];
        lacks->is_lacked[i] = is_lacked;
    }
    return other;
}

/* Of a row that is there already the value goes, as where a whole batch lacks the column. */
static void make_form(struct lacks *lacks)
{
    enum use absent = lacks->table->disposition == WEIR_MERGE ? USE_DEFAULT : USE_NONE;
    struct match *form = &lacks->form;

    for (size_t i = 0; i < lacks->n; i++)
        form->uses[lacks->columns[i]] = (unsigned char)(lacks->is_lacked[i] ? absent : USE_VALUE);
    form->n_values = 0;
    for (size_t i = 0; i < lacks->table->n_columns; i++)
        if (form->uses[i] == USE_VALUE)
            form->values[form->n_values++] = form->sources[i]->values;
}

const struct match *lacks_form(struct lacks *lacks, size_t row, bool *ret_other)
{
    *ret_other = look_at(lacks, row);
    if (*ret_other)
        make_form(lacks);
    return &lacks->form;
}
