/* Which rows of a resource are kept. */
#include "keys.h"
#include "maker.h"

#include <weir/sql.h>

static void free_condition(void *condition)
{
    weir_sql_free(condition);
}

struct weir_sql *maker_where(
    struct maker *m, const struct weir_node *config, const struct resource_keys *keys)
{
    struct weir_error error = {0};
    size_t offset = 0;
    struct weir_sql *condition;

    if (!keys->where)
        return NULL;
    condition = weir_sql_condition(keys->where, &offset, &error);
    if (condition)
        weir_defer(m->plan->arena, free_condition, condition);
    else
        weir_sql_mistake(m->mistakes, weir_node_get(config, "where"), offset, &error);
    return condition;
}
