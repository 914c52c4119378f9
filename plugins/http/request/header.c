#include "header.h"

#include <string.h>
#include <strings.h>

bool http_header_name_is_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789!#$%&'*+-.^_`|~";

    return *name && strspn(name, allowed) == strlen(name);
}

bool http_header_value_is_valid(struct weir_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool http_header_is_reserved(const char *name)
{
    static const char *const reserved[] = {"Accept-Encoding", "Connection", "Content-Length",
        "Expect", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent"};

    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
        if (strcasecmp(name, reserved[i]) == 0)
            return true;
    return false;
}
