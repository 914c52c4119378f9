#include "meaning.h"

#include <string.h>

#define LOOK_AT_ROW "drop such rows with a 'filter' transform, or mend them with 'set'"
#define OTHER_KEY                                                                                  \
    "another row has the same key: 'write_disposition: merge' brings it up to date; else choose "  \
    "a "                                                                                           \
    "primary_key that tells rows apart"
#define OTHER_TYPE "give the column one type with a 'set' transform"

/* Whole ones before their class. */
static const struct meaning meanings[] = {
    {"08", 0, "E-DB-CONNECT", "check that the server runs there and can be reached"},
    {"0A", 0, "E-DB-SCHEMA", "check what the database has by that name"},
    {"22021", WEIR_FAULT_DATA, "E-TEXT", LOOK_AT_ROW},
    {"22", WEIR_FAULT_DATA, "E-TYPE", OTHER_TYPE},
    {"23505", WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", OTHER_KEY},
    {"23", WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", LOOK_AT_ROW},
    {"25006", 0, "E-DB-READ-ONLY",
        "name the primary server, or switch default_transaction_read_only off"},
    {"25P03", 0, "E-DB-CONNECT", "raise idle_in_transaction_session_timeout for this role"},
    {"28", 0, "E-DB-AUTH", "check user, password and the server's pg_hba.conf"},
    {"38", WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", LOOK_AT_ROW},
    {"3D000", 0, "E-DB-MISSING", "create it, or check dbname"},
    {"3F000", 0, "E-DB-SCHEMA", "create the schema, or name another one"},
    {"40", 0, "E-DB-CONFLICT", "other transactions change the same rows; run again"},
    {"42501", 0, "E-DB-RIGHTS", "grant the right to the role, or take another role"},
    {"42", 0, "E-DB-SCHEMA", "check what the database has by that name"},
    {"44", WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", LOOK_AT_ROW},
    {"53100", 0, "E-DB-DISK-FULL", "make room and run again"},
    {"53200", 0, "E-DB-MEMORY", "the server is out of memory; give it more, or less to do"},
    {"53300", 0, "E-DB-CONNECT", "raise max_connections, or end other connections"},
    {"54", WEIR_FAULT_DATA, "E-LIMIT", "the row is larger than the server can hold"},
    {"55P03", 0, "E-DB-LOCKED", "wait until whoever holds it is done, or raise lock_wait"},
    {"55", 0, "E-DB-LOCKED", "somebody else uses it; run again when that is done"},
    {"57014", 0, "E-DB-CANCELLED", "somebody ended the statement; run again"},
    {"57P04", 0, "E-DB-MISSING", "somebody dropped the database"},
    {"57P", 0, "E-DB-CONNECT", "run again when the server is back"},
    {"58", 0, "E-DB-IO", "check the server's disk and its log, then run again"},
    {"P0", WEIR_FAULT_DATA, "E-ROW-CONSTRAINT", LOOK_AT_ROW},
    {"XX", 0, "E-DB-CORRUPT", "look into the server's log"},
    {"", 0, "E-DB", "look into the server's log"},
};

const struct meaning *meaning_find(const char *sqlstate)
{
    const struct meaning *meaning = meanings;

    while (strncmp(sqlstate, meaning->sqlstate, strlen(meaning->sqlstate)) != 0)
        meaning++;
    return meaning;
}

const char *meaning_source_remedy(const char *sqlstate)
{
    /* Rights, and what is not there by that name. */
    static const char *const others[] = {"42501", "42703", "42P01"};
    /* What a SELECT cannot do, what it computes of its rows, and how it is written. */
    static const char *const of_query[] = {"0A", "22", "42"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(sqlstate, others[i]) == 0)
            return NULL;
    for (size_t i = 0; i < sizeof(of_query) / sizeof(of_query[0]); i++)
        if (strncmp(sqlstate, of_query[i], 2) == 0)
            return "check 'from', 'query' and 'key'";
    return NULL;
}

struct words {
    const char *sqlstate;
    const char *text;
};

/* Messages of these classes quote values ('invalid input syntax for type integer: "..."'), or are
 * whatever the database's owner has written. */
static const struct words words[] = {
    {"22001", "a text is longer than its column"},
    {"22003", "a number is out of its type's range"},
    {"22007", "a text is no date or time"},
    {"22008", "a date or time is out of its type's range"},
    {"22012", "something is divided by zero"},
    {"22021", "a text holds bytes that are no characters"},
    {"22P02", "a text cannot be read as its column's type"},
    {"22P03", "a value's bytes are not its column's type"},
    {"22P04", "rows and columns of a COPY do not fit"},
    {"22P05", "a character is not in the database's encoding"},
    {"22", "a value is not possible for its column's type"},
    {"23001", "the row is still referred to"},
    {"23502", "a value is null that may not be"},
    {"23503", "the row refers to one that is not there"},
    {"23505", "a row with the same key is there already"},
    {"23514", "a value is against a check"},
    {"23P01", "the row is in conflict with one that is there"},
    {"23", "the row is against a constraint"},
    {"38", "a function of the database has raised an error"},
    {"44", "the row is against the check of a view"},
    {"P0", "a trigger or function of the database has raised an error"},
};

/* Of which the server's own words name objects and settings at most. */
static bool is_harmless(const char *sqlstate)
{
    static const char *const classes[] = {"00", "01", "08", "0A", "25", "28", "2B", "3D", "3F",
        "40", "42", "53", "54", "55", "57", "58", "F0", "XX"};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strncmp(sqlstate, classes[i], 2) == 0)
            return true;
    return false;
}

const char *meaning_text(const char *sqlstate, bool is_raised)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strncmp(sqlstate, words[i].sqlstate, strlen(words[i].sqlstate)) == 0)
            return words[i].text;
    if (is_raised)
        return strncmp(sqlstate, "01", 2) == 0 || strncmp(sqlstate, "00", 2) == 0
                   ? "a trigger or function of the database has something to say"
                   : "a trigger or function of the database has raised an error";
    return is_harmless(sqlstate) ? NULL : "the server refused";
}

bool meaning_names_objects(const char *sqlstate)
{
    static const char *const classes[] = {"0A", "3D", "3F", "42"};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strncmp(sqlstate, classes[i], 2) == 0)
            return true;
    return false;
}
