/* http - read REST APIs, many requests at once. See README.md. */
#include "check.h"
#include "family/unit.h"
#include "options.h"
#include "source/decode.h"
#include "source/hand_over.h"
#include "source/source.h"

#include <weir/plugin.h>
#include <weir/version.h>

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "http",
    .summary = "Read REST APIs: pages, partitions, retries, many requests at once.",
    .version = WEIR_VERSION,
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_HAS_POSITIONS,
    .state_size = sizeof(struct http_options),
    .options = http_option_table,
    .resource_size = sizeof(struct http_resource_options),
    .resource_options = http_resource_option_table,
    .check = http_check,
    .start = http_source_start,
    .stop = http_source_stop,
    .extract = http_source_extract,
    .decode = http_decode,
    .decoded = http_decoded,
    .parents = http_parents,
    .chosen = http_chosen,
};
