/* No secret may reach the state: it lies in a database that others read. */
#ifndef STATE_SECRETS_H
#define STATE_SECRETS_H

#include <weir/batch.h>

/*
 * Before a batch goes to the loader, by its holder. Reasons and labels of gaps and reasons of rows
 * that were set aside are redacted. A place that could only be kept together with a secret cannot be
 * kept: WEIR_FAIL, E-STATE-SECRET.
 */
enum weir_status secrets_stay_out(
    struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
