/* Names of columns out of a document, for rows that are arrays. */
#ifndef WEIR_SRC_JSON_NAMES_H
#define WEIR_SRC_JSON_NAMES_H

#include "json_search.h"

/* Names the columns of rows that are arrays, from the form or out of the document, which need not
 * have been checked. Nothing is done for rows that are objects. */
bool json_search_names(struct json_search *search, const struct weir_json_form *form);

#endif
