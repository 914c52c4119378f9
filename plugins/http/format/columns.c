/* Names of columns that a file gives to values without any. */
#include "format.h"

#include <string.h>

static bool stands_before(const struct weir_strs *columns, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(columns->items[k], columns->items[i]) == 0)
            return true;
    return false;
}

void http_format_check_columns(const struct weir_strs *columns, size_t most,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(node, "columns");

    if (columns->n > most) {
        weir_mistake(mistakes, at, 0, "E-VALUE", "more than %zu columns", most);
        return;
    }
    for (size_t i = 0; i < columns->n; i++) {
        if (!*columns->items[i])
            weir_mistake(mistakes, at, 0, "E-VALUE", "column %zu has no name", i + 1);
        else if (stands_before(columns, i))
            weir_mistake(mistakes, at, 0, "E-VALUE", "the column '%s' stands there twice",
                columns->items[i]);
    }
}
