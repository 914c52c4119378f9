/* Rows of JSON Lines: a document on each line. */
#ifndef WEIR_SRC_JSON_LINES_H
#define WEIR_SRC_JSON_LINES_H

#include "json_search.h"

/* Reads all lines of the text that is open; the error is the document's. */
bool json_lines_read(struct json_search *search, struct weir_error *error);

#endif
