/* Lists of column names, compared as SQLite compares them. */
#include "sql_inside.h"

#include <string.h>

void sql_names_init(struct sql_names *names, struct weir_arena *arena)
{
    *names = (struct sql_names){
        .arena = arena,
        .items = weir_new_array(arena, SQL_MOST_NAMES, const char *),
        .n = SQL_IMPLIED_NAMES,
    };
    names->items[0] = "rowid";
    names->items[1] = "_rowid_";
    names->items[2] = "oid";
}

bool sql_names_have(const struct sql_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (sqlite3_stricmp(names->items[i], name) == 0)
            return true;
    }
    return false;
}

bool sql_names_add(struct sql_names *names, const char *name)
{
    if (names->n == SQL_MOST_NAMES)
        return false;
    names->items[names->n++] = weir_copy_text(names->arena, name);
    return true;
}

bool sql_name_is(struct weir_str name, const char *other)
{
    return strlen(other) == name.len &&
           (name.len == 0 || sqlite3_strnicmp(name.ptr, other, (int)name.len) == 0);
}
