/*
 * Columns that the source brings. A batch in which a column is missing has a null there for
 * all its rows, if batches before it have shown that the source knows the column: what
 * becomes of a row does not depend on how rows were cut into batches. All other
 * columns of the table are the user's own.
 */
#include "merge.h"

struct brought {
    struct weir_str *names; /* in the stage's arena */
    size_t n;
    size_t capacity;
};

static bool has(const struct brought *brought, struct weir_str name, size_t guess)
{
    if (guess < brought->n && weir_str_equal(brought->names[guess], name))
        return true;
    for (size_t i = 0; i < brought->n; i++)
        if (weir_str_equal(brought->names[i], name))
            return true;
    return false;
}

static void append(struct brought *brought, struct weir_arena *arena, struct weir_str name)
{
    if (brought->n == brought->capacity) {
        size_t capacity = brought->capacity ? 2 * brought->capacity : 32;
        struct weir_str *names = weir_new_array(arena, capacity, struct weir_str);

        for (size_t i = 0; i < brought->n; i++)
            names[i] = brought->names[i];
        brought->names = names;
        brought->capacity = capacity;
    }
    brought->names[brought->n++] = weir_copy(arena, name);
}

size_t brought_note(struct table *table, const struct mapping *mapping)
{
    struct brought *brought = table->brought;

    if (!brought)
        brought = table->brought = weir_new(table->stage->arena, struct brought);
    for (size_t i = 0; i < mapping->n; i++)
        if (!has(brought, mapping->columns[i]->name, i))
            append(brought, table->stage->arena, mapping->columns[i]->name);
    return brought->n;
}

bool brought_has_all(const struct table *table, const struct mapping *mapping)
{
    for (size_t i = 0; i < mapping->n; i++)
        if (!has(table->brought, mapping->columns[i]->name, i))
            return false;
    return true;
}

bool brought_has(const struct table *table, struct weir_str name)
{
    return table->brought && has(table->brought, name, 0);
}
