#include "names.h"

#include <string.h>

int name_compare(struct weir_str a, struct weir_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

    if (order == 0 && a.len != b.len)
        order = a.len < b.len ? -1 : 1;
    return order;
}

static const char *name_fault(struct weir_str name)
{
    if (name.len == 0)
        return "is empty";
    if (memchr(name.ptr, '\0', name.len))
        return "holds a NUL";
    if (weir_str_utf8_error(name) != name.len)
        return "is not valid UTF-8";
    if (name.len > NAME_BYTES_MAX)
        return "is longer than 63 bytes, and PostgreSQL would cut it";
    return NULL;
}

const char *table_name_fault(struct weir_str name)
{
    if (name.len >= 6 && memcmp(name.ptr, "_weir_", 6) == 0)
        return "begins with _weir_, which weir keeps for itself";
    return name_fault(name);
}

const char *column_name_fault(struct weir_str name)
{
    static const char *const system_columns[] = {
        "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

    for (size_t i = 0; i < sizeof(system_columns) / sizeof(system_columns[0]); i++)
        if (weir_str_is(name, system_columns[i]))
            return "is that of a column that PostgreSQL keeps for itself";
    return name_fault(name);
}

const char *schema_name_fault(struct weir_str name)
{
    if (name.len >= 3 && memcmp(name.ptr, "pg_", 3) == 0)
        return "begins with pg_, which PostgreSQL keeps for itself";
    if (weir_str_is(name, "information_schema"))
        return "is of PostgreSQL's own catalogue";
    if (weir_str_is(name, "weir"))
        return "is where weir keeps its state";
    return name_fault(name);
}

struct shown_name name_show(struct weir_str name)
{
    struct shown_name shown;

    (void)weir_str_printable(name, shown.text, sizeof(shown.text));
    return shown;
}
