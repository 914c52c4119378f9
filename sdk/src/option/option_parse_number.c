/* Whole numbers, sizes and durations as people write them. */
#include "option_words.h"

#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit durations[] = {
    {"d", UINT64_C(86400000)},
    {"h", 3600000},
    {"m", 60000},
    {"s", 1000},
    {"ms", 1},
};

static const struct unit sizes[] = {
    {"TiB", UINT64_C(1) << 40},
    {"GiB", UINT64_C(1) << 30},
    {"MiB", UINT64_C(1) << 20},
    {"KiB", UINT64_C(1) << 10},
    {"B", 1},
    {"", 1},
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits at the start of text, and where they end. A leading zero is refused: whether 010 is
 * eight or ten depends on whom one asks. */
static bool parse_digits(const char *text, uint64_t *ret_value, const char **ret_end)
{
    uint64_t value = 0;

    if (!is_digit(text[0]) || (text[0] == '0' && is_digit(text[1])))
        return false;
    for (; is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    *ret_end = text;
    return true;
}

bool weir_parse_int(const char *text, int64_t *ret_value)
{
    bool negative = text[0] == '-';
    uint64_t value;
    const char *end;

    if (!parse_digits(text + negative, &value, &end) || *end)
        return false;
    if (value > (uint64_t)INT64_MAX + negative)
        return false;
    if (!negative)
        *ret_value = (int64_t)value;
    else
        *ret_value = value > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)value;
    return true;
}

static bool parse_amount(
    const char *text, const struct unit *units, size_t n_units, uint64_t *ret_amount)
{
    uint64_t value;
    const char *end;

    if (!parse_digits(text, &value, &end))
        return false;
    for (size_t i = 0; i < n_units; i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        if (value > UINT64_MAX / units[i].factor)
            return false;
        *ret_amount = value * units[i].factor;
        return true;
    }
    return false;
}

bool weir_parse_duration(const char *text, uint64_t *ret_ms)
{
    return parse_amount(text, durations, N_OF(durations), ret_ms);
}

bool weir_parse_size(const char *text, uint64_t *ret_bytes)
{
    return parse_amount(text, sizes, N_OF(sizes), ret_bytes);
}

/* In the largest unit that leaves no remainder; units stand from large to small. */
static const char *amount_words(
    struct weir_arena *arena, const struct unit *units, size_t n_units, uint64_t amount)
{
    size_t i = 0;

    while (i + 1 < n_units && (amount < units[i].factor || amount % units[i].factor != 0))
        i++;
    return weir_printf(arena, "%" PRIu64 "%s", amount / units[i].factor, units[i].name);
}

const char *option_duration_words(struct weir_arena *arena, uint64_t ms)
{
    return ms == 0 ? "0s" : amount_words(arena, durations, N_OF(durations), ms);
}

const char *option_size_words(struct weir_arena *arena, uint64_t bytes)
{
    return amount_words(arena, sizes, N_OF(sizes), bytes);
}

const char *option_size_hint(struct weir_arena *arena, const char *text)
{
    uint64_t value;
    const char *end;

    if (!parse_digits(text, &value, &end) || !*end || !strchr("kKmMgGtT", *end))
        return "";
    if (end[1] && strcmp(end + 1, "B") != 0 && strcmp(end + 1, "b") != 0 &&
        strcmp(end + 1, "ib") != 0 && strcmp(end + 1, "iB") != 0 && strcmp(end + 1, "i") != 0)
        return "";
    return weir_printf(
        arena, "; did you mean '%" PRIu64 "%ciB'?", value, *end >= 'a' ? *end - 'a' + 'A' : *end);
}
