/* A type as a person writes it: "varchar(20)", "TIMESTAMP(3) WITH TIME ZONE", "int[]". */
#include "type.h"

#include "known.h"

#include <string.h>

enum {
    WORDS_MAX = 60,
    LENGTH_MAX = 10485760,
    PRECISION_MAX = 1000,
    SCALE_MAX = 1000,
    FLOAT4_BITS = 24,
    FLOAT8_BITS = 53,
    TIME_DIGITS = 6,
};

struct words {
    char name[WORDS_MAX + 1]; /* without what stands in parentheses, with single blanks */
    int numbers[2];
    size_t n_numbers;
    bool is_array;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

/* At most eight digits, with a sign. */
static const char *read_number(const char *at, int *ret_number)
{
    bool negative = *at == '-';
    const char *begin = at + negative;
    int number = 0;

    for (at = begin; *at >= '0' && *at <= '9' && at - begin < 8; at++)
        number = number * 10 + (*at - '0');
    *ret_number = negative ? -number : number;
    return at == begin || (*at >= '0' && *at <= '9') ? NULL : at;
}

/* "(10, 2)"; NULL if it is something else. */
static const char *read_numbers(const char *at, struct words *words)
{
    if (words->n_numbers)
        return NULL;
    do {
        if (words->n_numbers == 2)
            return NULL;
        at = read_number(skip_blanks(at + 1), &words->numbers[words->n_numbers++]);
        if (!at)
            return NULL;
        at = skip_blanks(at);
    } while (*at == ',');
    return *at == ')' ? at + 1 : NULL;
}

/* "[]", "[3]", "[][]": to PostgreSQL they are one. */
static const char *read_brackets(const char *at, struct words *words)
{
    int ignored;

    words->is_array = true;
    at = skip_blanks(at + 1);
    if (*at != ']')
        at = read_number(at, &ignored);
    return at && *skip_blanks(at) == ']' ? skip_blanks(at) + 1 : NULL;
}

static bool read_words(const char *at, struct words *words)
{
    size_t n = 0;

    while (at && *(at = skip_blanks(at))) {
        if (*at == '(') {
            at = read_numbers(at, words);
        } else if (*at == '[') {
            at = read_brackets(at, words);
        } else {
            if (words->is_array || n + 1 >= WORDS_MAX)
                return false;
            if (n)
                words->name[n++] = ' ';
            while (*at && !is_blank(*at) && *at != '(' && *at != '[' && n < WORDS_MAX)
                words->name[n++] = lower(*at++);
        }
    }
    words->name[n] = '\0';
    if (n > 6 && strcmp(words->name + n - 6, " array") == 0) {
        words->name[n - 6] = '\0';
        words->is_array = true;
    }
    return at != NULL;
}

/* Other names than format_type's. */
static const char *canonical_name(const char *name)
{
    static const char *const aliases[][2] = {
        {"bool", "boolean"},
        {"int2", "smallint"},
        {"int", "integer"},
        {"int4", "integer"},
        {"int8", "bigint"},
        {"float4", "real"},
        {"float8", "double precision"},
        {"float", "double precision"},
        {"decimal", "numeric"},
        {"dec", "numeric"},
        {"varchar", "character varying"},
        {"char varying", "character varying"},
        {"char", "character"},
        {"bpchar", "character"},
        {"timestamptz", "timestamp with time zone"},
        {"timestamp", "timestamp without time zone"},
        {"time", "time without time zone"},
        {"timetz", "time with time zone"},
    };

    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
        if (strcmp(name, aliases[i][0]) == 0)
            return aliases[i][1];
    return name;
}

static bool read_length(const struct words *words, struct type *type)
{
    if (words->n_numbers != 1 || words->numbers[0] < 1 || words->numbers[0] > LENGTH_MAX)
        return false;
    type->modifier = words->numbers[0] + MODIFIER_HEADER;
    return true;
}

static bool read_digits(const struct words *words, struct type *type)
{
    int precision = words->numbers[0];
    int scale = words->n_numbers == 2 ? words->numbers[1] : 0;

    if (precision < 1 || precision > PRECISION_MAX || scale < -SCALE_MAX || scale > SCALE_MAX)
        return false;
    type->modifier =
        (int32_t)(((uint32_t)precision << 16) | ((uint32_t)scale & 0x7ff)) + MODIFIER_HEADER;
    return true;
}

static bool read_bits(const struct words *words, struct type *type)
{
    int bits = words->numbers[0];

    if (strcmp(words->name, "float") != 0 || words->n_numbers != 1 || bits < 1 ||
        bits > FLOAT8_BITS)
        return false;
    if (bits <= FLOAT4_BITS) {
        type->kind = TYPE_FLOAT4;
        type->oid = known_by_kind(TYPE_FLOAT4)->oid;
    }
    return true;
}

static bool read_time_digits(const struct words *words, struct type *type)
{
    if (words->n_numbers != 1 || words->numbers[0] < 0 || words->numbers[0] > TIME_DIGITS)
        return false;
    type->modifier = words->numbers[0];
    return true;
}

static bool read_modifier(const struct words *words, struct type *type)
{
    /* The bare word is a single character; but bpchar is of any length. */
    if (words->n_numbers == 0) {
        if (type->oid == OID_BPCHAR && strcmp(words->name, "bpchar") != 0)
            type->modifier = 1 + MODIFIER_HEADER;
        return true;
    }
    switch (type->kind) {
    case TYPE_TEXT:
        return (type->oid == OID_VARCHAR || type->oid == OID_BPCHAR) && read_length(words, type);
    case TYPE_NUMERIC:
        return read_digits(words, type);
    case TYPE_FLOAT8:
        return read_bits(words, type);
    case TYPE_TIMESTAMPTZ:
    case TYPE_TIMESTAMP:
    case TYPE_TIME:
        return read_time_digits(words, type);
    default:
        return false;
    }
}

/* The numbers stand behind the first word of "timestamp(3) with time zone". */
static const char *write_name(
    const struct words *words, const struct type *type, struct weir_arena *arena)
{
    const char *name = known_by_oid(type->oid)->name;
    const char *rest = strncmp(name, "time", 4) == 0 ? strchr(name, ' ') : name + strlen(name);
    const char *brackets = words->is_array ? "[]" : "";
    int first = (int)(rest - name);

    if (type->kind == TYPE_NUMERIC && type->modifier >= 0)
        return weir_printf(arena, "%s(%d,%d)%s", name, words->numbers[0],
            words->n_numbers == 2 ? words->numbers[1] : 0, brackets);
    if (type->kind == TYPE_TEXT && type->modifier >= 0)
        return weir_printf(arena, "%s(%d)%s", name, type->modifier - MODIFIER_HEADER, brackets);
    if (type->modifier >= 0)
        return weir_printf(arena, "%.*s(%d)%s%s", first, name, type->modifier, rest, brackets);
    if (type->oid == OID_BPCHAR)
        name = "bpchar";
    return weir_printf(arena, "%s%s", name, brackets);
}

bool type_from_words(const char *text, struct weir_arena *arena, struct type *ret_type)
{
    struct words words = {.n_numbers = 0};
    const struct known_type *known;
    struct type type;

    if (!read_words(text, &words))
        return false;
    known = known_by_name(weir_str(canonical_name(words.name)));
    if (!known)
        return false;
    type = (struct type){.kind = known->kind, .oid = known->oid, .modifier = -1};
    if (!read_modifier(&words, &type))
        return false;
    type.name = write_name(&words, &type, arena);
    if (words.is_array) {
        type.element_kind = type.kind;
        type.element_oid = type.oid;
        type.oid = known_by_oid(type.oid)->array_oid;
        type.kind = TYPE_ARRAY;
    }
    *ret_type = type;
    return true;
}
