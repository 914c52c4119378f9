#include "form.h"

#include <weir/template.h>

const char *http_form_add(
    struct weir_arena *arena, const char *form, const char *name, const char *value)
{
    return weir_printf(arena, "%s%s%s=%s", form, *form ? "&" : "",
        weir_url_encode(arena, weir_str(name)).ptr, weir_url_encode(arena, weir_str(value)).ptr);
}
