#include <weir/status.h>

#include <stdarg.h>
#include <stdio.h>

#include <weir/str.h>

enum weir_status weir_error_set(
    struct weir_error *error, enum weir_fault fault, const char *code, const char *format, ...)
{
    /* Printing makes no text shorter, so what is cut off here would not fit there either. */
    char raw[2 * WEIR_ERROR_TEXT_SIZE];
    va_list args;

    if (!error || weir_error_is_set(error))
        return WEIR_FAIL;
    raw[0] = '\0';
    va_start(args, format);
    (void)vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    error->fault = fault;
    (void)weir_str_printable(weir_str(code), error->code, sizeof(error->code));
    (void)weir_str_printable(weir_str(raw), error->text, sizeof(error->text));
    return WEIR_FAIL;
}

bool weir_error_is_set(const struct weir_error *error)
{
    return error && error->code[0] != '\0';
}
