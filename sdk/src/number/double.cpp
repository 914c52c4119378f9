/* C has these two only with a locale, and without the fewest digits. */
#include "double.h"

#include <charconv>
#include <limits>

namespace
{
/* Larger integers would come with all the digits that their bits stand for, not the fewest. */
template <typename Real> size_t format(Real real, Real largest_plain, char *out)
{
    char *end = out + DOUBLE_TEXT_SIZE - 1;
    /* The longest, "-2.2250738585072014e-308", has 24 bytes: this cannot fail. */
    std::to_chars_result written =
        real > -largest_plain && real < largest_plain
            ? std::to_chars(out, end, real)
            : std::to_chars(out, end, real, std::chars_format::scientific);

    *written.ptr = '\0';
    return static_cast<size_t>(written.ptr - out);
}
} // namespace

size_t double_format(double real, char out[DOUBLE_TEXT_SIZE])
{
    return format(real, 9007199254740992.0, out);
}

size_t float_format(float real, char out[DOUBLE_TEXT_SIZE])
{
    return format(real, 16777216.0F, out);
}

double double_parse(const char *text, size_t length)
{
    double real = 0;

    if (std::from_chars(text, text + length, real).ec != std::errc())
        return std::numeric_limits<double>::infinity();
    return real;
}
