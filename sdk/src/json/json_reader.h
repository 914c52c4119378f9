/* What a reader keeps between bodies. */
#ifndef WEIR_SRC_JSON_READER_H
#define WEIR_SRC_JSON_READER_H

#include "json_columns.h"
#include "json_tokens.h"

struct weir_json_reader {
    struct json_tokens tokens;
    struct json_columns columns;
};

#endif
