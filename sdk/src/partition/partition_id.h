/* The id of one combination: what it is in every run, whatever stands around it in its list. */
#ifndef PARTITION_ID_H
#define PARTITION_ID_H

#include "partition_source.h"

#include <weir/buf.h>

/* Of the values that the walks are at. `bytes` is room to work in. */
struct weir_id partition_id(const struct partition_walk *walks, size_t n, struct weir_buf *bytes);

#endif
