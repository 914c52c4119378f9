/* Which kind a type of the catalogue is. */
#include "type.h"

#include "known.h"

#include <string.h>

/* An extension's type has another number in each database; its name may have a schema before it. */
static bool is_citext(const struct type_facts *facts)
{
    const char *point = strrchr(facts->name, '.');

    return facts->type == 'b' && strcmp(point ? point + 1 : facts->name, "citext") == 0;
}

static enum type_kind find_kind(uint32_t oid)
{
    const struct known_type *known = known_by_oid(oid);

    return known ? known->kind : TYPE_OTHER;
}

void type_from_facts(struct type *type, const struct type_facts *facts)
{
    *type = (struct type){
        .kind = find_kind(facts->base_oid),
        .oid = facts->base_oid,
        .modifier = facts->modifier,
        .name = facts->name,
    };
    if (facts->element_oid) {
        type->kind = TYPE_ARRAY;
        type->element_oid = facts->element_oid;
        type->element_kind = find_kind(facts->element_oid);
    } else if (facts->type == 'e' || is_citext(facts)) {
        type->kind = TYPE_TEXT;
    }
}

bool type_is_binary(const struct type *type)
{
    return type->kind == TYPE_ARRAY ? type->element_kind != TYPE_OTHER : type->kind != TYPE_OTHER;
}
