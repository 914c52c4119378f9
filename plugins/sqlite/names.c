#include "names.h"

#include <string.h>

int name_compare(struct weir_str a, struct weir_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? sqlite3_strnicmp(a.ptr, b.ptr, (int)shorter) : 0;

    if (order == 0 && a.len != b.len)
        order = a.len < b.len ? -1 : 1;
    return order;
}

bool name_equal(struct weir_str a, struct weir_str b)
{
    return a.len == b.len && name_compare(a, b) == 0;
}

static bool has_prefix(struct weir_str name, const char *prefix)
{
    size_t n = strlen(prefix);

    return name.len >= n && sqlite3_strnicmp(name.ptr, prefix, (int)n) == 0;
}

static const char *name_fault(struct weir_str name)
{
    if (name.len == 0)
        return "is empty";
    if (name.len > NAME_MAX_BYTES)
        return "is longer than 1000 bytes";
    if (memchr(name.ptr, '\0', name.len))
        return "holds a NUL";
    if (has_prefix(name, "_weir_"))
        return "begins with _weir_, which weir keeps for itself";
    return NULL;
}

const char *column_name_fault(struct weir_str name)
{
    static const char *const row_numbers[] = {"rowid", "oid", "_rowid_"};

    for (size_t i = 0; i < sizeof(row_numbers) / sizeof(row_numbers[0]); i++)
        if (name_equal(name, weir_str(row_numbers[i])))
            return "is what SQLite calls the number of a row";
    return name_fault(name);
}

const char *table_name_fault(struct weir_str name)
{
    if (has_prefix(name, "sqlite_"))
        return "begins with sqlite_, which SQLite keeps for itself";
    return name_fault(name);
}

void name_append(sqlite3_str *sql, struct weir_str name)
{
    sqlite3_str_appendf(sql, "\"%.*w\"", (int)name.len, name.ptr);
}

struct shown_name name_show(struct weir_str name)
{
    struct shown_name shown;

    (void)weir_str_printable(name, shown.text, sizeof(shown.text));
    return shown;
}
