/* UUIDs: 32 hexadecimal digits, as people write them. */
#ifndef TYPES_UUID_H
#define TYPES_UUID_H

#include <weir/str.h>

enum { UUID_SIZE = 16, UUID_TEXT_SIZE = 36 };

/* With hyphens at their places or without any, in braces, behind "urn:uuid:". */
bool uuid_parse(struct weir_str s, unsigned char ret_uuid[UUID_SIZE]);
/* Lower case, with hyphens, without a NUL. */
void uuid_format(const unsigned char uuid[UUID_SIZE], char out[UUID_TEXT_SIZE]);

#endif
